"""The whole at a glance: act, blind, watch or ok, with every ground, gravest first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.exams.segments import segment_words
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.signs import Pulses, blind_feeds
from app.domain.measuring.standings import Series, Standing, State
from app.domain.measuring.watched import Watched, watched
from app.domain.plans import Plan
from app.domain.rollback.decisions import Decision, Stage, stage_of, story
from app.domain.rollback.planned_work import PlannedWork, lately_over
from app.domain.rollback.rolled_back import is_aside
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import ASIDE, LATCHED
from app.domain.rollback.triggers import Sight as Unseen
from app.domain.rollback.triggers import State as TriggerState
from app.domain.words import local_clock, span

RANKS = ("act", "blind", "watch", "named", "ok")  # "named" is said and raises nothing
_NEARLY_FULL = 0.8
_OF_ISSUES = "issue."  # that few are reported is no lack of sight
OF_TRIGGER = "trigger "  # how the subject of a ground begins that a rollback trigger makes
REFUSED_FOR = timedelta(minutes=15)
_LOOKED_AT = (State.OK, State.DEGRADED, State.DOWN)
_WATCH = (State.DOWN, State.DEGRADED, State.BLIND, State.STALE)
_STATE_WORDS = {State.NOT_EXPECTED: "not expected", State.INSUFFICIENT: "not enough yet"}


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason of the overall state: which state it makes, of what, why in words, and since when if that is known."""

    overall: str
    subject: str
    text: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overall:
    """The overall state with all its grounds, gravest first."""

    state: str
    grounds: tuple[Ground, ...]

    @property
    def reasons(self) -> list[str]:
        """Give the grounds as sentences."""
        return [f"{g.subject}: {g.text}" for g in self.grounds]


def overall(
    standings: Sequence[Standing],
    plan: Plan,
    pulses: Pulses,
    now: datetime,
    acts: Iterable[Ground] = (),
    *,
    rolled_back: bool = False,
) -> Overall:
    """Give the overall state; `acts` are grounds that others know of, such as an undecided breach or an open SEV1.

    A probe or feed with `required` that is blind makes the whole blind, as does a house that sees nothing at all. Once
    it is `rolled_back` the old system comes first and has to be seen; what was rolled back is named and raises nothing.
    """
    unseen = blind_feeds(plan, pulses, now)
    expected = watched(plan)
    grounds = list(acts)
    for feed_id, why in unseen.items():
        feed = plan.feeds[feed_id]
        rank = "blind" if feed.required else "watch"
        aside = rolled_back and feed.system in plan.replaced
        grounds.append(Ground("named" if aside else rank, f"feed {feed.name or feed_id}", why))
    if rolled_back:
        standings = sorted(standings, key=lambda s: s.series.system not in plan.legacy)
        grounds += _of_the_old(standings, plan)
    elif not any(s.state in _LOOKED_AT for s in standings):
        grounds.append(Ground("blind", plan.site_name, "nothing is measured yet, or nothing can be seen"))
    for s in standings:
        if s.state is not State.INSUFFICIENT and (found := _ground(s, plan, expected)):
            grounds.append(replace(found, overall="named") if rolled_back and is_aside(s.series, plan) else found)
    grounds += _too_few(standings, plan)
    order = sorted(grounds, key=lambda g: RANKS.index(g.overall))
    gravest = order[0].overall if order else "ok"
    return Overall("ok" if gravest == "named" else gravest, tuple(order))


def _of_the_old(standings: Iterable[Standing], plan: Plan) -> Iterator[Ground]:
    """Give a ground where nothing is seen of what a roll-back went back to: nobody knows then how it does."""
    if not any(s.state in _LOOKED_AT and s.series.system in plan.legacy for s in standings):
        names = ", ".join(plan.systems.get(system, system) for system in plan.legacy)
        why = f"nothing of {names} is seen" if names else "no system of the kind legacy is set up"
        yield Ground("blind", plan.site_name, f"rolled back, and {why}")


def of_triggers(triggers: Iterable[Trigger]) -> Iterable[Ground]:
    """Give what triggers add: an undecided breach is `act`, a required blind one `blind`, a pending one `watch`."""
    for trigger in triggers:
        subject, why, latch = f"{OF_TRIGGER}{trigger.title}", trigger.share.reason, trigger.latch
        subject += f", {trigger.area}" if trigger.area else ""
        if latch.state in LATCHED:
            yield Ground("act", subject, f"{latch.state.value}, undecided: {why}")
        elif latch.state in ASIDE or latch.state is TriggerState.DECIDED:
            continue
        elif latch.sight is Unseen.BLIND:
            yield Ground("blind" if trigger.required else "watch", subject, why)
        elif latch.state is TriggerState.PENDING:
            yield Ground("watch", subject, f"pending: {why}")


def of_decisions(decisions: Iterable[Decision], now: datetime) -> Iterator[Ground]:
    """Name each proposal that waits; it raises nothing, its breach does that already."""
    for decision in decisions:
        if stage_of(decision, now) is Stage.PROPOSED:
            about = f"{OF_TRIGGER}{decision.asked.trigger}" if decision.asked.trigger else "go-live"
            yield Ground("named", f"decision about {about}", story(decision, now))


def of_planned_work(
    works: Iterable[PlannedWork], standings: Iterable[Standing], plan: Plan, now: datetime
) -> Iterator[Ground]:
    """Give a `watch` for each planned work that overran."""
    for work, why in overruns(works, standings, plan, now):
        yield Ground("watch", f"planned work of {plan.systems.get(work.system, work.system)}", why)


def overruns(
    works: Iterable[PlannedWork], standings: Iterable[Standing], plan: Plan, now: datetime
) -> Iterator[tuple[PlannedWork, str]]:
    """Give the work that is over by its plan while its system has not once answered well since, with the words."""
    expected, out = watched(plan), dict[str, list[Standing]]()
    for s in standings:
        if s.judged.newest_ok[:1] == (False,) and CATALOGUE[s.series.measure].source is Source.PROBE:
            out.setdefault(s.series.system or "", []).append(s)
    for system, work in lately_over(works, now).items():
        for s in out.get(system, ()):
            w, since = expected.get(s.series.key), s.judged.failing_since or s.judged.run_since
            # its first attempt after the end may take one cadence and its whole timeout to fail
            late_s = 2 * w.cadence_s + w.timeout_s + w.probes[0].turn_s if w is not None else 0.0
            if since is not None and (since - work.until).total_seconds() <= late_s:
                until = local_clock(work.until.astimezone(plan.zone), now.astimezone(plan.zone))
                ago = span((now - work.until).total_seconds())
                yield work, f"overrun: over at {until}, {ago} ago, and no good answer since; {work.why}, by {work.by}"
                break


def unwelcome(refusals: Mapping[tuple[str, str], tuple[str, datetime]], plan: Plan, now: datetime) -> Iterator[Ground]:
    """Give a ground for each probe and source whose newest sample was refused: somebody measures, and it is lost."""
    for (source, probe), (why, at) in refusals.items():
        if now - at <= REFUSED_FOR:
            who = source if source in plan.vantages else "a source that is no collector"
            yield Ground("watch", f"probe {probe}" if probe else "ingest", f"samples of {who} are refused: {why}")


def nearly_full(used_bytes: int, most_bytes: int) -> str:
    """Say that a database comes near to the size that it may have, or ""."""
    if used_bytes < _NEARLY_FULL * most_bytes:
        return ""
    said = f"it holds {used_bytes / 1e9:.1f} GB of the {most_bytes / 1e9:.1f} GB that most_bytes allows"
    return f"{said}; raw samples are dropped before their seven days" if used_bytes > most_bytes else said


def _too_few(standings: Iterable[Standing], plan: Plan) -> Iterator[Ground]:
    """Name what is not enough yet, each measure once: a hundred lines of it would look like trouble."""
    found: dict[str, list[Standing]] = {}
    for s in standings:
        if s.state is State.INSUFFICIENT and not s.series.measure.startswith(_OF_ISSUES):
            found.setdefault(s.series.measure, []).append(s)
    word = _STATE_WORDS[State.INSUFFICIENT]
    for measure, group in found.items():
        first = group[0]
        if len(group) == 1:
            subject = subject_of(first.series, plan, first.judged.window)
            yield Ground("named", subject, f"{word}, {first.reason}")
        else:
            yield Ground("named", subject_of(Series(measure), plan), f"{len(group)} series, {word}")


def _ground(standing: Standing, plan: Plan, expected: Mapping[str, Watched]) -> Ground | None:
    subject = subject_of(standing.series, plan, standing.judged.window)
    if standing.state is State.OK or _without_source(standing) or _only_repeats(standing):
        return None
    words = _STATE_WORDS.get(standing.state, standing.state.value)
    text = f"{words}, {standing.reason}"
    if standing.state not in _WATCH:
        return Ground("named", subject, text)
    probes = expected.get(standing.series.key)
    if standing.state is State.BLIND and probes is not None and probes.required:
        return Ground("blind", subject, text)
    return Ground("watch", subject, text)


def _only_repeats(standing: Standing) -> bool:
    """Say whether it is unseen for what the exams' own series tell: told twice it would be two faults."""
    unseen = standing.state in (State.BLIND, State.STALE)
    return unseen and standing.series.measure == "issue.per_100_exams"


def _without_source(standing: Standing) -> bool:
    """Say whether the site has nothing that could measure this: which is said where it stands, and is no trouble."""
    return standing.state is State.BLIND and standing.reason.startswith("not measured: no source")


def subject_of(series: Series, plan: Plan, window: str = "") -> str:
    """Name a series as people do: "Worklist response, RIS, CT"."""
    parts = [CATALOGUE[series.measure].title if series.measure in CATALOGUE else series.measure]
    if series.system:
        parts.append(plan.systems.get(series.system, series.system))
    if series.area:
        parts.append(plan.areas.get(series.area, series.area))
    feed = plan.feeds.get(dict(series.segment).get("feed", ""))
    parts += filter(None, [feed.name or feed.id if feed else "", segment_words(series)])
    if series.vantage:
        parts.append(f"from {series.vantage}")
    if window == "now":
        parts.append("last 4 h")
    return ", ".join(parts)
