"""What rules would have done with a past, lived again in virtual time by the code that watches the present.

Every rule counts as armed. Nobody decides in a past: once a breach has recovered it ends, as if somebody had called it
a false alarm, so that the next one is seen. Heartbeats are not kept: while samples came, feeds count as heard.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median_low

from app.domain.exams.exam_measures import linked
from app.domain.exams.exams import Exam, ExamEvent, Milestone, fold
from app.domain.measuring.board import Board
from app.domain.measuring.feed_measures import FeedWatch
from app.domain.measuring.feed_measures import judged as feed_judged
from app.domain.measuring.samples import Sample
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Judged, Pulse, Standing
from app.domain.plans import Armed, Counts, Plan, Rule
from app.domain.rollback.planned_work import PlannedWork, by_system, is_planned
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_acts import decided
from app.domain.rollback.trigger_board import trigger_board
from app.domain.rollback.trigger_sights import by_series
from app.domain.rollback.triggers import Cause, Kind, Sight, State

STEP_S = 10.0
STANDINGS_EACH_S = 30.0
WEEK_S = 604800.0
FACTORS = (0.5, 2.0)
BY = "backtest"


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach: since when it was pending, when it was one, and what the trigger saw."""

    at: datetime
    reason: str


@dataclass(slots=True)
class Past:
    """What a trigger did in a past; durations in seconds, `seen` the counts at each look that could tell."""

    id: str
    title: str
    watched_s: float = 0.0
    pending: int = 0
    pending_s: float = 0.0
    breaches: list[Breach] = field(default_factory=list)
    breached_s: float = 0.0
    blind_s: float = 0.0
    insufficient_s: float = 0.0
    seen: list[int] = field(default_factory=list)
    otherwise: dict[float, int] = field(default_factory=dict)  # factor on the limit → breaches

    @property
    def per_week(self) -> float:
        """Give how many breaches a week that makes."""
        return len(self.breaches) * WEEK_S / self.watched_s if self.watched_s else 0.0

    @property
    def n(self) -> tuple[int, int, int] | None:
        """Give the least, the middle and the greatest n, None where it never saw enough."""
        return (min(self.seen), median_low(self.seen), max(self.seen)) if self.seen else None


class Backtest:
    """A past that is lived step by step: samples and events in the order in which they came to be known.

    `factors` are the other limits that each rule is tried with beside its own; `works` is what was planned on systems.
    `rules` are the triggers that live it.
    """

    def __init__(
        self,
        plan: Plan,
        from_: datetime,
        step_s: float = STEP_S,
        factors: Sequence[float] = FACTORS,
        works: Sequence[PlannedWork] = (),
    ) -> None:
        self._factors = factors
        own = [_watching(rule, step_s) for rule in plan.rules]
        others = [other for rule in own for factor in factors if (other := _with_limit(rule, factor))]
        self.plan, self._step = replace(plan, rules=(*own, *others)), timedelta(seconds=step_s)
        self.now, self._works = from_, works
        self._board, self.rules = Board(self.plan), trigger_board(self.plan)
        self._feeds = {f.id: FeedWatch(f, from_) for f in plan.feeds.values()}
        self._events: dict[str, list[ExamEvent]] = {}
        self._exams: dict[str, Exam] = {}
        self._by_study: dict[str, set[str]] = {}
        self._rows: dict[tuple[str, str], Judged] = {}
        self._standings: Mapping[str, Standing] = {}
        self._standings_at: datetime | None = None
        self._alive_at = from_
        self._later: list[Sample] = []
        self._stored: dict[str, Trigger] = {}
        self._pasts = {i.id: Past(i.id, i.rule.title) for i in self.rules.instances.values()}

    def before(self, events: Iterable[ExamEvent]) -> None:
        """Take what feeds had told before the beginning."""
        self._tell(list(events))

    def live(
        self,
        to: datetime,
        samples: Sequence[Sample],
        events: Sequence[ExamEvent],
        t0: datetime | None,
        unreadable: Sequence[datetime] = (),
    ) -> None:
        """Live on up to a moment with what came to be known until then; what came later waits for the next call."""
        taken = iter(sorted((*self._later, *samples), key=_known_at))
        told = iter(sorted(events, key=lambda e: e.received_at))
        sample, event = next(taken, None), next(told, None)
        while self.now < to:
            self.now = min(self.now + self._step, to)
            while sample is not None and _known_at(sample) <= self.now:
                if is_planned(sample.system, _known_at(sample), self._works):
                    sample = replace(sample, planned=True)
                for series, attempt in self._board.take(sample):
                    self.rules.hear(series, attempt, sample.id)
                self._alive_at = max(self._alive_at, _known_at(sample))
                sample = next(taken, None)
            new = []
            while event is not None and event.received_at <= self.now:
                new.append(event)
                event = next(told, None)
            self._tell(new)
            self._look(t0 if t0 is not None and t0 <= self.now else None, unreadable)
        self._later = [sample, *taken] if sample is not None else []

    def pasts(self) -> list[Past]:
        """Give what every trigger did, with how often it would have breached by other limits."""
        found = []
        for instance in self.rules.instances.values():
            if "×" in instance.rule.id:
                continue
            past = self._pasts[instance.id]
            area = f":{instance.area}" if instance.area else ""
            others = {f: self._pasts.get(f"{instance.rule.id}×{f:g}{area}") for f in self._factors}
            past.otherwise = {f: len(other.breaches) for f, other in others.items() if other is not None}
            found.append(past)
        return found

    def _tell(self, events: Sequence[ExamEvent]) -> None:
        changed: set[str] = set()
        for event in events:
            self._events.setdefault(event.exam, []).append(event)
            changed.add(event.exam)
            watch = self._feeds.get(event.feed)
            if watch is not None:
                final = event.milestone is Milestone.FINAL
                watch.hear(event.received_at, event.received_at, final=final)
            self._alive_at = max(self._alive_at, min(event.received_at, self.now))
        self.rules.hear_events(events, self.now)
        for token in changed:
            exam = self._exams[token] = fold(self._events[token], self.plan.feed_order)
            for study in exam.studies:
                self._by_study.setdefault(study, set()).add(token)
        beside = {t for token in changed for study in self._exams[token].studies for t in self._by_study[study]}
        again = linked([self._exams[token] for token in sorted(changed | beside)])
        self.rules.put_exams({exam.exam: exam for exam in again})

    def _look(self, t0: datetime | None, unreadable: Sequence[datetime]) -> None:
        taken = bisect_right(unreadable, self.now)
        if taken and unreadable[taken - 1] > self._alive_at:  # whoever took it listened, though nobody can read it
            self._alive_at, self._standings_at = unreadable[taken - 1], None
        now, step_s = self.now, self._step.total_seconds()
        planned = by_system(self._works, self.plan.zone, now)
        if self._standings_at is None or (now - self._standings_at).total_seconds() >= STANDINGS_EACH_S:
            self._standings_at, self._standings = now, self._stand()
        for found in self.rules.evaluated(now, t0, self._standings, unreadable, planned, self._works):
            past = self._pasts[found.trigger.id]
            self._stored[found.trigger.id] = found.trigger
            for made in found.transitions:
                past.pending += made.cause is Cause.BEYOND
                if made.cause is Cause.BREACH:
                    past.breaches.append(Breach(made.at, found.trigger.share.reason))
            if found.trigger.latch.state is State.RECOVERING:
                latch, _ = decided(found.trigger.latch, now, Kind.FALSE_ALARM, BY, "recovered")
                self._stored[found.trigger.id] = replace(found.trigger, latch=latch)
            self.rules.take_over([self._stored[found.trigger.id]])
        for name, trigger in self._stored.items():
            self._count(self._pasts[name], trigger, step_s)

    def _count(self, past: Past, trigger: Trigger, step_s: float) -> None:
        past.watched_s += step_s
        latch = self.rules.latch(trigger.id) or trigger.latch
        past.blind_s += step_s * (latch.sight is Sight.BLIND)
        past.insufficient_s += step_s * (latch.sight is Sight.INSUFFICIENT)
        past.pending_s += step_s * (latch.state is State.PENDING)
        past.breached_s += step_s * (latch.state is State.BREACHED)
        if latch.sight is Sight.OK:
            past.seen.append(trigger.share.n)

    def _stand(self) -> Mapping[str, Standing]:
        for row in self._board.judged(self.now):
            self._rows[(row.series.key, row.window)] = row
        for watch in self._feeds.values():
            self._rows |= {(row.series.key, row.window): row for row in feed_judged(watch, self.now)}
        alive_at = self._alive_at if self.plan.probes else self.now
        alive = Pulse("listening", "", alive_at)  # of worklist probes too: they tell which orders they saw
        pulses = {(self.plan.main_vantage, name): alive for name in (*self.plan.feeds, *self.plan.probes)}
        return by_series(standings_now(self._rows.values(), self.plan, pulses, self.now, works=self._works))


def _known_at(sample: Sample) -> datetime:
    return sample.known_at or sample.at


def _watching(rule: Rule, step_s: float) -> Rule:
    return replace(rule, armed=Armed.ALWAYS, longest_step_s=max(rule.longest_step_s, step_s))


def _with_limit(rule: Rule, factor: float) -> Rule | None:
    """Give a rule with another limit, None for one that has none of its own."""
    named = replace(rule, id=f"{rule.id}×{factor:g}")
    match rule.kind:
        case Counts.SHARE:
            return replace(named, slower_than_s=rule.slower_than_s * factor)
        case Counts.BACKLOG | Counts.COUNT:
            return replace(named, limit=int(rule.limit * factor), recover_limit=int(rule.recover_limit * factor))
        case Counts.AVAILABILITY:
            return replace(named, down_for_s=rule.down_for_s * factor)
        case Counts.SILENCE:
            return replace(named, quiet_for_s=rule.quiet_for_s * factor)
    return None


def pieces(from_: datetime, to: datetime, piece: timedelta = timedelta(hours=1)) -> Iterator[tuple[datetime, datetime]]:
    """Give a span in pieces that are read and lived one after the other."""
    while from_ < to:
        end = min(from_ + piece, to)
        yield from_, end
        from_ = end
