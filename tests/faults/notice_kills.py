"""A hundred SIGKILLs on each database while triggers breach and people decide: no notice lost, repeats have one id."""

import contextlib
import http.client
import json
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for
from tests.peers.postgres import postgres
from tests.peers.receiver import Message, Receiver

KILLS = 100
RULE = {
    "id": "slow", "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.5,
    "window": "60s", "at_least": 3, "breach_after": "0s", "recover_below": 0.4, "armed": "always",
}  # fmt: skip
TOLD = {"trigger.breach": "breach: ", "decision.confirm": "confirmed: ", "go_live.declare": "go-live declared"}


class Life(threading.Thread):
    """Breach, proposal, confirmation, over and over; each act is sent until it is answered, under one id."""

    def __init__(self, golive: GoLive) -> None:
        super().__init__(daemon=True)
        self.golive, self.rounds, self.stopping = golive, 0, threading.Event()
        self.failed: BaseException | None = None

    def run(self) -> None:
        """Go on until told to stop; what goes wrong is kept for who waits."""
        try:
            while not self.stopping.is_set():
                self._round()
        except BaseException as error:
            self.failed = error
            raise

    def _round(self) -> None:
        self._breach()
        uuid, event = uuid7(), uuid7()
        proposal = {"trigger": "slow", "kind": "false_alarm", "reason": "as ever"}
        if self._surely("PUT", f"/api/decisions/{uuid}", proposal, "desk") is None:
            return  # the screens still showed the breach before
        end = {"action": "confirm", "reason": "agreed"}
        self._surely("POST", f"/api/decisions/{uuid}/events/{event}", end, "authority")
        self.rounds += 1

    def _breach(self) -> None:
        base = {"probe": "w", "kind": "worklist", "system": "ris", "area": "ct", "outcome": "ok", "total_s": 2.0}
        while True:
            batch = {"batch": uuid7(), "source": "main", "sent_at": now_z()}
            samples = [{**base, "id": uuid7(), "at": now_z()} for _ in range(4)]
            self._surely("POST", "/api/ingest", {**batch, "samples": samples}, "")
            for _ in range(20):
                if self._surely("GET", "/api/triggers/slow", None, "desk")["state"] == "breached":
                    return
                time.sleep(0.05)

    def _surely(self, method: str, path: str, body: Any, role: str) -> Any:
        while True:
            token = self.golive.tokens[role] if role else self.golive.ingest_token
            with contextlib.suppress(OSError, http.client.HTTPException):  # killed before or in its answer
                status, answer = self.golive.ask(method, path, body, token)
                if status < 300:
                    return answer
                if status == 409:
                    return None
                # a trigger that was just started anew may not be evaluated yet
                assert status >= 500 or status == 404, f"{method} {path}: {status} {answer}"
            time.sleep(0.02)


def check() -> str:
    """Run it on both databases."""
    with tempfile.TemporaryDirectory(prefix="golive-notices-") as folder, postgres() as server:
        sqlite = run(f"sqlite:///{Path(folder) / 'golive.db'}", 1)
        return f"SQLite: {sqlite}; PostgreSQL: {run(server.create('notices'), 2)}"


def run(database: str, seed: int, kills: int = KILLS) -> str:
    """Kill and restart; give the figures, or fail on the first notice that is lost."""
    dice = random.Random(seed)
    probe = {"id": "w", "kind": "worklist", "system": "ris", "area": "ct", "every": "10s", "timeout": "8s"}
    with (
        Receiver() as receiver,
        GoLive(
            roles=("engineer", "desk", "authority"),
            database=database,
            systems=[dicom_system("ris", 1, "RIS")],
            probes=[probe],
            triggers=[RULE],
            channels=[{"id": "desk", "timeout": "5s"}],
            routes=[{"channel": "desk", "on": ["breach", "proposal", "decision", "go_live"]}],
        ) as golive,
    ):
        golive.environ["GOLIVE_CHANNEL_DESK"] = receiver.address()
        golive.start("serve")
        life = Life(golive)
        life.start()
        for _ in range(kills):
            _kill(golive, receiver, dice)
        life.stopping.set()
        life.join(60)
        assert life.failed is None, life.failed
        assert not life.is_alive(), "the last decision was never taken"
        journal = _journal(golive)
        wait_for("all is told", lambda: not _missing(journal, receiver), 60)
        verified = golive.cli("journal", "verify", "--json")
        assert verified.returncode == 0, verified.stdout + verified.stderr
    return f"{kills} kills, {life.rounds} breaches decided, {_figures(receiver)}; journal {json.loads(verified.stdout)}"


def _kill(golive: GoLive, receiver: Receiver, dice: random.Random) -> None:
    """Kill it at any moment, or while the service has a message and has not answered yet."""
    before = len(receiver.messages)
    if dice.random() < 0.5:
        receiver.before = lambda: golive.signal(signal.SIGKILL, "serve") if golive.processes else None
        wait_for("a message comes", lambda: len(receiver.messages) > before, 60)
    else:
        threading.Event().wait(dice.random() * 0.8)
        golive.signal(signal.SIGKILL, "serve")
    golive.processes.pop("serve").wait(20)
    receiver.before = lambda: None
    golive.start("serve")


def _journal(golive: GoLive) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := golive.get(f"/api/journal?after={found[-1]['seq'] if found else 0}", "engineer"):
        found += page
    return found


def _missing(journal: list[dict[str, Any]], receiver: Receiver) -> dict[str, int]:
    """Give, by kind, how many entries of the journal nobody was told of; a proposal that was decided needs no call."""
    acts = Counter(entry["act"] for entry in journal)
    told = {m.id: m for m in receiver.taken()}.values()
    counts = {act: acts[act] - sum(words in m.title for m in told) for act, words in TOLD.items()}
    assert all(count >= 0 for count in counts.values()), f"told of what is not on record: {counts}"
    return {act: count for act, count in counts.items() if count}


def _figures(receiver: Receiver) -> str:
    by_id: dict[str, list[Message]] = {}
    for message in receiver.messages:
        by_id.setdefault(message.id, []).append(message)
    assert all(len({(m.title, m.text) for m in same}) == 1 for same in by_id.values()), "one id, two messages"
    repeats = sum(len(same) - 1 for same in by_id.values())
    return f"{len(by_id)} notices told, none lost, {repeats} repeats under their ids"
