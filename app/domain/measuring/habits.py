"""How often a feed speaks in each hour of the week, from earlier weeks: what a silence is measured by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

WEEK = timedelta(days=7)
HOUR_S, HOURS = 3600.0, 168
MOST_WEEKS, LEAST_WEEKS = 4, 3
_LONGEST = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Heard:
    """One telling of a feed: what it told, by whom, and when it came."""

    feed: str
    milestone: str
    sender: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Habit:
    """In how many minutes of each hour of the week, Monday's first, it spoke at least in every one of some weeks.

    Minutes, because messages come in bursts; the least of the weeks, because a holiday is no reason to be called.
    """

    minutes: tuple[float, ...]
    weeks: int
    zone: tzinfo

    def expected(self, since: datetime, now: datetime) -> float:
        """Give in how many minutes it would have spoken at least since a moment."""
        at, total = max(since, now - _LONGEST), 0.0
        while at < now:
            local = at.astimezone(self.zone)
            left_s = HOUR_S - (local.minute * 60 + local.second + local.microsecond / 1e6)
            until = min(at + timedelta(seconds=left_s), now)
            total += self.minutes[_hour_of_week(local)] * (until - at).total_seconds() / HOUR_S
            at = until
        return total


def habit_of(moments: Iterable[datetime], began_at: datetime | None, until: datetime, zone: tzinfo) -> Habit | None:
    """Give the habit by the whole weeks before a moment, None while the feed was heard for fewer than three.

    `began_at` is when the feed was first heard, with whatever it told.
    """
    weeks = min(MOST_WEEKS, int((until - began_at) / WEEK)) if began_at is not None else 0
    if weeks < LEAST_WEEKS:
        return None
    spoken: list[list[set[int]]] = [[set() for _ in range(HOURS)] for _ in range(weeks)]
    for at in moments:
        week = -((at - until) // WEEK) - 1  # the hour that begins a week belongs to it
        if at < until and week < weeks:
            local = at.astimezone(zone)
            spoken[week][_hour_of_week(local)].add(local.minute)
    least = tuple(float(min(len(week[hour]) for week in spoken)) for hour in range(HOURS))
    return Habit(least, weeks, zone)


def _hour_of_week(local: datetime) -> int:
    return local.weekday() * 24 + local.hour
