"""What triggers count, kept in order so that each look costs no more than what is new."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Counted:
    """One attempt or exam as a rule counts it: `id` is its sample's id or its token."""

    known_at: datetime
    id: str
    beyond: bool


class Tally:
    """The attempts of one trigger within its window, in order, and how many of them are beyond.

    `down_s` is how long attempts followed each other that were all beyond; two that lie farther apart than `gap_s`
    tell nothing of the time between them.
    """

    def __init__(self, window_s: float, gap_s: float = 0.0) -> None:
        self._window, self._gap = timedelta(seconds=window_s), timedelta(seconds=gap_s)
        self._held: list[Counted] = []
        self.beyond = 0
        self._down = timedelta()

    @property
    def n(self) -> int:
        """Give how many attempts the window holds."""
        return len(self._held)

    @property
    def held(self) -> Sequence[Counted]:
        """Give them, the oldest first."""
        return self._held

    def add(self, counted: Counted) -> None:
        """Take an attempt; a late one finds its place."""
        place = bisect_left(self._held, counted)
        if self._gap:
            before = self._held[place - 1] if place else None
            after = self._held[place] if place < len(self._held) else None
            self._down += self._between(before, counted) + self._between(counted, after) - self._between(before, after)
        self._held.insert(place, counted)
        self.beyond += counted.beyond

    def expire(self, now: datetime, counts_after: datetime | None) -> None:
        """Let go of what has left the window, or is not later than the moment from which counting began anew."""
        oldest = now - self._window
        if counts_after is not None:
            oldest = max(oldest, counts_after)
        left = bisect_right(self._held, oldest, key=lambda c: c.known_at)
        if not left:
            return
        self.beyond -= sum(c.beyond for c in self._held[:left])
        for place in range(left) if self._gap else ():
            after = self._held[place + 1] if place + 1 < len(self._held) else None
            self._down -= self._between(self._held[place], after)
        del self._held[:left]

    def down_s(self, now: datetime) -> float:
        """Give how many seconds of the window had no answer: between failures that follow each other, and since."""
        newest = self._held[-2:]
        since = timedelta()
        if len(newest) == 2 and all(c.beyond for c in newest):
            since = now - newest[-1].known_at
        return (self._down + (since if timedelta() < since <= self._gap else timedelta())).total_seconds()

    def _between(self, one: Counted | None, other: Counted | None) -> timedelta:
        if one is None or other is None or not (one.beyond and other.beyond):
            return timedelta()
        passed = other.known_at - one.known_at
        return passed if passed <= self._gap else timedelta()


class Waitlist:
    """Exams by the moment from which each counts; one whose moment lies ahead does not count yet."""

    def __init__(self) -> None:
        self._held: list[Counted] = []
        self._by_token: dict[str, Counted] = {}
        self._seen: tuple[int, int, int] | None = None

    def put(self, token: str, counted: Counted | None) -> None:
        """Hold an exam as it counts now, or no longer."""
        before = self._by_token.pop(token, None)
        if before == counted:
            if counted is not None:
                self._by_token[token] = counted
            return
        self._seen = None
        if before is not None:
            del self._held[bisect_left(self._held, before)]
        if counted is not None:
            insort(self._held, counted)
            self._by_token[token] = counted

    def clear(self) -> None:
        """Hold nothing."""
        self._held, self._by_token, self._seen = [], {}, None

    def within(self, oldest: datetime, now: datetime) -> tuple[Sequence[Counted], int]:
        """Give how the exams that came to count after `oldest` and by `now` do, the oldest first, and the beyond."""
        first = bisect_right(self._held, oldest, key=lambda c: c.known_at)
        last = bisect_right(self._held, now, key=lambda c: c.known_at)
        if self._seen is None or self._seen[:2] != (first, last):
            self._seen = first, last, sum(c.beyond for c in self._held[first:last])
        return self._held[first:last], self._seen[2]

    def ahead(self, now: datetime) -> int:
        """Give how many do not count yet."""
        return len(self._held) - bisect_right(self._held, now, key=lambda c: c.known_at)
