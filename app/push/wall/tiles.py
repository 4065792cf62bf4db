"""The wall's four headline tiles as plain values: which series each shows, and everything that is said about it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.measuring.measures import CATALOGUE, HEADLINES, Source
from app.domain.measuring.standings import Standing, State
from app.domain.words import window_words
from app.push import words
from app.push.figures import NOTHING, Figure, figure, percent
from app.push.scene import (
    Scene,
    Since,
    absent,
    feed_of,
    grave,
    gravity,
    last_event_at,
    lean,
    of_measure,
    place,
    shape_of,
    since,
    state_words,
    unix_ms,
)
from app.push.values import HIDDEN, expected_words, shown_value
from app.push.wall.drawing import Band, Spark, band, spark

ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """A small figure of a tile; `kind` says what leaves the screen first as type grows."""

    label: str
    value: Figure
    kind: str
    abnormal: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline measure: one series, its state in shape and word, its number, and how that is known."""

    dom_id: str
    title: str
    short: str
    state: str
    shape: str
    tag: str
    tag_since: Since | None
    percentile: str
    number: Figure
    at_least: bool
    failing: bool
    in_words: bool
    n: int | None
    window: str
    age: Since | None
    band: Band | None
    expected: str
    spark: Spark | None
    facts: tuple[Fact, ...]
    place: str
    others: str
    others_shape: str
    reason: str
    series: str


def dom_id(measure: str) -> str:
    """Give the id of a headline's tile."""
    return "tile-" + measure.replace(".", "-")


def tiles(scene: Scene) -> tuple[Tile, ...]:
    """Give the four headline tiles in their fixed order."""
    return tuple(tile(scene, measure) for measure in HEADLINES)


def headline(scene: Scene, measure: str) -> tuple[Standing | None, list[Standing]]:
    """Choose the series of a tile: an exam measure's whole, else the gravest; and the others that are not ok."""
    found = scene.led(of_measure(scene.leading, measure))
    if CATALOGUE[measure].source is Source.EXAM:
        wholes = [s for s in found if not s.series.segment and s.series.area is None]
        return (min(wholes, key=gravity) if wholes else None), [s for s in found if s not in wholes and grave(s)]
    if not found:
        return None, []
    chosen = min(found, key=gravity)
    return chosen, [s for s in found if s is not chosen and grave(s)]


def tile(scene: Scene, measure: str) -> Tile:
    """Give one headline tile."""
    chosen, not_ok = headline(scene, measure)
    if chosen is None:
        return _unmeasured(measure)
    judged, state = chosen.judged, chosen.state
    full, short = words.TITLES[measure]
    known = judged.known_at
    return Tile(
        dom_id=dom_id(measure),
        title=full,
        short=short,
        state="unmeasured" if absent(chosen) else state.value,
        shape=shape_of(chosen),
        tag=words.TAGS[state] if state is State.DOWN else state_words(chosen),
        tag_since=_tag_since(scene, chosen),
        percentile=_percentile(chosen),
        number=_number(chosen),
        at_least=_at_least(chosen),
        failing=state is State.DEGRADED and lean(chosen) == words.FAILING,
        in_words=state in (State.DOWN, State.INSUFFICIENT),
        n=judged.n,
        window=window_words(judged.window_s),
        age=since(scene, known),
        band=_band(chosen),
        expected=expected_words(chosen),
        spark=spark(judged.spark, unix_ms(scene.now) // 1000, chosen.lower, chosen.upper),
        facts=tuple(_facts(chosen)),
        place=place(scene.plan, chosen.series) or words.WHOLE,
        others=_others(measure, len(not_ok)),
        others_shape=shape_of(min(not_ok, key=gravity)) if not_ok else "",
        reason=chosen.reason,
        series=chosen.series.key,
    )


def _others(measure: str, count: int) -> str:
    """Say how many others are not ok: groups within a whole, or further places."""
    say = words.groups if CATALOGUE[measure].source is Source.EXAM else words.others
    return say(count) if count else ""


def _unmeasured(measure: str) -> Tile:
    full, short = words.TITLES[measure]
    return Tile(
        dom_id=dom_id(measure),
        title=full,
        short=short,
        state="unmeasured",
        shape=words.SHAPES[State.BLIND],
        tag=words.UNMEASURED,
        tag_since=None,
        percentile="",
        number=NOTHING,
        at_least=False,
        failing=False,
        in_words=False,
        n=None,
        window="",
        age=None,
        band=None,
        expected="",
        spark=None,
        facts=(),
        place="",
        others="",
        others_shape="",
        reason=words.NO_PROBE,
        series="",
    )


def _tag_since(scene: Scene, standing: Standing) -> Since | None:
    judged = standing.judged
    if standing.state is State.DEGRADED:
        return since(scene, judged.failing_since if lean(standing) == words.FAILING else judged.outside_since)
    if standing.state is State.DOWN:
        return since(scene, judged.failing_since)
    if standing.state not in (State.STALE, State.BLIND):
        return None
    return since(scene, _quiet_since(scene, standing) or judged.known_at)


def _quiet_since(scene: Scene, standing: Standing) -> datetime | None:
    """Give the last event of the silent feed that an exam measure waits for: golive looked at it a moment ago."""
    measure = CATALOGUE[standing.series.measure]
    told = {f.id for f in scene.plan.feeds.values() if f.gives & {measure.start, measure.end}}
    ages = (s for s in scene.standings if s.series.measure == "feed.age" and s.state is State.DEGRADED)
    return min((at for s in ages if feed_of(s) in told and (at := last_event_at(scene, s))), default=None)


def _percentile(standing: Standing) -> str:
    if standing.state in (State.DOWN, State.INSUFFICIENT, State.NOT_EXPECTED):
        return ""
    return words.PERCENTILES.get(standing.judged.headline, standing.judged.headline)


def _number(standing: Standing) -> Figure:
    judged, state = standing.judged, standing.state
    if state is State.DOWN:
        return Figure(words.OUTCOMES.get(judged.last_outcome, words.OUTCOMES["timeout"]))
    if state is State.INSUFFICIENT:
        return Figure(f"{judged.n} of {ENOUGH}") if judged.n < ENOUGH else NOTHING
    if _at_least(standing):
        return figure(judged.beyond_s, judged.unit)
    return NOTHING if state in HIDDEN else shown_value(standing)


def _at_least(standing: Standing) -> bool:
    """Say whether so many exams are still open that the number is known to be no smaller, and not more than that."""
    judged = standing.judged
    exam = CATALOGUE[judged.series.measure].source is Source.EXAM
    return exam and standing.state not in HIDDEN and judged.value is None and judged.beyond_s is not None


def _band(standing: Standing) -> Band | None:
    judged = standing.judged
    if standing.state in HIDDEN:
        return band(None, standing.lower, standing.upper)
    value = judged.value if judged.value is not None else judged.beyond_s
    # an open exam that is younger than its limit is known to lie beyond its own age, not beyond the limit
    past = judged.value is None and value is not None and value >= (standing.upper or 0.0)
    return band(None if past else value, standing.lower, standing.upper, beyond=past)


def _facts(standing: Standing) -> list[Fact]:
    judged = standing.judged
    facts = []
    if standing.state in HIDDEN or standing.state is State.STALE:
        if judged.last is not None:
            facts.append(Fact(words.LAST, figure(judged.last, judged.unit), "percentiles"))
    else:
        if judged.headline != "p50" and judged.p50 is not None:
            facts.append(Fact(words.PERCENTILES["p50"], figure(judged.p50, judged.unit), "percentiles"))
        if judged.headline == "p50" and judged.p90 is not None:
            facts.append(Fact(words.PERCENTILES["p90"], figure(judged.p90, judged.unit), "percentiles"))
    if judged.open is None:
        facts.append(Fact(words.FAILED, Figure(percent(judged.failed, judged.n)), "failed", abnormal=judged.failed > 0))
    else:
        facts.append(Fact(words.OPEN, Figure(str(judged.open)), "open"))
    return facts
