"""What rules count of exams: intervals beyond a limit, reports waited for too long, studies gone to the old PACS.

An exam counts once, from the moment on at which it is known to be within or beyond: its end, or its limit run out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.exams.exam_gauges import after_t0
from app.domain.exams.exam_measures import View, stay_of
from app.domain.exams.exam_sights import milestones
from app.domain.exams.exams import Exam
from app.domain.rollback.trigger_rules import Instance
from app.domain.rollback.trigger_sights import Around, Meter, Share, blind_series, share_seen, unseen, valued, why_blind
from app.domain.rollback.trigger_tallies import Counted, Waitlist
from app.domain.rollback.triggers import Sight
from app.domain.words import answer_time, counted, span, window_words

_JUST_OVER = timedelta(microseconds=1)  # an exam is beyond when its age exceeds the limit, not when it reaches it
_NOWHEN = datetime(1970, 1, 1, tzinfo=UTC)  # what is asked of an exam here does not depend on now


class ExamMeter(Meter):
    """Exams of one trigger, kept by the moment from which each counts; those begun before T0 never do."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.waitlist = Waitlist()
        self.counted: Sequence[Counted] = ()
        self._exams: Mapping[str, Exam] = {}
        self._bounds: tuple[datetime | None, datetime | None] = (None, None)
        self._where = dict(self.rule.where) | ({"area": instance.area} if instance.area else {})

    def see(self, changed: Mapping[str, Exam | None], exams: Mapping[str, Exam]) -> None:
        self._exams = exams
        for token, exam in changed.items():
            self._put(token, exam)

    def entry(self, exam: Exam, t0: datetime | None, counts_after: datetime | None) -> Counted | None:
        """Give an exam as it counts, None where it does not."""
        raise NotImplementedError

    def bounded(self, around: Around, counts_after: datetime | None) -> None:
        """Count all exams anew where T0, or the moment from which counting began anew, is not as it was."""
        if self._bounds != (around.t0, counts_after):
            self._bounds = (around.t0, counts_after)
            self.waitlist.clear()
            for token, exam in self._exams.items():
                self._put(token, exam)

    def within(self, around: Around, window: timedelta) -> int:
        """Keep what came to count in a window up to now; give how many of it are beyond."""
        self.counted, beyond = self.waitlist.within(around.now - window, around.now)
        return beyond

    def facts(self, around: Around) -> dict[str, Any]:
        return {
            "window_s": self.rule.window_s,
            "exams": [c.id for c in self.counted],
            "beyond_exams": [c.id for c in self.counted if c.beyond],
        }

    def _put(self, token: str, exam: Exam | None) -> None:
        ours = exam is not None and all(getattr(exam, key, None) == value for key, value in self._where.items())
        self.waitlist.put(token, self.entry(exam, *self._bounds) if exam is not None and ours else None)


def _counts(start: datetime, t0: datetime | None, counts_after: datetime | None) -> bool:
    return (t0 is None or start >= t0) and (counts_after is None or start > counts_after)


class ExamShareMeter(ExamMeter):
    """The share of exams of which an interval was, or while it is open is, longer than the limit."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._of_worklist = self.rule.measure == "order.to_worklist"
        told = milestones(self.rule.measure)
        feeds = instance.plan.feeds.values()
        self._told_by = {f.system for f in feeds if f.system and not f.legacy and f.gives.intersection(told)}
        self._listed: set[str | None] = set()

    def see(self, changed: Mapping[str, Exam | None], exams: Mapping[str, Exam]) -> None:
        if self._of_worklist:  # orders of a modality that no worklist ever held wait for nothing
            listed = {e.modality for e in changed.values() if e is not None and e.counted and e.listed_at is not None}
            if not listed <= self._listed:
                self._listed |= listed
                changed = {**exams, **{token: None for token, exam in changed.items() if exam is None}}
        super().see(changed, exams)

    def entry(self, exam: Exam, t0: datetime | None, counts_after: datetime | None) -> Counted | None:
        if not exam.counted or (self._of_worklist and exam.modality not in self._listed):
            return None
        stay = stay_of(exam, self.rule.measure, View(self.instance.plan, _NOWHEN, None))
        if stay is None or stay.unseen or not _counts(stay.start, t0, counts_after):
            return None
        limit_s, over_at = self.rule.slower_than_s, stay.start + timedelta(seconds=self.rule.slower_than_s) + _JUST_OVER
        if not (stay.closed or stay.overtaken):
            return Counted(over_at, exam.exam, True)
        if stay.seconds < 0:  # clocks that disagree tell nothing
            return None
        if stay.seconds > limit_s:
            return Counted(over_at, exam.exam, True)
        return Counted(stay.start + timedelta(seconds=stay.seconds), exam.exam, False) if stay.closed else None

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        self.bounded(around, counts_after)
        rule, beyond = self.rule, self._without_work(around, self.within(around, timedelta(seconds=self.rule.window_s)))
        what = f"{beyond} of {counted(len(self.counted), 'exam')} longer than {answer_time(rule.slower_than_s)}"
        return share_seen(self.instance, around, len(self.counted), beyond, what, "exams")

    def _without_work(self, around: Around, beyond: int) -> int:
        """Leave out what came to count while a system that tells of it was in planned work; give the beyond left."""
        works = [w for w in around.works if w.system in self._told_by and not w.withdrawn]
        if works:
            self.counted = [c for c in self.counted if not any(w.holds(c.known_at) for w in works)]
            beyond = sum(c.beyond for c in self.counted)
        return beyond

    def facts(self, around: Around) -> dict[str, Any]:
        limits = {"limit_share": self.rule.share, "slower_than_s": self.rule.slower_than_s}
        return super().facts(around) | limits


class BacklogMeter(ExamMeter):
    """The exams that ended and wait for their final report for longer than a limit."""

    def entry(self, exam: Exam, t0: datetime | None, counts_after: datetime | None) -> Counted | None:
        ended = exam.ended_at
        if not exam.open or ended is None or not _counts(ended, t0, counts_after):
            return None
        return Counted(ended + timedelta(seconds=self.rule.older_than_s) + _JUST_OVER, exam.exam, True)

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        self.bounded(around, counts_after)
        blind = blind_series(self.instance.series, around)
        longest_s = self.instance.plan.lost_after_s - self.rule.older_than_s
        waiting = self.within(around, timedelta(seconds=longest_s))
        n = waiting + self.waitlist.ahead(around.now)
        if why := why_blind(self.instance.series, blind, around):
            return unseen(Sight.BLIND, why, n, waiting)
        words = f"{self.said(waiting)}, {n} in all; {self.rule.limit} allowed"
        return valued(waiting, waiting > self.rule.limit, waiting <= self.rule.recover_limit, words, n, waiting)

    def said(self, waiting: int) -> str:
        """Say what waits for longer than the limit."""
        return f"{counted(waiting, 'exam')} waiting for a report for over {span(self.rule.older_than_s)}"

    def facts(self, around: Around) -> dict[str, Any]:
        return super().facts(around) | {"limit": self.rule.limit, "older_than_s": self.rule.older_than_s}


class StuckReportMeter(BacklogMeter):
    """The reports that are preliminary and became final by nobody's hand for longer than a limit."""

    def entry(self, exam: Exam, t0: datetime | None, counts_after: datetime | None) -> Counted | None:
        told = exam.preliminary_at
        if not exam.open or told is None or not _counts(told, t0, counts_after):
            return None
        return Counted(told + timedelta(seconds=self.rule.older_than_s) + _JUST_OVER, exam.exam, True)

    def said(self, waiting: int) -> str:
        return f"{counted(waiting, 'report')} preliminary for over {span(self.rule.older_than_s)}"


class StrayMeter(ExamMeter):
    """The studies that the old PACS received in the window, of exams done since T0."""

    def entry(self, exam: Exam, t0: datetime | None, counts_after: datetime | None) -> Counted | None:
        stray = exam.stray_at
        if stray is None or t0 is None or not _counts(stray, t0, counts_after) or not after_t0(t0, exam):
            return None
        return Counted(stray, exam.exam, True)

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        self.bounded(around, counts_after)
        blind = blind_series(self.instance.series, around)
        strays = self.within(around, timedelta(seconds=self.rule.window_s))
        if why := why_blind(self.instance.series, blind, around):
            return unseen(Sight.BLIND, why, strays, strays)
        if around.t0 is None:
            return unseen(Sight.INSUFFICIENT, "counted from go-live on")
        said = f"{counted(strays, 'study', 'studies')} in {window_words(self.rule.window_s)} went to the old PACS"
        over, recovered = strays > self.rule.limit, strays <= self.rule.recover_limit
        return valued(strays, over, recovered, f"{said}; {self.rule.limit} allowed", strays, strays)

    def facts(self, around: Around) -> dict[str, Any]:
        return super().facts(around) | {"limit": self.rule.limit}
