"""The timers of escalation in each kind of database: each fires once and on time, whatever happens to the program."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.commands import escalation as commands
from app.commands import issues as reporting
from app.commands.triggers import would_see
from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issues import Action, Event, Report
from app.domain.plans import Counts, Rule
from app.domain.rollback.decisions import Person
from app.running.escalation import Escalation
from app.store import escalation, issues
from app.store.db import Database, Session
from app.store.sets import rows_of, run, table
from tests.integration.store.conftest import SITE
from tests.unit.made import WORKLIST, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SPANS = {1: (20.0, 30.0, 40.0), 2: (40.0, 60.0), 3: (90.0,), 4: ()}
PHASES = ("before", "decision", "command_center", "stabilisation", "handed_over", "rolled_back")
PLAN = replace(
    plan(WORKLIST), site=SITE, areas={"ct": "CT"},
    floor=FloorPlan({"worklist": "Worklist"}, deadlines=dict.fromkeys(PHASES, SPANS)),
)  # fmt: skip
SUE, ANN = Person("Sue", "floor", "t1"), Person("Ann", "desk", "t2")
TIMER = table("issue_timer")


class Clock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


def report(database: Database, severity: int, at: datetime, uuid: str = "") -> str:
    uuid = uuid or str(uuid4())
    database.write_now(reporting.reporting(PLAN, uuid, Report("ct", "worklist", severity), SUE, at))
    return uuid


def timers(session: Session) -> list:
    return list(rows_of(session, select(TIMER).where(TIMER.c.site == SITE)))


def does(database: Database, uuid: str, action: Action, at: datetime, by: Person = ANN, **more: str) -> None:
    told = Event(str(uuid4()), action, by, at, 0, **more)  # type: ignore[arg-type]  # mypy takes each for each field
    database.write_now(reporting.acting(PLAN, uuid, told, at))


def live(database: Database, uuid: str) -> tuple[int, int, datetime] | None:
    timer = database.read_now(lambda s: escalation.live(s, SITE, uuid))
    return timer and (timer.tier, timer.severity, timer.due_at)


def test_what_a_merge_made_graver_and_what_is_opened_again_at_the_vendor_has_a_deadline(database: Database) -> None:
    root, grave = report(database, 3, NOON), report(database, 1, NOON)
    for _ in range(3):
        does(database, root, Action.ESCALATE, NOON)
    does(database, root, Action.ACKNOWLEDGE, NOON, text="the vendor looks at it")
    assert live(database, root) is None
    merged_at = NOON + timedelta(seconds=10)
    does(database, grave, Action.DUPLICATE, merged_at, resolution="the same", duplicate_of=root)
    assert live(database, root) == (2, 1, merged_at + timedelta(seconds=40))
    assert live(database, grave) is None
    fired_at = NOON + timedelta(seconds=51)
    due = database.read_now(lambda s: escalation.due(s, SITE, fired_at, 9))
    assert database.write_now(commands.firing(PLAN, due, fired_at)) == 1
    assert live(database, root) is None  # at the vendor, from whom it goes on to nobody
    does(database, root, Action.FIX, fired_at, resolution="patched")
    does(database, root, Action.REOPEN, fired_at, SUE)
    assert live(database, root) == (2, 1, fired_at + timedelta(seconds=40))


def test_a_thousand_timers_fire_once_each_and_on_time_over_restarts_and_a_jump_of_the_clock(
    url: str, tmp_path: Path
) -> None:
    clock, fired = Clock(), []
    database = Database(url, SITE, tmp_path)
    database.open()
    for n in range(450):  # 1 and 2 and 3 in turn: three, two and one wait each, 900 in all, and those of the jump
        report(database, 1 + n % 3, NOON + timedelta(seconds=n % 50))
    for n in range(60):
        report(database, 1, NOON + timedelta(seconds=50), f"late-{n}")
    restarts = {30: 0.0, 56: 0.0, 70: 25.0, 90: 0.0, 110: -10.0, 140: 0.0}  # at which second, and by how much it jumps
    seconds, shift, jumps = 0, 0.0, []
    while seconds < 330:
        seconds += 2  # the longest that a look may come late
        clock.at = NOON + timedelta(seconds=seconds + shift)
        if seconds in restarts:
            last_look, shift = clock.at - timedelta(seconds=2), shift + restarts[seconds]
            clock.at = NOON + timedelta(seconds=seconds + shift)
            database.close()
            database = Database(url, SITE, tmp_path)
            database.open()
            jumps += [(last_look, clock.at)] if restarts[seconds] > 0 else []
        one, two = (
            Escalation(lambda: PLAN, database, clock, lambda: fired.append(1), lambda: fired.append(0))  # type: ignore[arg-type]
            for _ in range(2)
        )

        async def look(both: tuple[Escalation, Escalation] = (one, two)) -> None:
            await asyncio.gather(*(e.look() for e in both))

        asyncio.run(look())
    rows = database.read_now(timers)
    events = {i.uuid: database.read_now(lambda s, u=i.uuid: issues.events(s, SITE, u)) for i in everything(database)}
    done = [r for r in rows if r.fired_at is not None]
    database.close()
    assert 0 not in fired
    assert len(done) == len(rows) == 450 // 3 * (3 + 2 + 1) + 60 * 3
    # what came due within a leap of the clock is on time when it fires as the clock has leapt
    wanted = [next((after for from_, after in jumps if from_ < r.due_at <= after), r.due_at) for r in done]
    late_s = [(r.fired_at - at).total_seconds() for r, at in zip(done, wanted, strict=True)]
    assert (min(late_s) >= 0, max(late_s) <= 2.0) == (True, True), (min(late_s), max(late_s))
    assert sum(at != r.due_at for r, at in zip(done, wanted, strict=True)) > 20
    per_issue = Counter(r.issue for r in done)
    assert {uuid: len(found) for uuid, found in events.items() if found} == dict(per_issue)
    assert len({e.uuid for found in events.values() for e in found}) == len(done)


def everything(database: Database) -> list:
    return database.read_now(lambda s: issues.all(s, SITE))


def test_a_crash_between_taking_a_timer_and_escalating_undoes_both(database: Database) -> None:
    uuid = report(database, 1, NOON)
    now = NOON + timedelta(seconds=21)
    (timer,) = database.read_now(lambda s: escalation.due(s, SITE, now, 10))

    def crash(s: Session) -> None:
        assert commands.firing(PLAN, [timer], now)(s) == 1
        raise RuntimeError("the lights went out")

    with pytest.raises(RuntimeError, match="lights"):
        database.write_now(crash)
    assert database.write_now(commands.firing(PLAN, [timer], now)) == 1
    assert database.write_now(commands.firing(PLAN, [timer], now)) == 0
    assert [e.action for e in database.read_now(lambda s: issues.events(s, SITE, uuid))] == [Action.ESCALATE]


def test_a_mistake_with_one_issue_keeps_no_other_waiting(database: Database) -> None:
    spoilt, good = report(database, 1, NOON), report(database, 1, NOON)
    broken = table("issue").update().where(table("issue").c.uuid == spoilt).values(body="no issue any more")
    database.write_now(lambda s: run(s, broken))
    clock, fired = Clock(), []
    clock.at = NOON + timedelta(seconds=21)
    one = Escalation(lambda: PLAN, database, clock, lambda: fired.append(1), lambda: fired.append(0))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Expecting value"):
        asyncio.run(one.look())
    assert [e.action for e in database.read_now(lambda s: issues.events(s, SITE, good))] == [Action.ESCALATE]
    assert [t.issue for t in database.read_now(lambda s: escalation.due(s, SITE, clock.at, 10))] == [spoilt]


def test_a_rule_that_counts_issues_would_see_those_that_are_open(database: Database) -> None:
    rule = Rule("sev1", "Grave", kind=Counts.COUNT, what="issues", severity=1, limit=0, version="v1")
    report(database, 1, NOON)
    report(database, 2, NOON)
    (tried,) = database.read_now(lambda s: would_see(s, replace(PLAN, rules=(rule,)), NOON + timedelta(minutes=1)))
    assert tried.share is not None
    assert (tried.share.over, tried.share.reason) == (True, "1 open SEV1 issue; 0 allowed")


def test_who_acknowledges_with_a_comment_stops_it_and_a_repeat_of_the_report_begins_nothing(database: Database) -> None:
    uuid = report(database, 1, NOON)
    report(database, 1, NOON + timedelta(seconds=5), uuid)
    assert len(database.read_now(timers)) == 1
    said = Event("e1", Action.ACKNOWLEDGE, ANN, NOON + timedelta(seconds=6), 0, text="on it")
    database.write_now(reporting.acting(PLAN, uuid, said, said.received_at))
    assert database.read_now(lambda s: escalation.due(s, SITE, NOON + timedelta(days=1), 10)) == []
    up = Event("e2", Action.ESCALATE, ANN, NOON + timedelta(seconds=9), 0)
    database.write_now(reporting.acting(PLAN, uuid, up, up.received_at))
    (timer,) = database.read_now(lambda s: escalation.due(s, SITE, NOON + timedelta(days=1), 10))
    assert (timer.tier, timer.due_at) == (1, NOON + timedelta(seconds=39))
