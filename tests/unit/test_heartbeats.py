"""The board of heartbeats."""

from datetime import UTC, datetime, timedelta

from app.domain.standings import Pulse
from app.store.heartbeats import Heartbeats

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def pulse(second: int, state: str = "idle") -> Pulse:
    return Pulse(state, "", NOON + timedelta(seconds=second))


def test_the_newest_pulse_counts_whoever_told_it_and_in_whatever_order() -> None:
    board = Heartbeats()
    board.take("main", "echo", pulse(5))
    board.take("main", "echo", pulse(3, "under way"))
    board.take("south", "echo", pulse(4))
    assert board.newest("echo") == pulse(5)
    assert board.by_source("south") == {"echo": pulse(4)}
    assert board.newest("unknown") is None


def test_a_pulse_carries_when_the_last_attempt_ended() -> None:
    board = Heartbeats()
    for second, state in enumerate(("idle", "under way", "under way", "idle", "idle", "waiting")):
        board.take("main", "echo", pulse(second, state))
    found = board.newest("echo")
    assert found is not None
    assert found.busy_until == NOON + timedelta(seconds=3)


def test_a_collector_is_heard_also_when_it_tells_nothing() -> None:
    board = Heartbeats()
    assert board.last_heard("main") is None
    board.heard("main", NOON)
    board.take("main", "echo", pulse(-5))
    assert board.last_heard("main") == NOON
    assert board.by_source("other") == {}


def test_any_number_of_strangers_leaves_no_more_than_the_newest_two_hundred() -> None:
    board = Heartbeats()
    for second in range(300):
        board.take(f"stranger-{second}", "echo", pulse(second))
        board.heard("main", NOON + timedelta(seconds=second))
    assert len({source for source, _ in board.newest_of_all()}) == 199
    assert board.last_heard("main") == NOON + timedelta(seconds=299)
    assert board.last_heard("stranger-0") is None
