"""Five hundred tablets over a connection that cuts, delays, doubles and answers late, and golive killed fifty times.

Each thing that somebody did must be stored once, for each issue in the order in which its tablet sent it; each receipt
must say what is stored; and all of it sent again must change nothing.
"""

import asyncio
import json
import random
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text

from app.commands.access import creating_a_token
from app.domain.floor.issues import Event, Issue, begun, fold
from app.store import codec
from app.store.db import Database
from tests.faults.tablet_days import AREAS, Days, is_desk
from tests.peers.cutting_proxy import CuttingProxy
from tests.peers.golive import GoLive
from tests.peers.postgres import postgres
from tests.peers.tablets import Record, Tablet

TABLETS, EACH, KILLS, AT_ONCE, LONGEST_S = 500, 20, 50, 120, 1800.0
# what golive writes by itself as time passes
BY_TIME = {"standing", "mark", "heartbeat", "closed", "closed_due", "rollup", "rollup_due"}
SITE = "north"


def check(tablets: int = TABLETS, kills: int = KILLS) -> str:
    """Run it on both databases."""
    with tempfile.TemporaryDirectory(prefix="golive-tablets-") as folder, postgres() as server:
        sqlite = run(f"sqlite:///{Path(folder) / 'golive.db'}", 1, tablets, kills)
        return f"SQLite: {sqlite}; PostgreSQL: {run(server.create('tablets'), 2, tablets, kills)}"


def run(database: str, seed: int, tablets: int = TABLETS, kills: int = KILLS) -> str:
    """Let them all live while golive is killed; give the figures, or fail on the first thing lost or doubled."""
    began = time.monotonic()
    with GoLive(database=database, areas=[{"id": a, "name": a.upper()} for a in AREAS]) as golive:
        config = golive.file.read_text()
        golive.file.write_text(config + "[escalation]\n" + "".join(f'sev{n} = ["30d"]\n' for n in range(1, 5)))
        golive.start("serve")
        golive.kill()
        tokens = enrolled(database, golive.folder, tablets)
        golive.start("serve")
        lives = Lives(golive, tokens, random.Random(seed))
        lives.live(kills)
        lived_s = time.monotonic() - began
        before = _tables(database)
        figures = _checked(lives, before)
        verified = golive.cli("journal", "verify", "--json", timeout=120)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        asyncio.run(lives.replay())
        _unchanged(before, _tables(database))
        assert "Traceback" not in golive.said("serve"), golive.said("serve")[-3000:]
        entries = json.loads(verified.stdout)["entries"]
    return (
        f"{tablets} tablets, {kills} kills and {lives.in_start} while it started, {lived_s:.0f} s: {figures}; "
        f"journal of {entries} verifies; all {len(lives.records)} sent again changed nothing "
        f"({time.monotonic() - began:.0f} s in all)"
    )


class Lives:
    """All tablets, the connection that they have, and the golive that is killed under them."""

    def __init__(self, golive: GoLive, tokens: Sequence[str], dice: random.Random) -> None:
        self.golive, self.tokens, self.dice = golive, tokens, dice
        self.shots = random.Random(dice.random())  # of the thread that kills
        self.days = Days(len(tokens), EACH, dice)
        self.records, self.in_start = self.days.records, 0
        self.fates: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()

    def live(self, kills: int) -> None:
        """Send everything through the bad connection, and kill golive again and again meanwhile."""
        with ThreadPoolExecutor(1) as pool:
            living = pool.submit(asyncio.run, self._live())
            for number in range(1, kills + 1):  # in this thread: golive dies with the one that started it
                self._kill(len(self.records) * number // (kills + 1), living)
            living.result()

    async def _live(self) -> None:
        async with CuttingProxy(self.golive.port, self.dice) as proxy, asyncio.timeout(LONGEST_S):
            async with asyncio.TaskGroup() as tasks:
                for tablet in self._tablets(proxy.port):
                    tasks.create_task(tablet.live())
            await proxy.quiet()
            many = {head: said for head, said in proxy.said.items() if len(said) > 1}
            assert not many, f"one request, several answers: {next(iter(many.items()))}"
            self.fates, self.refused = proxy.fates, proxy.refused

    async def replay(self) -> None:
        """Send everything once more over a good connection, in any order: each gets the receipt that it has."""
        again = [
            Record(r.tablet, r.uuid, r.uuid, r.method, r.path, r.body)
            for r in self.dice.sample(self.records, len(self.records))
        ]
        async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
            for tablet in self._tablets(self.golive.port, again):
                tasks.create_task(tablet.live())
        had = {r.uuid: r.receipt for r in self.records}
        others = [(r.path, had[r.uuid], r.receipt) for r in again if r.receipt != had[r.uuid]]
        assert not others, f"{len(others)} repeats were answered otherwise: {others[:3]}"

    def _tablets(self, port: int, records: Iterable[Record] = ()) -> list[Tablet]:
        of: dict[int, list[Record]] = defaultdict(list)
        for record in records or self.records:
            of[record.tablet].append(record)
        gate = asyncio.Semaphore(AT_ONCE)
        return [Tablet(port, self.tokens[number], its, self.dice, gate) for number, its in of.items()]

    def _kill(self, enough: int, living: "Future[None]") -> None:
        """Kill it once so many acts have their receipt, and now and then again while it starts."""
        while sum(r.receipt is not None for r in self.records) < enough and not living.done():
            time.sleep(0.02)
        time.sleep(self.shots.random() * 0.2)
        self._shoot()
        if self.shots.random() < 0.1:
            self.golive.start("serve", ready=False)
            time.sleep(self.shots.random() * 2)
            self._shoot()
            self.in_start += 1
        self.golive.start("serve", seconds=60)

    def _shoot(self) -> None:
        self.golive.signal(signal.SIGKILL, "serve")
        self.golive.processes.pop("serve").wait(20)


def enrolled(database: str, folder: Path, tablets: int) -> list[str]:
    """Give each tablet a token of its own, as golive's own command would."""
    db = Database(database, SITE, folder)
    db.open()
    try:
        now = datetime.now(UTC)
        roles = ["desk" if is_desk(number) else "floor" for number in range(tablets)]
        acts = [creating_a_token(SITE, role, f"tablet {n}", now, "a test") for n, role in enumerate(roles)]
        return [made.result()["token"] for made in [db.submit(act) for act in acts]]
    finally:
        db.close()


def _tables(database: str) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of all tables but those that the time alone changes."""
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            names = [
                n for n in inspect(connection).get_table_names() if n not in BY_TIME and not n.startswith("sample")
            ]
            found = {n: [dict(r._mapping) for r in connection.execute(text(f'select * from "{n}"'))] for n in names}
    finally:
        engine.dispose()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def _unchanged(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> None:
    assert before.keys() == after.keys()
    for name, rows in before.items():
        more = [row for row in after[name] if row not in rows][:2] if rows != after[name] else []
        assert rows == after[name], f"the replay changed {name}: {len(rows)} → {len(after[name])} rows; {more}"


def _checked(lives: Lives, tables: dict[str, list[dict[str, Any]]]) -> str:
    """Hold what is stored against what was sent; give the figures."""
    sent = {r.uuid: r for r in lives.records}
    issues = {row["uuid"]: codec.loads(Issue, row["body"]) for row in tables["issue"]}
    events = {row["uuid"]: codec.loads(Event, row["body"]) for row in tables["issue_event"]}
    stored = {u: i.sequence for u, i in issues.items()} | {u: e.sequence for u, e in events.items()}
    lost, made = sent.keys() - stored.keys(), stored.keys() - sent.keys()
    assert not lost, f"{len(lost)} lost, such as {sent[next(iter(lost))]}"
    assert not made, f"{len(made)} stored that nobody sent"
    assert sorted(stored.values()) == list(range(1, len(sent) + 1)), "the sequence has gaps or doubles"
    assert sorted(i.number for i in issues.values()) == list(range(1, len(issues) + 1))
    journalled = Counter(json.loads(r["body"])["event"] for r in tables["journal"] if r["act"].startswith("issue."))
    assert journalled == Counter(sent.keys()), "the journal has not each act once"
    wrong = [r for r in lives.records if r.receipt is None or r.receipt["sequence"] != stored[r.uuid]]
    assert not wrong, f"{len(wrong)} receipts do not say what is stored: {wrong[:2]}"
    _in_order(lives.records, stored)
    _receipts_true(lives.records, issues, {row["uuid"]: row for row in tables["issue_event"]})
    _folded(lives.days, issues, events)
    tries = sum(r.tries for r in lives.records)
    fates = ", ".join(f"{n} {fate}" for fate, n in lives.fates.most_common() if fate != "passed")
    refused = f"; refused as not ready {sum(lives.refused.values())}" if lives.refused else ""
    return (
        f"{len(sent)} acts ({len(issues)} issues, {len(events)} events) in {tries} tries, 0 lost, 0 doubled, in order, "
        f"receipts true ({fates}{refused})"
    )


def _in_order(records: Sequence[Record], stored: dict[str, int]) -> None:
    """Each tablet's acts on an issue have come in the order in which they were done, and after what they had seen."""
    newest: dict[tuple[int, str], int] = {}
    for record in records:
        key, place = (record.tablet, record.order), stored[record.uuid]
        assert place > newest.get(key, 0), f"{record.path} came before what its tablet sent before it"
        newest[key] = place
        assert record.after is None or place > stored[record.after.uuid]


def _receipts_true(records: Sequence[Record], issues: dict[str, Issue], rows: dict[str, dict[str, Any]]) -> None:
    for record in records:
        issue, receipt = issues[record.order], record.receipt or {}
        status = rows[record.uuid]["status"] if record.uuid in rows else "new"
        made = codec.loads(Event, rows[record.uuid]["body"]) if record.uuid in rows else issue
        said = (receipt["uuid"], receipt["number"], receipt["status"], datetime.fromisoformat(receipt["received_at"]))
        is_ = (issue.uuid, issue.number, status, made.received_at)
        assert said[:3] == is_[:3], (receipt, is_)
        assert abs((said[3] - is_[3]).total_seconds()) < 0.001, (receipt, is_)


def _folded(days: Days, issues: dict[str, Issue], events: dict[str, Event]) -> None:
    """Each issue is what its events make of it, and what was meant: its state, and how many joined it."""
    of: dict[str, list[Event]] = defaultdict(list)
    its = {r.uuid: r.order for r in days.records}
    for event in events.values():
        of[its[event.uuid]].append(event)
    for meant in days.issues:
        issue = issues[meant.put.uuid]
        first = begun(issue.uuid, issue.number, issue.sequence, issue.report, issue.reporter, issue.received_at)
        assert fold(first, of[issue.uuid]) == issue, f"no. {issue.number} is not what its events make of it"
        assert issue.status == meant.status, f"no. {issue.number} is {issue.status}, not {meant.status}"
        assert len(issue.me_too) == len(days.joined.get(issue.uuid, ())), f"no. {issue.number}: {issue.me_too}"
