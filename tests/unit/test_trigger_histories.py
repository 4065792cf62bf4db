"""What must hold whatever a trigger sees, in whatever order, whoever acts on it and whenever golive is restarted."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from app.domain.rollback.trigger_acts import decided, overridden
from app.domain.rollback.trigger_replay import Gap, recorded, replayed
from app.domain.rollback.triggers import Kind, Latch, State
from tests.unit.test_triggers import BEYOND, Life, at, breached
from tests.unit.trigger_histories import ALLOWED, AT_ONCE, STARTS, STEPS, History, Step, T


@settings(max_examples=100, deadline=None)
@given(STARTS, STEPS)
def test_every_law_holds_in_every_history(start: State, steps: list[Step]) -> None:
    History(Latch(start, T), ALLOWED).live(steps)


@settings(max_examples=50, deadline=None)
@given(STARTS, STEPS)
def test_every_law_holds_for_a_rule_that_breaches_at_once(start: State, steps: list[Step]) -> None:
    History(Latch(start, T), AT_ONCE).live(steps)


def test_the_record_alone_gives_the_state_until_when_and_what_was_decided() -> None:
    life = breached()
    life.act(overridden(life.latch, at(130), at(600), "Ada", "known"))
    life.act(decided(life.latch, at(140), Kind.CONTINUE, "Ada", "by hand", rearm_at=at(1000)))
    found = replayed(Latch(State.WATCHING, T), life.told)
    assert found == recorded(life.latch)
    assert (found.state, found.decided, found.rearm_at, found.until) == (
        State.DECIDED, Kind.CONTINUE, at(1000), None,
    )  # fmt: skip


@pytest.mark.parametrize("lost", [0, 1])
def test_a_record_from_which_a_transition_is_missing_is_no_record(lost: int) -> None:
    life = Life().see(BEYOND, 121)
    life.act(overridden(life.latch, at(130), at(130) + timedelta(hours=1), "Ada", "known"))
    with pytest.raises(Gap, match="follows"):
        replayed(Latch(State.WATCHING, T), [t for n, t in enumerate(life.told) if n != lost])
