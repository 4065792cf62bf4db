"""golive itself as processes of a test: a folder, a golive.toml, start, kill, ask."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from tests.peers import warm
from tests.peers.ports import free_port
from tests.peers.process import die_with_parent

T = TypeVar("T")
COMMAND = [sys.executable, "-m", "app.cli"]


def wait_for(words: str, look: Callable[[], T], seconds: float, every_s: float = 0.05) -> T:
    """Give the first true value of `look()`, or fail naming what did not come about."""
    end = time.monotonic() + seconds
    while True:
        if seen := look():
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {words}")
        time.sleep(every_s)


def holds_for(words: str, holds: Callable[[], bool], seconds: float, every_s: float = 0.2) -> None:
    """Look again and again for so long, and fail at the first look at which it does not hold."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert holds(), f"no longer so: {words}"
        time.sleep(every_s)


def to_toml(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(k))} = {to_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(to_toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def config_text(
    port: int, *, live_hours: float = 1.0, database: str = "sqlite:///golive.db", **tables: Sequence[Mapping[str, Any]]
) -> str:
    """A golive.toml whose T0 was `live_hours` ago; `tables` are lists of tables such as probes."""
    at = datetime.now(UTC) - timedelta(hours=live_hours)
    lines = [
        '[site]\nid = "north"\nname = "North Campus"\ntimezone = "UTC"',
        f'[go_live]\nat = {to_toml(at)}\ndecision_window = "2h"\ncommand_center = "72h"\nstabilisation = "90d"',
        f'[server]\nlisten = "127.0.0.1:{port}"\ndatabase = "{database}"',
    ]
    for name, rows in {"areas": [{"id": "ct", "name": "CT"}], **tables}.items():
        for row in rows:
            lines.append(f"[[{name}]]\n" + "\n".join(f"{k} = {to_toml(v)}" for k, v in row.items()))
    return "\n".join(lines) + "\n"


def dicom_system(id: str, port: int, ae_title: str, kind: str = "ris") -> dict[str, Any]:
    return {"id": id, "name": id, "kind": kind, "dicom": {"host": "127.0.0.1", "port": port, "ae_title": ae_title}}


class GoLive(contextlib.AbstractContextManager["GoLive"]):
    """`golive run` (or serve and collect apart) on a folder of its own; all processes are gone at the end.

    Under pytest they are forks of a loaded Python (`WARM`); faults and benches begin a bare one, as a hospital does.
    """

    WARM = False

    def __init__(
        self,
        *,
        roles: Sequence[str] = ("engineer",),
        live_hours: float = 1.0,
        database: str = "sqlite:///golive.db",
        **tables: Any,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="golive-test-"))
        self.port = free_port()
        self.roles = roles
        self.tokens: dict[str, str] = {}
        self.processes: dict[str, subprocess.Popen[bytes] | warm.Warm] = {}
        self.file = self.folder / "golive.toml"
        self.file.write_text(config_text(self.port, live_hours=live_hours, database=database, **tables))
        self.site_key, self.ingest_token = secrets.token_hex(32), secrets.token_urlsafe(32)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GOLIVE_")}
        self.environ = {
            **kept,
            "GOLIVE_SITE_KEY": self.site_key,
            "GOLIVE_INGEST_TOKEN": self.ingest_token,
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def cli(self, *arguments: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        if self.WARM:
            return warm.nursery().run(
                "app.cli", *arguments, "-c", str(self.file), cwd=self.folder, env=self.environ, timeout=timeout
            )
        return subprocess.run(
            [*COMMAND, *arguments, "-c", str(self.file)],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *commands: str, ready: bool = True, seconds: float = 20) -> "GoLive":
        """Start `golive run`, or the named commands, and wait until it is ready."""
        for role in self.roles:
            if role not in self.tokens:
                self.tokens[role] = json.loads(self.cli("token", "create", "--role", role, "--json").stdout)["token"]
        for command in commands or ("run",):
            self.processes[command] = self._begun(command)
        if ready:
            wait_for("golive is ready", lambda: self.alive() and self.status_of("/readyz") == 200, seconds)
        return self

    def _begun(self, command: str) -> "subprocess.Popen[bytes] | warm.Warm":
        log = self.folder / f"{command}.log"
        arguments = (command, "-c", str(self.file))
        if self.WARM:
            return warm.nursery().start("app.cli", *arguments, cwd=self.folder, env=self.environ, log=log)
        with log.open("ab") as out:
            return subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def listens(self, port: int, seconds: float = 10) -> int:
        """Wait until somebody listens on a port, such as a feed's; give the port."""

        def connects() -> bool:
            with socket.socket() as s:
                return self.alive() and s.connect_ex(("127.0.0.1", port)) == 0

        wait_for(f"somebody listens on {port}", connects, seconds)
        return port

    def alive(self) -> bool:
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise AssertionError(f"golive {name} ended with {process.returncode}:\n{self.said(name)[-3000:]}")
        return True

    def said(self, command: str = "run") -> str:
        file = self.folder / f"{command}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def signal(self, number: int, command: str = "run") -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[command].pid, number)

    def kill(self, command: str | None = None) -> None:
        """SIGKILL a command's whole group (or all), and wait until it is gone."""
        for name in [command] if command else list(self.processes):
            self.signal(signal.SIGKILL, name)
            self.processes.pop(name).wait()

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(
        self, method: str, path: str, body: Any = None, token: str | None = None, timeout: float = 10
    ) -> tuple[int, Any]:
        """Give (status, JSON or text) of one call."""
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            web.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = web.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            web.close()
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(text)
        return answer.status, text

    def status_of(self, path: str) -> int:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", path, timeout=3)[0]
        return 0

    def get(self, path: str, role: str | None = None) -> Any:
        status, body = self.ask("GET", path, token=self.tokens[role or self.roles[0]])
        assert status == 200, f"GET {path}: {status} {str(body)[:200]}"
        return body

    def standing(self, measure: str, system: str | None = None) -> dict[str, Any] | None:
        """Give the whole series of a measure, the one with most samples."""
        rows = [
            r
            for r in self.get(f"/api/standings?measure={measure}")
            if not r["segment"] and system in (None, r["system"])
        ]
        return max(rows, key=lambda r: r["n"], default=None)

    def ingest(self, **parts: Any) -> dict[str, Any]:
        body = {"batch": uuid7(), "source": "main", "sent_at": now_z(), **parts}
        status, answer = self.ask("POST", "/api/ingest", body, self.ingest_token)
        assert status == 200, f"POST /api/ingest: {status} {str(answer)[:200]}"
        return dict(answer)


def now_z() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uuid7() -> str:
    ms = int(datetime.now(UTC).timestamp() * 1000)
    number = (ms << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
