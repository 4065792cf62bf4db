"""Hours and days that are over, in the numbers of their exams: Kaplan–Meier over those whose start lies in each."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from app.domain.exams.exam_measures import INTERVAL_MEASURES, Cohort, Group, Stay, View, groups_of, stays
from app.domain.exams.exams import Exam
from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.rollups import hour_of
from app.domain.measuring.standings import Series

HOUR = timedelta(hours=1)
HOUR_S, DAY_S = 3600, 86400
AGAIN_AFTER = HOUR
# The moments of an exam at which an interval begins.
STARTS = ("ordered_at", "order_received_at", "ended_at", "final_at")


@dataclass(frozen=True, slots=True)
class Step:
    """An hour, or a day of the site's own calendar, which may have 23 or 25 of them; `step_s` names which."""

    at: datetime
    until: datetime
    step_s: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Ready percentiles of one series in one step; `n` exams are closed, `open` are not, and count in the estimate."""

    key: str
    at: datetime
    step_s: int
    unit: str
    n: int
    open: int
    p50: float | None
    p90: float | None
    p95: float | None


def steps_of(hours: Iterable[datetime], zone: tzinfo) -> tuple[Step, ...]:
    """Give these hours as steps, and the days of the site that they lie in."""
    named = sorted(set(hours))
    days = {day for hour in named for day in _days(hour, zone)}
    return (*(Step(hour, hour + HOUR, HOUR_S) for hour in named), *sorted(days, key=lambda day: day.at))


def again_at(
    hours: Iterable[datetime], steps: Iterable[Step], moving: Container[Step], now: datetime
) -> dict[datetime, datetime]:
    """Give when each hour is due again that is not done with: at its day's end, or soon where numbers still move."""
    later: dict[datetime, datetime] = {}
    known = tuple(steps)
    for hour in hours:
        its = [step for step in known if step.at < hour + HOUR and hour < step.until]
        ends = [step.until for step in its if step.until > now]
        if any(step in moving for step in its):
            ends.append(now + AGAIN_AFTER)
        if ends:
            later[hour] = min(ends)
    return later


def _days(hour: datetime, zone: tzinfo) -> set[Step]:
    """Give the site's day that an hour lies in; both where midnight falls into it, as in zones of half an hour."""
    return {_day(at, zone) for at in (hour, hour + HOUR - timedelta.resolution)}


def _day(at: datetime, zone: tzinfo) -> Step:
    date = at.astimezone(zone).date()
    starts = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (date, date + timedelta(days=1)))
    start, until = (moment.astimezone(UTC) for moment in starts)
    return Step(start, until, DAY_S)


def hours_of(exam: Exam) -> set[datetime]:
    """Give the hours in whose numbers an exam counts."""
    return {hour_of(at) for name in STARTS if (at := getattr(exam, name)) is not None}


def close(exams: Sequence[Exam], steps: Sequence[Step], view: View) -> tuple[list[Closed], set[Step]]:
    """Give the numbers of each step, and the steps whose numbers time alone may still change.

    Those are the ones with an exam open for less time than another took: while it waits, the estimate moves. A step
    that holds T0 counts what began from T0 on; those before it are the old system's and stay as they were.
    """
    rows: list[Closed] = []
    moving: set[Step] = set()
    for measure in INTERVAL_MEASURES:
        cohorts: dict[tuple[Step, Group], Cohort] = {}
        for exam, stay in stays(exams, measure.id, view):
            for step in _of(stay, steps, view.t0):
                for group in groups_of(exam):
                    cohorts.setdefault((step, group), Cohort()).take(stay)
        for (step, (area, segment)), cohort in cohorts.items():
            (p50, p90, p95), _ = cohort.percentiles()
            key = Series(measure.id, None, area, segment).key
            n, waiting = len(cohort.closed), len(cohort.still_open)
            unit = CATALOGUE[measure.id].unit
            rows.append(Closed(key, step.at, step.step_s, unit, n, waiting, p50, p90, p95))
            if cohort.still_open and cohort.closed and min(cohort.still_open) < max(cohort.closed):
                moving.add(step)
    return rows, moving


def _of(stay: Stay, steps: Iterable[Step], t0: datetime | None) -> list[Step]:
    return [
        step
        for step in steps
        if step.at <= stay.start < step.until and (t0 is None or stay.start >= t0 or step.until <= t0)
    ]
