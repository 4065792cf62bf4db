"""The huddles of the command center: fixed times of the site's day."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

UNDER_WAY = timedelta(minutes=20)


def next_huddle(huddles: Sequence[time], zone: tzinfo, now: datetime) -> datetime | None:
    """Give when the next huddle is, None where none is planned."""
    return min((at for at in _around(huddles, zone, now) if at > now), default=None)


def last_huddle(huddles: Sequence[time], zone: tzinfo, now: datetime) -> datetime | None:
    """Give when the last huddle was, None where none is planned."""
    return max((at for at in _around(huddles, zone, now) if at <= now), default=None)


def _around(huddles: Sequence[time], zone: tzinfo, now: datetime) -> list[datetime]:
    """Give the huddles of yesterday, today and tomorrow; one that a change of the clock leaves out comes after it."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in (-1, 0, 1, 2)]
    return [datetime.combine(day, at, zone).astimezone(UTC) for day in days for at in huddles]


def span_of(huddles: Sequence[time], zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Give of which span the sheet of a huddle tells, and which huddle that is: for a while the one that just began."""
    last = last_huddle(huddles, zone, now)
    if last is not None and now - last < UNDER_WAY:
        return last_huddle(huddles, zone, last - timedelta(seconds=1)), last
    return last, next_huddle(huddles, zone, now)
