"""The wait for support: never good without enough waits, never short because somebody gave up, stale with its judge."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.floor.support_measure import WAIT, judged
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Action, Ask, Event, Request, begun, folded
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Judged, Standing, State
from app.domain.plans import MeasurePlan, Plan
from app.domain.rollback.decisions import Person
from tests.unit.made import WORKLIST, T, plan

RULES = SupportPlan()
KEY, ANN = Person("toolbar", "support", "k"), Person("Ann", "desk", "t")


def of_site(below_s: float | None = 300.0) -> Plan:
    made = plan(WORKLIST, measures={WAIT: MeasurePlan(below_s)} if below_s else {})
    return replace(made, support=RULES)


def request(asked_minutes_ago: float, waited_minutes: float | None = None, action: Action = Action.ADMIT) -> Request:
    asked = T - timedelta(minutes=asked_minutes_ago)
    made = begun("u", 1, 1, Ask("ct"), KEY, asked)
    if waited_minutes is None:
        return made
    return folded(made, Event("e", action, ANN, asked + timedelta(minutes=waited_minutes), 2, supporter="Ben"))


def found(requests: Iterable[Request], below_s: float | None = 300.0, t0: datetime | None = None) -> Judged:
    return judged(requests, of_site(below_s), RULES, T, t0)


def standing(row: Judged | None, below_s: float | None = 300.0, later_s: float = 0.0) -> Standing:
    rows = [row] if row is not None else []
    every = standings_now(rows, of_site(below_s), {}, T + timedelta(seconds=later_s))
    (one,) = [s for s in every if s.series.measure == WAIT]
    return one


def test_no_request_is_no_value_and_not_ok() -> None:
    row = found([])
    assert (row.n, row.p50, row.value, row.last) == (0, None, None, None)
    assert standing(row).state is State.INSUFFICIENT
    assert standing(row).reason == "0 requests in 24 h, 0 helped; 0 of 5 needed"


def test_a_few_waits_are_too_few() -> None:
    said = standing(found([request(60, 1)] * 4 + [request(7)]))
    assert said.state is State.INSUFFICIENT
    assert said.reason == "5 requests in 24 h, 4 helped, 1 waiting, longest 7 min; 4 of 5 needed"


@pytest.mark.parametrize(("waits", "state"), [([1, 2, 3, 4, 20], State.OK), ([1, 2, 6, 7, 8], State.DEGRADED)])
def test_the_median_is_held_against_what_is_expected(waits: list[float], state: State) -> None:
    row = found(request(60, w) for w in waits)
    assert row.p50 == sorted(waits)[2] * 60
    assert standing(row).state is state
    assert standing(row, None).state is State.OK


def test_those_who_still_wait_or_gave_up_count() -> None:
    quick = [request(60, 1)] * 5
    assert found(quick).p50 == 60.0
    jam = found([*quick, *[request(50)] * 6])
    assert (jam.p50, jam.beyond_s, jam.open) == (None, 3000.0, 6)
    assert standing(jam).state is State.DEGRADED
    gone = found([*quick, *[request(60, 40, Action.WITHDRAW)] * 6])
    assert (gone.p50, gone.beyond_s, gone.open) == (None, 2400.0, 0)


def test_many_who_have_only_just_asked_say_nothing_yet() -> None:
    row = found([*[request(60, 1)] * 5, *[request(0.5)] * 20])
    assert (row.p50, row.beyond_s) == (60.0, None)  # when the first were helped, those were not at risk yet
    row = found([*[request(60, 3)] * 5, *[request(4)] * 20])
    assert (row.p50, row.beyond_s) == (None, None)
    assert standing(row).state is State.INSUFFICIENT


def test_p90_comes_with_twenty_waits() -> None:
    assert found([request(60, i) for i in range(1, 20)]).p90 is None
    assert found([request(60, i) for i in range(1, 21)]).p90 == 18 * 60


def test_after_t0_only_what_was_asked_since_counts_and_older_than_a_day_never() -> None:
    assert found([request(60, 1)] * 5, t0=T - timedelta(minutes=30)).n == 0
    assert found([request(60, 1)] * 5, t0=T + timedelta(minutes=30)).n == 5
    assert found([request(25 * 60, 1)] * 5).n == 0


def test_it_is_as_lively_as_the_judge_that_counts_it() -> None:
    row = found([request(60, 1)] * 5)
    assert standing(row, later_s=15).state is State.OK
    assert standing(row, later_s=25).state is State.STALE
    assert standing(row, later_s=60).state is State.BLIND
    assert standing(None).state is State.BLIND


def test_without_support_there_is_no_such_series() -> None:
    every = standings_now([found([])], replace(of_site(), support=None), {}, T)
    assert [s for s in every if s.series.measure == WAIT] == []


def test_what_was_never_answered_is_said() -> None:
    assert "1 never answered" in found([request(300), *[request(60, 1)] * 5]).note
