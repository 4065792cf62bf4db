"""An hour of a series in few numbers that merge: counts by value, never averages of percentiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.measuring.percentiles import P50, P90, P95, enough, rank


@dataclass(frozen=True, slots=True)
class Rollup:
    """One hour of one series; `n` counts attempts, `failed` those of them that brought no number.

    `counts` holds (value, how many) in ascending order, two significant digits; a percentile that falls among the
    failed ones, or for which n is not enough, is None.
    """

    key: str
    hour: datetime
    unit: str
    n: int
    failed: int
    total: float
    least: float | None
    most: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    counts: tuple[tuple[float, int], ...] = ()


def hour_of(at: datetime) -> datetime:
    """Give the full hour, in UTC, that a moment lies in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def counted_rank(counts: Iterable[tuple[float, int]], n: int, q: int) -> float | None:
    """Give the smallest counted value that at least the share q (in thousandths) of n attempts does not exceed.

    The attempts that brought no number lie above all counted ones: among them there is no value.
    """
    wanted, seen = rank(n, q), 0
    for value, count in counts:
        seen += count
        if seen >= wanted:
            return value
    return None


def percentile(
    counts: Sequence[tuple[float, int]], n: int, q: int, least: float | None, most: float | None
) -> float | None:
    """Give the percentile as shown: None while n is too small, and never outside what was really measured."""
    if not enough(q, n) or least is None or most is None:
        return None
    value = counted_rank(counts, n, q)
    return None if value is None else min(max(value, least), most)


def merge(hours: Sequence[Rollup]) -> Rollup:
    """Give one roll-up of several of the same series (several probes, or hours into a day); `hour` is the first's."""
    if len(hours) == 1:
        return hours[0]
    counts: dict[float, int] = {}
    for part in hours:
        for value, count in part.counts:
            counts[value] = counts.get(value, 0) + count
    n, failed, total = sum(h.n for h in hours), sum(h.failed for h in hours), sum(h.total for h in hours)
    least = min((h.least for h in hours if h.least is not None), default=None)
    most = max((h.most for h in hours if h.most is not None), default=None)
    ordered = tuple(sorted(counts.items()))
    p50, p90, p95 = (percentile(ordered, n, q, least, most) for q in (P50, P90, P95))
    first = min(hours, key=lambda h: h.hour)
    return Rollup(first.key, first.hour, first.unit, n, failed, total, least, most, p50, p90, p95, ordered)
