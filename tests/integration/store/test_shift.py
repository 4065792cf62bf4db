"""The shift in each kind of database: told once, asked once at each turn of the clock, over restarts."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.commands import announcements, duties, handovers, questions
from app.commands import issues as reporting
from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.handovers import Asked
from app.domain.floor.issues import Action, Event, Report
from app.domain.floor.questions import Answer
from app.domain.rollback.decisions import Person
from app.errors import Conflict
from app.running.asking import Asking
from app.store import issues, journal, shift
from app.store import questions as stored
from app.store.db import Database, Session
from app.store.sets import run, table
from tests.integration.store.conftest import SITE
from tests.unit.made import WORKLIST, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MADE = plan(WORKLIST)
PLAN = replace(
    MADE, site=SITE, areas={"ct": "CT", "mr": "MR"},
    floor=FloorPlan({"worklist": "Worklist"}, ask_every_s=3600.0),
    go_live=replace(MADE.go_live, at=NOON - timedelta(hours=1), by_clock=True, command_center_s=1e6),
)  # fmt: skip
SUE, ANN, BO = Person("Sue", "floor", "t1"), Person("Ann", "desk", "t2"), Person("Bo", "desk", "t3")


class Clock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


def test_a_day_of_the_shift_sent_twice_from_many_sides_changes_nothing_the_second_time(database: Database) -> None:
    until = NOON + timedelta(hours=8)
    one, two, three, four, five = (str(uuid4()) for _ in range(5))
    note = Asked("calm", "none", "none", "Bo", until, leaves="Ann")
    for n in range(3):
        database.write_now(reporting.reporting(PLAN, f"i{n}", Report("ct", "worklist", 2), SUE, NOON))
        assigned = Event(f"e{n}", Action.ASSIGN, ANN, NOON, 0, owner="Ann" if n else "Kim")
        database.write_now(reporting.acting(PLAN, f"i{n}", assigned, NOON))
    acts = [
        duties.taking(PLAN, one, duties.Wanted("ct", until), SUE, NOON),
        duties.taking(PLAN, two, duties.Wanted("", until), ANN, NOON),
        announcements.announcing(PLAN, three, announcements.Wanted("RIS restarts", ("ct",)), ANN, NOON),
        questions.asking(PLAN, four, questions.Wanted(("ct",)), ANN, NOON),
        questions.answering(PLAN, four, five, questions.Tapped("ct", Answer.SLOW), SUE, NOON + MINUTE),
        handovers.handing_over(PLAN, str(uuid4()), note, BO, NOON + MINUTE),
    ]
    first = [[database.write_now(act) for _ in range(2)] for act in acts]
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda act: database.write_now(act), acts * 5))
    assert [[is_new for _, is_new in pair] for pair in first] == [[True, False]] * len(acts)
    assert not any(is_new for _, is_new in again)
    assert [pair[0][0] for pair in first] * 5 == [answer for answer, _ in again]
    now = database.read_now(lambda s: shift.now(s, SITE, NOON + MINUTE))
    lead = now.lead(NOON + MINUTE)
    assert lead is not None
    assert (lead.called, lead.by) == ("Bo", BO)
    assert [(d.area, d.called) for d in now.of_areas] == [("ct", "Sue")]
    assert [a.text for a in now.announcements] == ["RIS restarts"]
    assert [(s.area, s.answer) for s in now.said] == [("ct", Answer.SLOW)]
    assert now.handover is not None
    assert (now.handover.issues, now.handover.lead) == ((2, 3), True)
    owners = [i.owner for i in database.read_now(lambda s: issues.all(s, SITE))]
    assert owners == ["Kim", "Bo", "Bo"]
    assert database.read_now(lambda s: journal.verify(s, SITE)).ok
    with pytest.raises(Conflict) as found:
        database.write_now(duties.taking(PLAN, one, duties.Wanted("mr", until), SUE, NOON))
    assert (found.value.shown["stored"]["area"], found.value.shown["sent"]["area"]) == ("ct", "mr")


def test_golive_asks_once_an_hour_over_restarts_and_a_clock_set_back(url: str, tmp_path: Path) -> None:
    clock, asked = Clock(), []
    database = Database(url, SITE, tmp_path)
    database.open()
    until = NOON + timedelta(hours=12)
    database.write_now(duties.taking(PLAN, str(uuid4()), duties.Wanted("mr", until), SUE, NOON - MINUTE))
    steps = [0, 1, 4, 59, 61, 62, 3, 58, 119, 127, 180, 184]  # 3: the clock is set back; 127: too late for 120
    for n, minute in enumerate(steps):
        clock.at = NOON + minute * MINUTE
        if n % 3 == 2:
            database.close()
            database = Database(url, SITE, tmp_path)
            database.open()
        two = [
            Asking(lambda: PLAN, database, clock, lambda: asked.append(1), lambda: asked.append(0)) for _ in range(2)
        ]  # type: ignore[arg-type]

        async def look(both: list[Asking] = two) -> None:
            await asyncio.gather(*(one.look() for one in both))

        asyncio.run(look())
    found = database.read_now(lambda s: stored.since(s, SITE, NOON - timedelta(hours=1)))
    database.close()
    assert [int((q.at - NOON) / MINUTE) for q in found] == [0, 61, 180]
    assert {q.areas for q in found} == {("mr",)}
    assert 0 not in asked


def test_golive_asks_nobody_before_go_live_after_it_or_where_nobody_is(database: Database) -> None:
    def ask(planned: object, at: datetime) -> bool:
        return bool(database.write_now(questions.asking_by_itself(planned, at, at)))  # type: ignore[arg-type]

    assert not ask(PLAN, NOON)  # nobody is on duty
    taken = duties.Wanted("ct", NOON + timedelta(hours=20))
    database.write_now(duties.taking(PLAN, str(uuid4()), taken, SUE, NOON))
    assert not ask(replace(PLAN, go_live=replace(PLAN.go_live, at=NOON + timedelta(hours=5))), NOON)
    assert not ask(replace(PLAN, go_live=replace(PLAN.go_live, command_center_s=7200.0)), NOON + timedelta(hours=10))
    assert ask(PLAN, NOON)


def test_a_crash_within_a_hand_over_leaves_everything_with_who_had_it(database: Database) -> None:
    until = NOON + timedelta(hours=8)
    database.write_now(duties.taking(PLAN, str(uuid4()), duties.Wanted("", until), ANN, NOON))
    database.write_now(reporting.reporting(PLAN, "i", Report("ct", "worklist", 2), SUE, NOON))
    assigned = Event("e", Action.ASSIGN, ANN, NOON, 0, owner="Ann")
    database.write_now(reporting.acting(PLAN, "i", assigned, NOON))
    act = handovers.handing_over(PLAN, "h", Asked("calm", "none", "none", "Bo", until), ANN, NOON + MINUTE)

    def crash(s: Session) -> None:
        act(s)
        raise RuntimeError("the lights went out")

    with pytest.raises(RuntimeError, match="lights"):
        database.write_now(crash)
    now = database.read_now(lambda s: shift.now(s, SITE, NOON + MINUTE))
    lead = now.lead(NOON + MINUTE)
    assert lead is not None
    assert (lead.called, now.handover) == ("Ann", None)
    assert [i.owner for i in database.read_now(lambda s: issues.all(s, SITE))] == ["Ann"]
    made, is_new = database.write_now(act)
    assert (is_new, made.issues, made.lead) == (True, (1,), True)


def test_a_screen_reads_the_newest_answers_and_no_other(database: Database) -> None:
    for n, minutes in enumerate((300, 200, 20)):  # the last one still waits
        at = NOON - minutes * MINUTE
        database.write_now(questions.asking(PLAN, f"q{n}", questions.Wanted(("ct", "mr")), ANN, at))
        for tablet in range(20):
            area = "ct" if tablet % 2 else "mr"
            if (n, area) != (2, "mr"):
                tapped = questions.Tapped(area, list(Answer)[tablet % 3], f"tablet-{tablet}")
                act = questions.answering(PLAN, f"q{n}", f"a{n}-{tablet}", tapped, SUE, at + tablet * MINUTE / 2)
                database.write_now(act)
    now = database.read_now(lambda s: shift.now(s, SITE, NOON))
    assert [q.uuid for q in now.questions] == ["q2"]
    assert [(s.uuid, s.area) for s in now.said] == [("a1-18", "mr"), ("a2-19", "ct")]
    assert len(database.read_now(lambda s: stored.said_since(s, SITE, NOON - timedelta(hours=12)))) == 50


def test_the_last_hand_over_of_each_area_is_known_however_many_hand_over_at_once(database: Database) -> None:
    wards = replace(PLAN, areas={f"ward-{n}": f"Ward {n}" for n in range(30)})
    for n, area in enumerate(wards.areas):
        note = Asked("calm", f"none in {area}", "none", "Kim", NOON + timedelta(hours=8), area=area)
        at = NOON + n * timedelta(seconds=10)
        database.write_now(handovers.handing_over(wards, str(uuid4()), note, SUE, at))
    soon, next_day = NOON + timedelta(minutes=10), NOON + timedelta(hours=25)
    made = database.read_now(lambda s: shift.now(s, SITE, soon)).handovers
    assert [h.asked.area for h in made] == list(reversed(wards.areas))
    made = database.read_now(lambda s: shift.now(s, SITE, next_day)).handovers
    assert [h.asked.area for h in made] == ["ward-29"]  # the last of all stays until there is another


def test_a_hand_over_is_the_same_also_when_golive_was_renewed_before_its_answer_came(database: Database) -> None:
    act, uuid = table("act"), str(uuid4())
    note = Asked("calm", "none", "none", "Bo", NOON + timedelta(hours=8))
    made, _ = database.write_now(handovers.handing_over(PLAN, uuid, note, ANN, NOON))

    def as_stored_before(s: Session) -> None:  # there was no `device`
        text = run(s, select(act.c.asked).where(act.c.uuid == uuid)).scalar_one()
        assert '"device":""' in text
        run(s, act.update().where(act.c.uuid == uuid).values(asked=text.replace(',"device":""', "")))

    database.write_now(as_stored_before)
    assert database.write_now(handovers.handing_over(PLAN, uuid, note, ANN, NOON + MINUTE)) == (made, False)
    other = replace(note, device="tablet-1")
    with pytest.raises(Conflict):
        database.write_now(handovers.handing_over(PLAN, uuid, other, ANN, NOON + MINUTE))
