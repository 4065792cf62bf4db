"""T0, phases and the way back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.golive import GoLive, effective_t0, moment_of
from app.domain.plans import GoLivePlan

AT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
PLAN = GoLivePlan(AT, False, 7200.0, 43200.0, 259200.0, 7776000.0)
BY_CLOCK = GoLivePlan(AT, True, 7200.0, None, 259200.0, 7776000.0)


def after(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def test_a_declared_moment_is_t0_whatever_the_plan_says() -> None:
    assert effective_t0(PLAN, GoLive(after(1), after(2), "ada"), after(3)) == after(1)


def test_the_clock_declares_only_where_the_site_wants_it() -> None:
    assert effective_t0(BY_CLOCK, None, after(-0.1)) is None
    assert effective_t0(BY_CLOCK, None, after(0)) == AT
    assert effective_t0(PLAN, None, after(5)) is None


@pytest.mark.parametrize(
    ("hours", "phase", "rollback", "left_s"),
    [
        (-1, "before", "possible", None),
        (0, "decision", "possible", 7200.0),
        (1.5, "decision", "possible", 1800.0),
        (2, "command_center", "window_passed", 0.0),
        (12, "command_center", "no_longer_possible", 0.0),
        (72, "stabilisation", "no_longer_possible", 0.0),
        (24 * 90, "handed_over", "no_longer_possible", 0.0),
    ],
)
def test_phase_and_way_back_by_hours_since_t0(hours: float, phase: str, rollback: str, left_s: float | None) -> None:
    moment = moment_of(PLAN, GoLive(AT, AT, "ada"), after(hours))
    assert (moment.phase, moment.rollback, moment.decision_left_s) == (phase, rollback, left_s)


def test_without_a_point_of_no_return_the_way_back_stays() -> None:
    assert moment_of(BY_CLOCK, None, after(1000)).rollback == "window_passed"


def test_a_passed_plan_that_nobody_declared_says_so() -> None:
    now = after(0.2)
    moment = moment_of(PLAN, None, now, zone_now=now.astimezone(ZoneInfo("Europe/Berlin")))
    assert (moment.phase, moment.t0) == ("before", None)
    assert moment.planned_words == "planned 06:00, not declared, +12 min"


def test_before_the_plan_the_time_left_is_said() -> None:
    assert moment_of(PLAN, None, after(-3)).planned_words == "planned 05:00, in 3 h"


def test_seconds_since_go_live_count_from_t0() -> None:
    assert moment_of(PLAN, GoLive(after(-0.5), AT, "ada"), AT).since_go_live_s == 1800.0
