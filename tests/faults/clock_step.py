"""The wall clock set forth and back by an hour while golive runs: no negative age, no lost cadence, states stay ok.

Rollback triggers stay what they are: one that watches, one whose feed speaks, one pending, one breached.
"""

import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults.kills import Sender
from tests.peers.golive import GoLive, dicom_system, wait_for
from tests.peers.ports import free_port
from tests.peers.wlmscpfs import Wlmscpfs

STEPS = (3600, -3600, 0)
RESTARTS = (("collect", 3600), ("collect", -3600), ("serve", -3600), ("serve", 0))
EACH_S, EVERY_S = 15.0, 3.0
LOST_MOST = 1  # the two ends of a span
OLDEST_S = 2 * EVERY_S
WORKLIST = {"measure": "worklist.response", "share": 0.3, "window": "60s", "at_least": 5, "armed": "always"}
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "calm": ("watching", {**WORKLIST, "slower_than": "1s", "breach_after": "0s"}),
    "up": ("watching", {"kind": "availability", "where": {"system": "ris"}, "down_for": "10s", "at_least": 3}),
    "speaks": ("watching", {"kind": "silence", "feed": "ris-hl7", "quiet_for": "10m", "breach_after": "0s"}),
    "soon": ("pending", {**WORKLIST, "slower_than": "0.0001s", "breach_after": "30m"}),
    "slow": ("breached", {**WORKLIST, "slower_than": "0.0001s", "breach_after": "0s"}),
}


def check() -> str:
    """Let golive live through the steps, then restart each of its halves in a time an hour off."""
    port = free_port()
    with Wlmscpfs() as ris:
        often = {"system": "ris", "area": "ct", "every": f"{EVERY_S:g}s", "timeout": "2s"}
        probes: list[dict[str, Any]] = [{"id": "echo", "kind": "echo", **often}]
        probes += [{"id": "worklist", "kind": "worklist", "match": {"Modality": "CT"}, **often}]
        feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
        systems = [dicom_system("ris", ris.port, ris.aet)]
        rules = [{"id": name, "title": name, "armed": "always", **rule} for name, (_, rule) in RULES.items()]
        with GoLive(live_hours=3, systems=systems, probes=probes, feeds=[feed], triggers=rules) as golive:
            clock = Clock(golive)
            golive.start("serve", "collect")
            sender = Sender(golive.listens(port))
            sender.start()
            wait_for("all is well", lambda: _states(golive) == {"ok"}, 40)
            wait_for("the triggers are what they are to stay", lambda: _triggers(golive) == _WANTED, 40)
            told, began_s = _told(golive), time.monotonic()
            stepped = [_lived(golive, clock, step, sender) for step in STEPS]
            restarts = [_restarted(golive, clock, which, step) for which, step in RESTARTS]
            assert _triggers(golive) == _WANTED
            assert (now := _told(golive)) == told, f"a clock moved a trigger: {now}, not {told}"
            pending_s = golive.get("/api/triggers/soon")["pending_s"]
            assert pending_s <= time.monotonic() - began_s + 60, f"pending for {pending_s:.0f} s"
            sender.stopping.set()
            sender.join(60)
            orders = golive.get("/api/exams/summary")["milestones"]["ordered"]
            assert orders == sender.acknowledged, f"{orders} orders told, {sender.acknowledged} acknowledged"
            verified = golive.cli("journal", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
            said = golive.said("serve") + golive.said("collect")
            assert "Traceback" not in said, said[-3000:]
    most = max(age for age, _ in stepped)
    lost = max(lost for _, lost in stepped)
    steps, again = (", ".join(f"{s:{form}}" for s in found) for found, form in ((STEPS, "+d"), (restarts, ".1f")))
    return (
        f"set to {steps} s: ok throughout, never older than {most:.1f} s, {max(0, lost)} probes lost; "
        f"restarts of either half an hour off: ok after {again} s; {orders} messages there once; "
        f"triggers stayed {', '.join(f'{n} {s}' for n, (s, _) in RULES.items())} (for {pending_s:.0f} s)"
    )


class Clock:
    """The wall clock of one golive, apart from everybody else's; its monotonic clock stays the machine's."""

    def __init__(self, golive: GoLive) -> None:
        self._file, shim = golive.folder / "clock", golive.folder / "clock_shim.so"
        source = Path(__file__).with_name("clock_shim.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source)], check=True)
        self.set(0)
        golive.environ |= {"LD_PRELOAD": str(shim), "CLOCK_SHIM_FILE": str(self._file)}

    def set(self, shift_s: int) -> None:
        with self._file.open("r+b" if self._file.exists() else "wb") as file:  # mapped: it must stay the same file
            file.write(struct.pack("q", shift_s))


def _standings(golive: GoLive) -> list[Mapping[str, Any]]:
    rows = golive.get("/api/standings")
    return [r for r in rows if r["measure"] in ("echo.response", "worklist.response")]


_WANTED = {name: state for name, (state, _) in RULES.items()}


def _triggers(golive: GoLive) -> dict[str, str]:
    return {row["id"]: row["state"] for row in golive.get("/api/triggers")}


def _sights(golive: GoLive) -> set[str]:
    return {row["sight"] for row in golive.get("/api/triggers")}


def _told(golive: GoLive) -> dict[str, list[str]]:
    """Give all that was ever recorded of each trigger."""
    return {name: [t["cause"] for t in golive.get(f"/api/triggers/{name}")["transitions"]] for name in RULES}


def _states(golive: GoLive) -> set[str]:
    return {row["state"] for row in _standings(golive)}


def _n(golive: GoLive) -> int:
    return int(min(row["n"] for row in _standings(golive)))


def _lived(golive: GoLive, clock: Clock, shift_s: int, sender: Sender) -> tuple[float, int]:
    """Give the greatest age seen after a step, and how many runs of a probe were lost."""
    before, began_s, acknowledged = _n(golive), time.monotonic(), sender.acknowledged
    since_s = golive.get("/api/status")["since_go_live_s"]
    clock.set(shift_s)
    oldest = 0.0
    while time.monotonic() < began_s + EACH_S:
        assert golive.alive()
        for row in _standings(golive):
            assert row["age_s"] >= 0, f"{shift_s:+d} s: {row}"
            assert row["age_s"] < OLDEST_S, f"{shift_s:+d} s: {row}"
            assert row["state"] == "ok", f"{shift_s:+d} s: {row}"
            oldest = max(oldest, row["age_s"])
        assert _triggers(golive) == _WANTED, f"{shift_s:+d} s: {_triggers(golive)}"
        status = golive.get("/api/status")
        assert status["overall"] != "blind", f"{shift_s:+d} s: {status}"
        gone_s = status["since_go_live_s"] - since_s
        assert abs(gone_s - (time.monotonic() - began_s)) < 3, f"{shift_s:+d} s: T+ jumped by {gone_s:.0f} s"
        time.sleep(0.25)
    wait_for("ready", lambda: golive.status_of("/readyz") == 200, 5)
    assert sender.acknowledged > acknowledged + 10, f"{shift_s:+d} s: messages stopped"
    lost = int((time.monotonic() - began_s) / EVERY_S) - (_n(golive) - before)
    assert lost <= LOST_MOST, f"{shift_s:+d} s: {lost} probes lost"
    return oldest, lost


def _restarted(golive: GoLive, clock: Clock, which: str, shift_s: int) -> float:
    """Kill one half and start it at another time of day than the other half began with."""
    clock.set(shift_s)
    golive.kill(which)
    before = _n(golive) if which == "collect" else 0
    began_s = time.monotonic()
    golive.start(which, seconds=40)

    def well() -> bool:
        rows = _standings(golive)
        assert all(row["age_s"] is None or row["age_s"] >= 0 for row in rows), f"{which} {shift_s:+d} s: {rows}"
        fresh = all(row["age_s"] is not None and row["age_s"] < OLDEST_S for row in rows)
        # triggers too: one that lost its sight in one time is blind for an hour when the next start is an hour later
        return fresh and _n(golive) >= before + 2 and _states(golive) == {"ok"} and _sights(golive) == {"ok"}

    wait_for(f"ok after a restart of {which} at {shift_s:+d} s", well, 40)
    return time.monotonic() - began_s
