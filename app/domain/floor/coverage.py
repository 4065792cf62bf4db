"""Which areas have somebody on duty, and where nobody will be in the hours in which somebody is needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from app.domain.floor.duties import Duty, on_duty
from app.domain.plans import Hours

AHEAD = timedelta(hours=12)  # how far gaps are looked for
STAFFED = frozenset({"decision", "command_center"})  # the phases in which a gap is one
_WHOLE_DAY_ENDS = timedelta(seconds=1)  # 24:00 is the last microsecond of a day


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is on duty in an area, whether its peak hours are now, and its gaps of the hours to come."""

    area: str
    there: tuple[Duty, ...]
    peak: bool
    gaps: tuple[tuple[datetime, datetime], ...]

    @property
    def missing(self) -> bool:
        """Say whether somebody should be there now and nobody is."""
        return self.peak and not self.there


def coverage(
    areas: Iterable[str], duties: Sequence[Duty], peaks: Mapping[str, Hours], now: datetime, ahead: timedelta
) -> list[Cover]:
    """Give the cover of each area; one without peak hours needs somebody at every hour."""
    return [_cover(area, [d for d in duties if d.area == area], peaks.get(area), now, now + ahead) for area in areas]


def _cover(area: str, duties: Sequence[Duty], peak: Hours | None, now: datetime, until: datetime) -> Cover:
    edges = {now, until, *(e for d in duties for e in (d.from_at, d.over_at)), *_edges(peak, now, until)}
    inside = sorted(e for e in edges if now <= e <= until)
    gaps: list[tuple[datetime, datetime]] = []
    for start, end in pairwise(inside):
        middle = start + (end - start) / 2
        if any(d.is_on(middle) for d in duties) or not (peak is None or peak.hold(middle)):
            continue
        if gaps and start - gaps[-1][1] < _WHOLE_DAY_ENDS:
            gaps[-1] = (gaps[-1][0], end)
        else:
            gaps.append((start, end))
    long_ones = tuple(g for g in gaps if g[1] - g[0] >= timedelta(minutes=1))
    return Cover(area, tuple(on_duty(duties, area, now)), peak is None or peak.hold(now), long_ones)


def _edges(peak: Hours | None, now: datetime, until: datetime) -> Iterable[datetime]:
    if peak is None:
        return
    day = now.astimezone(peak.zone).date()
    while day <= until.astimezone(peak.zone).date():
        for weekday, start, end in peak.spans:
            if weekday == day.weekday():
                for at in (start, end):
                    yield datetime.combine(day, at, peak.zone).astimezone(now.tzinfo)
        day += timedelta(days=1)
