"""Support now, as pure values: one request a click, every action at every stage by every role, and honest waits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.access import Role
from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issue_measures import Span
from app.domain.floor.support_counts import Click, by_area, by_day, by_hour, by_reason, means, per_100
from app.domain.floor.support_life import DESK, FROM, allowed, asked, refusal_of_role
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import (
    Action,
    Ask,
    Event,
    Request,
    Stage,
    begun,
    fold,
    folded,
    same_place,
    stage_at,
    wait_of,
)
from app.domain.rollback.decisions import Person
from app.errors import Conflict, Forbidden, Invalid

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
LAPSES_S = 4 * 3600.0
FLOOR = FloorPlan({"worklist": "Worklist", "how-to": "How do I …?"})
KEY, SUE, ANN = Person("PACS toolbar", "support", "k"), Person("Sue", "floor", "t1"), Person("Ann", "desk", "t2")


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def request(ask: Ask | None = None, by: Person = KEY) -> Request:
    return begun("u", 1, 1, ask or Ask("ct", workstation="CT-3"), by, NOON)


def event(action: Action, minutes: float, by: Person = ANN, **more: object) -> Event:
    told = {Action.ASSIGN: {"supporter": "Ben"}, Action.REASON: {"reason": "worklist"}}.get(action, {})
    return Event("e", action, by, at(minutes), 2, **{**told, **more})  # type: ignore[arg-type]  # fields by name


AT_STAGE = {
    Stage.WAITING: (request(), 1.0),
    Stage.ASSIGNED: (folded(request(), event(Action.ASSIGN, 2)), 3.0),
    Stage.HELPED: (folded(request(), event(Action.ADMIT, 2)), 3.0),
    Stage.ENDED: (folded(request(), event(Action.END, 2)), 3.0),
    Stage.WITHDRAWN: (folded(request(), event(Action.WITHDRAW, 2)), 3.0),
    Stage.UNANSWERED: (request(), 241.0),
    Stage.UNENDED: (folded(request(), event(Action.ASSIGN, 2)), 243.0),
}


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_each_action_at_each_stage_by_each_role_is_allowed_or_refused_with_a_reason(
    stage: Stage, action: Action, role: Role
) -> None:
    found, minutes = AT_STAGE[stage]
    assert stage_at(found, at(minutes), LAPSES_S) is stage
    may = role in DESK or (action is Action.WITHDRAW and role in ("floor", "engineer"))
    assert (refusal_of_role(action, role) == "") is may
    by = Person("X", role, "k")
    if may and stage in FROM[action]:
        allowed(found, event(action, minutes, by), stage, FLOOR)
        return
    with pytest.raises(Conflict if may else Forbidden) as refused:
        allowed(found, event(action, minutes, by), stage, FLOOR)
    assert len(str(refused.value)) > 10


def test_only_who_asked_or_the_desk_withdraws() -> None:
    mine = request(by=SUE)
    allowed(mine, event(Action.WITHDRAW, 1, SUE), Stage.WAITING, FLOOR)
    with pytest.raises(Forbidden, match="Sue, who asked"):
        allowed(mine, event(Action.WITHDRAW, 1, replace(SUE, token="other")), Stage.WAITING, FLOOR)


@pytest.mark.parametrize(
    ("action", "more", "field"),
    [
        (Action.ASSIGN, {"supporter": " "}, "supporter"),
        (Action.ASSIGN, {"reason": "worklist"}, "reason"),
        (Action.REASON, {"reason": ""}, "reason"),
        (Action.REASON, {"reason": "made-up"}, "reason"),
        (Action.END, {"supporter": "Ben"}, "supporter"),
        (Action.ADMIT, {"text": "x"}, "text"),
        (Action.WITHDRAW, {"training": True}, "training"),
    ],
)
def test_what_is_missing_or_does_not_belong_is_named(action: Action, more: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        allowed(request(), event(action, 1, **more), Stage.WAITING, FLOOR)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (Ask("narnia"), "area"),
        (Ask("ct", about="narnia"), "about"),
        (Ask("ct", asked_at=datetime(1970, 1, 1, tzinfo=UTC)), "asked_at"),
        (Ask("ct", asked_at=datetime(2099, 1, 1, tzinfo=UTC)), "asked_at"),
    ],
)
def test_a_made_up_place_or_moment_is_named_with_its_value(ask: Ask, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(ask, ("ct",), FLOOR, NOON)
    assert refused.value.field == field
    assert "narnia" in str(refused.value) or "lies too far" in str(refused.value)


def test_a_wait_ends_with_help_and_goes_on_until_then() -> None:
    first = request()
    assert wait_of(first, at(7), LAPSES_S) == Span(420.0, False)
    assigned = folded(first, event(Action.ASSIGN, 2, breakout="Room 1"))
    assert wait_of(assigned, at(7), LAPSES_S) == Span(420.0, False)  # the supporter is not there yet
    helped = folded(assigned, event(Action.ADMIT, 5))
    assert wait_of(helped, at(50), LAPSES_S) == Span(300.0, True)
    assert wait_of(folded(first, event(Action.ASSIGN, 3, admit=True)), at(50), LAPSES_S) == Span(180.0, True)
    assert wait_of(folded(first, event(Action.END, 4)), at(50), LAPSES_S) == Span(240.0, True)


def test_who_gave_up_or_was_forgotten_never_makes_waits_look_short() -> None:
    assert wait_of(folded(request(), event(Action.WITHDRAW, 9)), at(50), LAPSES_S) == Span(540.0, False)
    assert wait_of(request(), at(10_000), LAPSES_S) == Span(LAPSES_S, False)
    assert wait_of(folded(request(), event(Action.ASSIGN, 9)), at(10_000), LAPSES_S) == Span(540.0, False)


def test_what_nobody_ends_is_over_by_itself_and_may_still_be_said_to_have_ended() -> None:
    helped = folded(request(), event(Action.ADMIT, 10))
    assert stage_at(helped, at(249), LAPSES_S) is Stage.HELPED
    assert stage_at(helped, at(251), LAPSES_S) is Stage.UNENDED
    assert stage_at(folded(helped, event(Action.END, 300)), at(301), LAPSES_S) is Stage.ENDED


def test_a_double_click_and_a_click_of_a_place_that_waits_are_the_same_request() -> None:
    first = request()
    same, elsewhere = first.ask, Ask("ct", workstation="CT-4")
    assert same_place([first], same, KEY, NOON + timedelta(seconds=2), LAPSES_S) is first
    assert same_place([first], same, KEY, at(30), LAPSES_S) is first
    assert same_place([first], same, SUE, at(0), LAPSES_S) is None
    assert same_place([first], elsewhere, KEY, at(0), LAPSES_S) is None
    helped = folded(first, event(Action.ADMIT, 1))
    assert same_place([helped], same, KEY, at(30), LAPSES_S) is None  # somebody else there, or again
    assert same_place([first], same, KEY, at(241), LAPSES_S) is None  # that one lapsed


def test_behind_an_address_without_a_name_only_a_double_click_is_one() -> None:
    nameless = request(Ask(device="10.0.0.7"))
    assert same_place([nameless], nameless.ask, KEY, NOON + timedelta(seconds=2), LAPSES_S) is nameless
    assert same_place([nameless], nameless.ask, KEY, NOON + timedelta(seconds=4), LAPSES_S) is None
    assert same_place([nameless], Ask(device="10.0.0.8"), KEY, NOON, LAPSES_S) is None


def test_a_further_click_is_counted_and_a_double_is_not() -> None:
    double = Event("d", Action.AGAIN, KEY, NOON + timedelta(seconds=2), 2)
    later = Event("e", Action.AGAIN, KEY, at(5), 3)
    found = fold(request(), [later, double])
    assert (found.clicks, found.clicked_at, found.last_sequence) == (2, at(5), 3)
    assert stage_at(found, at(243), LAPSES_S) is Stage.WAITING  # it lives from the newest click on


def test_a_workstation_has_the_area_of_the_first_pattern_that_fits() -> None:
    rules = SupportPlan(workstations={"CT-*": "ct", "*": "main"})
    assert [rules.area_of(name) for name in ("ct-7", "RR1", "")] == ["ct", "main", "main"]
    assert SupportPlan().area_of("CT-7") == ""


def test_days_are_those_of_the_site_and_a_day_without_a_request_is_there_with_none() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begins = datetime(2026, 11, 20, 23, tzinfo=UTC)  # midnight of Saturday the 21st
    clicks = [Click(begins), Click(begins + timedelta(hours=23, minutes=59)), Click(begins + timedelta(days=2))]
    days = by_day(clicks, begins, begins + timedelta(days=2, hours=8), zone)
    assert [(d.day, d.n, d.whole, d.working) for d in days] == [
        (date(2026, 11, 21), 2, True, False),
        (date(2026, 11, 22), 0, True, False),
        (date(2026, 11, 23), 1, False, True),
    ]
    assert by_day([], begins, begins + timedelta(days=90), zone)[-1].number == 41
    assert by_day([], begins, begins - timedelta(days=2), zone) == []
    assert (by_hour(clicks, zone)[0], sum(by_hour(clicks, zone))) == (2, 3)


def test_counts_by_area_and_reason_have_the_most_first_and_the_unknown_last() -> None:
    clicks = [Click(NOON, "ct", "worklist"), Click(NOON, "", ""), Click(NOON, "", ""), Click(NOON, "ct", "")]
    assert by_area(clicks) == [("ct", 2), ("", 2)]
    assert by_reason(clicks) == [("worklist", 1), ("", 3)]


def test_the_mean_is_of_working_days_that_are_over_and_without_users_there_is_none_per_100() -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    clicks = [Click(monday + timedelta(hours=i % 24)) for i in range(30)] + [Click(monday + timedelta(days=1))] * 20
    days = by_day(clicks, monday, monday + timedelta(days=1, hours=12), ZoneInfo("UTC"))
    first, second = means(days, 312)
    assert (first.days, first.per_day, second.days, second.per_day) == (1, 30.0, 0, None)
    assert first.per_100 == pytest.approx(9.615, abs=0.001)
    assert (first.published_per_100, second.published_per_100) == pytest.approx((10.80, 8.94), abs=0.005)
    assert (means(days, None)[0].per_100, per_100(30, None)) == (None, None)
