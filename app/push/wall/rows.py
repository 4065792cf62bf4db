"""The wall's lists as plain values: systems and feeds, and areas by measure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.floor.issues import SEVERITIES
from app.domain.measuring.standings import Standing, State
from app.push import words
from app.push.figures import DASH, Figure, figure
from app.push.rows import Row, Rows
from app.push.scene import (
    GRAVITY,
    QUIET,
    Scene,
    grave,
    gravity,
    lean,
    measured_by_probe,
    shape_of,
    since,
    state_words,
    title,
)
from app.push.values import shown_value
from app.push.wall import floor_words
from app.push.wall.faults import Fault, faults, gives_no_answer
from app.push.wall.feed_rows import feed_row, waiting

ROWS = 8
MID_ROWS = 7  # of larger type: what is in order makes room, what is not stays


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one area; `word` says what colour and shape of a number mean."""

    state: str
    shape: str
    value: Figure
    word: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """An area's line of cells."""

    name: str
    cells: tuple[Cell, ...]
    state: str
    spare: bool = False
    issues: tuple[int, ...] | None = None  # open ones of SEV1 to SEV4; None while nobody sees them
    unstaffed: bool = False


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas that find room, and how many others there are, also in larger type."""

    areas: tuple[Area, ...]
    more: str
    mid_more: str
    parts: tuple[str, ...] = ()  # what of all open issues somebody has to look at
    blind: bool = False


def systems(scene: Scene) -> Rows:
    """Give systems, feeds and waiting exams in the order of golive.toml, abnormal ones never cut off."""
    found = faults(scene)
    rows = [_system(scene, system, name, found) for system, name in scene.plan.systems.items()]
    rows += [feed_row(scene, feed, found) for feed in scene.plan.feeds.values()]
    rows += waiting(scene)
    states = [State(r.state) for r in rows]
    kept, spare = _fit(states, ROWS), _spare(states)
    shown = tuple(replace(rows[i], spare=i in spare) for i in kept)
    bad, unseen = sum(s not in QUIET for s in states), states.count(State.INSUFFICIENT)
    expected = len(rows) - states.count(State.NOT_EXPECTED)
    return Rows(shown, *_more(states, kept, spare), expected, bad, unseen)


def _fit(states: Sequence[State], room: int) -> list[int]:
    """Give the places of the lines that find room, the gravest first to be kept, in their own order."""
    if len(states) <= room:
        return list(range(len(states)))
    return sorted(_by_gravity(states)[: room - 1])


def _spare(states: Sequence[State]) -> frozenset[int]:
    """Give the places of the lines that leave in larger type: only of what is in order."""
    room = set(_fit(states, MID_ROWS))
    return frozenset(i for i, s in enumerate(states) if i not in room and s in QUIET)


def _by_gravity(states: Sequence[State]) -> list[int]:
    return sorted(range(len(states)), key=lambda i: (states[i] in QUIET, GRAVITY.index(states[i]), i))


def _more(states: Sequence[State], kept: Sequence[int], spare: frozenset[int]) -> tuple[str, str]:
    """Say how many lines are not shown, and how many in larger type."""
    gone = [i for i in range(len(states)) if i not in kept]
    bad = sum(states[i] not in QUIET for i in gone)
    mid = len(spare.union(gone))
    return words.more(len(gone), bad) if gone else "", words.more(mid, bad) if mid else ""


def _system(scene: Scene, system: str, name: str, found: Sequence[Fault]) -> Row:
    probed = [s for s in scene.standings if s.series.system == system and measured_by_probe(s.series.measure)]
    if not probed:
        return Row(name, "not_expected", "", words.UNSEEN)
    worst = min(probed, key=gravity)
    if not grave(worst):
        return Row(name, worst.state.value, shape_of(worst), _in_order(scene, system, worst))
    fault = next((f for f in found if worst in f.shown), None)
    said = _wrong(worst, whole=fault is not None and fault.kind == "system" and gives_no_answer(scene, fault))
    brief = "" if said == state_words(worst) else _wrong(worst, whole=False, word=words.TAGS[worst.state])
    began = since(scene, fault.began_at if fault else None)
    return Row(name, worst.state.value, shape_of(worst), said, began, brief=brief if brief != said else "")


def _in_order(scene: Scene, system: str, worst: Standing) -> str:
    if worst.state is not State.OK:
        return words.TAGS[worst.state] if worst.judged.n else words.UNMEASURED_YET
    for s in scene.standings:
        if s.series.measure == "availability" and s.series.system == system and s.judged.value is not None:
            return f"{words.ANSWERS} · {figure(s.judged.value, s.judged.unit)}"
    return words.ANSWERS


def _wrong(standing: Standing, *, whole: bool, word: str = "") -> str:
    """Name what is wrong in a few words: which measure, unless all of a system gives no answer; `word` is shorter."""
    if whole or standing.state not in (State.DEGRADED, State.DOWN):
        return state_words(standing)
    name = words.short(title(standing.series.measure))
    if standing.state is State.DOWN:
        return f"{name} {word}" if word else f"{name}: {state_words(standing)}"
    return f"{name} {lean(standing)}"


def areas(scene: Scene) -> Areas:
    """Give areas by headline measure, the gravest first to be kept where they are many."""
    found: dict[tuple[str, str | None], list[Standing]] = defaultdict(list)
    for standing in scene.leading:
        found[standing.series.measure, standing.series.area].append(standing)
    lines = [
        _reported(scene, area, _area(name, [scene.led(found.get((m, area), [])) for m, _ in words.AREA_COLUMNS]))
        for area, name in scene.plan.areas.items()
    ]
    states = [State(line.state) for line in lines]
    kept, spare = _fit(states, ROWS), _spare(states)
    shown, parts = tuple(replace(lines[i], spare=i in spare) for i in kept), floor_words.parts(scene.issues.counts)
    return Areas(shown, *_more(states, kept, spare), parts, bool(scene.issues.blind))


def _reported(scene: Scene, area: str, line: Area) -> Area:
    """Add what is reported of an area: one with a grave issue is out of order too, and keeps its place."""
    cover = scene.floor.cover
    unstaffed = cover is not None and area in cover.missing
    if scene.issues.blind:
        return replace(line, unstaffed=unstaffed)
    counts = tuple(scene.issues.cells.get((area, severity), 0) for severity in SEVERITIES)
    grave = State.DOWN if counts[0] else State.DEGRADED if counts[1] else State(line.state)
    state = min(grave, State(line.state), key=GRAVITY.index)
    return replace(line, issues=counts, state=state.value, unstaffed=unstaffed)


def _area(name: str, columns: list[list[Standing]]) -> Area:
    cells, worst = [], State.NOT_EXPECTED
    for found in columns:
        if not found:
            cells.append(Cell("none", "", Figure("")))
            continue
        chosen = min(found, key=gravity)
        worst = min(worst, chosen.state, key=GRAVITY.index)
        cells.append(_cell(chosen))
    return Area(name, tuple(cells), worst.value)


def _cell(standing: Standing) -> Cell:
    state, shape = standing.state, shape_of(standing)
    failing = state is State.DEGRADED and lean(standing) == words.FAILING
    if state in (State.OK, State.DEGRADED, State.MAINTENANCE) and not failing:
        return Cell(state.value, shape, shown_value(standing), "" if state is State.OK else state_words(standing))
    if state is State.NOT_EXPECTED:
        return Cell(state.value, shape, Figure(DASH))
    return Cell(state.value, shape, Figure(words.FAILING if failing else words.TAGS[state]))
