"""The wall's lists as plain values: systems and feeds, and areas by measure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.plans import FeedPlan
from app.domain.standings import Standing, State
from app.push import words
from app.push.faults import Fault, faults
from app.push.figures import DASH, Figure, figure
from app.push.scene import (
    GRAVITY,
    QUIET,
    Scene,
    Since,
    feed_of,
    gravity,
    last_event_at,
    lean,
    measured_by_probe,
    since,
    title,
)
from app.push.wall import grave, shape_of, state_words, value_of

ROWS = 8
MID_ROWS = 7  # of larger type: what is in order makes room, what is not stays


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: what, its state in shape and word, and since when.

    As type grows `spare` leaves the screen, and the name is `short`, if there is such a one.
    """

    name: str
    state: str
    shape: str
    said: str
    since: Since | None = None
    detail: str = ""
    spare: bool = False
    short: str = ""

    @property
    def quiet(self) -> bool:
        """Say whether it is in order."""
        return State(self.state) in QUIET


@dataclass(frozen=True, slots=True)
class Rows:
    """A list that fits its place: the gravest are kept; `more` and, in larger type, `mid_more` count the others."""

    rows: tuple[Row, ...]
    more: str
    mid_more: str
    total: int
    grave: int


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


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas that find room, and how many others there are, also in larger type."""

    areas: tuple[Area, ...]
    more: str
    mid_more: str


def systems(scene: Scene) -> Rows:
    """Give systems, feeds and waiting exams in the order of golive.toml, abnormal ones never cut off."""
    found = faults(scene)
    rows = [_system(scene, system, name, found) for system, name in scene.plan.systems.items()]
    rows += [_feed(scene, feed, found) for feed in scene.plan.feeds.values()]
    rows += _waiting(scene)
    states = [State(r.state) for r in rows]
    kept, spare = _fit(states, ROWS), _spare(states)
    shown = tuple(replace(rows[i], spare=i in spare) for i in kept)
    bad = sum(s not in QUIET for s in states)
    return Rows(shown, *_more(states, kept, spare), len(rows), bad)


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


def _since(scene: Scene, standing: Standing, found: Sequence[Fault]) -> Since | None:
    """Give since when the fault lasts that a series shows: the same moment wherever the fault is told."""
    return since(scene, next((f.began_at for f in found if standing in f.shown), None))


def _system(scene: Scene, system: str, name: str, found: Sequence[Fault]) -> Row:
    probed = [s for s in scene.standings if s.series.system == system and measured_by_probe(s.series.measure)]
    if not probed:
        return Row(name, "not_expected", "", words.UNSEEN)
    worst = min(probed, key=gravity)
    if not grave(worst):
        return Row(name, worst.state.value, shape_of(worst), _in_order(scene, system, worst))
    return Row(name, worst.state.value, shape_of(worst), _wrong(worst), _since(scene, worst, found))


def _in_order(scene: Scene, system: str, worst: Standing) -> str:
    if worst.state is not State.OK:
        return words.TAGS[worst.state]
    for s in scene.standings:
        if s.series.measure == "availability" and s.series.system == system and s.judged.value is not None:
            return f"{words.ANSWERS} · {figure(s.judged.value, s.judged.unit)}"
    return words.ANSWERS


def _wrong(standing: Standing) -> str:
    """Name what is wrong: which measure, in one or two words."""
    if standing.state is State.DEGRADED:
        return f"{words.short(title(standing.series.measure))} {lean(standing)}"
    return state_words(standing)


def _feed(scene: Scene, feed: FeedPlan, found: Sequence[Fault]) -> Row:
    about = {s.series.measure: s for s in scene.standings if feed_of(s) == feed.id}
    name, age, rate = feed_name(scene, feed), about.get("feed.age"), about.get("feed.rate")
    if age is None:
        return Row(name, "blind" if feed.required else "not_expected", words.SHAPES[State.BLIND], words.UNSEEN)
    if grave(age):
        shape, said = feed_words(age)
        return Row(name, age.state.value, shape, said, _since(scene, age, found))
    value = rate.judged.value if rate is not None else None
    said = str(figure(value, "per h")) if value is not None else ""
    if age.judged.value is None:
        return Row(name, age.state.value, shape_of(age), said or words.TAGS[age.state])
    return Row(name, age.state.value, shape_of(age), said or words.HEARD, since(scene, last_event_at(scene, age)))


def feed_words(age: Standing) -> tuple[str, str]:
    """Give shape and word of a feed in trouble: silent, asked without an answer, or not looked at."""
    if age.state is State.DEGRADED:
        return words.SHAPES[State.STALE], words.SILENT
    return words.SHAPES[age.state], words.NO_ANSWER if age.state is State.DOWN else words.TAGS[age.state]


def feed_name(scene: Scene, feed: FeedPlan) -> str:
    """Give a feed's name as people know it; without one what it is and of which system."""
    system = scene.plan.systems.get(feed.system or "", "")
    return feed.name or f"{words.FEEDS.get(feed.kind, feed.kind)} {system or feed.id}"


def _waiting(scene: Scene) -> list[Row]:
    found = {
        s.series.measure: s
        for s in scene.standings
        if s.series.measure in ("exam.backlog", "exam.oldest_waiting")
        and not s.series.segment
        and s.series.area is None
    }
    backlog, oldest = found.get("exam.backlog"), found.get("exam.oldest_waiting")
    if backlog is None:
        return []
    if grave(backlog):
        return [Row(words.WAITING, backlog.state.value, shape_of(backlog), state_words(backlog))]
    said = str(figure(backlog.judged.value, backlog.judged.unit))
    if oldest is not None and oldest.judged.value is not None:
        said += f" · {words.OLDEST} {figure(oldest.judged.value, 's')}"
    rows = [Row(words.WAITING, backlog.state.value, shape_of(backlog), said)]
    if lost := backlog.judged.perhaps_lost:
        rows.append(Row(words.PERHAPS_LOST, backlog.state.value, shape_of(backlog), str(lost)))
    return rows


def areas(scene: Scene) -> Areas:
    """Give areas by headline measure, the gravest first to be kept where they are many."""
    found: dict[tuple[str, str | None], list[Standing]] = defaultdict(list)
    for standing in scene.standings:
        found[standing.series.measure, standing.series.area].append(standing)
    lines = [
        _area(name, [found.get((m, area), []) for m, _ in words.AREA_COLUMNS])
        for area, name in scene.plan.areas.items()
    ]
    states = [State(line.state) for line in lines]
    kept, spare = _fit(states, ROWS), _spare(states)
    return Areas(tuple(replace(lines[i], spare=i in spare) for i in kept), *_more(states, kept, spare))


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
        return Cell(state.value, shape, value_of(standing.judged), "" if state is State.OK else state_words(standing))
    if state is State.NOT_EXPECTED:
        return Cell(state.value, shape, Figure(DASH))
    return Cell(state.value, shape, Figure(words.FAILING if failing else words.TAGS[state]))
