"""The exams and feeds that numbers are made of, kept in memory between two judgements."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.exams.exam_gauges import gauges
from app.domain.exams.exam_measures import DAY_S, INTERVAL_MEASURES, View, intervals, linked
from app.domain.exams.exams import FIRST_LOOKS, Exam, ExamEvent, Milestone
from app.domain.measuring.feed_measures import FeedWatch
from app.domain.measuring.feed_measures import judged as feed_judged
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.runs import Spark
from app.domain.measuring.standings import Judged
from app.domain.plans import Plan

FULL = timedelta(seconds=10)
_MANY = {m.id for m in INTERVAL_MEASURES} | {"report.rate", "exam.rate", "exam.backlog", "exam.oldest_waiting"}


class ExamBoard:
    """Exams by token, feeds by name, and what was touched since the last judgement."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        self.plan = plan
        self._exams: dict[str, Exam] = {}
        self._touched: set[str] = set()
        self._feeds = {feed.id: FeedWatch(feed, now) for feed in plan.feeds.values()}
        self._shown: dict[tuple[str, str], Judged] = {}
        self._sparks: dict[tuple[str, str], Spark] = {}
        self._outside_since: dict[tuple[str, str], datetime] = {}
        self._full_at: datetime | None = None
        self._trusted = False

    @property
    def look_back(self) -> timedelta:
        """Give how far back any number or rule of exams looks, with an hour to spare."""
        own = [m.window_s for m in self.plan.measures.values() if m.window_s is not None]
        own += [rule.window_s + rule.slower_than_s for rule in self.plan.rules]
        return timedelta(seconds=max([DAY_S, *own]) + 3600)

    def restore(self, rows: Iterable[Judged]) -> None:
        """Take over what was judged before a restart: pictures, who was heard last, and that matching was good once."""
        ours = {m.id for m in INTERVAL_MEASURES} | {"legacy.stray"}
        for row in rows:
            measure = row.series.measure
            if measure in ours or measure.startswith(("exam.", "report.", "feed.", "clock.")):
                key = (row.series.key, row.window)
                self._shown[key] = row
                self._sparks.setdefault(key, Spark()).restore(row.spark)
                if row.outside_since is not None:
                    self._outside_since[key] = row.outside_since
                self._trusted |= measure == "exam.matched" and row.value is not None
            feed = self._feeds.get(dict(row.series.segment).get("feed", "")) if measure == "feed.age" else None
            if feed is not None:
                feed.heard_at = row.known_at
                if row.known_at is None and row.as_of is not None:
                    feed.began_at = min(feed.began_at, row.as_of)

    def replace(self, exams: Iterable[Exam]) -> None:
        """Hold these exams and no others."""
        self._exams = {exam.exam: exam for exam in exams}

    def put(self, exams: Iterable[Exam]) -> None:
        """Hold these exams as they are now."""
        self._exams |= {exam.exam: exam for exam in exams}

    def exams(self) -> list[Exam]:
        """Give the exams that are held, with the images of shared studies known to all of them."""
        return linked(self._exams.values())

    def touched(self) -> list[str]:
        """Give the exams that events were stored for, and begin anew."""
        touched, self._touched = sorted(self._touched), set()
        return touched

    def touch(self, tokens: Iterable[str]) -> None:
        """Say that these exams are to be read again."""
        self._touched.update(tokens)

    def hear(self, events: Sequence[ExamEvent], messages: Sequence[FeedMessage], now: datetime) -> None:
        """Take note of what feeds just brought."""
        for event in events:
            self._touched.add(event.exam)
            watch = self._feeds.get(event.feed)
            if watch is not None:
                watch.hear(now, _told_at(event), final=event.milestone is Milestone.FINAL)
                if not messages:
                    watch.offset(event.received_at, event.message_at)
        for message in messages:
            if message.feed in self._feeds:
                self._feeds[message.feed].offset(message.at, message.message_at)

    def heard_before(self, event: ExamEvent, now: datetime) -> None:
        """Take note of an event from before the start."""
        watch = self._feeds.get(event.feed)
        if watch is not None:
            received_at = min(event.received_at, now)
            told_at = min(received_at, _told_at(event))
            watch.hear(received_at, told_at, final=event.milestone is Milestone.FINAL)
            watch.began_at = min(watch.began_at, received_at)

    def messages_before(self, feed: str, offsets: Sequence[float]) -> None:
        """Take over the clock offsets of messages from before the start, newest first."""
        for seconds in reversed(offsets) if feed in self._feeds else ():
            self._feeds[feed].behind(seconds)

    def feeds_judged(self, now: datetime) -> list[Judged]:
        """Give the numbers of feeds."""
        return [row for watch in self._feeds.values() for row in feed_judged(watch, now)]

    def judged(self, now: datetime, t0: datetime | None, feeds: Sequence[Judged] = ()) -> list[Judged]:
        """Give the numbers of exams, and of feeds as judged beside them, that are not as they were.

        It may run in a thread of its own: of what `hear` changes meanwhile it reads single moments at most. What only
        grows older is given again after ten seconds, and a group that holds nothing any more once, emptied.
        """
        view = View(self.plan, now, t0 if t0 is not None and t0 <= now else None)
        exams = self.exams()
        rows = intervals(exams, view) + gauges(
            exams, view, trusted=self._trusted, unreported_since=self._unreported_since()
        )
        self._trusted |= any(r.series.measure == "exam.matched" and r.value is not None for r in rows)
        rows = [self._with_past(row, now) for row in (*rows, *feeds)]
        shown = {(row.series.key, row.window): row for row in rows}
        gone = [
            Judged(r.series, r.unit, r.window_s, window=r.window, spark=r.spark)
            for key, r in self._shown.items()
            if key not in shown and (r.n or r.open or r.straddling)
        ]
        before, self._shown = self._shown, shown
        if self._full_at is None or now - self._full_at >= FULL:
            self._full_at = now
            return rows + gone
        return [r for r in rows if _essence(r) != _essence(before.get((r.series.key, r.window)))] + gone

    def _unreported_since(self) -> datetime | None:
        """Give since when no feed that could tell of a final report has."""
        telling = [w.unreported_since for w in self._feeds.values() if "final" in w.feed.gives and not w.feed.legacy]
        return max((at for at in telling if at is not None), default=None)

    def _with_past(self, row: Judged, now: datetime) -> Judged:
        key, own = (row.series.key, row.window), self.plan.measures.get(row.series.measure)
        upper = own.expected_below if own else None
        over = row.value if row.value is not None else row.beyond_s
        if upper is None or over is None or over <= upper:
            self._outside_since.pop(key, None)
        else:
            self._outside_since.setdefault(key, now)
        row = replace(row, outside_since=self._outside_since.get(key))
        if row.window == "day" or (row.series.segment and row.series.measure in _MANY):
            return row  # a picture of every segment would be most of what is stored
        spark = self._sparks.setdefault(key, Spark())
        if row.value is not None:
            spark.add(now, row.value)
        return replace(row, spark=spark.points())


def _essence(row: Judged | None) -> object:
    """Give what of a row does not change by age alone."""
    if row is None:
        return None
    aging = row.series.measure in ("exam.oldest_waiting", "feed.age")
    value = None if aging else row.value
    return row.n, row.p50, row.p90, row.p95, value, row.open, row.straddling, row.beyond_s is None, row.known_at


def _told_at(event: ExamEvent) -> datetime:
    """Give when a feed told this; what a first look finds in a list counts for the study's own hour."""
    first_look = event.at_field in FIRST_LOOKS
    return event.message_at if first_look and event.message_at is not None else event.received_at
