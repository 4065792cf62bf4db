"""A trigger's states: every rule of its life as a case, and what must hold whatever happens in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.measuring.intervals import wilson
from app.domain.rollback.trigger_acts import acknowledged, armed, decided, disarmed, overridden
from app.domain.rollback.trigger_alarms import Alarm, alarm, raised
from app.domain.rollback.triggers import (
    LATCHED,
    Allowance,
    Cause,
    Kind,
    Latch,
    Reading,
    Sight,
    State,
    Transition,
    evaluate,
    undecided,
)

T = datetime(2026, 11, 21, 6, tzinfo=UTC)
ALLOWED = Allowance(breach_after=timedelta(seconds=120), blind_after=timedelta(seconds=300))
WITHIN, BEYOND = Reading(Sight.OK), Reading(Sight.OK, beyond=True)
RECOVERED = Reading(Sight.OK, recovered=True)
BLIND, FEW = Reading(Sight.BLIND), Reading(Sight.INSUFFICIENT)


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


class Life:
    """A trigger lived second by second."""

    def __init__(self, state: State = State.WATCHING, allowed: Allowance = ALLOWED) -> None:
        self.latch, self.allowed, self.now_s = Latch(state, T), allowed, 0.0
        self.told: list[Transition] = []

    def see(self, reading: Reading, seconds: int = 1) -> "Life":
        for _ in range(seconds):
            self.now_s += 1
            self.latch, made = evaluate(self.latch, self.allowed, reading, at(self.now_s))
            self.told += made
        return self

    def act(self, stepped: tuple[Latch, tuple[Transition, ...]]) -> "Life":
        self.latch, made = stepped
        self.told += made
        return self

    @property
    def causes(self) -> list[Cause]:
        return [t.cause for t in self.told]

    @property
    def state(self) -> State:
        return self.latch.state


def breached() -> Life:
    return Life().see(BEYOND, 121)


def test_a_rule_beyond_for_breach_after_is_breached_and_not_a_second_before() -> None:
    life = Life().see(BEYOND, 120)
    assert life.state is State.PENDING
    assert life.see(BEYOND).state is State.BREACHED
    assert life.causes == [Cause.BEYOND, Cause.BREACH]


def test_without_breach_after_the_first_look_beyond_breaches() -> None:
    life = Life(allowed=replace(ALLOWED, breach_after=timedelta())).see(BEYOND)
    assert (life.state, life.causes) == (State.BREACHED, [Cause.BREACH])


def test_one_look_within_ends_pending_and_its_time_is_gone() -> None:
    life = Life().see(BEYOND, 100).see(WITHIN)
    assert (life.state, life.latch.pending_s) == (State.WATCHING, 0.0)
    assert life.see(BEYOND, 100).state is State.PENDING


@pytest.mark.parametrize("unseen", [BLIND, FEW])
def test_absence_freezes_pending_neither_grown_nor_lost(unseen: Reading) -> None:
    life = Life().see(BEYOND, 101).see(unseen, 200)
    assert (life.state, life.latch.pending_s) == (State.PENDING, 100.0)
    assert life.see(BEYOND, 20).state is State.PENDING
    assert life.see(BEYOND).state is State.BREACHED


@pytest.mark.parametrize("reading", [WITHIN, BLIND, FEW, RECOVERED, BEYOND])
def test_nothing_that_is_seen_and_no_time_ends_a_breach(reading: Reading) -> None:
    assert breached().see(reading, 4000).state in LATCHED


def test_recovery_shows_at_once_and_stays_latched_and_a_relapse_breaches_at_once() -> None:
    life = breached().see(RECOVERED)
    assert life.state is State.RECOVERING
    assert life.see(BLIND, 1000).see(WITHIN, 1000).state is State.RECOVERING
    assert life.see(BEYOND).state is State.BREACHED
    assert life.causes[-1] is Cause.BREACH_AGAIN


@pytest.mark.parametrize("state", [State.SHADOW, State.NOT_ARMED])
def test_what_is_not_armed_records_that_it_would_have_breached_once_and_stays(state: State) -> None:
    life = Life(state).see(BEYOND, 1000)
    assert (life.state, life.causes) == (state, [Cause.WOULD_BREACH])
    assert life.see(WITHIN).see(BEYOND, 121).causes == [Cause.WOULD_BREACH] * 2


def test_arming_begins_with_an_empty_clock_and_counts_only_what_comes_after() -> None:
    life = Life(State.SHADOW).see(BEYOND, 1000)
    life.act(armed(life.latch, at(life.now_s), "Ada"))
    assert (life.state, life.latch.counts_after) == (State.WATCHING, at(1000))
    assert life.see(BEYOND, 120).state is State.PENDING
    assert life.see(BEYOND).state is State.BREACHED
    assert armed(life.latch, at(2000), "Ada") == (life.latch, ())


def test_a_breach_cannot_be_disarmed() -> None:
    life = breached()
    assert disarmed(life.latch, at(500), "Ada", "noise") == (life.latch, ())


@pytest.mark.parametrize(
    ("before", "under", "after"),
    [
        (breached, WITHIN, State.BREACHED),  # it was breached
        (lambda: Life().see(WITHIN), BEYOND, State.BREACHED),  # a breach came under it and stands
        (lambda: Life().see(WITHIN), WITHIN, State.WATCHING),
        (lambda: Life().see(BEYOND, 50), WITHIN, State.WATCHING),
        (lambda: Life(State.SHADOW), BEYOND, State.SHADOW),  # an override arms nothing
    ],
)
def test_an_override_ends_by_itself_in_what_lies_under_it(before: object, under: Reading, after: State) -> None:
    life: Life = before()  # type: ignore[operator]  # a maker of lives
    end = at(life.now_s + 600)
    life.act(overridden(life.latch, at(life.now_s), end, "Ada", "known"))
    life.see(under, 599)
    assert life.state is State.OVERRIDDEN
    life.see(BLIND)
    assert (life.state, life.causes[-1]) == (after, Cause.OVERRIDE_ENDS)


def test_a_second_override_keeps_the_breach_under_the_first() -> None:
    life = breached()
    for until in (600, 900):
        life.act(overridden(life.latch, at(life.now_s), at(until), "Ada", "known"))
    assert life.see(WITHIN, 900).state is State.BREACHED


def test_roll_back_rests_for_good() -> None:
    life = breached()
    life.act(decided(life.latch, at(130), Kind.ROLL_BACK, "Ada", "no worklist"))
    told = len(life.told)
    life.see(BEYOND, 1000).see(WITHIN, 1000)
    assert (life.state, len(life.told)) == (State.DECIDED, told)


def test_continue_watches_again_from_its_moment_on_and_counts_only_what_comes_after() -> None:
    life = breached()
    life.act(decided(life.latch, at(130), Kind.CONTINUE, "Ada", "we type by hand", rearm_at=at(1000)))
    life.see(BEYOND, 800)
    assert life.state is State.DECIDED
    assert life.causes[-1] is Cause.WOULD_BREACH
    life.see(WITHIN, 100)
    assert (life.state, life.latch.counts_after, life.causes[-1]) == (State.WATCHING, at(1000), Cause.REARM)


def test_a_false_alarm_watches_again_at_once() -> None:
    life = breached()
    life.act(decided(life.latch, at(130), Kind.FALSE_ALARM, "Ada", "a test order was deleted"))
    assert (life.state, life.latch.counts_after, life.latch.pending_s) == (State.WATCHING, at(130), 0.0)


@pytest.mark.parametrize("state", list(State))
def test_long_absence_is_told_once_in_every_state_and_moves_none(state: State) -> None:
    life = Life(state).see(BLIND, 300)
    assert life.causes == []
    life.see(FEW, 2000)
    assert (life.state, life.causes) == (state, [Cause.UNSEEN])
    life.see(WITHIN)
    assert life.causes[:2] == [Cause.UNSEEN, Cause.SEEN_AGAIN]


def test_a_clock_set_forth_or_back_by_an_hour_breaches_nothing() -> None:
    life = Life().see(BEYOND, 60)
    life.now_s += 3600
    assert life.see(BEYOND).state is State.PENDING
    life.now_s -= 7200
    assert life.see(BEYOND, 30).state is State.PENDING


@pytest.mark.parametrize(
    ("beyond", "n", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 20, 0.0, 0.1611), (5, 20, 0.1119, 0.4687), (20, 20, 0.8389, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_the_interval_is_wilsons(beyond: int, n: int, low: float, high: float) -> None:
    found = wilson(beyond, n)
    assert found[0] == pytest.approx(low, abs=1e-4)
    assert found[1] == pytest.approx(high, abs=1e-4)


def test_a_breach_undecided_at_the_decision_point_is_told_once_and_changes_no_state() -> None:
    life = breached().see(RECOVERED)
    assert undecided(life.latch, at(300), at(299)) == (life.latch, ())
    life.act(undecided(life.latch, at(300), at(300)))
    assert (life.state, life.causes[-1], life.told[-1].before) == (State.RECOVERING, Cause.UNDECIDED, State.RECOVERING)
    life.see(BEYOND)
    assert undecided(life.latch, at(300), at(301)) == (life.latch, ())


def test_a_breach_under_an_override_is_undecided_too_and_one_that_is_decided_is_not() -> None:
    under, _ = overridden(breached().latch, at(130), at(900), "ann", "known")
    assert [t.cause for t in undecided(under, at(300), at(300))[1]] == [Cause.UNDECIDED]
    done, _ = decided(breached().latch, at(130), Kind.CONTINUE, "ann", "why", at(900))
    assert undecided(done, at(300), at(300)) == (done, ())


def test_the_next_breach_is_told_of_again_at_a_decision_point_of_its_own() -> None:
    latch, _ = undecided(breached().latch, at(300), at(300))
    latch, _ = decided(latch, at(310), Kind.FALSE_ALARM, "ann", "why")
    assert not latch.told_undecided


@pytest.mark.parametrize("state", [s for s in State if s not in LATCHED])
def test_what_has_no_breach_is_not_undecided(state: State) -> None:
    latch = Latch(state, T)
    assert undecided(latch, at(300), at(300)) == (latch, ())


def test_an_alarm_is_still_once_somebody_acknowledged_it_and_the_breach_stays() -> None:
    life = breached()
    assert alarm(life.latch) is Alarm.BREACH
    life.act(acknowledged(life.latch, at(200), "Ada"))
    assert (life.state, alarm(life.latch), raised(life.latch)) == (State.BREACHED, None, Alarm.BREACH)
    assert (life.latch.acknowledged_by, life.latch.acknowledged_at) == ("Ada", at(200))
    assert life.causes[-1] is Cause.ACKNOWLEDGE
    assert acknowledged(life.latch, at(201), "Bo") == (life.latch, ())


@pytest.mark.parametrize(
    "then",
    [
        lambda life: life.see(RECOVERED).see(BEYOND),
        lambda life: life.see(BLIND, 301),
        lambda life: life.act(undecided(life.latch, at(300), at(301))),
        lambda life: life.act(overridden(life.latch, at(200), at(300), "Ada", "drill")).see(WITHIN, 300),
    ],
    ids=["a relapse", "sight that is lost", "the decision point", "the end of an override"],
)
def test_what_comes_after_an_acknowledgement_raises_the_alarm_anew(then: Callable[[Life], Life]) -> None:
    life = breached()
    life.act(acknowledged(life.latch, at(200), "Ada"))
    assert alarm(then(life).latch) is Alarm.BREACH


def test_a_recovery_and_more_of_the_same_do_not_raise_an_acknowledged_alarm_anew() -> None:
    life = breached()
    life.act(acknowledged(life.latch, at(200), "Ada")).see(BEYOND, 60).see(RECOVERED, 60)
    assert (life.state, alarm(life.latch)) == (State.RECOVERING, None)


@pytest.mark.parametrize(
    ("state", "raises"),
    [(s, Alarm.UNSEEN if s in (State.WATCHING, State.PENDING) else None) for s in State if s not in LATCHED],
)
def test_lost_sight_alarms_where_a_trigger_watches_and_nowhere_else(state: State, raises: Alarm | None) -> None:
    assert alarm(Life(state).see(BLIND, 301).latch) is raises
