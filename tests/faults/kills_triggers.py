"""A hundred SIGKILLs of the app around transitions of triggers, people's acts, and notices under way.

The record must replay to what is stored, no act may be done twice, and each transition that somebody is to be told of
must have come at least once, under the id that follows from the transition alone.
"""

import hashlib
import os
import random
import signal
import threading
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from uuid import UUID

from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for
from tests.peers.receiver import Receiver

KILLS, AREAS = 100, ("ct", "mr", "xr", "us")
QUICK: dict[str, Any] = {
    "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.5, "window": "5s",
    "at_least": 5, "breach_after": "0s", "recover_below": 0.4, "armed": "always", "per": "area",
}  # fmt: skip
CALM = {**QUICK, "id": "calm", "title": "Calm", "slower_than": "60s", "window": "120s"}
OCCASIONS = {"breach": "breach", "breach_again": "breach", "recovery": "recovery"}


def run(database: str, seed: int) -> str:
    """Kill and restart; give the figure, or fail on the first thing lost, doubled or told under another id."""
    with Receiver() as receiver:
        common = {"kind": "worklist", "system": "ris", "every": "10s", "timeout": "8s"}
        with GoLive(
            database=database,
            roles=("engineer", "desk"),
            areas=[{"id": area, "name": area.upper()} for area in AREAS],
            systems=[dicom_system("ris", 1, "RIS")],
            probes=[{"id": f"w-{area}", "area": area, **common} for area in AREAS],
            triggers=[{**QUICK, "id": "slow"}, CALM],
            channels=[{"id": "desk", "timeout": "5s"}],
            routes=[{"channel": "desk", "on": sorted({*OCCASIONS.values()})}],
        ) as golive:
            golive.environ["GOLIVE_CHANNEL_DESK"] = receiver.address()
            lives = Lives(golive, receiver, random.Random(seed))
            golive.start("serve", seconds=40)
            for number in range(KILLS):
                lives.live(slow=number % 2 == 0)
            return lives.told()


class Lives:
    """One golive that is killed again and again, and all that it said meanwhile."""

    def __init__(self, golive: GoLive, receiver: Receiver, dice: random.Random) -> None:
        self.golive, self.receiver, self.dice = golive, receiver, dice
        self.seen: set[tuple[str, int]] = set()
        self.acts = self.repeated = self.in_sending = 0

    def live(self, slow: bool) -> None:
        """Let every trigger have a reason to move, somebody act, and the app be killed in the midst of it."""
        act, sending = str(UUID(int=self.dice.getrandbits(128), version=4)), self.dice.random() < 0.4
        pid, killed = self.golive.processes["serve"].pid, threading.Event()

        def kill() -> None:
            if not killed.is_set():
                killed.set()
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)

        if sending:
            self.receiver.before = kill  # it has the message, and no answer goes out before that
        later = threading.Timer(3.0 if sending else self.dice.random() * 0.8, kill)
        later.start()
        answered = self._told(lambda: self._measure(slow)) and self._told(lambda: self._override(act))
        while not killed.is_set():
            self._told(self._look)
            time.sleep(0.02)
        later.cancel()
        self.in_sending += sending
        self.receiver.before = lambda: None
        self.golive.processes.pop("serve").wait(20)
        self.golive.start("serve", seconds=40)
        self.repeated += not answered
        assert self._told(lambda: self._override(act)), "an act that was sent again was refused"
        self.acts += 1
        self._look(after_restart=True)

    def _told(self, ask: Any) -> bool:
        """Say whether golive answered; it may be dead by now."""
        try:
            ask()
        except (OSError, HTTPException):
            return False
        return True

    def _measure(self, slow: bool) -> None:
        base = {"kind": "worklist", "system": "ris", "outcome": "ok", "total_s": 2.0 if slow else 0.1}
        made = [{**base, "probe": f"w-{area}", "area": area} for area in AREAS for _ in range(30)]
        self.golive.ingest(samples=[{**one, "id": uuid7(), "at": now_z()} for one in made])

    def _override(self, act: str) -> None:
        until = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(
            seconds=self.acts
        )  # a repeat is the same act, word by word
        body = {"action": "override", "until": until.isoformat(), "reason": "a test"}
        path, token = f"/api/triggers/calm:ct/acts/{act}", self.golive.tokens["desk"]
        status, answer = self.golive.ask("POST", path, body, token)
        assert status == 200, f"{status} {answer}"

    def _look(self, after_restart: bool = False) -> None:
        """Note what was shown; what was shown before a kill must still be there after it."""
        for area in AREAS:
            found = self.golive.get(f"/api/triggers/slow:{area}")["transitions"]
            shown = {(area, t["number"]) for t in found}
            assert [t["number"] for t in found] == list(range(1, len(found) + 1)), f"{area}: {found}"
            if after_restart:
                lost = {(a, n) for a, n in self.seen if a == area} - shown
                assert not lost, f"shown and gone: {lost}"
            self.seen |= shown

    def told(self) -> str:
        """Give the figure once everything that is owed has come."""
        journal = self._journal()
        moved = [e for e in journal if e["subject"].startswith("slow:") and e["act"].startswith("trigger.")]
        expected = {_id(e) for e in moved if e["act"].removeprefix("trigger.") in OCCASIONS}
        wait_for("every notice has come", lambda: expected <= {m.id for m in self.receiver.taken()}, 60)
        words = defaultdict(set)
        for message in self.receiver.messages:
            words[message.id].add((message.title, message.text))
        assert words.keys() == expected, f"told of what did not happen: {words.keys() - expected}"
        assert all(len(said) == 1 for said in words.values()), "a repeat says other words under the same id"
        overrides = sum(e["act"] == "trigger.override" for e in journal)
        assert overrides == self.acts, f"{overrides} overrides on record, {self.acts} made"
        verified = self.golive.cli("journal", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        repeats = len(self.receiver.messages) - len(expected)
        kept = (
            f"{len(moved)} transitions, each once and replayed; {self.acts} acts ({self.repeated} sent again) done once"
        )
        sent = f"{len(expected)} notices, all came, {repeats} again under the same id"
        return f"{KILLS} kills, {self.in_sending} while a notice was under way: {kept}; {sent}"

    def _journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while more := self.golive.get(f"/api/journal?after={len(found)}&limit=1000"):
            found += more
        return found


def _id(entry: dict[str, Any]) -> str:
    """Give the id that the notice of a transition must have: it follows from what happened, not from who sends it."""
    occasion = OCCASIONS[entry["act"].removeprefix("trigger.")]
    parts = ("north", "desk", occasion, entry["subject"], entry["body"]["rule"], entry["body"]["number"], 0)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]
