"""The same fault, the same run: how soon golive and Prometheus show it and tell of it; rewrites its table in the docs.

Both ask the same web page of the same PACS through the same proxy. Prometheus, blackbox_exporter and Alertmanager are
Debian's with their own settings: a scrape and an evaluation each 15 s, a first group of alerts after 30 s.
"""

import random
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.peers.golive import GoLive, wait_for
from tests.peers.orthanc import Orthanc
from tests.peers.prometheus import Prometheus, Webhook, missing
from tests.peers.proxy import Proxy

ROUNDS, AT_MOST_S, LOOK_S = 3, 240.0, 0.05
PAGE = Path(__file__).parents[2] / "docs/performance.md"
MARK = re.compile(r"(<!-- race -->\n).*(<!-- race end -->)", re.S)
ALIKE: list[dict[str, Any]] = [
    {
        "id": "slow", "title": "Slow", "measure": "web.response", "slower_than": "1s", "share": 0.2, "window": "60s",
        "at_least": 10, "breach_after": "10s", "recover_below": 0.15, "armed": "always",
    },
    {
        "id": "down", "title": "Down", "kind": "availability", "where": {"system": "pacs"}, "down_for": "10s",
        "window": "60s", "at_least": 5, "breach_after": "0s", "armed": "always",
    },
]  # fmt: skip
ALIKE_ALERTS = {
    "Slow": ("1 - avg_over_time((probe_success * (probe_duration_seconds < bool 1))[1m:15s]) > 0.2", "10s"),
    "Down": ("(1 - avg_over_time(probe_success[1m])) * 60 > 10", "0s"),
}
# the quickest of each that a single bad answer does not call
QUICK: list[dict[str, Any]] = [
    {**ALIKE[0], "window": "10s", "at_least": 3, "breach_after": "0s", "share": 0.2, "recover_below": 0.19},
    {**ALIKE[1], "down_for": "2s", "at_least": 3},
]
QUICK_ALERTS = {
    "Slow": ("probe_success * (probe_duration_seconds > bool 1) == 1", "15s"),
    "Down": ("probe_success == 0", "15s"),
}
RULES = {"of the same meaning": (ALIKE, ALIKE_ALERTS), "as quick as each can be": (QUICK, QUICK_ALERTS)}
FAULTS: dict[str, dict[str, Any]] = {
    "answers take 2 s, 1 s allowed": {"down": 2.0},
    "nobody listens": {"mode": "refuse"},
    "connections hang": {"mode": "swallow"},
}
STEPS = ("first sign", "breach or alert", "notice has come")
OURS, THEIRS = "golive", "Prometheus"


def check() -> str:
    """Race three times in each fault, all anew each time; give the middle times, with their ratios in the docs."""
    if lacking := missing():
        raise AssertionError(f"not installed: {', '.join(lacking)}; run ./install rivals")
    dice, lines, said = random.Random(4), [], []
    with Orthanc() as pacs, ThreadPoolExecutor(len(FAULTS)) as at_once:

        def raced(rules: str, fault: dict[str, Any]) -> list[dict[tuple[str, str], float]]:
            return [_raced(pacs.http, rules, fault, 15 * dice.random()) for _ in range(ROUNDS)]

        for rules in RULES:
            for name, found in zip(FAULTS, at_once.map(raced, [rules] * len(FAULTS), FAULTS.values()), strict=True):
                for step in STEPS:
                    ours, theirs = (statistics.median(times[who, step] for times in found) for who in (OURS, THEIRS))
                    lines.append(f"| {rules} | {name} | {step} | {ours:.1f} | {theirs:.1f} | {theirs / ours:.1f} |")
                    said.append(f"{rules}, {name}, {step}: {ours:.1f} s against {theirs:.1f}")
    head = "| rules | fault | until | golive, s | Prometheus, s | ratio |\n|---|---|---|---|---|---|\n"
    text = head + "\n".join(lines) + "\n"
    PAGE.write_text(MARK.sub(lambda m: m[1] + text + m[2], PAGE.read_text()))
    return f"median of {ROUNDS}: " + "; ".join(said)


def _raced(web: int, rules: str, fault: dict[str, Any], wait_s: float) -> dict[tuple[str, str], float]:
    """Give how long after the fault each step of each of the two had happened."""
    with Proxy(web) as way, Webhook() as ours, Webhook() as theirs:
        url = f"http://127.0.0.1:{way.port}"
        system = {"id": "pacs", "name": "PACS", "kind": "pacs", "web": {"url": url}}
        probe = {"id": "web", "kind": "web", "system": "pacs", "path": "/system", "every": "1s", "timeout": "5s"}
        ours_rules, alerts = RULES[rules]
        tables: dict[str, Any] = {"systems": [system], "probes": [probe], "triggers": ours_rules}
        tables |= {"channels": [{"id": "desk", "timeout": "5s"}], "routes": [{"channel": "desk", "on": ["breach"]}]}
        with Prometheus(f"{url}/system", alerts, theirs) as prometheus, GoLive(**tables) as golive:
            golive.environ["GOLIVE_CHANNEL_DESK"] = f"json://127.0.0.1:{ours.port}/"
            golive.start()

            def well() -> bool:
                states = {t["state"] for t in golive.get("/api/triggers")}
                assert states <= {"watching"}, states
                counted = {t["id"]: t["n"] for t in golive.get("/api/triggers")}
                full = all(counted[rule["id"]] >= 0.8 * float(rule["window"].rstrip("s")) for rule in ours_rules)
                return full and prometheus.seen() >= 4 and not prometheus.states()

            wait_for("both have seen a good minute", well, 180, 1)
            time.sleep(wait_s)  # the fault comes at any moment between two scrapes
            assert not ours.came
            assert not theirs.came
            way.set(**fault)
            return _times(golive, prometheus, ours, theirs)


def _times(golive: GoLive, prometheus: Prometheus, ours: Webhook, theirs: Webhook) -> dict[tuple[str, str], float]:
    began_s, seen = time.monotonic(), dict[tuple[str, str], float]()
    while len(seen) < 2 * len(STEPS):
        now_s = time.monotonic() - began_s
        assert now_s < AT_MOST_S, f"not within {AT_MOST_S:g} s; seen: {seen}"
        states, alerts = {t["state"] for t in golive.get("/api/triggers")}, prometheus.states()
        standing = golive.standing("web.response", "pacs")
        signs = {
            (OURS, 0): states != {"watching"} or (standing is not None and standing["state"] != "ok"),
            (OURS, 1): "breached" in states,
            (THEIRS, 0): bool(alerts) or not prometheus.well(),
            (THEIRS, 1): "firing" in alerts,
        }
        for (who, step), is_so in signs.items():
            if is_so:
                seen.setdefault((who, STEPS[step]), now_s)
        for who, hook in ((OURS, ours), (THEIRS, theirs)):
            if hook.came:
                seen.setdefault((who, STEPS[2]), hook.came[0][0] - began_s)
        time.sleep(LOOK_S)
    return seen
