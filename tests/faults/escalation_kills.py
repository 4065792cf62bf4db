"""SIGKILLs while a thousand deadlines pass, on each database: each escalates once, on time or as golive is up again."""

import json
import random
import signal
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.peers.golive import GoLive, now_z, uuid7, wait_for
from tests.peers.postgres import postgres

ISSUES, WAITS_S, KILLS, LATE_S = 334, (20.0, 12.0, 15.0), 8, 2.0


def check() -> str:
    """Run it on both databases."""
    with tempfile.TemporaryDirectory(prefix="golive-escalation-") as folder, postgres() as server:
        sqlite = run(f"sqlite:///{Path(folder) / 'golive.db'}", 1)
        return f"SQLite: {sqlite}; PostgreSQL: {run(server.create('escalation'), 2)}"


def run(database: str, seed: int) -> str:
    """Report, kill and start again until all has passed; give the figures, or fail on the first that is wrong."""
    dice = random.Random(seed)
    with GoLive(roles=("engineer", "desk", "floor"), database=database) as golive:
        spans = ", ".join(f'"{wait:g}s"' for wait in WAITS_S)
        config = golive.folder / "golive.toml"
        config.write_text(config.read_text() + f"[escalation]\nsev1 = [{spans}]\n")
        golive.start("serve")
        with ThreadPoolExecutor(8) as pool:
            received = dict(pool.map(lambda _: _report(golive), range(ISSUES)))
        away: list[tuple[datetime, datetime]] = []
        for _ in range(KILLS):
            threading.Event().wait(dice.uniform(1.0, 6.0))
            away.append(_kill(golive))
        wait_for("all went up to the vendor", lambda: {i["tier"] for i in _listed(golive)} == {"vendor"}, 120, 1.0)
        assert len(_listed(golive)) == ISSUES
        late_s = [late for uuid, at in received.items() for late in _lateness(golive, uuid, at, away)]
        verified = golive.cli("journal", "verify", "--json")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        entries = json.loads(verified.stdout)["entries"]
    assert len(late_s) == ISSUES * len(WAITS_S)
    assert max(late_s) <= LATE_S, max(late_s)
    return f"{len(late_s)} deadlines, each once, {KILLS} kills, at most {max(late_s):.2f} s late; journal of {entries}"


def _listed(golive: GoLive) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = golive.get("/api/issues", "desk")
    return found


def _now() -> datetime:
    return datetime.fromisoformat(now_z())


def _report(golive: GoLive) -> tuple[str, datetime]:
    uuid = uuid7()
    body = {"area": "ct", "category": "worklist", "severity": 1}
    status, answer = golive.ask("PUT", f"/api/issues/{uuid}", body, golive.tokens["floor"])
    assert status == 201, answer
    return uuid, datetime.fromisoformat(answer["received_at"])


def _kill(golive: GoLive) -> tuple[datetime, datetime]:
    """Kill it and start it again; give since when and until when it was away."""
    began = _now()
    golive.signal(signal.SIGKILL, "serve")
    golive.processes.pop("serve").wait(20)
    golive.start("serve")
    return began, _now()


def _lateness(golive: GoLive, uuid: str, received: datetime, away: list[tuple[datetime, datetime]]) -> list[float]:
    """Give how late each step of an issue came, where golive was away counted from when it was back."""
    events: list[dict[str, Any]] = golive.get(f"/api/issues/{uuid}", "desk")["events"]
    assert [(e["action"], e["by"]) for e in events] == [("escalate", "golive")] * len(WAITS_S), events
    found, since = [], received
    for event, wait_s in zip(events, WAITS_S, strict=True):
        due, at = since + timedelta(seconds=wait_s), datetime.fromisoformat(event["received_at"])
        assert at >= due - timedelta(milliseconds=2), (uuid, due, at)
        back = [until for from_, until in away if from_ - timedelta(seconds=1) <= due <= until]
        found.append((at - max(due, *back)).total_seconds() if back else (at - due).total_seconds())
        since = at
    return found
