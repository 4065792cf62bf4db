"""The wall's frame as plain values: clocks and phase, what golive itself lacks, and the rollback strip."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.measuring.measures import HEADLINES
from app.domain.measuring.standings import State
from app.domain.plans import CostLimit
from app.push import words
from app.push.figures import clock
from app.push.scene import Scene, Since, absent, since, title, unix_ms
from app.push.wall.decisions import Rollback, rollback
from app.push.wall.gravest import gravest, listed
from app.push.wall.issues import grounds, rank_of_fault
from app.push.wall.tiles import headline
from app.push.wall.triggers import TriggerLine, Triggers, breaches, triggers


@dataclass(frozen=True, slots=True)
class Tick:
    """What moves each second; `beat` alternates, so that each tick restarts the animation that ends in NOT LIVE."""

    beat: str
    at_ms: int
    build: str
    site: str
    t: str
    t_seconds: str  # apart where days stand before them: seconds are the first to find no room then
    phase: str
    left: Since | None
    planned: str
    clock: str
    day: str


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of the plan and the time left until it; of one that is no time, `said` is how far it has come."""

    title: str
    clock: str
    until: Since | None
    passed: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A ground of the whole: what is wrong, since when, and where."""

    text: str
    since: Since | None = None
    where: str = ""
    shape: str = ""
    state: str = ""
    left: Since | None = None  # until when a proposal can be confirmed


@dataclass(frozen=True, slots=True)
class Strip:
    """The rollback strip: the whole in one word with its gravest grounds, the triggers, and the two moments."""

    overall: str
    shape: str
    word: str
    reasons: tuple[Reason, ...]
    points: tuple[Point, ...]
    rollback: Rollback
    means: str  # what the word stands for while it has no grounds
    triggers: Triggers
    state: str = ""  # of the breach that the whole stands for


def tick(scene: Scene) -> Tick:
    """Give the clocks of this second."""
    moment, local = scene.moment, scene.shown_at.astimezone(scene.plan.zone)
    since_s = moment.since_go_live_s
    if since_s is None:
        since_s = (scene.now - moment.planned_at).total_seconds() if moment.planned_at is not None else 0.0
        t = "T− " + _long(since_s) if since_s < 0 else "T–"
    else:
        t = ("T+ " if since_s >= 0 else "T− ") + _long(since_s)
    with_days = " d " in t
    deciding = moment.phase == "decision" and moment.t0 is not None
    return Tick(
        # a tick is so many of the clock's seconds: counted in those, a demo at an even speed alternates too
        beat="ab"[int(scene.now.timestamp() / scene.plan.speed) % 2],
        at_ms=unix_ms(scene.now),
        build=scene.build,
        site=scene.plan.site_name,
        t=t[:-3] if with_days else t,
        t_seconds=t[-3:] if with_days else "",
        phase=words.PHASES.get(moment.phase, moment.phase),
        left=since(scene, _decision_at(scene)) if deciding else None,
        planned=moment.planned_words,
        clock=local.strftime("%H:%M:%S"),
        day=local.strftime("%a %-d %b"),
    )


def _long(seconds: float) -> str:
    text = clock(seconds)
    return text if text.count(":") == 2 else f"00:{text}"


def strip(scene: Scene) -> Strip:
    """Give the rollback strip; its grounds are the lines of what is gravest, in the same words."""
    if not scene.trouble and (standing := breaches(scene)):
        return _breach(scene, standing[0])
    few = [m for m in HEADLINES if _is_too_few(scene, m)] if scene.overall == "ok" else []
    shape, word = words.OVERALL_SHAPES.get(scene.overall, ""), words.OVERALL.get(scene.overall, scene.overall)
    if few:
        shape, word = words.SHAPES[State.INSUFFICIENT], words.TOO_FEW
        reasons: tuple[Reason, ...] = (Reason(words.rest_in_order(listed((words.inside(title(m)) for m in few), 3))),)
    else:
        reasons = () if scene.overall == "ok" else _reasons(scene)
    return Strip(
        overall=scene.overall,
        shape=shape,
        word=word,
        reasons=reasons,
        points=points(scene),
        rollback=rollback(scene),
        means=_means(scene),
        triggers=triggers(scene),
    )


def _reasons(scene: Scene) -> tuple[Reason, ...]:
    """Give what is gravest in two lines: faults, of a blind whole first what is not seen, and golive's own trouble."""
    rows, raised = gravest(scene).rows, grounds(scene)
    if scene.trouble or not (rows or raised):
        return tuple(Reason(text) for text in scene.reasons[:2])
    told = [
        (rank, Reason(f"{row.tag}: {row.name}", row.since, " · ".join((row.where, *row.about)), shape, state))
        for rank, row, shape, state in raised
    ]
    told += [(rank_of_fault(r.state), Reason(r.name, r.since, r.said, r.shape, r.state)) for r in rows]
    blind = scene.overall == "blind"
    order = sorted(told, key=lambda pair: (blind and pair[1].state not in ("blind", "stale"), pair[0]))
    return (*(reason for _, reason in order[: 1 if scene.own else 2]), *(Reason(text) for text in scene.own[:1]))


def _breach(scene: Scene, line: TriggerLine) -> Strip:
    """Give the strip while a breach waits for a decision: its name first, then what waits since when, and why."""
    return Strip(
        overall=scene.overall,
        shape=line.shape,
        word=line.name,
        reasons=(
            Reason(line.waits, line.since, left=line.left),
            Reason(line.where or line.counts, None, " · ".join(filter(None, (line.where and line.counts, line.heard)))),
        ),
        points=points(scene),
        rollback=rollback(scene),
        means="",
        triggers=triggers(scene),
        state=line.state,
    )


def _means(scene: Scene) -> str:
    """Say what "in order" speaks of, and which headlines nothing measures."""
    chosen = {m: headline(scene, m)[0] for m in HEADLINES}
    missing = [words.inside(title(m)) for m, s in chosen.items() if s is None or absent(s)]
    return words.in_order_but(", ".join(missing)) if missing else words.ALL_IN_ORDER


def _is_too_few(scene: Scene, measure: str) -> bool:
    chosen, _ = headline(scene, measure)
    return chosen is not None and chosen.state is State.INSUFFICIENT


def _decision_at(scene: Scene) -> datetime:
    return (scene.moment.t0 or scene.plan.go_live.at) + timedelta(seconds=scene.plan.go_live.decision_window_s)


def points(scene: Scene) -> tuple[Point, ...]:
    """Give the decision point and the point of no return."""
    plan, t0 = scene.plan.go_live, scene.moment.t0
    base = t0 or plan.at
    decision = _point(scene, words.DECISION_POINT, base, plan.decision_window_s, t0 is not None)
    if plan.no_return_cost is not None:
        return (decision, _by_cost(scene, plan.no_return_cost))
    if plan.no_return_s is None:
        return (decision, Point(words.NO_RETURN, words.NOT_SET, None, False))
    return (decision, _point(scene, words.NO_RETURN, base, plan.no_return_s, t0 is not None))


def _by_cost(scene: Scene, limit: CostLimit) -> Point:
    """Give the point of no return that is a cost: the limit, and how far it has come."""
    spent = scene.moment.spent
    return Point(
        words.NO_RETURN,
        f"{limit.n:,} {limit.what}",
        None,
        spent is not None and spent.passed,
        spent.brief if spent is not None else "",
    )


def _point(scene: Scene, name: str, base: datetime, after_s: float, begun: bool) -> Point:
    at = base + timedelta(seconds=after_s)
    local = scene.local(at)
    today = local.date() == scene.shown_at.astimezone(scene.plan.zone).date()
    said = local.strftime("%H:%M") if today else local.strftime("%a %H:%M")
    if not begun:
        return Point(name, f"T+ {_long(after_s)}", None, False)
    return Point(name, said, since(scene, at), at <= scene.now)
