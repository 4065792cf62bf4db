"""How each kind of rule reads what happens: attempts and exams go in, what its trigger sees comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.exams.exams import Exam
from app.domain.measuring.habits import Heard
from app.domain.measuring.windows import Attempt
from app.domain.plans import Counts
from app.domain.rollback.trigger_exams import BacklogMeter, ExamShareMeter, StrayMeter, StuckReportMeter
from app.domain.rollback.trigger_rules import STUCK, Instance, of_exams
from app.domain.rollback.trigger_sights import (
    Around,
    Meter,
    Share,
    blind_series,
    blind_words,
    failed_unseen,
    never_words,
    share_seen,
    unseen,
    valued,
    why_blind,
)
from app.domain.rollback.trigger_tallies import Counted, Tally
from app.domain.rollback.trigger_waiting import IssueMeter, QuarantineMeter, SilenceMeter
from app.domain.rollback.triggers import Sight
from app.domain.words import answer_time, counted, span, window_words

_COUNTS: dict[str, type[Meter]] = {
    "issues": IssueMeter,
    "quarantine": QuarantineMeter,
    "strays": StrayMeter,
    STUCK: StuckReportMeter,
}


def meter_of(instance: Instance) -> Meter:
    """Give the meter that a trigger's rule needs."""
    rule = instance.rule
    match rule.kind:
        case Counts.ALL | Counts.ANY:
            return CompositeMeter(instance)
        case Counts.BACKLOG:
            return BacklogMeter(instance)
        case Counts.AVAILABILITY:
            return AvailabilityMeter(instance)
        case Counts.SILENCE:
            return SilenceMeter(instance)
        case Counts.COUNT:
            return _COUNTS[rule.what](instance)
    return ExamShareMeter(instance) if of_exams(rule) else ShareMeter(instance)


class AttemptMeter(Meter):
    """Attempts of one trigger within its window."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        gap_s = instance.gap_s if self.rule.kind is Counts.AVAILABILITY else 0.0
        self.tally = Tally(self.rule.window_s, gap_s)

    def hear(self, series: str, attempt: Attempt, sample: str) -> None:
        """Count an attempt: one that failed is always beyond."""
        slow = attempt.value is None or attempt.value > self._limit
        self.tally.add(Counted(attempt.known_at, sample, slow))

    @property
    def _limit(self) -> float:
        return self.rule.slower_than_s

    def facts(self, around: Around) -> dict[str, Any]:
        held = self.tally.held
        beyond = [c.id for c in held if c.beyond]
        return {"window_s": self.rule.window_s, "samples": [c.id for c in held], "slower": beyond}


class ShareMeter(AttemptMeter):
    """The share of attempts slower than a limit."""

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        self.tally.expire(around.now, counts_after)
        n, beyond = self.tally.n, self.tally.beyond
        what = f"{beyond} of {n} slower than {answer_time(self.rule.slower_than_s)}"
        share = share_seen(self.instance, around, n, beyond, what, "attempts")
        return replace(share, unsure=bool(failed_unseen(self.instance.series, around, self.rule.slower_than_s)))

    def facts(self, around: Around) -> dict[str, Any]:
        limits = {"limit_share": self.rule.share, "slower_than_s": self.rule.slower_than_s}
        return super().facts(around) | limits


class AvailabilityMeter(AttemptMeter):
    """How many seconds of the window a system gave no answer to any of its probes."""

    @property
    def _limit(self) -> float:
        return float("inf")

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        self.tally.expire(around.now, counts_after)
        rule, n, failed = self.rule, self.tally.n, self.tally.beyond
        blind = blind_series(self.instance.series, around)
        if why := why_blind(self.instance.series, blind, around):
            return unseen(Sight.BLIND, why + never_words(self.instance), n, failed)
        window = window_words(rule.window_s)
        if n < rule.at_least:
            few = self.instance.never or f"{n} of {rule.at_least} attempts needed in {window}"
            return unseen(Sight.INSUFFICIENT, few + blind_words(blind), n, failed)
        down_s = self.tally.down_s(around.now)
        answers = bool(self.tally.held) and not self.tally.held[-1].beyond
        said = f"no answer for {span(down_s)} of {window}, {failed} of {counted(n, 'attempt')} failed"
        words = f"{said}; {span(rule.down_for_s)} allowed{blind_words(blind)}{never_words(self.instance)}"
        over, recovered = down_s > rule.down_for_s, answers and down_s <= rule.down_for_s / 2
        return valued(float(int(down_s)), over, recovered, words, n, failed)

    def facts(self, around: Around) -> dict[str, Any]:
        return super().facts(around) | {"down_for_s": self.rule.down_for_s}


class CompositeMeter(Meter):
    """What several rules say together; it counts for itself what they count, from its own beginning on.

    Where one that it needs is blind it says nothing: only for `any` is one that is beyond enough, whatever the others.
    """

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._parts = [meter_of(part) for part in instance.parts]
        self._by_series: dict[str, list[Meter]] = {}
        for part in self._parts:
            for series in part.instance.series:
                self._by_series.setdefault(series.key, []).append(part)

    def hear(self, series: str, attempt: Attempt, sample: str) -> None:
        for part in self._by_series.get(series, ()):
            part.hear(series, attempt, sample)

    def told(self, feed: str, milestone: str, sender: str, at: datetime) -> None:
        for part in self._parts:
            part.told(feed, milestone, sender, at)

    def know(self, heard: Sequence[Heard], began: Mapping[str, datetime | None], until: datetime) -> None:
        for part in self._parts:
            part.know(heard, began, until)

    def see(self, changed: Mapping[str, Exam | None], exams: Mapping[str, Exam]) -> None:
        for part in self._parts:
            part.see(changed, exams)

    def seen(self, around: Around, counts_after: datetime | None) -> Share:
        return self.look(around, counts_after)  # each part knows for itself what is in planned work

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        seen = [(part, part.seen(around, counts_after)) for part in self._parts]
        over = [(part, share) for part, share in seen if share.sight is Sight.OK and share.over]
        words = "; ".join(f"{part.instance.rule.title}: {share.reason}" for part, share in over or seen)
        unsure = [(part, share) for part, share in seen if share.sight is not Sight.OK]
        worst = Sight.BLIND if any(share.sight is Sight.BLIND for _, share in unsure) else Sight.INSUFFICIENT
        if not seen:
            return unseen(Sight.BLIND, "not seen: there is none of the rules that it is made of")
        if unsure and not (over and self.rule.kind is Counts.ANY):
            why = "; ".join(f"{part.instance.rule.title}: {share.reason}" for part, share in unsure)
            planned = all(share.planned for _, share in unsure)
            return replace(unseen(worst, why, len(seen), len(over)), planned=planned)
        if unsure:
            words += f"; not seen: {', '.join(part.instance.rule.title for part, _ in unsure)}"
        whole = self.rule.kind is Counts.ALL
        beyond = len(over) == len(seen) if whole else bool(over)
        good = [share.recovered and not share.over for _, share in seen]
        recovered = any(good) if whole else all(good)
        return valued(len(over), beyond, recovered, words, len(seen), len(over))

    def facts(self, around: Around) -> dict[str, Any]:
        return {"of": {part.instance.id: part.facts(around) for part in self._parts}}
