"""What golive sees of a feed: when it last spoke, how often, and how far its clock is off."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.measuring.feed_messages import wrong_time
from app.domain.measuring.percentiles import nearest_rank
from app.domain.measuring.standings import Judged, Series
from app.domain.plans import FeedPlan
from app.domain.words import counted, span

OFFSETS = 100
RESUMED_AFTER_S = 900.0  # a feed silent for longer may have a queue to deliver first, reports of that time in it
HOUR_S, DAY_S = 3600.0, 86400.0
DAY_MINUTES = 1440


@dataclass(slots=True)
class FeedWatch:
    """What is remembered of one feed; `heard_at` is when its newest event reached us, by the steady clock.

    `unreported_since` is its last final report's moment, or when it began or resumed to speak since.
    """

    feed: FeedPlan
    began_at: datetime
    heard_at: datetime | None = None
    minutes: dict[int, int] = field(default_factory=dict)  # minute → events received in it
    offsets: deque[float] = field(default_factory=lambda: deque(maxlen=OFFSETS))
    believed: deque[bool] = field(default_factory=lambda: deque(maxlen=OFFSETS))
    unreported_since: datetime | None = None
    _spoke_at: datetime | None = None  # unlike `heard_at`, never taken over from before a restart

    def hear(self, known_at: datetime, received_at: datetime, *, final: bool = False) -> None:
        """Take note of an event: that the feed speaks now, and in which minute it received this.

        The two differ when a collector catches up, or when its clock is off: neither makes a live feed look quiet.
        """
        if self.heard_at is None or known_at > self.heard_at:
            self.heard_at = known_at
        silent_s = (known_at - self._spoke_at).total_seconds() if self._spoke_at else math.inf
        if final or silent_s > RESUMED_AFTER_S:
            self.unreported_since = max(known_at, self.unreported_since or known_at)
        self._spoke_at = max(known_at, self._spoke_at or known_at)
        minute = int(min(received_at, known_at).timestamp()) // 60
        self.minutes[minute] = self.minutes.get(minute, 0) + 1
        if len(self.minutes) > 2 * DAY_MINUTES:
            oldest = int(known_at.timestamp()) // 60 - DAY_MINUTES
            self.minutes = {m: n for m, n in self.minutes.items() if m > oldest}

    def offset(self, received_at: datetime, message_at: datetime | None) -> None:
        """Take note of a message's own time beside ours."""
        if message_at is not None:
            self.behind((received_at - message_at).total_seconds())

    def behind(self, seconds: float) -> None:
        """Take note that a message's own time lay so far before its receipt: no offset where that cannot be right."""
        believed = not wrong_time(timedelta(seconds=seconds))
        self.believed.append(believed)
        if believed:
            self.offsets.append(seconds)


def judged(watch: FeedWatch, now: datetime) -> list[Judged]:
    """Give a feed's age, rate and clock offset.

    The age's `known_at` is the newest event, for readers to count on; without one `as_of` is when listening began.
    """
    feed = watch.feed
    segment = (("feed", feed.id),)
    this_minute = int(now.timestamp()) // 60
    hour = sum(n for minute, n in watch.minutes.items() if minute > this_minute - 60)
    day = sum(n for minute, n in watch.minutes.items() if minute > this_minute - DAY_MINUTES)
    age_s = None if watch.heard_at is None else max(0.0, (now - watch.heard_at).total_seconds())
    offset = nearest_rank(watch.offsets, 0.5)
    heard = watch.heard_at
    few = "" if day >= 5 else f"; {counted(day, 'event')} of 5 needed"
    age_note = "nothing received yet" if age_s is None else f"last event {span(age_s)} ago{few}"
    rate_note = f"{counted(hour, 'event')} in the last hour{few}"
    return [
        Judged(
            Series("feed.age", feed.system, None, segment),
            "s",
            DAY_S,
            n=day,
            value=age_s,
            last=age_s,
            as_of=heard or watch.began_at,
            known_at=heard,
            note=age_note,
        ),
        Judged(
            Series("feed.rate", feed.system, None, segment),
            "per h",
            HOUR_S,
            n=day,
            value=_rate(hour, watch, now),
            last=float(hour),
            note=rate_note,
        ),
        Judged(
            Series("clock.offset", feed.system, None, segment),
            "s",
            DAY_S,
            n=len(watch.offsets),
            p50=offset if len(watch.offsets) >= 5 else None,
            value=offset if len(watch.offsets) >= 5 else None,
            headline="p50",
            last=watch.offsets[-1] if watch.offsets else None,
            note=_offset_note(watch, offset),
        ),
    ]


def _rate(hour: int, watch: FeedWatch, now: datetime) -> float | None:
    observed_s = min(HOUR_S, (now - watch.began_at).total_seconds())
    return None if observed_s < 60 else hour / observed_s * HOUR_S


def _offset_note(watch: FeedWatch, offset: float | None) -> str:
    heard, wild = len(watch.believed), watch.believed.count(False)
    wrong = f"; {wild} of the newest {counted(heard, 'message')} carry a time that cannot be right" if wild else ""
    if offset is None or len(watch.offsets) < 5:
        return f"{len(watch.offsets)} of 5 messages with a time of their own{wrong}"
    way = "behind ours, or its messages take that long" if offset >= 0 else "ahead of ours"
    return f"its clock is {span(abs(offset))} {way}{wrong}"
