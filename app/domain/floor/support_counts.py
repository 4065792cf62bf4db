"""How often support is asked for: by hour, day, area and reason, and per 100 users beside what was published."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

DAYS = 42  # the six weeks of the published curve
WEEKS = 6


@dataclass(frozen=True, slots=True)
class Click:
    """One request: when it came, from which area and why, "" where that is not known."""

    at: datetime
    area: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A stretch of days of the published go-live, in requests a working day of all its users."""

    first_day: int
    last_day: int
    per_day: float


# SIIM22 abstract: 312 radiologists, PACS go-live in June 2021, 891 requests in six weeks
PUBLISHED_USERS, PUBLISHED_TOTAL = 312, 891
PUBLISHED = (Published(0, 20, 33.7), Published(21, 41, 27.9))


@dataclass(frozen=True, slots=True)
class Day:
    """The requests of one local day: `number` counts from the first day, `whole` says that it is over."""

    day: date
    number: int
    n: int
    whole: bool

    @property
    def working(self) -> bool:
        """Say whether it is Monday to Friday."""
        return self.day.weekday() < 5


def curve_begins(t0: datetime | None, now: datetime, zone: tzinfo) -> tuple[datetime, bool]:
    """Give the local midnight from which the curve counts, and whether that is T0's; before it the last six weeks."""
    since_t0 = t0 is not None and t0 <= now
    since = t0 if t0 is not None and since_t0 else now - timedelta(days=DAYS - 1)
    return since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0), since_t0


def by_day(clicks: Iterable[Click], begins_at: datetime, now: datetime, zone: tzinfo, most: int = DAYS) -> list[Day]:
    """Give each local day from the first until now, six weeks at most; a day without a request is there with none."""
    first, today = begins_at.astimezone(zone).date(), now.astimezone(zone).date()
    counts = Counter(c.at.astimezone(zone).date() for c in clicks if begins_at <= c.at)
    days = range(max(0, min((today - first).days + 1, most)))
    return [Day(d, n, counts[d], d < today) for n in days for d in [first + timedelta(days=n)]]


def by_hour(clicks: Iterable[Click], zone: tzinfo) -> list[int]:
    """Give how many came in each of the 24 hours of the local day."""
    counts = Counter(c.at.astimezone(zone).hour for c in clicks)
    return [counts[hour] for hour in range(24)]


def by_area(clicks: Iterable[Click]) -> list[tuple[str, int]]:
    """Give how many came from each area, the most first; "" is where that is not known."""
    return _ranked(Counter(c.area for c in clicks))


def by_reason(clicks: Iterable[Click]) -> list[tuple[str, int]]:
    """Give how many came for each reason, the most first; "" is where nobody has said."""
    return _ranked(Counter(c.reason for c in clicks))


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (not item[0], -item[1], item[0]))


def per_100(n: float, users: int | None) -> float | None:
    """Give requests per 100 users; None where nobody has said how many there are."""
    return 100.0 * n / users if users else None


@dataclass(frozen=True, slots=True)
class Mean:
    """Requests a working day over three weeks beside the published ones; None while no such day is over."""

    first_week: int
    last_week: int
    days: int
    per_day: float | None
    per_100: float | None
    published_per_day: float
    published_per_100: float


def means(days: Sequence[Day], users: int | None) -> list[Mean]:
    """Give the means of weeks 1–3 and 4–6 over the working days that are over, as the published ones are."""
    found = []
    for told in PUBLISHED:
        over = [d.n for d in days if told.first_day <= d.number <= told.last_day and d.whole and d.working]
        mean = sum(over) / len(over) if over else None
        ours = per_100(mean, users) if mean is not None else None
        theirs = 100.0 * told.per_day / PUBLISHED_USERS
        weeks = told.first_day // 7 + 1, told.last_day // 7 + 1
        found.append(Mean(*weeks, len(over), mean, ours, told.per_day, theirs))
    return found
