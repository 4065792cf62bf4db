"""Hours of each series in few numbers, kept for good and recomputed from raw samples whenever an hour got new ones.

An hour whose raw samples are dropped already cannot be recomputed: what still arrives for it is merged in, and dropped
in the same transaction, so that no sample counts twice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from hdrh.histogram import HdrHistogram
from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.measuring.percentiles import P50, P90, P95
from app.domain.measuring.rollups import Rollup, merge, percentile
from app.domain.measuring.samples import Sample
from app.store import marks, samples
from app.store.sets import rows_of, run, table

SeriesOf = Callable[[Sample], Sequence[tuple[str, float | None, bool, str]]]
_ROLLUP, _DUE = table("rollup"), table("rollup_due")
_HOUR = timedelta(hours=1)
_UNITS = 1_000_000  # a count is of millionths of the unit: µs for seconds
_LARGEST = 10**13


def catch_up(session: Session, site: str, now: datetime, series_of: SeriesOf, limit_hours: int = 50) -> int:
    """Roll up closed hours that got samples, the oldest first; give how many hours of a probe that were, 0 when none.

    `limit_hours` keeps one act of the writer short: call again until 0. `series_of` gives (key, value or None, failed,
    unit) of each series that a sample belongs to; an hour of which it knows no series any more keeps its roll-ups.
    """
    ripe = (_DUE.c.site == site) & (_DUE.c.hour <= now - _HOUR)
    ask = select(_DUE.c.hour, _DUE.c.probe).where(ripe).order_by(_DUE.c.hour, _DUE.c.probe).limit(limit_hours)
    due = rows_of(session, ask)
    dropped = dropped_up_to(session, site)
    for row in due:
        fresh = _rolled(samples.of_hour(session, site, row.hour, row.probe), row.hour, series_of)
        if dropped is not None and (row.hour, row.probe) <= dropped:
            fresh = _merged(fresh, _stored(session, site, row.hour, row.probe))
            samples.forget_hour(session, site, row.hour, row.probe)
        if fresh:
            its = (_ROLLUP.c.site == site) & (_ROLLUP.c.probe == row.probe) & (_ROLLUP.c.hour == row.hour)
            run(session, delete(_ROLLUP).where(its))
            run(session, _ROLLUP.insert(), [_row(site, row.probe, rollup) for rollup in fresh])
    for hour, rows in groupby(due, key=lambda row: row.hour):
        done = (_DUE.c.site == site) & (_DUE.c.hour == hour) & _DUE.c.probe.in_([row.probe for row in rows])
        run(session, delete(_DUE).where(done))
    return len(due)


def dropped_up_to(session: Session, site: str) -> tuple[datetime, str] | None:
    """Give the last (hour, probe), in this order, whose raw samples are dropped; all before it are."""
    text = marks.get(session, site, marks.DROPPED_UP_TO)
    if text is None:
        return None
    hour, _, probe = text.partition(" ")
    return datetime.fromisoformat(hour), probe


def note_dropped(session: Session, site: str, hour: datetime, probe: str) -> None:
    """Note that the raw samples up to an hour of a probe are dropped; "" stands before all probes of an hour."""
    last = max((hour, probe), dropped_up_to(session, site) or (hour, probe))
    marks.set(session, site, marks.DROPPED_UP_TO, f"{last[0].isoformat()} {last[1]}")


def oldest_due(session: Session, site: str) -> datetime | None:
    """Give the oldest hour that still waits for its roll-up."""
    ask = select(_DUE.c.hour).where(_DUE.c.site == site).order_by(_DUE.c.hour).limit(1)
    found: datetime | None = run(session, ask).scalar_one_or_none()
    return found


def hours(session: Session, site: str, key: str, from_: datetime, to: datetime) -> list[Rollup]:
    """Give the hours of a series that begin within the span, several probes merged into one."""
    its = (_ROLLUP.c.site == site) & (_ROLLUP.c.key == key) & (_ROLLUP.c.hour >= from_) & (_ROLLUP.c.hour < to)
    rows = rows_of(session, select(_ROLLUP).where(its).order_by(_ROLLUP.c.hour, _ROLLUP.c.probe))
    return [merge([_rollup(row) for row in group]) for _, group in groupby(rows, key=lambda row: row.hour)]


def keys(session: Session, site: str) -> list[str]:
    """Give the names of all series that have roll-ups."""
    ask = select(_ROLLUP.c.key).where(_ROLLUP.c.site == site).distinct().order_by(_ROLLUP.c.key)
    return [row.key for row in rows_of(session, ask)]


def _rolled(taken: Sequence[Sample], hour: datetime, series_of: SeriesOf) -> list[Rollup]:
    by_key: dict[str, tuple[str, list[float], list[bool]]] = {}
    for sample in taken:
        for key, value, failed, unit in series_of(sample):
            _, values, failures = by_key.setdefault(key, (unit, [], []))
            lacks = failed or value is None
            failures.append(lacks)
            if not lacks and value is not None:
                values.append(value)
    return [_summed(key, hour, unit, values, sum(failures)) for key, (unit, values, failures) in by_key.items()]


def _summed(key: str, hour: datetime, unit: str, values: list[float], failed: int) -> Rollup:
    histogram = HdrHistogram(1, _LARGEST, 2)
    for value in values:
        histogram.record_value(min(max(round(value * _UNITS), 0), _LARGEST))
    n, least, most = len(values) + failed, min(values, default=None), max(values, default=None)
    return _with_percentiles(
        Rollup(key, hour, unit, n, failed, sum(values), least, most, None, None, None, _counts(histogram))
    )


def _with_percentiles(r: Rollup) -> Rollup:
    p50, p90, p95 = (percentile(r.counts, r.n, q, r.least, r.most) for q in (P50, P90, P95))
    return Rollup(r.key, r.hour, r.unit, r.n, r.failed, r.total, r.least, r.most, p50, p90, p95, r.counts)


def _merged(fresh: Sequence[Rollup], stored: Sequence[Rollup]) -> list[Rollup]:
    parts = sorted([*stored, *fresh], key=lambda rollup: rollup.key)
    return [merge(list(group)) for _, group in groupby(parts, key=lambda rollup: rollup.key)]


def _stored(session: Session, site: str, hour: datetime, probe: str) -> list[Rollup]:
    its = (_ROLLUP.c.site == site) & (_ROLLUP.c.probe == probe) & (_ROLLUP.c.hour == hour)
    return [_rollup(row) for row in rows_of(session, select(_ROLLUP).where(its))]


def _row(site: str, probe: str, r: Rollup) -> dict[str, Any]:
    histogram = HdrHistogram(1, _LARGEST, 2)
    for value, count in r.counts:
        histogram.record_value(round(value * _UNITS), count)
    numbers = {"n": r.n, "failed": r.failed, "total": r.total, "least": r.least, "most": r.most}
    ready = {"p50": r.p50, "p90": r.p90, "p95": r.p95, "counts": histogram.encode()}
    return {"site": site, "key": r.key, "hour": r.hour, "probe": probe, "unit": r.unit, **numbers, **ready}


def _rollup(row: Any) -> Rollup:
    counts = _counts(HdrHistogram.decode(row.counts))
    numbers = (row.n, row.failed, row.total, row.least, row.most, row.p50, row.p90, row.p95)
    return Rollup(row.key, row.hour, row.unit, *numbers, counts)


def _counts(histogram: Any) -> tuple[tuple[float, int], ...]:
    """Give (middle of the bucket, count) of each bucket that holds anything, ascending."""
    import numpy as np  # loaded with the first hour, for it takes 0.1 s, which no start should wait for

    held = np.frombuffer(histogram.counts, dtype=np.int64)
    found = []
    for place in np.flatnonzero(held):
        low = histogram.get_value_from_index(int(place))
        high = histogram.get_highest_equivalent_value(low)
        found.append(((low + high) // 2 / _UNITS, int(held[place])))
    return tuple(found)
