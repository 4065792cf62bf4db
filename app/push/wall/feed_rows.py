"""The lines of feeds and of waiting exams in the wall's list of systems."""

from collections.abc import Sequence

from app.domain.exams.exam_sights import STRAYS
from app.domain.measuring.standings import Standing, State
from app.domain.plans import FeedPlan
from app.domain.words import span
from app.push import words
from app.push.figures import figure
from app.push.rows import Row
from app.push.scene import Scene, Since, absent, feed_of, grave, last_event_at, shape_of, since, state_words
from app.push.wall.faults import Fault

GROWTH_S, LEAST_GROWN = 1800.0, 10


def feed_row(scene: Scene, feed: FeedPlan, found: Sequence[Fault]) -> Row:
    """Give the line of a feed: how much it brings and when it last did, or what ails it."""
    about = {s.series.measure: s for s in scene.standings if feed_of(s) == feed.id}
    name, age, rate = feed_name(scene, feed), about.get("feed.age"), about.get("feed.rate")
    if age is None:
        return Row(name, "blind" if feed.required else "not_expected", words.SHAPES[State.BLIND], words.UNSEEN)
    if grave(age):
        shape, said = feed_words(age)
        return Row(name, age.state.value, shape, said, _since(scene, age, found))
    if feed.legacy and (stray := _strays(scene, feed)) is not None:
        said = words.strays(int(stray.judged.value or 0))
        return Row(name, stray.state.value, shape_of(stray), said, _since(scene, stray, found))
    value = rate.judged.value if rate is not None else None
    said = str(figure(value, "per h")) if value is not None else ""
    if feed.legacy and not age.judged.n:  # nothing is what it should receive
        return Row(name, State.OK.value, "", words.NOTHING_RECEIVED)
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


def waiting(scene: Scene) -> list[Row]:
    """Give the line of exams that wait for a report; where no feed tells of any, that it is not measured."""
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
    if absent(backlog):
        return [Row(words.WAITING, "not_expected", "", words.UNMEASURED)]
    if grave(backlog):
        return [Row(words.WAITING, backlog.state.value, shape_of(backlog), state_words(backlog))]
    said = str(figure(backlog.judged.value, backlog.judged.unit))
    if grown := _grown(scene, backlog):
        said += f", {words.grown(grown)}"
    elif oldest is not None and oldest.judged.value:
        said += f" · {words.OLDEST} {span(oldest.judged.value)}"
    rows = [Row(words.WAITING, backlog.state.value, shape_of(backlog), said)]
    if lost := backlog.judged.perhaps_lost:
        rows.append(Row(words.PERHAPS_LOST, backlog.state.value, shape_of(backlog), str(lost)))
    return rows


def _strays(scene: Scene, feed: FeedPlan) -> Standing | None:
    """Give the strays to a legacy feed's system, if there are any."""
    found = (s for s in scene.standings if s.series.measure == STRAYS and s.series.system == feed.system)
    return next((s for s in found if not s.series.segment and s.state is State.DEGRADED), None)


def _grown(scene: Scene, backlog: Standing) -> int:
    """Give by how many more exams wait than half an hour ago, where that is worth a word.

    Said and never judged: in calm weeks of the simulator they grow as fast as in the first half hour of a reading jam.
    """
    value, then_s = backlog.judged.value, scene.now.timestamp() - GROWTH_S
    then = [v for at, v in backlog.judged.spark if v is not None and then_s - 300 <= at <= then_s]
    more = int(value - then[-1]) if then and value is not None else 0
    return more if more >= LEAST_GROWN else 0


def _since(scene: Scene, standing: Standing, found: Sequence[Fault]) -> Since | None:
    """Give since when the fault lasts that a series shows: the same moment wherever the fault is told."""
    return since(scene, next((f.began_at for f in found if standing in f.shown), None))
