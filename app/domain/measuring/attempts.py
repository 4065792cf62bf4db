"""What heartbeats and samples together tell of one probe's attempts: which one is awaited, and whether one is missing.

Moments of the sender's clock are compared with one another only, those of the app's likewise: `at`, `told` are the
sender's; `known_at`, `since`, `began_at`, `busy_until` the app's.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.measuring.standings import BYTE_BUDGET, UNDER_WAY, Pulse

WAITING = "waiting"
_HELD_BACK = (BYTE_BUDGET, "back-off")  # from the tick on; the wait for a place among others follows


@dataclass(frozen=True, slots=True)
class _Open:
    """An attempt that is due or under way; `step` grows from held back to waiting for a place to under way."""

    step: int
    told: datetime
    since: datetime
    began_at: datetime


class Attempts:
    """One probe of one source; a feed's pulses pass through unchanged in what they say.

    An attempt that ended and of which no sample came leaves the probe `unanswered`, whatever its later pulses say,
    until a sample comes whose outcome was known after that attempt began.
    """

    def __init__(self) -> None:
        self.newest: Pulse | None = None
        self._open: _Open | None = None
        self._ended_told: datetime | None = None
        self._answered_at: datetime | None = None
        self._unanswered = False
        self._began_at: datetime | None = None
        self._busy_until: datetime | None = None

    def pulse(self, pulse: Pulse) -> None:
        """Take what the collector says now."""
        step, was = _step(pulse), self._open
        told = pulse.told or pulse.since or pulse.known_at
        since = pulse.since or pulse.known_at
        same = was is not None and (told == was.told or pulse.since is None)
        if was is not None and step is not None and (step > was.step or (step == was.step and same)):
            since = min(was.since, since) if step == was.step else since
            self._open = _Open(step, told if step > was.step else was.told, since, was.began_at)
        else:
            if was is not None:
                self._end(was, pulse.known_at)
            # what is said of an attempt whose sample is here already comes late
            answered = self._answered_at is not None and told <= self._answered_at
            self._open = None if step is None or answered else _Open(step, told, since, since)
        if self._open is not None:
            pulse, self._began_at = replace(pulse, since=self._open.since), self._open.began_at
        self.newest = pulse
        self._tell()

    def sample(self, at: datetime, received_at: datetime) -> None:
        """Take that a sample is stored; `at` is when its outcome was known, by the sender's clock."""
        self._answered_at = at
        if self._open is not None and at >= self._open.told:
            self._open, self._busy_until = None, received_at
        if self._unanswered and self._ended_told is not None and at >= self._ended_told:
            self._unanswered, self._busy_until = False, received_at
        self._tell()

    def _end(self, was: _Open, ended_at: datetime) -> None:
        self._ended_told = was.told
        if not self._unanswered:
            self._unanswered, self._busy_until = True, ended_at

    def _tell(self) -> None:
        if self.newest is not None:
            self.newest = replace(
                self.newest,
                busy_until=self._busy_until,
                began_at=self._began_at,
                awaited=self._open is not None and not self._unanswered,
                unanswered=self._unanswered,
            )


def _step(pulse: Pulse) -> int | None:
    if pulse.state == WAITING:
        return 0 if pulse.detail.startswith(_HELD_BACK) else 1
    return 2 if pulse.state == UNDER_WAY else None
