"""How exam measures stand: as lively as the feeds that tell their milestones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.exams.exam_measures import DAY_S, INTERVAL_MEASURES, NOW_S
from app.domain.exams.reading import stopped_words
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.samples import Kind
from app.domain.measuring.signs import NO_ANSWER, Signs, as_of_pulse, quiet_of, why_absent, with_trouble
from app.domain.measuring.standings import PRECEDENCE, Judged, Pulse, Series, Sight, Standing, State, unmeasured
from app.domain.measuring.states import stand
from app.domain.plans import FeedPlan, Plan

STRAYS = "legacy.stray"
# Whose silence makes an exam gauge blind: the feeds that give these milestones.
GAUGES = {
    "report.rate": ("final",),
    "exam.rate": ("ended",),
    "exam.backlog": ("ended", "final"),
    "exam.oldest_waiting": ("ended", "final"),
    "exam.matched": ("ended", "available"),
}


def exam_rows(rows: Mapping[tuple[str, str], Judged], plan: Plan) -> list[Judged]:
    """Give the whole of every exam measure, measured or not, and what else holds an exam."""
    whole = [(Series(m.id), name, s) for m in INTERVAL_MEASURES for name, s in (("day", DAY_S), ("now", NOW_S))]
    whole += [(Series(m), "", DAY_S) for m in GAUGES]
    legacy = next((f for f in plan.feeds.values() if f.legacy), None)
    whole += [(Series(STRAYS, legacy.system), "", DAY_S)] if legacy else []
    wanted = {(series.key, window): unmeasured(series, window, s) for series, window, s in whole}
    parts = {key: row for key, row in rows.items() if key not in wanted and _is_part(row, plan)}
    return [rows.get(key, row) for key, row in wanted.items()] + list(parts.values())


def _is_part(row: Judged, plan: Plan) -> bool:
    series = row.series
    measure = CATALOGUE.get(series.measure)
    ours = measure is not None and (measure.source is Source.EXAM or series.measure in GAUGES)
    stray = series.measure == STRAYS and any(f.legacy and f.system == series.system for f in plan.feeds.values())
    split = bool(series.segment) or (series.area is not None and series.area in plan.areas)
    return (ours or stray) and split and bool(row.n or row.open or row.straddling)


@dataclass(frozen=True, slots=True)
class _Told:
    """How the feeds of a measure live, the same for all of its series; `sourced` is whether each milestone has one."""

    sight: Sight
    pulse: Pulse | None = None
    mute: Pulse | None = None
    sourced: bool = True


def of_exams(rows: Iterable[Judged], signs: Signs) -> list[Standing]:
    """Give how exam measures stand; one without a feed for each of its milestones has no source."""
    told: dict[str, _Told] = {}  # by measure: hundreds of series are of a dozen measures
    found = []
    for row in rows:
        measure = row.series.measure
        if measure not in told:
            told[measure] = _told(measure, signs)
        found.append(_of_exam(row, told[measure], signs))
    return found


def _told(measure: str, signs: Signs) -> _Told:
    own = signs.plan.measures.get(measure)
    upper = own.expected_below if own else None
    sources = [_givers(m, signs.plan) for m in milestones(measure)]
    if measure == STRAYS:
        sources = [[f for f in signs.plan.feeds.values() if f.legacy]]
    if not all(sources):
        return _Told(Sight(10.0, absent="no source", upper=upper), sourced=False)
    told = [_liveliest(feeds, signs) for feeds in sources]
    feed, pulse = min(told, key=lambda pair: _heard_at(pair[1]))
    # That the old system receives nothing is the aim: a list that is answered is all the life it needs to show.
    quiets = [] if measure == STRAYS else [quiet_of(feeds, signs) for feeds in sources]
    known = [(q, after) for q, after in quiets if q is not None]
    quiet = max(known, key=lambda pair: pair[0] / pair[1], default=(None, None))
    sight = Sight(
        cadence_s=feed.heartbeat_s,
        absent=why_absent(feed, pulse),
        quiet_s=quiet[0],
        quiet_after_s=quiet[1],
        upper=upper,
        planned=next((why for f, _ in told if (why := signs.planned.get(f.system or ""))), ""),
    )
    return _Told(sight, pulse, next((p for _, p in told if p is not None and p.state == NO_ANSWER), None))


def _of_exam(row: Judged, told: _Told, signs: Signs) -> Standing:
    if not told.sourced:
        # a gauge of nothing is no zero; what somebody told all the same may be seen beside the word
        said = row if row.n else unmeasured(row.series, row.window, row.window_s)
        return stand(said, told.sight, signs.now)
    standing = stand(as_of_pulse(row, told.pulse), told.sight, signs.now)
    return with_trouble(_with_pause(_with_strays(standing), row, signs), told.mute or told.pulse)


def _with_strays(standing: Standing) -> Standing:
    """Make even one stray degraded: it is a study that nobody will look for, not a sample of a rate."""
    strays = standing.series.measure == STRAYS and standing.judged.value
    if not strays or PRECEDENCE.index(standing.state) < PRECEDENCE.index(State.INSUFFICIENT):
        return standing
    return replace(standing, state=State.DEGRADED, reason=standing.judged.note)


def _with_pause(standing: Standing, rate: Judged, signs: Signs) -> Standing:
    """Make reports degraded once nobody seems to read: the rate of an hour would take that hour to show it."""
    if rate.series.key != "report.rate" or PRECEDENCE.index(standing.state) < PRECEDENCE.index(State.INSUFFICIENT):
        return standing
    words = stopped_words(rate, _givers("final", signs.plan), signs.heard, signs.now)
    return replace(standing, state=State.DEGRADED, reason=words) if words else standing


def milestones(measure: str) -> tuple[str, ...]:
    """Give the milestones that a measure of exams is made of."""
    if measure == "order.to_worklist":
        return ("ordered", "listed")
    if measure in GAUGES:
        return GAUGES[measure]
    return (CATALOGUE[measure].start, CATALOGUE[measure].end) if CATALOGUE[measure].start else ()


def _givers(milestone: str, plan: Plan) -> list[FeedPlan]:
    feeds = [f for f in plan.feeds.values() if milestone in f.gives and not f.legacy]
    if milestone == "listed":  # told by the worklist probes, as if each were a feed
        told = frozenset({"listed"})
        feeds += [
            FeedPlan(p.id, "worklist", p.system, told, 0) for p in plan.probes.values() if p.kind is Kind.WORKLIST
        ]
    return feeds


def _liveliest(feeds: list[FeedPlan], signs: Signs) -> tuple[FeedPlan, Pulse | None]:
    return max(((f, signs.by_name.get(f.id)) for f in feeds), key=lambda pair: _heard_at(pair[1]))


def _heard_at(pulse: Pulse | None) -> float:
    return pulse.known_at.timestamp() if pulse else 0.0
