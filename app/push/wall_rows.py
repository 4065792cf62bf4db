"""The wall's lists as plain values: systems and feeds, areas by measure, and what is gravest now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from app.domain.measures import CATALOGUE
from app.domain.plans import FeedPlan
from app.domain.standings import Standing, State
from app.push import words
from app.push.figures import DASH, Figure, figure
from app.push.scene import GRAVITY, Scene, Since, gravity, lean, measured_by_probe, since, title
from app.push.wall import grave, state_words, value_of

ROWS = 8
GRAVEST = 5
_SUMS = frozenset({"availability", "own.load"})  # they only repeat what the probes' own series say


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: what, its state in shape and word, and since when."""

    name: str
    state: str
    shape: str
    said: str
    since: Since | None = None
    detail: str = ""

    @property
    def quiet(self) -> bool:
        """Say whether it may leave the screen as type grows."""
        return self.state in ("ok", "not_expected", "maintenance", "insufficient")


@dataclass(frozen=True, slots=True)
class Rows:
    """A list that fits its place: the gravest are kept, `more` are in order and only counted."""

    rows: tuple[Row, ...]
    more: int
    total: int
    grave: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one area."""

    state: str
    shape: str
    value: Figure


@dataclass(frozen=True, slots=True)
class Area:
    """An area's line of cells."""

    name: str
    cells: tuple[Cell, ...]
    state: str


def systems(scene: Scene) -> Rows:
    """Give systems, feeds and waiting exams in the order of golive.toml, abnormal ones never cut off."""
    rows = [_system(scene, system, name) for system, name in scene.plan.systems.items()]
    rows += [_feed(scene, feed) for feed in scene.plan.feeds.values()]
    rows += _waiting(scene)
    return _fit(rows, ROWS)


def _fit(rows: list[Row], room: int) -> Rows:
    bad = sum(not r.quiet for r in rows)
    if len(rows) <= room:
        return Rows(tuple(rows), 0, len(rows), bad)
    keep = sorted(range(len(rows)), key=lambda i: (rows[i].quiet, GRAVITY.index(State(rows[i].state)), i))[: room - 1]
    return Rows(tuple(rows[i] for i in sorted(keep)), len(rows) - len(keep), len(rows), bad)


def _system(scene: Scene, system: str, name: str) -> Row:
    probed = [s for s in scene.standings if s.series.system == system and measured_by_probe(s.series.measure)]
    if not probed:
        return Row(name, "not_expected", "", words.UNSEEN)
    worst = min(probed, key=gravity)
    if not grave(worst):
        return Row(name, worst.state.value, words.SHAPES[worst.state], _in_order(scene, system, worst))
    return Row(name, worst.state.value, words.SHAPES[worst.state], _wrong(worst), _began(scene, worst))


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
        return f"{title(standing.series.measure).lower()} {lean(standing)}"
    return state_words(standing)


def _began(scene: Scene, standing: Standing) -> Since | None:
    judged = standing.judged
    if standing.state is State.DOWN:
        return since(scene, judged.failing_since)
    if standing.state is State.DEGRADED:
        return since(scene, judged.outside_since or judged.failing_since)
    return since(scene, judged.known_at)


def _feed(scene: Scene, feed: FeedPlan) -> Row:
    about = {s.series.measure: s for s in scene.standings if _is_of(s, feed.id)}
    name, age, rate = feed_name(scene, feed), about.get("feed.age"), about.get("feed.rate")
    if age is None:
        return Row(name, "blind" if feed.required else "not_expected", words.SHAPES[State.BLIND], words.UNSEEN)
    state, shape = age.state.value, words.SHAPES[age.state]
    if grave(age):
        return Row(name, state, shape, words.TAGS[age.state], since(scene, age.judged.known_at))
    value = rate.judged.value if rate is not None else None
    said = str(figure(value, "per h")) if value is not None else ""
    if age.judged.value is None:
        return Row(name, state, shape, said or words.TAGS[age.state])
    heard = scene.now - timedelta(seconds=round(age.judged.value, 1))
    return Row(name, state, shape, said or words.HEARD, since(scene, heard))


def feed_name(scene: Scene, feed: FeedPlan) -> str:
    """Give a feed's name as people know it; without one what it is and of which system."""
    system = scene.plan.systems.get(feed.system or "", "")
    return feed.name or (f"{words.FEEDS.get(feed.kind, feed.kind)} · {system or feed.id}")


def _is_of(standing: Standing, feed: str) -> bool:
    series = standing.series
    return series.measure.startswith("feed.") and (series.system == feed or ("feed", feed) in series.segment)


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
        return [Row(words.WAITING, backlog.state.value, words.SHAPES[backlog.state], words.TAGS[backlog.state])]
    said = str(figure(backlog.judged.value, backlog.judged.unit))
    if oldest is not None and oldest.judged.value is not None:
        said += f" · {words.OLDEST} {figure(oldest.judged.value, 's')}"
    return [Row(words.WAITING, backlog.state.value, words.SHAPES[backlog.state], said)]


def areas(scene: Scene) -> tuple[tuple[Area, ...], int]:
    """Give areas by headline measure, and how many more there are, in order, that found no room."""
    found: dict[tuple[str, str | None], list[Standing]] = defaultdict(list)
    for standing in scene.standings:
        found[standing.series.measure, standing.series.area].append(standing)
    lines = [
        _area(name, [found.get((m, area), []) for m, _ in words.AREA_COLUMNS])
        for area, name in scene.plan.areas.items()
    ]
    if len(lines) <= ROWS:
        return tuple(lines), 0
    keep = sorted(range(len(lines)), key=lambda i: (GRAVITY.index(State(lines[i].state)), i))[: ROWS - 1]
    return tuple(lines[i] for i in sorted(keep)), len(lines) - len(keep)


def _area(name: str, columns: list[list[Standing]]) -> Area:
    cells, worst = [], State.NOT_EXPECTED
    for found in columns:
        if not found:
            cells.append(Cell("none", "", Figure("")))
            continue
        chosen = min(found, key=gravity)
        worst = min(worst, chosen.state, key=GRAVITY.index)
        shown = (
            value_of(chosen.judged) if chosen.state in (State.OK, State.DEGRADED, State.MAINTENANCE) else _word(chosen)
        )
        cells.append(Cell(chosen.state.value, words.SHAPES[chosen.state], shown))
    return Area(name, tuple(cells), worst.value)


def _word(standing: Standing) -> Figure:
    return Figure(DASH if standing.state is State.NOT_EXPECTED else words.TAGS[standing.state])


def gravest(scene: Scene) -> Rows:
    """Give what is out of order, gravest first; one fault is one line, however many areas and measures it shows in."""
    if scene.trouble:
        return Rows(
            (Row(words.EVERYTHING, "blind", words.SHAPES[State.BLIND], words.TAGS[State.BLIND], None, scene.trouble),),
            0,
            1,
            1,
        )
    together: dict[tuple[object, ...], list[Standing]] = defaultdict(list)
    bad = (s for s in scene.standings if grave(s) and s.judged.window != "day" and s.series.measure not in _SUMS)
    for standing in sorted(bad, key=gravity):
        together[_fault(standing)].append(standing)
    rows = [_grave_row(scene, group) for group in together.values()]
    shown = rows[:GRAVEST] if len(rows) <= GRAVEST else rows[: GRAVEST - 1]
    return Rows(tuple(shown), len(rows) - len(shown), len(rows), len(rows))


def _fault(standing: Standing) -> tuple[object, ...]:
    """Give what series of one fault have in common: a system that answers nobody, the same probes, the same feed."""
    series = standing.series
    if measured_by_probe(series.measure) and standing.state is State.DOWN:
        return series.system, series.vantage, standing.state, state_words(standing)
    if measured_by_probe(series.measure):
        return series.system, series.vantage, CATALOGUE[series.measure].kind, standing.state, state_words(standing)
    return standing.state, standing.reason if standing.state is not State.DEGRADED else series.key, series.vantage


def _grave_row(scene: Scene, group: list[Standing]) -> Row:
    first = min(group, key=lambda s: (s.judged.failing_since or scene.now) if s.state is State.DOWN else scene.now)
    titles = [t[0].lower() + t[1:] for t in dict.fromkeys(title(s.series.measure) for s in group)]
    areas = listed([scene.plan.areas.get(s.series.area or "", s.series.area or "") for s in group], 3)
    system = scene.plan.systems.get(first.series.system or "", first.series.system or "")
    vantage = f"from {first.series.vantage}" if first.series.vantage else ""
    if len({CATALOGUE[s.series.measure].kind for s in group if measured_by_probe(s.series.measure)}) > 1:
        name, where = system, [listed(titles, 3), vantage]
    else:
        names = listed(titles, 2)
        name, where = names[0].upper() + names[1:], [system, areas, vantage]
    return Row(
        f"{name}: {state_words(first)}",
        first.state.value,
        words.SHAPES[first.state],
        " · ".join(part for part in where if part),
        _began(scene, first),
        first.reason,
    )


def listed(names: Iterable[str], room: int) -> str:
    """Name the first few of several, and count the rest."""
    found = [name for name in dict.fromkeys(names) if name]
    shown = ", ".join(found[:room])
    return f"{shown} {words.more(len(found) - room)}" if len(found) > room else shown
