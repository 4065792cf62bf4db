"""The picture of a trigger as values of SVG attributes: its share with the interval, the limit, and its transitions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_course import Step
from app.domain.rollback.trigger_sights import percent
from app.domain.rollback.triggers import State
from app.push.beside import Beside
from app.push.desk import words as desk_words
from app.push.desk.evidence import value_words
from app.push.scene import Scene

LEFT, RIGHT, TOP, BOTTOM = 66, 984, 66, 266  # the box of the plot within the picture, which is 1000 wide, 300 high
ROWS, CHARACTER = 3, 8.6  # of words above the plot
_GRID = (0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on one of the axes with its words; `row` keeps words apart that would lie on each other."""

    place: float
    said: str
    kind: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """Path data of the intervals and of the line between their middles; heights and places of what stands around."""

    band: str
    line: str
    newest: tuple[float, float] | None
    limit_y: float
    limit: str
    heights: tuple[Mark, ...]
    times: tuple[Mark, ...]
    transitions: tuple[Mark, ...]
    gaps: tuple[tuple[float, float], ...]
    seen: bool


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a rule without a course sees now, on one line: its value or share, the interval, and the limit."""

    at: float | None
    said: str
    low: float | None
    high: float | None
    limit_at: float
    limit: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The one or the other; neither where nothing can be drawn."""

    picture: Picture | None
    gauge: Gauge | None
    transitions: tuple[str, ...] = ()


def drawing(scene: Scene, trigger: Trigger, beside: Beside) -> Drawing:
    """Give the drawing of a trigger: its last hour where that is known, else what it sees now against its limit."""
    if not beside.steps or trigger.limit_share is None:
        return Drawing(None, gauge(trigger))
    made = [t for t in beside.transitions if t.before is not t.after]
    marks = [(t.at, desk_words.CAUSES[t.cause.value], _grave(t.after)) for t in made]
    quarter = (len(beside.steps) - 1) // 4
    times = [(s.at, scene.local(s.at).strftime("%H:%M")) for s in beside.steps[:: max(1, quarter)]]
    drawn = picture(beside.steps, trigger.limit_share, marks, times)
    return Drawing(drawn, None if drawn is not None and drawn.seen else gauge(trigger))


def _grave(state: State) -> str:
    return "breach" if state is State.BREACHED else ""


def gauge(trigger: Trigger) -> Gauge | None:
    """Give what a trigger sees now on one line against its limit; None where its rule is made of others."""
    share = trigger.share
    if trigger.limit_share is not None:
        return share_gauge(share.share, share.low, share.high, trigger.limit_share)
    return value_gauge(trigger.kind, share.value, trigger.limit) if trigger.limit is not None else None


def share_gauge(share: float | None, low: float | None, high: float | None, limit: float) -> Gauge:
    """Give a share with its interval on one line against its limit."""
    most = _top(max(limit * 1.6, high or 0.0))
    at, ends = _on_line(share, most), (_on_line(low, most), _on_line(high, most))
    return Gauge(at, percent(share), *ends, _on_line(limit, most) or LEFT, percent(limit))


def value_gauge(kind: str, value: float | None, limit: float) -> Gauge:
    """Give a value on one line against its limit."""
    most = max(limit, value or 0.0) * 1.25 or 1.0
    at, limit_at = _on_line(value, most), _on_line(limit, most) or LEFT
    return Gauge(at, value_words(kind, value), None, None, limit_at, value_words(kind, limit))


def _on_line(amount: float | None, most: float) -> float | None:
    return None if amount is None else round(LEFT + (RIGHT - LEFT) * min(amount / most, 1.0), 1)


def picture(
    steps: Sequence[Step],
    limit: float,
    transitions: Iterable[tuple[datetime, str, str]],
    times: Iterable[tuple[datetime, str]],
) -> Picture | None:
    """Give the picture of a course; what stands where too little was seen is a gap."""
    if len(steps) < 2:
        return None
    began, ended = steps[0].at, steps[-1].at
    top = _top(max([limit * 1.6, *(s.high for s in steps if s.high is not None)]))

    def x(at: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((at - began) / (ended - began)), 1)

    def y(share: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * min(share / top, 1.0), 1)

    runs = _runs(steps)
    band = "".join(_band([(x(s.at), y(s.low or 0.0), y(s.high or 0.0)) for s in run]) for run in runs)
    line = "".join(_line([(x(s.at), y(s.share or 0.0)) for s in run]) for run in runs)
    last = steps[-1]
    return Picture(
        band,
        line,
        (x(last.at), y(last.share)) if last.share is not None else None,
        y(limit),
        f"{limit * 100:.0f} %",
        tuple(Mark(y(top * part), f"{top * part * 100:.0f} %") for part in (0, 0.5, 1)),
        tuple(Mark(x(at), said) for at, said in times if began <= at <= ended),
        tuple(_apart([Mark(x(at), said, kind) for at, said, kind in transitions if began <= at <= ended])),
        tuple((x(a), round(x(b) - x(a), 1)) for a, b in _gaps(steps)),
        bool(runs),
    )


def _apart(marks: Sequence[Mark]) -> Iterable[Mark]:
    """Give marks with rows such that their words stand apart; what finds no row keeps its line without words."""
    ends = [0.0] * ROWS
    for mark in sorted(marks, key=lambda m: m.place):
        width = CHARACTER * len(mark.said) + 12
        begins = mark.place if mark.place + width <= RIGHT + 12 else mark.place - width
        row = next((i for i, end in enumerate(ends) if begins >= end), None)
        if row is None:
            yield replace(mark, said="")
            continue
        ends[row] = begins + width
        yield replace(mark, row=row)


def _top(most: float) -> float:
    return next((step for step in _GRID if most <= step), 1.0)


def _runs(steps: Sequence[Step]) -> list[list[Step]]:
    runs: list[list[Step]] = [[]]
    for step in steps:
        if step.share is None:
            runs.append([])
        else:
            runs[-1].append(step)
    return [run for run in runs if run]


def _gaps(steps: Sequence[Step]) -> Iterable[tuple[datetime, datetime]]:
    """Give the times in which too little was seen, between the last that was and the next."""
    began = steps[0].at
    for before, step in pairwise(steps):
        if step.share is None and before.share is not None:
            began = before.at
        if step.share is not None and before.share is None:
            yield began, step.at
    if steps[-1].share is None:
        yield began, steps[-1].at


def _band(places: Sequence[tuple[float, float, float]]) -> str:
    if len(places) == 1:  # one window between two gaps is an upright stroke
        x, low, high = places[0]
        return f"M{x - 1} {low}V{high}H{x + 1}V{low}Z"
    there = "L".join(f"{x} {high}" for x, _, high in places)
    back = "L".join(f"{x} {low}" for x, low, _ in reversed(places))
    return f"M{there}L{back}Z"


def _line(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in places) + ("h0" if len(places) == 1 else "")
