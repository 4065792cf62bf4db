"""The one place that asks the time; everything below the edge takes `now` as a parameter."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CALENDAR = (datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))


def in_calendar(moment: datetime) -> bool:
    """Say whether an aware moment can be shown in every zone, with every window before and after it."""
    return CALENDAR[0] <= moment < CALENDAR[1]


@dataclass(frozen=True, slots=True)
class Pace:
    """A simulated hospital's time: at `began_s` of the monotonic clock, one for all processes, it was `base`."""

    base: datetime
    began_s: float
    rate: float

    def now(self) -> datetime:
        """Give the simulated moment."""
        return self.base + timedelta(seconds=(monotonic_s() - self.began_s) * self.rate)


_pace: Pace | None = None


def live_at(pace: Pace | None) -> None:
    """Let this process live in a simulated hospital's time; only `golive demo` and its helpers do."""
    global _pace
    _pace = pace


def utc_now() -> datetime:
    """Give the present moment as aware UTC."""
    return _pace.now() if _pace else datetime.now(UTC)


def monotonic_s() -> float:
    """Give seconds of a clock that no one sets, for durations and ages."""
    return time.monotonic()


def wall_ns() -> int:
    """Give the wall clock in ns, only to be compared with kernel receive stamps."""
    return time.time_ns()


class SteadyClock:
    """Wall time that no one sets: the wall's at its making, carried on by the monotonic clock.

    Ages and windows are differences of two of its moments, so a wall clock set back or forth by an hour moves none.
    """

    def __init__(self, base: datetime | None = None) -> None:
        self._base = base or utc_now()
        self._began_s = monotonic_s()
        self._rate = _pace.rate if _pace else 1.0

    def now(self) -> datetime:
        """Give the steady moment."""
        return self._base + timedelta(seconds=(monotonic_s() - self._began_s) * self._rate)

    def step_s(self) -> float:
        """Give by how much the wall clock was set since."""
        return (utc_now() - self.now()).total_seconds()
