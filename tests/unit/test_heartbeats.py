"""The board of heartbeats."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.sights import standings_now
from app.domain.standings import Pulse, State
from app.store.heartbeats import Heartbeats
from tests.unit.made import FEEDS, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def pulse(second: int, state: str = "idle") -> Pulse:
    return Pulse(state, "", NOON + timedelta(seconds=second))


def test_the_newest_pulse_counts_whoever_told_it() -> None:
    board = Heartbeats()
    board.take("main", "echo", pulse(3, "under way"))
    board.take("main", "echo", pulse(5))
    board.take("south", "echo", pulse(4))
    assert board.newest("echo") == replace(pulse(5), busy_until=pulse(5).known_at)
    assert board.by_source("south") == {"echo": pulse(4)}
    assert board.newest("unknown") is None


def test_a_feed_that_can_take_nothing_since_a_while_says_so_though_it_was_well_later() -> None:
    board, said = Heartbeats(), "the engine is queueing for us since 12:00:20"
    board.take("main", "ris-hl7", pulse(40, "connected"))
    board.take("main", "ris-hl7", Pulse("waiting", said, pulse(20).known_at, pulse(20).known_at))
    now = NOON + timedelta(seconds=50)
    found = standings_now([], plan(feeds=FEEDS), board.newest_of_all(), now)
    age = next(s for s in found if s.series.key == "feed.age/-/-/feed=ris-hl7")
    assert (age.state, age.reason) == (State.STALE, f"last looked 30 s ago, due every 10 s: {said}")
    board.take("main", "ris-hl7", pulse(50, "connected"))
    found = standings_now([], plan(feeds=FEEDS), board.newest_of_all(), now)
    assert next(s for s in found if s.series.key == age.series.key).state is State.INSUFFICIENT


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
