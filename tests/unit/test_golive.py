"""T0, phases and the way back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.plans import GoLivePlan
from app.domain.rollback.golive import (
    Act,
    GoLive,
    GoLiveAct,
    acted,
    effective_t0,
    folded,
    moment_of,
    phases_around,
    planned_at,
)
from app.errors import Conflict, Invalid

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


def act(kind: Act, at_h: float, done_h: float, reason: str = "because", planned_at: datetime | None = AT) -> GoLiveAct:
    return GoLiveAct(kind, after(at_h), after(done_h), "ada", reason, planned_at)


DECLARED = act(Act.DECLARE, 1, 1)
ROLLED_BACK = act(Act.ROLL_BACK, 2, 2)


def test_a_delay_outranks_the_plan_until_the_file_plans_anew() -> None:
    record = folded([act(Act.DELAY, 3, -1)])
    assert planned_at(PLAN, record) == after(3)
    assert moment_of(PLAN, record, after(1)).planned_words == "planned 08:00, in 2 h"
    assert planned_at(replace(PLAN, at=after(5)), record) == after(5)


def test_what_is_called_off_is_planned_no_more_until_it_is_delayed_or_planned_anew() -> None:
    off = act(Act.CALL_OFF, -1, -1)
    moment = moment_of(BY_CLOCK, folded([off]), after(1))
    assert (moment.phase, moment.t0, moment.planned_at, moment.planned_words) == (
        "before",
        None,
        None,
        "called off 04:00",
    )
    assert planned_at(PLAN, folded([off, act(Act.DELAY, 6, 0)])) == after(6)
    assert planned_at(replace(PLAN, at=after(24)), folded([off])) == after(24)


def test_the_clock_declares_what_was_delayed_at_its_new_moment() -> None:
    record = folded([act(Act.DELAY, 3, -1)])
    assert effective_t0(BY_CLOCK, record, after(2)) is None
    assert effective_t0(BY_CLOCK, record, after(3)) == after(3)


def test_what_was_rolled_back_has_no_t0_and_the_clock_does_not_declare_it_again() -> None:
    record = folded([DECLARED, ROLLED_BACK])
    moment = moment_of(BY_CLOCK, record, after(5))
    assert (moment.phase, moment.t0, moment.planned_words) == ("rolled_back", None, "")


def test_a_second_attempt_is_planned_and_has_a_t0_of_its_own() -> None:
    planned = folded([DECLARED, ROLLED_BACK, act(Act.DELAY, 26, 3)])
    moment = moment_of(PLAN, planned, after(25))
    assert (moment.phase, moment.planned_words) == ("rolled_back", "planned 07:00, in 60 min")
    again = folded([DECLARED, ROLLED_BACK, act(Act.DECLARE, 26, 26)])
    assert moment_of(PLAN, again, after(27)).phase == "decision"
    assert effective_t0(PLAN, again, after(27)) == after(26)


REFUSED = [
    (Act.DECLARE, 24.0, "x", None, Invalid, "lies in the future"),
    (Act.DECLARE, 1.0, "", [DECLARED], Conflict, "was declared for .* by ada"),
    (Act.DECLARE, 1.5, "", [DECLARED, ROLLED_BACK], Invalid, "before the roll-back"),
    (Act.DELAY, 9.0, "x", [DECLARED], Conflict, "was declared"),
    (Act.DELAY, 1.0, "x", None, Invalid, "lies in the past"),
    (Act.DELAY, 9.0, "  ", None, Invalid, "reason: is missing"),
    (Act.CALL_OFF, 3.0, "", None, Invalid, "reason: is missing"),
    (Act.CALL_OFF, 3.0, "x", [DECLARED], Conflict, "was declared"),
    (Act.CALL_OFF, 3.0, "x", [act(Act.CALL_OFF, 0, 0)], Conflict, "called off already"),
    (Act.CALL_OFF, 3.0, "x", [DECLARED, act(Act.ROLL_BACK, 1, 1)], Conflict, "was rolled back, and nothing is planned"),
]


@pytest.mark.parametrize(("kind", "at_h", "reason", "before", "error", "said"), REFUSED)
def test_an_act_that_cannot_be_is_refused_in_words(
    kind: Act, at_h: float, reason: str, before: list[GoLiveAct] | None, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        acted(act(kind, at_h, 3, reason), PLAN, folded(before or []), after(3))


def test_t0_may_be_back_dated_and_needs_no_reason_and_what_is_called_off_may_be_declared() -> None:
    done = acted(act(Act.DECLARE, 0.5, 3, "", None), PLAN, folded([act(Act.CALL_OFF, 0, 0)]), after(3))
    assert done.planned_at == AT
    assert effective_t0(PLAN, folded([act(Act.CALL_OFF, 0, 0), done]), after(3)) == after(0.5)


def test_what_ends_a_phase_belongs_to_it_still() -> None:
    minute = timedelta(minutes=1)
    declared = GoLiveAct(Act.DECLARE, AT, after(0.1), "ada")
    back = GoLiveAct(Act.ROLL_BACK, after(1), after(1), "ada")

    def around(moment: datetime, *acts: GoLiveAct) -> set[str]:
        return set(phases_around(PLAN, acts, moment, minute))

    assert around(after(-0.1)) == {"before"}
    assert around(after(0.1), declared) == {"before", "decision"}
    assert around(after(0.5), declared) == {"decision"}
    assert around(after(1), declared, back) == {"decision", "rolled_back"}
    assert around(after(0.1), declared, replace(back, at=after(0.1), done_at=after(0.1))) == {"before", "rolled_back"}
    assert around(after(2), declared) == {"decision", "command_center"}
    assert around(after(2.1), declared) == {"command_center"}
    assert around(after(1.5), declared, back) == {"rolled_back"}
    assert set(phases_around(PLAN, (declared,), after(2), timedelta())) == {"command_center"}
