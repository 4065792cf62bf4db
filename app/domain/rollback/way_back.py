"""What stands beside a decision to roll back: what it costs now, and whether there is anything to go back to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.exams.exams import Exam
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.standings import Standing, State
from app.domain.plans import FeedPlan, Plan

_SEEN = frozenset({State.OK, State.DEGRADED, State.INSUFFICIENT})
_TOLD_BY = {"studies": ("available",), "reports": ("preliminary", "final"), "in_progress": ("begun",)}
_NOT_OF_IT = frozenset({"own.load", "legacy.stray"})  # they tell of golive and of the modalities


@dataclass(frozen=True, slots=True)
class Amount:
    """How many there are; None where no feed tells it, and at least so many while a feed is not seen."""

    n: int | None
    not_seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the new system alone holds since T0."""

    studies: Amount
    reports: Amount
    in_progress: Amount


@dataclass(frozen=True, slots=True)
class WayBack:
    """Whether the old system could take over: yes, no or unknown, and how we know."""

    answer: str
    reason: str


def cost_of(exams: Iterable[Exam], t0: datetime, plan: Plan, standings: Sequence[Standing]) -> Cost:
    """Count studies whose images came since T0 and that the old system does not list, reports, and exams under way.

    Also a result without an order counts, for it is there; what a rule leaves out does not.
    """
    every = [e for e in exams if not e.left_out]
    studies: set[str] = set()
    reports = under_way = 0
    for exam in every:
        if _since(exam.available_at, t0) and exam.stray_at is None:
            studies.update(exam.studies or (exam.exam,))
        reports += _since(exam.preliminary_at, t0) or _since(exam.final_at, t0)
        later = (exam.ended_at, exam.available_at, exam.preliminary_at, exam.final_at)
        over = exam.cancelled or exam.no_show or any(at is not None for at in later)
        under_way += _since(exam.begun_at, t0) and not over
    return Cost(
        _amount(len(studies), "studies", plan, standings),
        _amount(reports, "reports", plan, standings),
        _amount(under_way, "in_progress", plan, standings),
    )


def _since(moment: datetime | None, t0: datetime) -> bool:
    return moment is not None and moment >= t0


def _amount(n: int, what: str, plan: Plan, standings: Sequence[Standing]) -> Amount:
    return Amount(n, not_seen_of(what, plan, standings)) if _tellers(what, plan) else Amount(None)


def not_seen_of(what: str, plan: Plan, standings: Sequence[Standing]) -> tuple[str, ...]:
    """Name the feeds that tell studies, reports or exams in progress and that nobody sees now."""
    return _not_seen(_tellers(what, plan), standings)


def _tellers(what: str, plan: Plan) -> list[FeedPlan]:
    return [f for f in plan.feeds.values() if not f.legacy and any(m in f.gives for m in _TOLD_BY[what])]


def _not_seen(feeds: Iterable[FeedPlan], standings: Sequence[Standing]) -> tuple[str, ...]:
    states = {_feed(s): s.state for s in standings if s.series.measure == "feed.age"}
    return tuple(f.name or f.id for f in feeds if states.get(f.id) not in (*_SEEN, State.NOT_EXPECTED))


def _feed(standing: Standing) -> str:
    return dict(standing.series.segment).get("feed", "")


def way_back(plan: Plan, standings: Sequence[Standing]) -> WayBack:
    """Say whether the old system answers now; what nobody measures is unknown, never yes."""
    if not plan.legacy:
        return WayBack("unknown", "no system of the kind legacy is set up")
    told = [s for s in standings if _is_of_it(s, plan) and s.state is not State.NOT_EXPECTED]
    if not told:
        return WayBack("unknown", f"nothing measures {_names(plan)}")
    if down := [s for s in told if s.state is State.DOWN]:
        return WayBack("no", f"{down[0].series.key}: {down[0].reason}")
    if unseen := [s for s in told if s.state not in _SEEN]:
        return WayBack("unknown", f"{unseen[0].series.key}: {unseen[0].reason}")
    if all(s.state is State.INSUFFICIENT for s in told):
        return WayBack("unknown", f"{told[0].series.key}: {told[0].reason}")
    slow = next((s for s in told if s.state is State.DEGRADED), None)
    return WayBack("yes", f"{slow.series.key}: {slow.reason}" if slow else f"{_names(plan)} answers as expected")


def _is_of_it(standing: Standing, plan: Plan) -> bool:
    series = standing.series
    if series.measure == "feed.age":
        feed = plan.feeds.get(_feed(standing))
        return feed is not None and feed.legacy
    probed = CATALOGUE[series.measure].source is Source.PROBE or series.measure == "availability"
    return series.system in plan.legacy and probed and series.measure not in _NOT_OF_IT


def _names(plan: Plan) -> str:
    return ", ".join(plan.systems.get(system) or system for system in plan.legacy)
