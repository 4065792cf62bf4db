"""Which triggers there are: every rule with what it reads, as one latched instance or as one of each area."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.measuring.intervals import wilson
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.standings import Series
from app.domain.measuring.watched import Watched, watched
from app.domain.plans import Counts, FeedPlan, Plan, Rule
from app.domain.words import counted, span, window_words

STUCK = "stuck_reports"


@dataclass(frozen=True, slots=True)
class Instance:
    """One latched trigger of a rule: of the whole, or of one area; `series` are those that it reads.

    `gap_s` is how far apart two looks of golive's may lie that still tell of the time between. `parts` are the triggers
    that an `all` or `any` is made of. `never` says why it can never see enough, `stuck` why it never recovers.
    """

    id: str
    rule: Rule
    area: str | None
    series: tuple[Series, ...]
    plan: Plan
    gap_s: float = 0.0
    parts: tuple["Instance", ...] = ()
    never: str = ""
    stuck: str = ""


def instances(rules: Iterable[Rule], plan: Plan) -> list[Instance]:
    """Give every trigger of these rules, in their order and by area."""
    known = {rule.id: rule for rule in rules}
    return [instance for rule in known.values() for instance in _of_rule(rule, known, plan)]


def _of_rule(rule: Rule, known: Mapping[str, Rule], plan: Plan) -> list[Instance]:
    if not rule.per_area:
        return [_instance(rule, None, known, plan)]
    return [_instance(rule, area, known, plan) for area in _areas(rule, known, plan)]


def _areas(rule: Rule, known: Mapping[str, Rule], plan: Plan) -> list[str]:
    """Give the areas that a rule stands for, each with a latch of its own."""
    if rule.kind in (Counts.ALL, Counts.ANY):
        parts = [known[name] for name in rule.of if name in known and known[name].per_area]
        return list(dict.fromkeys(area for part in parts for area in _areas(part, known, plan)))
    meant = [area for area in plan.areas if dict(rule.where).get("area", area) == area]
    if of_exams(rule):
        return meant
    # where nothing at all is measured it stands blind for every area: a rule must not vanish
    return list(dict.fromkeys(w.series.area for w in _attempted(rule, plan) if w.series.area)) or meant


def _instance(rule: Rule, area: str | None, known: Mapping[str, Rule], plan: Plan) -> Instance:
    id_ = rule.id if area is None else f"{rule.id}:{area}"
    if rule.kind in (Counts.ALL, Counts.ANY):
        named = [known[name] for name in rule.of if name in known]
        parts = tuple(part for one in named for part in _parts(rule, one, area, known, plan))
        series = tuple(dict.fromkeys(s for part in parts for s in part.series))
        never = next((part.never for part in parts if part.never), "")
        return Instance(id_, rule, area, series, plan, parts=parts, never=never)
    if rule.kind is Counts.SILENCE:
        feed = plan.feeds.get(rule.feed)
        of_feed = (Series("feed.age", feed.system, None, (("feed", feed.id),)),) if feed else ()
        return Instance(id_, rule, area, of_feed, plan, _gap_s(feed) if feed else 0.0)
    if rule.kind is Counts.COUNT and not of_exams(rule):
        return Instance(
            id_, rule, area, _counted_by(rule, plan), plan, max(map(_gap_s, plan.feeds.values()), default=0.0)
        )
    if of_exams(rule):
        return Instance(id_, rule, area, (Series(rule.measure or "exam.backlog"),), plan)
    read = [w for w in _attempted(rule, plan) if area is None or w.series.area == area]
    gap_s = max((5 * w.cadence_s + w.timeout_s for w in read), default=0.0)
    return Instance(
        id_, rule, area, tuple(w.series for w in read), plan, gap_s, (), _never(rule, read), _stuck(rule, read)
    )


def _parts(rule: Rule, named: Rule, area: str | None, known: Mapping[str, Rule], plan: Plan) -> list[Instance]:
    """Give what one named rule is to an `all` or `any`; one that stands per area is beyond where any area is."""
    every = _of_rule(named, known, plan)
    if area is not None:
        return [part for part in every if part.area in (None, area)]
    if not named.per_area or rule.kind is Counts.ANY:
        return every
    series = tuple(s for part in every for s in part.series)
    return [Instance(named.id, replace(named, kind=Counts.ANY, per_area=False), None, series, plan, parts=tuple(every))]


def of_exams(rule: Rule) -> bool:
    """Say whether a rule counts exams of a group: it may stand per area, whoever measures there."""
    of_measure = rule.kind is Counts.SHARE and is_exam_measure(rule.measure)
    return of_measure or rule.kind is Counts.BACKLOG or rule.what == STUCK


def limit_of(rule: Rule) -> float | None:
    """Give what the value of a rule may be, None where it judges shares or other rules."""
    if rule.kind in (Counts.BACKLOG, Counts.COUNT):
        return rule.limit
    return {Counts.AVAILABILITY: rule.down_for_s, Counts.SILENCE: rule.quiet_for_s}.get(rule.kind)


def is_exam_measure(measure: str) -> bool:
    """Say whether a measure is an interval of exams."""
    return measure in CATALOGUE and CATALOGUE[measure].source is Source.EXAM


def _gap_s(feed: FeedPlan) -> float:
    """Give how long a feed may say nothing of itself and still count as listened to."""
    return 5 * feed.heartbeat_s


def _counted_by(rule: Rule, plan: Plan) -> tuple[Series, ...]:
    """Give the series without which nothing of this is counted: bad messages come by the feeds that take messages."""
    if rule.what == "quarantine":
        taking = [feed for feed in plan.feeds.values() if feed.kind == "hl7-mllp"]
        return tuple(Series("feed.age", feed.system, None, (("feed", feed.id),)) for feed in taking)
    legacy = next((f for f in plan.feeds.values() if f.legacy), None)
    return (Series("legacy.stray", legacy.system),) if rule.what == "strays" and legacy else ()


def _attempted(rule: Rule, plan: Plan) -> list[Watched]:
    measure = _measure_of(rule)
    return [w for w in watched(plan).values() if w.asked and w.series.measure == measure and _reads(rule, w)]


def _measure_of(rule: Rule) -> str:
    return "availability" if rule.kind is Counts.AVAILABILITY else rule.measure


def _reads(rule: Rule, w: Watched) -> bool:
    named = {"system": w.series.system, "area": w.series.area, "vantage": w.vantage}
    return all(named.get(key) == value for key, value in rule.where)


def _never(rule: Rule, read: Iterable[Watched]) -> str:
    """Say that a rule cannot see enough once every answer takes its timeout, or every try backs off."""
    kept = [max(p.kept_s, p.every_s) for w in read for p in w.probes]
    if not kept:
        return f"can never see an attempt: no probe gives {_measure_of(rule)}"
    most = sum(int(rule.window_s / each_s) for each_s in kept)
    if most >= rule.at_least:
        return ""
    slow = f"{counted(len(kept), 'probe')}, one try each {span(max(kept))} when answers are slow"
    return f"can never see {rule.at_least} attempts in {window_words(rule.window_s)}: {most} at most ({slow})"


def _stuck(rule: Rule, read: Iterable[Watched]) -> str:
    """Say that a share is never seen to have recovered, because even none beyond of all attempts leaves it open."""
    most = sum(int(rule.window_s / p.every_s) for w in read for p in w.probes)
    if rule.kind is not Counts.SHARE or not most or (high := wilson(0, most)[1]) < rule.recover_below:
        return ""
    below = f"recover_below {rule.recover_below * 100:.0f} %"
    return f"can never be seen to recover: none beyond of {most} attempts may still be {high * 100:.0f} % ({below})"
