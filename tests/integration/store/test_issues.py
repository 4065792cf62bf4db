"""Issues in each kind of database: one order for all, each told once, and what is stored is what its events fold to."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.commands import issues as commands
from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issues import Action, Event, Report, begun, fold
from app.domain.rollback.decisions import Person
from app.store import issues, journal
from app.store.db import Database, Session
from tests.integration.store.conftest import SITE
from tests.unit.made import WORKLIST, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAN = replace(plan(WORKLIST), site=SITE, areas={"ct": "CT"}, floor=FloorPlan({"worklist": "Worklist"}))
SUE, ANN = Person("Sue", "floor", "t1"), Person("Ann", "desk", "t2")
REPORT = Report("ct", "worklist", 2, text="stays \u0000 empty".replace("\u0000", "–"))


def event(action: Action, n: int, **more: str) -> Event:
    return Event(f"e{n}", action, ANN, NOON + timedelta(minutes=n), 0, **more)


def test_a_whole_day_sent_twice_from_many_sides_changes_nothing_the_second_time(database: Database) -> None:
    uuids = [str(uuid4()) for _ in range(12)]
    acts = [commands.reporting(PLAN, uuid, REPORT, SUE, NOON) for uuid in uuids for _ in range(3)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda act: database.write_now(act), acts))
    assert sum(is_new for _, is_new in found) == 12
    stored = database.read_now(lambda s: issues.all(s, SITE))
    assert [i.number for i in stored] == [*range(1, 13)] == [i.sequence for i in stored]
    todo = [event(Action.TRIAGE, 1), event(Action.COMMENT, 2, text="looking"), event(Action.FIX, 3, resolution="done")]
    answers = []
    for _ in range(2):
        for said in todo:
            kept, is_new = database.write_now(commands.acting(PLAN, uuids[0], said, said.received_at))
            answers.append((kept.sequence, kept.status, is_new))
    assert answers == [
        (13, "triaged", True), (14, "triaged", True), (15, "fixed", True),
        (13, "triaged", False), (14, "triaged", False), (15, "fixed", False),
    ]  # fmt: skip
    now = database.read_now(lambda s: issues.get(s, SITE, uuids[0]))
    assert now is not None
    first = begun(now.uuid, now.number, now.sequence, REPORT, SUE, NOON)
    assert fold(first, database.read_now(lambda s: issues.events(s, SITE, uuids[0]))) == now
    assert database.read_now(lambda s: issues.open_now(s, SITE)) == [(2, NOON)] * 11
    assert database.read_now(lambda s: journal.verify(s, SITE)).ok


def test_a_change_of_the_hour_before_is_kept_with_an_issue_however_much_the_floor_said_since(
    database: Database,
) -> None:
    def told(s: Session) -> None:
        for minutes, act in ((61, "go_live.delay"), (50, "go_live.declare"), (40, "configuration.effective")):
            journal.append(s, SITE, NOON - timedelta(minutes=minutes), "Ann", act, "x", {})
        for n in range(600):
            journal.append(s, SITE, NOON - timedelta(minutes=30), "Sue", "issue.comment", f"i{n}", {})

    database.write_now(told)
    uuid = str(uuid4())
    database.write_now(commands.reporting(PLAN, uuid, REPORT, SUE, NOON))
    kept = json.loads(database.read_now(lambda s: issues.context(s, SITE, uuid)))
    assert [c["act"] for c in kept["changes"]] == ["go_live.declare", "configuration.effective"]
