"""The floor for screens in each kind of database: who leads, who is there, what tablets hold, who waits."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from app.domain.floor.duties import Duty
from app.domain.floor.floor_sight import Cover, Queue, Tablets
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Ask, begun
from app.domain.floor.tablets import Tablet
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import GoLive
from app.store import duties, floor_sight, shift, supports, tablets
from app.store.db import Database
from tests.integration.store.conftest import SITE
from tests.unit.made import WORKLIST, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SUE = Person("Sue", "floor", "t1")
PLAN = replace(plan(WORKLIST), site=SITE, areas={"ct": "CT", "mr": "MR"}, support=SupportPlan())
PLAN = replace(PLAN, go_live=replace(PLAN.go_live, huddles=(time(12, 30), time(7, 30))), zone=UTC)
LIVE = GoLive(NOON - 60 * MINUTE, NOON - 60 * MINUTE)


def sight(database: Database, now: datetime = NOON, record: GoLive | None = LIVE) -> floor_sight.FloorSight:
    return database.read_now(lambda s: floor_sight.now_on(s, PLAN, record, shift.now(s, SITE, now), now))


def test_what_nobody_ever_used_is_not_set_up(database: Database) -> None:
    found = sight(database)
    assert (found.led, found.lead, found.cover, found.tablets) == (False, None, None, None)
    assert found.huddle_at == NOON + 30 * MINUTE
    assert found.support == Queue()


def test_who_leads_and_where_nobody_is(database: Database) -> None:
    for uuid, area in (("d1", ""), ("d2", "ct")):
        duty = Duty(uuid, area, SUE, NOON - MINUTE, NOON + 60 * MINUTE, name="Ann")
        database.write_now(lambda s, d=duty: duties.keep(s, SITE, d, "take", SUE, NOON))
    found = sight(database)
    assert found.led
    assert found.lead is not None
    assert (found.lead.name, found.lead.since_at) == ("Ann", NOON - MINUTE)
    assert found.cover == Cover(frozenset({"ct"}), ("mr",))
    later = sight(database, NOON + 61 * MINUTE)
    assert (later.led, later.lead, later.cover) == (True, None, Cover(frozenset(), ("ct", "mr")))
    before = sight(database, record=None)  # nobody is missing before anything is live
    assert before.cover == Cover(frozenset({"ct"}), ())


def test_what_tablets_hold_is_told_apart_from_those_that_are_silent(database: Database) -> None:
    told = [
        Tablet("t1", NOON - MINUTE / 2, 2, NOON - 14 * MINUTE, "", True, "ct"),
        Tablet("t2", NOON - 9 * MINUTE, 0, None, "", True, "mr"),
        Tablet("t3", NOON - MINUTE, 0, None, "", True, "mr"),
    ]
    for one in told:
        database.write_now(lambda s, t=one: tablets.keep(s, SITE, t))
    assert sight(database).tablets == Tablets(1, 2, NOON - 14 * MINUTE, 1, NOON - 9 * MINUTE)


def test_who_waits_for_support_is_counted_with_the_longest_wait(database: Database) -> None:
    for n in (1, 2):
        asked = begun(f"s{n}", n, n, Ask("ct"), SUE, NOON - n * MINUTE)
        database.write_now(lambda s, r=asked: (supports.lock(s, SITE), supports.create(s, SITE, r, "{}")))
    assert sight(database).support == Queue(2, NOON - 2 * MINUTE)
