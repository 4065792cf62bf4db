"""Issues held for screens in each kind of database: always what the store holds, and not read again without news."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import event as listening

from app.commands import escalation as escalating
from app.commands import issues as commands
from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issues import OPEN, Action, Event, Report
from app.domain.rollback.decisions import Person
from app.store import escalation, issues
from app.store.db import Database
from app.store.issue_board import IssuesHeld
from tests.integration.store.conftest import SITE
from tests.unit.made import WORKLIST, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEADLINES = {"before": {2: (600.0, 600.0, 600.0)}}
FLOOR = FloorPlan({"worklist": "Worklist"}, deadlines=DEADLINES)
PLAN = replace(plan(WORKLIST), site=SITE, areas={"ct": "CT"}, floor=FLOOR)
SUE, ANN = Person("Sue", "floor", "t1"), Person("Ann", "desk", "t2")
DONE = {Action.FIX: {"resolution": "done"}, Action.CLOSE: {"resolution": "done"}, Action.ACKNOWLEDGE: {"text": "on it"}}


def report(database: Database, severity: int = 2, minutes: float = 0) -> str:
    uuid, at = str(uuid4()), NOON + timedelta(minutes=minutes)
    database.write_now(commands.reporting(PLAN, uuid, Report("ct", "worklist", severity), SUE, at))
    return uuid


def act(database: Database, issue: str, action: Action, minutes: float = 1) -> None:
    said = Event(str(uuid4()), action, ANN, NOON + timedelta(minutes=minutes), 0, **DONE.get(action, {}))
    database.write_now(commands.acting(PLAN, issue, said, said.received_at))


def fire(database: Database, minutes: float) -> None:
    now = NOON + timedelta(minutes=minutes)
    due = database.read_now(lambda s: escalation.due(s, SITE, now, 100))
    database.write_now(escalating.firing(PLAN, due, now))


def test_what_is_held_is_what_the_store_holds_after_any_acts(database: Database) -> None:
    held, drawn = IssuesHeld(), random.Random(7)
    known = [report(database, drawn.randint(1, 4)) for _ in range(5)]
    for _ in range(40):
        found = {i.uuid: i for i in database.read_now(lambda s: issues.all(s, SITE))}
        one = drawn.choice(known)
        if drawn.random() < 0.2:
            known.append(report(database, drawn.randint(1, 4)))
        elif found[one].status in OPEN:
            act(database, one, drawn.choice((Action.TRIAGE, Action.ACKNOWLEDGE, Action.FIX, Action.CLOSE)))
        else:
            act(database, one, Action.REOPEN)
        board = database.read_now(lambda s: held.now(s, SITE))
        assert list(board.issues) == database.read_now(lambda s: issues.all(s, SITE))
        assert board.blind == ""
    fresh = database.read_now(lambda s: IssuesHeld().now(s, SITE))
    assert (fresh.issues, fresh.deadlines, fresh.sequence) == (board.issues, board.deadlines, board.sequence)


def test_without_news_one_row_is_asked_for_and_nothing_is_worked_out_again(database: Database) -> None:
    held = IssuesHeld()
    for _ in range(3):
        report(database)
    before = database.read_now(lambda s: held.now(s, SITE))
    asked: list[str] = []
    database.read_now(
        lambda s: listening.listen(
            s.get_bind(), "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement)
        )
    )
    assert database.read_now(lambda s: held.now(s, SITE)) is before
    mine = [said for said in asked if "issue" in said]
    assert len(mine) == 1
    assert "issue_head" in mine[0]


def test_late_is_what_a_deadline_sent_on_until_somebody_takes_it_up(database: Database) -> None:
    held, one = IssuesHeld(), report(database)

    def late() -> tuple[bool, datetime | None]:
        board = database.read_now(lambda s: held.now(s, SITE))
        return bool(board.overdue), board.deadlines[one].due_at

    assert late() == (False, NOON + timedelta(minutes=10))
    fire(database, 11)
    assert late() == (True, NOON + timedelta(minutes=21))
    act(database, one, Action.ACKNOWLEDGE, 12)
    assert late() == (False, None)
    act(database, one, Action.ESCALATE, 13)
    assert late() == (False, NOON + timedelta(minutes=23))
    fire(database, 24)
    assert late() == (True, None)
    act(database, one, Action.FIX, 25)
    assert not late()[0]
