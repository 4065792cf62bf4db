"""Prometheus with blackbox_exporter and Alertmanager beside golive: one web probe, two rules, one webhook."""

import contextlib
import json
import shutil
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.peers.ports import free_port
from tests.peers.server import Server

PROGRAMS = ("prometheus", "prometheus-blackbox-exporter", "prometheus-alertmanager")
_PROMETHEUS = """
global: {{scrape_interval: 15s, evaluation_interval: 15s}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: peer
    metrics_path: /probe
    params: {{module: [http_2xx]}}
    static_configs: [{{targets: ['{target}']}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: __param_target}}
      - {{source_labels: [__param_target], target_label: instance}}
      - {{target_label: __address__, replacement: '127.0.0.1:{blackbox}'}}
"""
_ALERTMANAGER = """
route: {{receiver: desk}}
receivers: [{{name: desk, webhook_configs: [{{url: 'http://127.0.0.1:{webhook}/'}}]}}]
"""


def missing() -> list[str]:
    """Name the programs that are not installed."""
    return [name for name in PROGRAMS if not shutil.which(name)]


class Webhook(contextlib.AbstractContextManager["Webhook"]):
    """Takes JSON from whoever sends it; `came` is when and what."""

    def __init__(self) -> None:
        came: list[tuple[float, dict[str, Any]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                came.append((time.monotonic(), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.came = came
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Program(Server):
    """One of the three, ready when its page answers."""

    aet = ""

    def __init__(self, ready: str, files: dict[str, str], *command: str) -> None:
        super().__init__()
        self._ready = ready
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.start(*command)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(self._ready, timeout=2) as answer:
            return bool(answer.status == 200)
        return False


class Prometheus(contextlib.ExitStack):
    """The three of them, with everything that nobody has to set as they set it themselves."""

    def __init__(self, target: str, rules: dict[str, tuple[str, str]], webhook: Webhook) -> None:
        super().__init__()
        self.port, blackbox, alertmanager = free_port(), free_port(), free_port()
        told = [
            {"alert": name, "expr": ask, "for": lasts, "labels": {"severity": "page"}}
            for name, (ask, lasts) in rules.items()
        ]
        exporter, sender = (
            {"name": n, "at": f"http://127.0.0.1:{p}"} for n, p in (("b", blackbox), ("a", alertmanager))
        )
        self._programs = (
            (
                f"{exporter['at']}/-/healthy",
                {"blackbox.yml": "modules: {http_2xx: {prober: http}}\n"},
                (PROGRAMS[1], "--config.file=blackbox.yml", f"--web.listen-address=127.0.0.1:{blackbox}"),
            ),
            (
                f"{sender['at']}/-/ready",
                {"alertmanager.yml": _ALERTMANAGER.format(webhook=webhook.port)},
                (
                    PROGRAMS[2], "--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address=",
                    f"--web.listen-address=127.0.0.1:{alertmanager}",
                ),
            ),
            (
                f"http://127.0.0.1:{self.port}/-/ready",
                {
                    "prometheus.yml": _PROMETHEUS.format(alertmanager=alertmanager, target=target, blackbox=blackbox),
                    "rules.yml": json.dumps({"groups": [{"name": "peer", "rules": told}]}),
                },
                (
                    PROGRAMS[0], "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ),
            ),
        )  # fmt: skip

    def __enter__(self) -> Self:
        super().__enter__()
        for ready, files, command in self._programs:
            self.enter_context(_Program(ready, files, *command))
        return self

    def ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=5) as answer:
            return json.load(answer)["data"]

    def states(self) -> set[str]:
        """Give the states of its alerts, pending and firing, as its own page of alerts shows them."""
        return {alert["state"] for alert in self.ask("alerts")["alerts"]}

    def well(self) -> bool:
        """Say whether the newest probe that it holds was answered, within a second."""
        rows = self.ask("query?query=probe_success%20*%20(probe_duration_seconds%20%3C%20bool%201)")["result"]
        return bool(rows) and rows[0]["value"][1] == "1"

    def seen(self) -> int:
        """Give how many probes of the last minute it holds that went well."""
        rows = self.ask("query?query=sum_over_time(probe_success%5B1m%5D)")["result"]
        return int(float(rows[0]["value"][1])) if rows else 0
