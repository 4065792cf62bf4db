"""What a sample says, measure by measure, and what a window makes of many."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.measuring.board import Board
from app.domain.measuring.percentiles import nearest_rank
from app.domain.measuring.samples import Kind
from app.domain.measuring.series import rolled_up, series_of, window_s
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Judged, Series, State
from app.domain.measuring.windows import Attempt, Window
from app.domain.plans import MeasurePlan
from tests.unit.made import IMAGE, WORKLIST, at, plan, probe, sample

FIRST_ONLY = replace(IMAGE, id="first-ct", depth="first-image")
PLAN = plan(WORKLIST, IMAGE, FIRST_ONLY)
SERIES = Series("worklist.response", "ris", "ct")


@pytest.mark.parametrize(
    "series",
    [
        SERIES,
        replace(SERIES, vantage="reading-room"),
        Series("exam.backlog", segment=(("modality", "CT"), ("patient_class", "I"))),
        Series("feed.age", "ris", segment=(("feed", "ris-hl7"),), vantage="floor-2"),
        Series("strays.studies", "old-pacs"),
        Series("report.turnaround"),
        Series("image.first", None, "ct"),
    ],
)
def test_a_key_names_its_series_and_no_other(series: Series) -> None:
    assert Series.of_key(series.key) == series


def said(of: object, **more: object) -> dict[str, float | None]:
    readings = series_of(sample(of, 0, **more), PLAN)  # type: ignore[arg-type]  # a probe and its numbers
    assert all(r.failed == (r.value is None) for r in readings)
    return {r.series.measure: r.value for r in readings}


def test_a_whole_study_gives_first_image_study_and_rate() -> None:
    assert said(IMAGE, first_s=0.5, total_s=4.0, bytes=20_000_000) == {
        "image.first": 0.5,
        "image.study": 4.0,
        "image.rate": 5.0,
    }


def test_a_study_that_times_out_after_its_first_image_fails_only_the_study() -> None:
    assert said(IMAGE, outcome="timeout", first_s=0.5) == {"image.first": 0.5, "image.study": None, "image.rate": None}


def test_a_first_image_probe_says_nothing_of_the_study() -> None:
    assert said(FIRST_ONLY, first_s=0.5) == {"image.first": 0.5}


def test_a_wrong_answer_fails_however_fast_it_came() -> None:
    assert said(WORKLIST, outcome="wrong_answer", total_s=0.01) == {"worklist.response": None}


def test_an_answer_with_an_error_status_fails_also_where_somebody_timed_it() -> None:
    assert said(WORKLIST, outcome="bad_status", first_s=0.01, total_s=0.01) == {"worklist.response": None}


def test_a_system_that_always_answers_with_an_error_is_down() -> None:
    echo = probe("echo", Kind.ECHO, "pacs")
    board = Board(plan(echo))
    for n in range(10):
        board.take(sample(echo, 10 * n, outcome="bad_status", first_s=0.01, total_s=0.01))
    standings = {s.series.measure: s for s in standings_now(board.judged(at(91)), board.plan, {}, at(91))}
    found = standings["echo.response"]
    assert (found.state, found.judged.n, found.judged.failed) == (State.DOWN, 10, 10)


@pytest.mark.parametrize(("source", "key"), [("main", ""), ("nobody", ""), ("room-b", "@room-b")])
def test_an_unknown_source_counts_in_the_first_collectors_series(source: str, key: str) -> None:
    readings = series_of(sample(WORKLIST, 0, source=source), PLAN)
    assert [r.series.key for r in readings] == [f"worklist.response/ris/ct{key}"]


def test_a_probe_that_is_no_longer_configured_says_nothing() -> None:
    assert series_of(sample(replace(WORKLIST, id="gone"), 0), PLAN) == []


def test_rollups_take_the_same_numbers() -> None:
    assert rolled_up(sample(WORKLIST, 0), PLAN) == [("worklist.response/ris/ct", 0.1, False, "s")]


def test_the_window_is_a_quarter_of_an_hour_or_forty_cadences_or_what_the_site_set() -> None:
    assert window_s("worklist.response", WORKLIST, PLAN) == 900.0
    assert window_s("image.first", replace(IMAGE, every_s=60.0), PLAN) == 2400.0
    own = plan(WORKLIST, measures={"worklist.response": MeasurePlan(window_s=120.0)})
    assert window_s("worklist.response", WORKLIST, own) == 120.0


def window(timeout_s: float = 8.0) -> Window:
    return Window(SERIES, "s", 900.0, timeout_s)


def filled(values: list[float | None], every_s: float = 10.0) -> Window:
    found = window()
    for i, value in enumerate(values):
        found.add(Attempt(at(i * every_s), at(i * every_s), value, outcome="ok" if value else "timeout"))
    return found


ATTEMPTS = st.lists(
    st.tuples(st.integers(0, 3000), st.one_of(st.none(), st.integers(1, 40).map(lambda v: v / 8))), max_size=60
)


@settings(max_examples=120, deadline=None)
@given(ATTEMPTS, st.integers(0, 3000))
def test_a_window_kept_step_by_step_equals_one_made_at_once(told: list[tuple[int, float | None]], until: int) -> None:
    kept = window()
    for second, value in told:
        kept.add(Attempt(at(second), at(second), value))
    kept.expire(at(until + 900))
    inside = [value for second, value in told if second > until]
    judged, good = kept.judged(), [v for v in inside if v is not None]
    failed = len(inside) - len(good)
    assert (judged.n, judged.failed) == (len(inside), failed)
    assert judged.p50 == (nearest_rank(good, 0.5, failed) if len(inside) >= 5 else None)
    assert judged.p90 == (nearest_rank(good, 0.9, failed) if len(inside) >= 20 else None)
    assert judged.p95 == (nearest_rank(good, 0.95, failed) if len(inside) >= 40 else None)


@settings(max_examples=60, deadline=None)
@given(ATTEMPTS)
def test_late_attempts_lead_to_what_order_would_have(told: list[tuple[int, float | None]]) -> None:
    distinct = list({second: (second, value) for second, value in told}.values())
    late, ordered = window(), window()
    for into, attempts in ((late, distinct), (ordered, sorted(distinct))):
        for second, value in attempts:
            into.add(Attempt(at(second), at(second), value))
    one, other = late.judged(), ordered.judged()
    assert (one.newest_ok, one.down, one.failing_run, one.p50) == (
        other.newest_ok,
        other.down,
        other.failing_run,
        other.p50,
    )


def test_the_judged_value_is_the_median_until_twenty_attempts_then_p90() -> None:
    few = filled([float(i) for i in range(1, 20)]).judged()
    many = filled([float(i) for i in range(1, 21)]).judged()
    assert (few.headline, few.value) == ("p50", 10.0)
    assert (many.headline, many.value) == ("p90", 18.0)
    assert filled([1.0]).judged().headline == ""


def test_a_percentile_among_failures_is_null_and_the_timeout_is_told() -> None:
    judged = filled([0.1] * 17 + [None] * 3).judged()
    assert (judged.n, judged.failed, judged.p50, judged.p90, judged.value, judged.beyond_s) == (
        20,
        3,
        0.1,
        None,
        None,
        8.0,
    )
    assert filled([0.1] * 18 + [None] * 2).judged().beyond_s is None


@pytest.mark.parametrize(
    ("good", "down", "run"),
    [
        ([True, False], False, 1),
        ([True, False, False], True, 2),
        ([False, False, True], True, 0),
        ([False, False, True, False], True, 1),
        ([False, False, True, True], False, 0),
        ([False, False, True, False, True, True], False, 0),
    ],
)
def test_two_failures_in_a_row_begin_an_outage_and_two_answers_end_it(good: list[bool], down: bool, run: int) -> None:
    judged = filled([0.1 if g else None for g in good]).judged()
    assert (judged.down, judged.failing_run) == (down, run)


def test_failing_since_is_the_first_failure_of_the_outage() -> None:
    assert filled([0.1, None, None, 0.1, None]).judged().failing_since == at(10)
    assert filled([0.1, None, None, 0.1, 0.1]).judged().failing_since is None


def test_outside_since_is_when_the_judged_value_left_its_range() -> None:
    slow = filled([0.1] * 5)
    assert slow.judged(upper=1.0).outside_since is None
    for i in range(5, 12):
        slow.add(Attempt(at(i * 10), at(i * 10), 3.0))
        judged = slow.judged(upper=1.0)
    assert (judged.value, judged.outside_since) == (3.0, at(100))


def test_what_does_not_count_shows_that_somebody_looks_and_no_more() -> None:
    kept = filled([0.1] * 5)
    kept.add(Attempt(at(100), at(100), None, counted=False, outcome="timeout"))
    judged = kept.judged()
    assert (judged.n, judged.failed, judged.newest_ok, judged.known_at) == (5, 0, (True, True, True), at(100))


def test_the_spark_has_sixty_minutes_with_gaps_as_gaps() -> None:
    kept = filled([0.1, 0.3, 0.2, None, None, None], every_s=60.0)
    kept.add(Attempt(at(600), at(600), 0.4))
    points = kept.judged().spark
    assert len(points) == 60
    assert points[-1] == (int(at(600).timestamp()), 0.4)
    assert [v for _, v in points[-11:-1]] == [0.1, 0.3, 0.2, 8.0, 8.0, 8.0, None, None, None, None]


def test_a_restart_takes_up_the_hours_picture_and_the_newest_attempt() -> None:
    before = filled([0.1, None, None]).judged()
    after = window()
    after.restore(before)
    judged = after.judged()
    assert (judged.n, judged.down, judged.known_at, judged.last) == (0, True, at(20), 0.1)
    assert [v for _, v in judged.spark if v is not None] == [v for _, v in before.spark if v is not None]


def judged_of(board: Board, seconds: float) -> dict[str, Judged]:
    return {row.series.key: row for row in board.judged(at(seconds))}


def test_only_touched_series_are_judged_again() -> None:
    board = Board(PLAN)
    board.take(sample(WORKLIST, 1))
    assert set(judged_of(board, 1)) == {"worklist.response/ris/ct", "availability/ris", "own.load/ris"}
    assert judged_of(board, 2) == {}
    board.expire(at(1000))
    assert {k: r.n for k, r in judged_of(board, 1000).items()} == {
        "worklist.response/ris/ct": 0,
        "availability/ris": 0,
        "own.load/ris": 0,
    }


def test_availability_is_the_share_of_answered_attempts_of_a_system() -> None:
    other = probe("echo-ris", Kind.ECHO, "ris")
    board = Board(plan(WORKLIST, other))
    for i in range(8):
        board.take(sample(WORKLIST, i * 10, outcome="ok" if i % 4 else "timeout"))
        board.take(sample(other, i * 10 + 5))
    row = judged_of(board, 80)["availability/ris"]
    assert (row.n, row.failed, row.value, row.unit) == (16, 2, 0.875, "share")


def test_golives_own_load_is_a_count_of_its_window_per_hour() -> None:
    board = Board(PLAN)
    for i in range(55):
        board.take(sample(WORKLIST, i * 10))
    row = judged_of(board, 550)["own.load/ris"]
    assert (row.n, row.window_s, row.value) == (55, 900.0, 220.0)
    board.expire(at(1441))
    row = judged_of(board, 1441)["own.load/ris"]
    assert (row.n, row.value) == (0, 0.0)


def test_failures_of_a_cut_off_collector_stay_out_of_the_window() -> None:
    control = probe("gateway", Kind.ECHO, "ris", area=None, control=True)
    board = Board(plan(WORKLIST, control))
    board.take(sample(WORKLIST, 0))
    board.take(sample(control, 5, outcome="unreachable"))
    board.take(sample(WORKLIST, 10, outcome="unreachable"))
    board.take(sample(control, 15))
    board.take(sample(WORKLIST, 20, outcome="refused"))
    row = judged_of(board, 20)["worklist.response/ris/ct"]
    assert (row.n, row.failed, row.newest_ok) == (2, 1, (False, True))


def test_a_system_that_stops_answering_is_down_at_once_and_not_only_when_its_window_is_empty() -> None:
    board = Board(PLAN)
    for i in range(8):
        board.take(sample(WORKLIST, i * 10))
    board.take(sample(WORKLIST, 80, outcome="timeout", detail="no answer in 8 s"))
    one = judged_of(board, 80)["availability/ris"]
    assert (one.newest_ok[:1], one.down) == ((False,), False)
    board.take(sample(WORKLIST, 90, outcome="timeout"))
    two = judged_of(board, 90)["availability/ris"]
    assert (two.n, two.failed, two.down, two.failing_since) == (10, 2, True, at(80))
    standing = next(s for s in standings_now([two], PLAN, {}, at(90)) if s.series.measure == "availability")
    assert (standing.state, standing.reason) == (State.DOWN, "no answer for 10 s (2 attempts in a row)")
    board.take(sample(WORKLIST, 100))
    board.take(sample(WORKLIST, 110))
    assert not judged_of(board, 110)["availability/ris"].down


def test_a_late_attempt_finds_its_place_in_a_systems_run() -> None:
    board = Board(PLAN)
    board.take(sample(WORKLIST, 0, outcome="refused"))
    board.take(sample(WORKLIST, 20, outcome="refused"))
    board.take(sample(WORKLIST, 10))
    row = judged_of(board, 20)["availability/ris"]
    assert (row.n, row.failed, row.failing_run, row.down) == (3, 2, 1, False)


@pytest.mark.parametrize("total_s", [0.0, 5e-324])
def test_a_rate_that_is_no_number_is_a_failed_one(total_s: float) -> None:
    readings = series_of(sample(IMAGE, 0, first_s=0.1, total_s=total_s, bytes=2**53), plan(IMAGE))
    rate = next(r for r in readings if r.series.measure == "image.rate")
    assert (rate.value, rate.failed) == (None, True)


def test_a_collector_that_is_not_asked_for_a_probe_still_gets_its_own_series() -> None:
    board = Board(PLAN)
    for i in range(5):
        board.take(sample(WORKLIST, i * 10, source="room-b"))
    rows = list(judged_of(board, 50).values())
    shown = {s.series.key: s for s in standings_now(rows, PLAN, {}, at(50))}
    assert (shown["worklist.response/ris/ct@room-b"].state, shown["worklist.response/ris/ct"].judged.n) == ("ok", 0)
    assert "worklist.response/ris/ct@room-b" not in {s.series.key for s in standings_now([], PLAN, {}, at(50))}
    later = {s.series.key for s in standings_now(rows, PLAN, {}, at(100_000))}
    assert "worklist.response/ris/ct@room-b" not in later


def test_a_probe_that_is_configured_no_more_keeps_the_hours_that_it_measured() -> None:
    gone = replace(PLAN, probes={})
    assert rolled_up(sample(WORKLIST, 0), gone) == [("worklist.response/ris/ct", 0.1, False, "s")]
    assert series_of(sample(WORKLIST, 0), gone) == []
