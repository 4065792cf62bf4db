"""What a series is now: numbers judged from its window, and a state worked out when it is read."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.measuring.measures import CATALOGUE


class State(StrEnum):
    """The states of a series; where several hold, the first in PRECEDENCE counts."""

    NOT_EXPECTED = "not_expected"
    BLIND = "blind"
    STALE = "stale"
    MAINTENANCE = "maintenance"
    DOWN = "down"
    INSUFFICIENT = "insufficient"
    DEGRADED = "degraded"
    OK = "ok"


PRECEDENCE = tuple(State)
UNDER_WAY = "under way"  # a probe's heartbeat during an attempt
BYTE_BUDGET = "byte budget"  # the detail of a heartbeat of a probe whose cadence the day's bytes stretch


@dataclass(frozen=True, slots=True)
class Series:
    """A measure of one system, area, segment and vantage; `vantage` is None for the first collector's."""

    measure: str
    system: str | None = None
    area: str | None = None
    segment: tuple[tuple[str, str], ...] = ()
    vantage: str | None = None

    @property
    def key(self) -> str:
        """Give the name used in URLs and tables, such as worklist.response/ris/ct@reading-room."""
        segment = ",".join(f"{k}={v}" for k, v in self.segment)
        parts = [self.measure, self.system or "-", self.area or "-", segment or "-"]
        while parts[-1] == "-":
            parts.pop()
        return "/".join(parts) + (f"@{self.vantage}" if self.vantage else "")

    @classmethod
    def of_key(cls, key: str) -> "Series":
        """Give the series that has this key."""
        head, at, vantage = key.rpartition("@")
        parts = (head if at else key).split("/", 3)
        measure, system, area, segment = parts + ["-"] * (4 - len(parts))
        pairs = [pair.partition("=") for pair in segment.split(",")] if segment != "-" else []
        named = tuple((name, value) for name, _, value in pairs)
        known = [None if part == "-" else part for part in (system, area)]
        return cls(measure, known[0], known[1], named, vantage if at else None)


@dataclass(frozen=True, slots=True)
class Judged:
    """The numbers of a series as last judged; all but its state, which depends on when it is read.

    `value` is the judged value (what expected ranges speak of), `headline` names the percentile it is ("p90").
    `perhaps_lost` counts exams that wait for longer than a report can take: they are in no other number.
    `known_at` is `as_of` by the app's steady clock. `newest_ok` are the newest attempts, newest first (three at most).
    `spark` holds (minute as unix s, value or None) of the last 60 minutes. `window` is "" for probes, else now or day.
    """

    series: Series
    unit: str
    window_s: float
    n: int = 0
    failed: int = 0
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    beyond_s: float | None = None
    last: float | None = None
    value: float | None = None
    headline: str = ""
    open: int | None = None
    straddling: int | None = None
    straddling_oldest_s: float | None = None
    perhaps_lost: int | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    newest_ok: tuple[bool, ...] = ()
    down: bool = False
    failing_since: datetime | None = None
    failing_run: int = 0  # failed attempts in a row, up to now
    run_since: datetime | None = None  # the first of them; an outage may have begun before, with one good one between
    last_outcome: str = ""
    last_detail: str = ""
    outside_since: datetime | None = None
    window: str = ""
    spark: tuple[tuple[int, float | None], ...] = ()
    note: str = ""


def unmeasured(series: Series, window: str = "", window_s: float = 900.0) -> Judged:
    """Give the numbers of a series that nobody has measured yet: none."""
    return Judged(series, CATALOGUE[series.measure].unit, window_s, window=window)


def known_by(judged: Judged, now: datetime) -> Judged:
    """Give numbers that were known by `now`: those of a clock that has been set back since count as of this moment."""
    if judged.known_at is None or judged.known_at <= now:
        return judged
    failing_since = judged.failing_since and min(judged.failing_since, now)
    outside_since = judged.outside_since and min(judged.outside_since, now)
    run_since = judged.run_since and min(judged.run_since, now)
    return replace(judged, known_at=now, failing_since=failing_since, run_since=run_since, outside_since=outside_since)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The newest heartbeat of a probe or feed, `known_at` by the app's steady clock.

    `busy_until` is when its last attempt ended or was answered for: what that saw may still be on its way into the
    numbers. `began_at` is when the newest attempt was due, its wait for a place included; `awaited` says that it goes
    on, `unanswered` that one ended without a sample. `told` is `since` by the sender's own clock.
    """

    state: str
    detail: str
    known_at: datetime
    since: datetime | None = None
    busy_until: datetime | None = None
    told: datetime | None = None
    began_at: datetime | None = None
    awaited: bool = False
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """All that decides a series' state beside its numbers."""

    cadence_s: float
    timeout_s: float = 0.0
    pulse: Pulse | None = None
    expected: bool = True
    cut_off: bool = False
    planned: str = ""  # the planned work of its system, in words
    quiet_s: float | None = None
    quiet_after_s: float | None = None
    upper: float | None = None
    lower: float | None = None
    restarted_at: datetime | None = None  # by the site's clock: the app's start that these numbers are older than
    absent: str = ""  # why nothing can be measured, such as "no source"
    speed: float = 1.0  # of a simulation: how many of the clock's seconds pass in a real one
    turn_s: float = 0.0  # the longest that others of its system can keep a due probe waiting


@dataclass(frozen=True, slots=True)
class Standing:
    """A series as shown: its numbers, its state now and the reason in words that a nurse understands."""

    judged: Judged
    state: State
    reason: str
    age_s: float | None
    upper: float | None = None
    lower: float | None = None

    @property
    def series(self) -> Series:
        return self.judged.series

    def blinded(self, why: str) -> "Standing":
        """Give the same as not seen: its numbers may be old, and nothing may be read from them."""
        return replace(self, state=State.BLIND, reason=why)
