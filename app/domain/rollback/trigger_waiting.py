"""What rules read of feeds: that one says nothing, and what of its messages cannot be read."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from math import log
from typing import Any

from app.domain.measuring.habits import Habit, Heard, habit_of
from app.domain.measuring.standings import Series, State
from app.domain.rollback.trigger_rules import Instance
from app.domain.rollback.trigger_sights import Around, Meter, Share, blind_words, unseen, valued
from app.domain.rollback.triggers import Sight
from app.domain.words import counted, span, window_words

_ROUGHLY_S = 10.0  # a silence grows each second; it is told in steps


class SilenceMeter(Meter):
    """How long a feed has told nothing, or nothing of one milestone.

    Silence is that of a feed that golive listened to all the while: after a gap of its own it must have listened for
    the whole limit again before it says so, but what was told within the limit was no silence in any case.
    """

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._told_at: datetime | None = None
        self._listening_since: datetime | None = None
        self._looked_at: datetime | None = None
        self._habit: Habit | None = None

    def told(self, feed: str, milestone: str, sender: str, at: datetime) -> None:
        if self._counts(feed, milestone, sender):
            self._told_at = max(at, self._told_at or at)

    def _counts(self, feed: str, milestone: str, sender: str) -> bool:
        return feed == self.rule.feed and self.rule.milestone in ("", milestone) and self._is_of(sender)

    def _is_of(self, sender: str) -> bool:
        wanted = self.rule.sender.upper()
        return not wanted or fnmatchcase(sender, wanted) or fnmatchcase(sender.partition("@")[0], wanted)

    def know(self, heard: Sequence[Heard], began: Mapping[str, datetime | None], until: datetime) -> None:
        if self.rule.unlikely_below is None:
            return
        mine = (h.at for h in heard if self._counts(h.feed, h.milestone, h.sender))
        self._habit = habit_of(mine, began.get(self.rule.feed), until, self.instance.plan.zone)

    def pause(self) -> None:
        self._listening_since = None

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        looked, self._looked_at = self._looked_at, around.now
        if looked is not None and (around.now - looked).total_seconds() > self.instance.gap_s:
            self._listening_since = None
        if why := _deaf(self.instance.series[:1], self.instance.gap_s, around):
            self._listening_since = None
            return unseen(Sight.BLIND, f"not seen: {why}")
        listening = self._listening_since = min(self._listening_since or around.now, around.now)
        since = listening if counts_after is None else max(listening, counts_after)
        told, what = self._told_at, f"{self.rule.milestone} " if self.rule.milestone else ""
        whom = f"{self.rule.sender} by {self.rule.feed}" if self.rule.sender else self.rule.feed
        allowed = self._allowed()
        if told is not None and not self._too_long(told, around.now):
            silent_s = max(0.0, (around.now - told).total_seconds())
            words = f"last {what}message from {whom} {span(_rough(silent_s))} ago; {allowed}"
            return valued(_rough(silent_s), False, True, words, 1)
        if not self._too_long(since, around.now):
            heard = span(_rough((around.now - since).total_seconds()))
            return unseen(Sight.INSUFFICIENT, f"listening for {heard} only, and nothing heard; {allowed}")
        silent_s = (around.now - max(since, told or since)).total_seconds()
        words = f"no {what}message from {whom} for {span(_rough(silent_s))}; {allowed}"
        return valued(_rough(silent_s), True, False, words, 0)

    def _too_long(self, since: datetime, now: datetime) -> bool:
        """Say whether a silence is longer than its hours make likely, or than the plain limit while those are unknown.

        Messages of a minute count as one, and minutes as independent: the chance that none of so many speaks is that of
        a Poisson process.
        """
        if self._habit is None or self.rule.unlikely_below is None:
            return (now - since).total_seconds() > self.rule.quiet_for_s
        return self._habit.expected(since, now) > -log(self.rule.unlikely_below)

    def _allowed(self) -> str:
        if self._habit is None:
            return f"{span(self.rule.quiet_for_s)} allowed"
        below = (self.rule.unlikely_below or 0.0) * 100
        return f"called when its chance by the same hours of {self._habit.weeks} weeks is below {below:g} %"

    def facts(self, around: Around) -> dict[str, Any]:
        told = self._told_at.isoformat().replace("+00:00", "Z") if self._told_at else None
        named = {"feed": self.rule.feed, "milestone": self.rule.milestone or None, "sender": self.rule.sender or None}
        limits = {
            "quiet_for_s": self.rule.quiet_for_s,
            "unlikely_below": self.rule.unlikely_below if self._habit else None,
        }
        return {**limits, "last_told_at": told, **named}


def _deaf(feed: Sequence[Series], gap_s: float, around: Around) -> str:
    """Say why golive does not hear a feed itself, or ""; that it says nothing is what is looked for."""
    standing = around.standings.get(feed[0].key) if feed else None
    if standing is None:
        return "there is no such feed"
    known_at = standing.judged.known_at
    if known_at is None or (around.now - known_at).total_seconds() > gap_s:
        return standing.reason
    return standing.reason if standing.state is State.DOWN else ""


class QuarantineMeter(Meter):
    """The messages of the window that could not be read; where no feed is heard that would take any, nobody knows."""

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        if around.quarantined is None:
            return unseen(Sight.BLIND, "not seen: the quarantine was not counted")
        taking, gap_s = self.instance.series, self.instance.gap_s
        deaf = [series for series in taking if _deaf([series], gap_s, around)]
        if deaf and len(deaf) == len(taking):
            return unseen(Sight.BLIND, f"not seen: {_deaf(deaf, gap_s, around)}")
        oldest = around.now - timedelta(seconds=self.rule.window_s)
        oldest = oldest if counts_after is None else max(oldest, counts_after)
        moments = around.quarantined
        n = bisect_right(moments, around.now) - bisect_right(moments, oldest)
        words = f"{counted(n, 'message')} in {window_words(self.rule.window_s)} could not be read"
        over, recovered = n > self.rule.limit, n <= self.rule.recover_limit and not deaf
        return valued(n, over, recovered, f"{words}; {self.rule.limit} allowed{blind_words(deaf)}", n, n)

    def facts(self, around: Around) -> dict[str, Any]:
        return {"limit": self.rule.limit, "window_s": self.rule.window_s}


class IssueMeter(Meter):
    """Issues of the floor that are open now, of one severity or of all; those from before a decision do not count."""

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        if around.issues is None:
            return unseen(Sight.BLIND, "not seen: the issues of the floor were not read")
        n = sum(
            self.rule.severity in (None, severity) and (counts_after is None or at > counts_after)
            for severity, at in around.issues
        )
        kind = f"SEV{self.rule.severity} " if self.rule.severity else ""
        words = f"{n} open {kind}issue{'' if n == 1 else 's'}; {self.rule.limit} allowed"
        return valued(n, n > self.rule.limit, n <= self.rule.recover_limit, words, n, n)

    def facts(self, around: Around) -> dict[str, Any]:
        return {"limit": self.rule.limit, "severity": self.rule.severity}


def _rough(seconds: float) -> float:
    return seconds - seconds % _ROUGHLY_S
