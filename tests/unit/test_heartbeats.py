"""The board of heartbeats."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.measuring.board import Board
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse, Standing, State
from app.store.heartbeats import Heartbeats
from tests.unit.made import FEEDS, WORKLIST, at, plan, sample

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def pulse(second: int, state: str = "idle") -> Pulse:
    return Pulse(state, "", NOON + timedelta(seconds=second))


def test_the_newest_pulse_counts_whoever_told_it() -> None:
    board = Heartbeats()
    board.take("main", "echo", pulse(3, "under way"))
    board.take("main", "echo", pulse(5))
    board.take("south", "echo", pulse(4))
    ended = {"busy_until": pulse(5).known_at, "began_at": pulse(3).known_at, "unanswered": True}
    assert board.newest("echo") == replace(pulse(5), **ended)
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


# --- attempts: how far signs of life excuse that a series grows old

WATCHED = replace(WORKLIST, every_s=1.0, timeout_s=3.0)
HOUSE = plan(WATCHED)


class Told:
    """What a collector tells of one probe, second by second, beside the six samples that are judged already."""

    def __init__(self, board: Heartbeats | None = None, judged_s: float = 0.0) -> None:
        self.board = board or Heartbeats()
        self.judge(judged_s)

    def judge(self, second: float) -> None:
        numbers = Board(HOUSE)
        for ago_s in range(6):
            numbers.take(sample(WATCHED, second - ago_s / 10))
        self.rows = numbers.judged(at(second))

    def says(self, second: float, state: str, since: float | None = None, detail: str = "") -> None:
        told = None if since is None else at(since)
        self.board.take("main", WATCHED.id, Pulse(state, detail, at(second), told))

    def sampled(self, second: float, outcome_s: float | None = None) -> None:
        self.board.sampled("main", WATCHED.id, at(second if outcome_s is None else outcome_s), at(second))

    def state(self, second: float) -> str:
        return self.found(second).state.value

    def found(self, second: float) -> Standing:
        found = standings_now(self.rows, HOUSE, self.board.newest_of_all(), at(second))
        return next(s for s in found if s.series.key == "worklist.response/ris/ct")


def test_attempts_that_end_without_a_sample_never_keep_a_series_green() -> None:
    told = Told()
    seen = []
    for half in range(2, 90):
        second = half / 2
        told.says(second, *(("under way", second) if half % 2 else ("idle", None)))
        seen.append((second, told.state(second)))
    assert [state for second, state in seen if second > 5] == ["blind"] * len([s for s, _ in seen if s > 5])


def test_one_attempt_is_bridged_until_its_timeout_and_the_next_one_not_without_a_sample() -> None:
    told = Told()
    path = []
    for second in range(1, 20):  # each hangs for three seconds, and what it saw is refused
        told.says(second, "under way", 1 + (second - 1) // 4 * 4)
        path.append(told.state(second))
    # the first began at 1 and was over at 5; its sample may be on its way until 6.5
    assert path == ["ok"] * 6 + ["blind"] * 13


def test_a_sample_of_the_attempt_that_ended_lets_the_next_one_be_bridged() -> None:
    told = Told()
    for second in range(1, 40):
        since = 1 + (second - 1) // 4 * 4
        if second > 4 and since == second:
            told.sampled(second, since - 0.1)
            told.judge(since - 0.1)
        told.says(second, "under way", since)
        assert told.state(second) == "ok", second


def test_samples_that_lag_behind_their_attempts_excuse_nothing() -> None:
    told = Told()
    for second in range(1, 40):
        told.says(second, "under way", 1 + (second - 1) // 4 * 4)
        told.sampled(second, second - 3600)
    assert told.state(39) == "blind"


def test_a_blind_series_says_that_golive_looks_and_nothing_of_it_arrives() -> None:
    told = Told()
    told.says(1, "under way", 1)
    told.says(2, "idle")
    told.says(9, "idle")
    assert told.found(9).reason == "golive looks, but nothing of it has arrived for 9 s"


def test_a_heartbeat_from_before_the_sample_excuses_nothing_more() -> None:
    told = Told()
    told.says(1, "under way", 1)
    told.sampled(2)
    told.judge(2)
    told.says(3, "under way", 1)
    for second in range(4, 12):
        told.says(second, "idle")
    assert (told.state(4), told.state(11)) == ("ok", "blind")


def test_an_app_that_forgot_all_pulses_takes_no_attempt_for_a_bridge_that_began_when_it_was_blind_already() -> None:
    told = Told()
    told.says(100, "under way", 99)
    assert told.state(100) == "blind"
    told.says(101, "idle")
    assert told.state(101) == "blind"


def test_an_attempt_of_which_nobody_says_since_when_it_lasts_is_over_by_its_timeout() -> None:
    told = Told()
    for second in range(1, 12):
        told.says(second, "under way")
    assert told.state(11) == "blind"


def test_a_turn_that_is_waited_for_is_part_of_the_attempt_and_a_second_one_is_not() -> None:
    told = Told()
    for second in range(1, 8):
        told.says(second, "waiting", 1, "others of this system are under way")
        assert told.state(second) == "ok"
    for second in range(8, 11):
        told.says(second, "under way", 8)
        assert told.state(second) == "ok"
    told.says(11, "waiting", 11, "others of this system are under way")
    told.says(13, "waiting", 11, "others of this system are under way")
    assert told.state(13) == "blind"


def test_the_byte_budget_stretches_one_cadence_and_none_after_a_load_that_left_no_sample() -> None:
    told = Told()
    for second in range(1, 60):
        told.says(second, "waiting", 1, "byte budget")
        assert told.state(second) == "ok"
    told.says(60, "waiting", 60, "byte budget")
    told.says(62, "waiting", 60, "byte budget")
    assert told.state(62) == "blind"
    told.sampled(63)
    told.judge(63)
    for second in range(64, 100):
        told.says(second, "waiting", 64, "byte budget")
    assert told.state(99) == "ok"


def test_even_the_byte_budget_excuses_no_more_than_a_day() -> None:
    told = Told()
    for second in (1, 86_399, 86_404):
        told.says(second, "waiting", 1, "byte budget")
    assert told.state(86_404) == "blind"
