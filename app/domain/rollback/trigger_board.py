"""All triggers of a plan with what they count: attempts and exams go in, what each sees and is comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.exams.exams import Exam, ExamEvent
from app.domain.measuring.habits import Heard
from app.domain.measuring.standings import Standing
from app.domain.measuring.windows import Attempt
from app.domain.plans import Armed, Counts, Plan, Rule
from app.domain.rollback.planned_work import PlannedWork
from app.domain.rollback.stored_triggers import Trigger, evidence_of, stands, stood_at, trigger_of, worth_storing
from app.domain.rollback.trigger_acts import armed, carried
from app.domain.rollback.trigger_meters import meter_of
from app.domain.rollback.trigger_rules import Instance, instances, of_exams
from app.domain.rollback.trigger_sights import Around, Meter, Share, facts_of, read
from app.domain.rollback.triggers import (
    Kind,
    Latch,
    State,
    Stepped,
    Transition,
    evaluate,
    undecided,
    with_limits_ended,
)

BY_T0 = "golive: T0"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One trigger as it was evaluated; `before` is the number of the latch it came from, None for one that is new."""

    trigger: Trigger
    before: int | None
    transitions: tuple[Transition, ...]


class TriggerBoard:
    """The counts and latches of every trigger; what was evaluated counts once it is stored: `take_over`.

    `counts_exams` and `counts_issues` say whether any of them counts exams, or issues of the floor.
    """

    def __init__(self, instances: Iterable[Instance], decision_window_s: float) -> None:
        self._decision_window = timedelta(seconds=decision_window_s)
        self.instances = {i.id: i for i in instances}
        self._meters = {i.id: meter_of(i) for i in self.instances.values()}
        self._by_series: dict[str, list[Meter]] = {}
        for instance in self.instances.values():
            for series in instance.series:
                self._by_series.setdefault(series.key, []).append(self._meters[instance.id])
        self._exams: dict[str, Exam] = {}
        self.counts_exams = any(of_exams(r) or r.what == "strays" for r in self._rules())
        self.counts_issues = any(r.what == "issues" for r in self._rules())
        self._listening = any(r.kind is Counts.SILENCE for r in self._rules())
        self._stored: dict[str, Trigger] = {}
        self._latches: dict[str, Latch] = {}
        self.former: dict[tuple[str, str], Trigger] = {}
        self._before: dict[str, Trigger] = {}  # of each id the version that was today's before this one

    @property
    def longest_window_s(self) -> float:
        """Give how far back any trigger counts attempts."""
        return max((r.window_s for r in self._rules() if not of_exams(r)), default=0.0)

    @property
    def work_back_s(self) -> float:
        """Give how far back any trigger leaves out what came to count during planned work."""
        return max((r.window_s for r in self._rules() if of_exams(r)), default=0.0)

    @property
    def quarantine_back_s(self) -> float:
        """Give how far back any trigger counts unreadable messages; 0 where none does."""
        return max((r.window_s for r in self._rules() if r.what == "quarantine"), default=0.0)

    @property
    def feeds_by_habit(self) -> frozenset[str]:
        """Give the feeds whose silence any trigger measures by how they usually speak."""
        return frozenset(r.feed for r in self._rules() if r.unlikely_below is not None)

    def know(self, heard: Sequence[Heard], began: Mapping[str, datetime | None], until: datetime) -> None:
        """Let triggers know how feeds spoke before a moment."""
        for meter in self._meters.values():
            meter.know(heard, began, until)

    @property
    def series(self) -> frozenset[str]:
        """Give the keys of all series that triggers read."""
        return frozenset(self._by_series)

    def hear(self, series: str, attempt: Attempt, sample: str) -> None:
        """Let the triggers of a series count an attempt; one outside the count shows nothing."""
        if not attempt.counted:
            return
        for meter in self._by_series.get(series, ()):
            meter.hear(series, attempt, sample)

    def hear_events(self, events: Iterable[ExamEvent], now: datetime) -> None:
        """Take note of what feeds just told."""
        told: dict[tuple[str, str, str], datetime] = {}
        for event in events if self._listening else ():
            key, at = (event.feed, event.milestone.value, event.sender or ""), min(event.received_at, now)
            told[key] = max(at, told.get(key, at))
        for (feed, milestone, sender), at in told.items():
            for meter in self._meters.values():
                meter.told(feed, milestone, sender, at)

    def see_exams(self, exams: Sequence[Exam]) -> None:
        """Let triggers count these exams and no others; only what is not as it was costs anything."""
        if not self.counts_exams:
            return
        new = {exam.exam: exam for exam in exams}
        changed: dict[str, Exam | None] = {}
        for token, exam in new.items():
            known = self._exams.get(token)
            if known is not exam and known != exam:
                changed[token] = exam
        self.put_exams(changed | {token: None for token in self._exams.keys() - new.keys()})

    def put_exams(self, changed: Mapping[str, Exam | None]) -> None:
        """Let triggers count exams as they are now, None for one that is gone."""
        for token, exam in changed.items():
            if exam is None:
                self._exams.pop(token, None)
            else:
                self._exams[token] = exam
        for meter in self._meters.values() if changed else ():
            meter.see(changed, self._exams)

    def _rules(self) -> list[Rule]:
        waiting, found = list(self.instances.values()), []
        while waiting:
            instance = waiting.pop()
            found.append(instance.rule)
            waiting += instance.parts
        return found

    def take_over(self, triggers: Iterable[Trigger]) -> None:
        """Hold these as what is stored now; of an older rule a breach that stands, for which nothing is counted."""
        for trigger in triggers:
            instance = self.instances.get(trigger.id)
            if instance is not None and instance.rule.version == trigger.rule:
                self._stored[trigger.id] = trigger
                self._latches[trigger.id] = trigger.latch
                continue
            if (before := self._before.get(trigger.id)) is None or before.latch.since <= trigger.latch.since:
                self._before[trigger.id] = trigger
            if stands(trigger.latch):
                self.former[trigger.id, trigger.rule] = trigger
            else:
                self.former.pop((trigger.id, trigger.rule), None)

    def take_changed(self, triggers: Iterable[Trigger]) -> None:
        """Hold those of these that somebody else has changed; what was seen of the others meanwhile is kept."""
        self.take_over(t for t in triggers if (before := self._held(t)) is not None and before.number != t.latch.number)

    def _held(self, trigger: Trigger) -> Latch | None:
        of_former = self.former.get((trigger.id, trigger.rule))
        return of_former.latch if of_former is not None else self._latches.get(trigger.id)

    def evaluated(
        self,
        now: datetime,
        t0: datetime | None,
        standings: Mapping[str, Standing],
        quarantined: Sequence[datetime] | None = None,
        planned: Mapping[str, str] | None = None,
        works: Sequence[PlannedWork] = (),
        issues: Sequence[tuple[int, datetime]] | None = None,
    ) -> list[Evaluated]:
        """Evaluate every trigger; give those of which anything is to be stored.

        A transition counts once it is stored: until `take_over` says so it is found again.
        """
        around = Around(now, t0, standings, quarantined, planned or {}, works, issues)
        found = [self._passed(trigger, around) for trigger in self.former.values()]
        found += [self._evaluated(instance, around) for instance in self.instances.values()]
        return [evaluated for evaluated in found if evaluated is not None]

    def _passed(self, former: Trigger, around: Around) -> Evaluated | None:
        """Give what time alone does to a breach of a former rule: an override ends, the decision point passes."""
        latch, made = with_limits_ended(former.latch, around.now)
        latch, passed = self._undecided(former, latch, around)
        if not (made := made + passed):
            return None
        return Evaluated(replace(former, latch=latch), former.latch.number, made)

    def _undecided(self, stored: Trigger | None, latch: Latch, around: Around) -> Stepped:
        if around.t0 is None or not stood_at(stored, decide_by := around.t0 + self._decision_window):
            return latch, ()
        return undecided(latch, decide_by, around.now)

    def latch(self, name: str) -> Latch | None:
        """Give a trigger's latch as last evaluated, None before the first time."""
        return self._latches.get(name)

    def looked(self, around: Around) -> dict[str, Share]:
        """Give what every trigger sees, and change none of them."""
        after = {name: latch.counts_after for name, latch in self._latches.items()}
        return {name: meter.seen(around, after.get(name)) for name, meter in self._meters.items()}

    def _evaluated(self, instance: Instance, around: Around) -> Evaluated | None:
        rule, meter, stored, now = instance.rule, self._meters[instance.id], self._stored.get(instance.id), around.now
        before = self._latches.get(instance.id)
        latch, made = _armed(before or Latch(_first(rule, around.t0), now), rule, around.t0, now)
        if before is None and (former := self._before.get(instance.id)) is not None:
            latch, made = carried(latch, former.latch, now)
        latch, ended = with_limits_ended(latch, now)  # before the look: a re-arm leaves out what was seen until then
        share = meter.seen(around, latch.counts_after)
        latch, more = evaluate(latch, rule.allowance, read(share), now)
        latch, passed = self._undecided(stored, latch, around)
        more = ended + more + passed
        if not made and not more:
            self._latches[instance.id] = latch
            if stored is not None and not worth_storing(stored, latch, share):
                return None
        facts = facts_of(meter, share, around) if more else {}
        told = (*made, *(replace(t, facts=facts) for t in more))
        trigger = trigger_of(instance, latch, share, evidence_of(stored, latch, told))
        return Evaluated(trigger, stored.latch.number if stored else None, told)


def trigger_board(plan: Plan) -> TriggerBoard:
    """Give the triggers of a plan."""
    return TriggerBoard(instances(plan.rules, plan), plan.go_live.decision_window_s)


def _first(rule: Rule, t0: datetime | None) -> State:
    if rule.armed is Armed.ALWAYS or (rule.armed is Armed.AT_GO_LIVE and t0 is not None):
        return State.WATCHING
    return State.SHADOW


def _armed(latch: Latch, rule: Rule, t0: datetime | None, now: datetime) -> tuple[Latch, tuple[Transition, ...]]:
    """Arm what waits for T0 once that has come, again after a roll-back; what was disarmed by hand waits for a hand."""
    waits = latch.state is State.SHADOW or (latch.state is State.OVERRIDDEN and latch.underneath is State.SHADOW)
    waits = waits or latch.decided is Kind.ROLL_BACK
    if t0 is None or not waits or rule.armed is Armed.SHADOW:
        return latch, ()
    return armed(latch, now, BY_T0)
