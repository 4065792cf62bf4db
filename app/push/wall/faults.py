"""What is out of order, by its cause: a fault is one, however many measures, areas, feeds and exams it shows in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.exams.exam_sights import milestones
from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.standings import Standing, State
from app.domain.plans import FeedPlan
from app.push.scene import Scene, feed_of, grave, gravity, last_event_at, lean, measured_by_probe, state_words

UNSEEN = frozenset({State.BLIND, State.STALE})
SILENT_CADENCES = 2
# they only repeat what the probes' own series, or those of the exams, say
_SUMS = frozenset({"availability", "own.load", "issue.per_100_exams"})
# a system that answers so answers: beside others that get no answer these are a fault of their own
_APART = frozenset({"wrong_answer", "auth", "rejected"})

Cause = tuple[str, ...]  # its kind first: collector, unseen, system, probes, feed, exams


@dataclass(frozen=True, slots=True)
class Fault:
    """One cause with all that it shows in, gravest first, and since when it lasts."""

    cause: Cause
    shown: tuple[Standing, ...]
    began_at: datetime | None

    @property
    def kind(self) -> str:
        """Name what is at fault: a collector, a system, some probes, a feed, some exams."""
        return self.cause[0]


def faults(scene: Scene) -> tuple[Fault, ...]:
    """Give every fault, gravest first."""
    known = _Known.of(scene)
    together: dict[Cause, list[Standing]] = defaultdict(list)
    for standing in known.bad:
        together[known.cause(standing)].append(standing)
    return tuple(Fault(cause, tuple(group), _began_at(scene, known, cause, group)) for cause, group in together.items())


def gives_no_answer(scene: Scene, fault: Fault) -> bool:
    """Say whether a system has answered nothing at all since this fault began; a wrong answer is one too.

    Where nobody looks at one of its series, its availability has to be down as well.
    """
    _, system, vantage = fault.cause
    asked = [s for s in scene.standings if s.series.system == system and _vantage(scene, s) == vantage]
    probed = [s for s in asked if measured_by_probe(s.series.measure)]
    if any(_answered_since(s, fault.began_at) for s in probed):
        return False
    gone = any(s.series.measure == "availability" and s.state is State.DOWN for s in asked)
    return gone or not any(s.state in UNSEEN for s in probed)


def _answered_since(standing: Standing, began_at: datetime | None) -> bool:
    judged = standing.judged
    answered = judged.newest_ok[:1] == (True,) or judged.last_outcome in _APART
    return answered and judged.known_at is not None and began_at is not None and judged.known_at > began_at


@dataclass(frozen=True, slots=True)
class _Known:
    """What all causes are looked up in."""

    scene: Scene
    bad: tuple[Standing, ...]
    silent: Mapping[str, datetime]  # vantage whose collector says nothing → when it last did
    out: Mapping[str, frozenset[str]]  # system → the vantages that get no answer from it
    feeds: Mapping[str, Standing]  # feed in trouble → its gravest series

    @classmethod
    def of(cls, scene: Scene) -> "_Known":
        found = (s for s in scene.leading if grave(s) and s.judged.window != "day" and s.series.measure not in _SUMS)
        bad = tuple(sorted(found, key=gravity))
        out: dict[str, set[str]] = defaultdict(set)
        for s in bad:
            if measured_by_probe(s.series.measure) and s.state is State.DOWN and s.judged.last_outcome not in _APART:
                out[s.series.system or ""].add(_vantage(scene, s))
        feeds = {feed_of(s): s for s in reversed(bad) if feed_of(s) in scene.plan.feeds}
        return cls(scene, bad, _silent(scene), {name: frozenset(v) for name, v in out.items()}, feeds)

    def cause(self, standing: Standing) -> Cause:
        """Give what series of one fault have in common."""
        if measured_by_probe(standing.series.measure):
            return self._of_probe(standing)
        if feed_of(standing) in self.scene.plan.feeds:
            return self._of_feed(self.scene.plan.feeds[feed_of(standing)], standing)
        return self._of_exams(standing)

    def _of_probe(self, standing: Standing) -> Cause:
        series, vantage = standing.series, _vantage(self.scene, standing)
        system = series.system or ""
        if standing.state in UNSEEN:
            return ("collector" if vantage in self.silent else "unseen", vantage)
        failed = standing.state is State.DOWN or standing.judged.newest_ok[:1] == (False,)
        if failed and standing.judged.last_outcome not in _APART and (found := self._system(system, vantage)):
            return found
        if standing.state is State.DOWN:
            return ("probes", system, vantage, state_words(standing))
        return ("probes", system, vantage, str(CATALOGUE[series.measure].kind), lean(standing))

    def _system(self, system: str, vantage: str) -> Cause:
        out, main = self.out.get(system, frozenset()), self.scene.plan.main_vantage
        if main in out:  # seen from the first collector, it is the system: others add nothing
            return ("system", system, main)
        return ("system", system, vantage) if vantage in out else ()

    def _of_feed(self, feed: FeedPlan, standing: Standing) -> Cause:
        if standing.state in UNSEEN and feed.vantage in self.silent:
            return ("collector", feed.vantage)
        return self._system(feed.system or "", feed.vantage) or ("feed", feed.id)

    def _of_exams(self, standing: Standing) -> Cause:
        series = standing.series
        if standing.state is State.DEGRADED:
            return ("exams", series.measure, lean(standing))
        wanted = milestones(series.measure)
        for feed_id, told in self.feeds.items():
            feed = self.scene.plan.feeds[feed_id]
            if feed.gives & set(wanted) and feed.legacy == (series.measure == "legacy.stray"):
                return self._of_feed(feed, told)
        silent = next(iter(self.silent), "")
        return (
            ("collector", silent) if silent and standing.state in UNSEEN else ("exams", standing.state, standing.reason)
        )


def _vantage(scene: Scene, standing: Standing) -> str:
    return standing.series.vantage or scene.plan.main_vantage


def _silent(scene: Scene) -> dict[str, datetime]:
    """Give the collectors of which nothing was heard for two of their shortest cadences, and when they last were."""
    plan, newest = scene.plan, dict[str, datetime]()
    for s in scene.standings:
        feed = plan.feeds.get(feed_of(s))
        if s.judged.known_at is not None and (feed or measured_by_probe(s.series.measure)):
            vantage = feed.vantage if feed else _vantage(scene, s)
            newest[vantage] = max(newest.get(vantage, s.judged.known_at), s.judged.known_at)
    cadences: dict[str, float] = {}
    for probe in plan.probes.values():
        for vantage in probe.vantages:
            cadences[vantage] = min(cadences.get(vantage, probe.every_s), probe.every_s)
    for feed in plan.feeds.values():
        cadences[feed.vantage] = min(cadences.get(feed.vantage, feed.heartbeat_s), feed.heartbeat_s)
    return {
        vantage: at
        for vantage, at in newest.items()
        if vantage in cadences and (scene.now - at).total_seconds() > SILENT_CADENCES * cadences[vantage]
    }


def _began_at(scene: Scene, known: _Known, cause: Cause, group: Iterable[Standing]) -> datetime | None:
    if cause[0] == "collector":
        return known.silent[cause[1]]
    found: Iterable[datetime | None] = (_series_began_at(scene, s) for s in group)
    if cause[0] == "system":  # the first attempt that failed, not since when it was slow before
        found = (s.judged.failing_since for s in group if measured_by_probe(s.series.measure))
    elif cause[0] == "feed":  # of exams we only know how old they are
        found = (_series_began_at(scene, s) for s in group if s.series.measure == "feed.age")
    return min((at for at in found if at is not None), default=None)


def _series_began_at(scene: Scene, standing: Standing) -> datetime | None:
    """Give since when a series is out of order: never how long ago somebody looked at it while it was."""
    judged = standing.judged
    if standing.state is State.DOWN:
        return judged.failing_since
    if standing.state is State.DEGRADED:
        if standing.series.measure == "feed.age":
            return last_event_at(scene, standing)
        return judged.outside_since or judged.failing_since
    return judged.known_at
