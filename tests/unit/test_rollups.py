"""Counts that merge, and ranks walked in them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.measuring.percentiles import P50, P90, P95, nearest_rank
from app.domain.measuring.rollups import Rollup, counted_rank, merge, percentile

HOUR = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES = st.lists(st.integers(1, 50).map(float), max_size=80)


def rolled(values: list[float], failed: int, hour: datetime = HOUR) -> Rollup:
    counts = tuple((v, values.count(v)) for v in sorted(set(values)))
    n, least, most = len(values) + failed, min(values, default=None), max(values, default=None)
    p50, p90, p95 = (percentile(counts, n, q, least, most) for q in (P50, P90, P95))
    return Rollup("k", hour, "s", n, failed, sum(values), least, most, p50, p90, p95, counts)


@given(VALUES, st.integers(0, 20))
def test_a_rank_walked_in_counts_is_the_rank_of_the_values(values: list[float], failed: int) -> None:
    made = rolled(values, failed)
    for q, thousandths in ((0.5, P50), (0.9, P90), (0.95, P95)):
        if made.n:
            assert counted_rank(made.counts, made.n, thousandths) == nearest_rank(values, q, failed)


@given(st.lists(st.tuples(VALUES, st.integers(0, 20)), min_size=1, max_size=5))
def test_merged_hours_tell_what_all_their_attempts_tell(parts: list[tuple[list[float], int]]) -> None:
    hours = [rolled(values, failed, HOUR + timedelta(hours=n)) for n, (values, failed) in enumerate(parts)]
    everything = [value for values, _ in parts for value in values]
    assert merge(hours) == rolled(everything, sum(failed for _, failed in parts))


def test_a_percentile_waits_for_enough_attempts() -> None:
    assert [rolled([1.0] * n, 0).p50 for n in (4, 5)] == [None, 1.0]
    assert [rolled([1.0] * n, 0).p90 for n in (19, 20)] == [None, 1.0]
    assert [rolled([1.0] * n, 0).p95 for n in (39, 40)] == [None, 1.0]


def test_a_percentile_never_lies_outside_what_was_measured() -> None:
    assert percentile(((0.0105, 5),), 5, P50, 0.0104, 0.0104) == 0.0104
