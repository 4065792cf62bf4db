"""The wall's frame as plain values: clocks and phase, what golive itself lacks, the rollback strip and the footer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.measures import HEADLINES
from app.domain.standings import Standing, State
from app.push import words
from app.push.figures import Figure, clock, figure
from app.push.scene import Scene, Since, since, title, unix_ms
from app.push.wall_rows import listed, systems


@dataclass(frozen=True, slots=True)
class Tick:
    """What moves each second; `beat` alternates, so that each tick restarts the animation that ends in NOT LIVE."""

    beat: str
    at_ms: int
    build: str
    site: str
    t: str
    phase: str
    left: str
    planned: str
    clock: str
    day: str


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of the plan and the time left until it."""

    title: str
    clock: str
    until: Since | None
    passed: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The rollback strip: the whole in one word with its gravest grounds, the triggers, and the two moments."""

    overall: str
    shape: str
    word: str
    reasons: tuple[str, ...]
    points: tuple[Point, ...]
    rollback: str


@dataclass(frozen=True, slots=True)
class FootItem:
    """One name and what it is; `kind` is "far" where only the far wall needs it, "setup" for what is not set up."""

    name: str
    said: str
    kind: str = ""
    abnormal: bool = False


@dataclass(frozen=True, slots=True)
class Foot:
    """The last line: who and what, as far as it is set up."""

    items: tuple[FootItem, ...]


def tick(scene: Scene) -> Tick:
    """Give the clocks of this second."""
    moment, local = scene.moment, scene.shown_at.astimezone(scene.plan.zone)
    since_s = moment.since_go_live_s
    if since_s is not None:
        t = ("T+ " if since_s >= 0 else "T− ") + _long(since_s)
    else:
        to_plan_s = (scene.now - scene.plan.go_live.at).total_seconds()
        t = "T− " + _long(to_plan_s) if to_plan_s < 0 else "T–"
    left = clock(moment.decision_left_s) if moment.phase == "decision" and moment.decision_left_s is not None else ""
    return Tick(
        beat="ab"[int(scene.now.timestamp()) % 2],
        at_ms=unix_ms(scene.now),
        build=scene.build,
        site=scene.plan.site_name,
        t=t,
        phase=words.PHASES.get(moment.phase, moment.phase),
        left=left,
        planned=moment.planned_words,
        clock=local.strftime("%H:%M:%S"),
        day=local.strftime("%a %-d %b"),
    )


def _long(seconds: float) -> str:
    text = clock(seconds)
    return text if text.count(":") == 2 else f"00:{text}"


def strip(scene: Scene) -> Strip:
    """Give the rollback strip; the grounds of an ok are only named, and stand elsewhere."""
    few = sorted({s.series.measure for s in scene.standings if _is_too_few(s)}, key=lambda m: (m not in HEADLINES, m))
    calm = (words.too_few(listed((title(m).lower() for m in few), 2)),) if few else ()
    return Strip(
        overall=scene.overall,
        shape=words.OVERALL_SHAPES.get(scene.overall, ""),
        word=words.OVERALL.get(scene.overall, scene.overall),
        reasons=scene.reasons[:2] if scene.overall != "ok" else calm,
        points=_points(scene),
        rollback=words.ROLLBACK.get(scene.moment.rollback, scene.moment.rollback),
    )


def _is_too_few(standing: Standing) -> bool:
    whole = not standing.series.segment and standing.series.area is None
    return standing.state is State.INSUFFICIENT and standing.judged.window != "day" and whole


def _points(scene: Scene) -> tuple[Point, ...]:
    plan, t0 = scene.plan.go_live, scene.moment.t0
    base = t0 or plan.at
    decision = _point(scene, words.DECISION_POINT, base, plan.decision_window_s, t0 is not None)
    if plan.no_return_s is None:
        return (decision, Point(words.NO_RETURN, words.NOT_SET, None, False))
    return (decision, _point(scene, words.NO_RETURN, base, plan.no_return_s, t0 is not None))


def _point(scene: Scene, name: str, base: datetime, after_s: float, begun: bool) -> Point:
    at = base + timedelta(seconds=after_s)
    local = scene.local(at)
    today = local.date() == scene.shown_at.astimezone(scene.plan.zone).date()
    said = local.strftime("%H:%M") if today else local.strftime("%a %H:%M")
    if not begun:
        return Point(name, f"T+ {_long(after_s)}", None, False)
    return Point(name, said, since(scene, at), at <= scene.now)


def foot(scene: Scene) -> Foot:
    """Give the last line; what a later version brings says that it is not set up."""
    lists, unset = systems(scene), (words.IN_CHARGE, words.HUDDLE, words.SUPER_USERS, words.UNSENT)
    said = words.not_in_order(lists.grave, lists.total) if lists.grave else words.in_order(lists.total)
    items = [FootItem(words.SYSTEMS, said, "far", lists.grave > 0), FootItem(words.ISSUES, words.NO_ISSUE_LOG, "far")]
    items += [FootItem(name, words.NOT_SET_UP, "setup") for name in unset]
    items.append(FootItem(words.UNREADABLE, str(scene.unreadable), "", scene.unreadable > 0))
    load = _load(scene)
    return Foot((*items, FootItem(words.OWN_LOAD, str(load), "load")) if load else tuple(items))


def _load(scene: Scene) -> Figure | None:
    loads = [s for s in scene.standings if s.series.measure == "own.load" and s.judged.value is not None]
    return figure(sum(_value(s) for s in loads), loads[0].judged.unit) if loads else None


def _value(standing: Standing) -> float:
    return standing.judged.value or 0.0
