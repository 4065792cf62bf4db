"""What is gravest now as plain values: one fault is one line, with the same name and age wherever it is told."""

from collections.abc import Iterable

from app.domain.exams.segments import segment_words
from app.domain.floor.issue_board import OF_ISSUE, OF_MORE_ISSUES
from app.domain.measuring.overall import OF_TRIGGER, Ground
from app.domain.measuring.standings import Standing, State
from app.domain.measuring.states import run_words, trouble_words
from app.domain.words import span
from app.push import words
from app.push.rows import Row, Rows
from app.push.scene import Scene, feed_of, measured_by_probe, shape_of, since, state_words, title
from app.push.wall.faults import UNSEEN, Fault, faults, gives_no_answer
from app.push.wall.feed_rows import feed_name, feed_words

GRAVEST = 5


def gravest(scene: Scene) -> Rows:
    """Give what is out of order, gravest first."""
    if scene.trouble:
        shape, said = words.SHAPES[State.BLIND], words.TAGS[State.BLIND]
        return Rows((Row(words.EVERYTHING, "blind", shape, said, None, scene.trouble),), "", "", 1, 1)
    rows = [_row(scene, fault) for fault in faults(scene)]
    told = [_unreached(scene, ground) for ground in scene.outside]
    rows = [*rows[: GRAVEST - 2], *told, *rows[GRAVEST - 2 :]] or _of_the_whole(scene)
    shown = rows if len(rows) <= GRAVEST else rows[: GRAVEST - 1]
    more = words.more(len(rows) - len(shown)) if len(rows) > len(shown) else ""
    return Rows(tuple(shown), more, more, len(rows), len(rows))


def _of_the_whole(scene: Scene) -> list[Row]:
    """Give the whole's own first ground where no series is at fault, such as the number of a whole day."""
    # triggers stand on the strip, issues in a list of their own
    told = [reason for reason in scene.reasons if not reason.startswith((OF_TRIGGER, OF_ISSUE, OF_MORE_ISSUES))]
    if scene.overall not in ("act", "watch") or not told:
        return []
    return [Row(told[0], "degraded", words.OVERALL_SHAPES[scene.overall], "")]


def _unreached(scene: Scene, ground: Ground) -> Row:
    """Give the line of somebody outside whom golive does not reach; beside whatever else is wrong it is seen."""
    what, _, why = ground.text.partition(": ")
    name = f"{ground.subject[:1].upper()}{ground.subject[1:]}: {what}"
    return Row(name, State.DEGRADED.value, words.SHAPES[State.DEGRADED], "", since(scene, ground.since), why)


def quiet_words(scene: Scene) -> str:
    """Say why nothing stands in the list: nothing is wrong, or nobody can know yet."""
    return words.NOTHING_GRAVE if scene.overall != "blind" else words.NOTHING_SEEN


def _row(scene: Scene, fault: Fault) -> Row:
    """Give a fault's line: its name ends with what is wrong, `said` is where."""
    first = fault.shown[0]
    shape, word = shape_of(first), state_words(first)
    if fault.kind == "collector":
        name, said = f"{words.COLLECTOR} {fault.cause[1]}", _systems(scene, fault)
        return _line(scene, fault, name, shape, words.SILENT, said, words.NOBODY_LOOKS)
    elif fault.kind == "system":
        name, said = _of_system(scene, fault)
        word = state_words(min(fault.shown, key=lambda s: (s.judged.failing_since or scene.now, s.series.key)))
    elif fault.kind == "feed":
        feed = scene.plan.feeds[fault.cause[1]]
        about = next((s for s in fault.shown if s.series.measure == "feed.age"), first)
        shape, word = feed_words(about)
        name, said = feed_name(scene, feed), listed(_titles(scene, fault, told=feed.id), 2)
        if word == words.SILENT:
            return _line(scene, fault, name, shape, word, said, words.last_event(span(feed.quiet_after_s)))
    else:
        names = listed(_titles(scene, fault), 2)
        name = names[:1].upper() + names[1:]
        said = " · ".join(filter(None, (_systems(scene, fault), _areas(scene, fault), _vantage(scene, fault))))
    return _line(scene, fault, name, shape, word, said, _cause(first))


def _cause(standing: Standing) -> str:
    """Give why, without what stands in the line already: of an outage what the peer does, not since when."""
    judged = standing.judged
    if standing.state is not State.DOWN or not measured_by_probe(judged.series.measure) or not judged.failing_run:
        return standing.reason
    return ", ".join(filter(None, (trouble_words(judged), run_words(judged))))


def _line(scene: Scene, fault: Fault, name: str, shape: str, word: str, said: str, detail: str) -> Row:
    state = fault.shown[0].state.value
    short = name.replace(" response", "")
    return Row(
        f"{name}: {word}",
        state,
        shape,
        said,
        since(scene, fault.began_at),
        detail,
        short=f"{short}: {word}" if short != name else "",
    )


def _of_system(scene: Scene, fault: Fault) -> tuple[str, str]:
    """Name a system that gives no answer; while some of its probes get one, what it does not answer."""
    system = fault.cause[1]
    name, vantage = scene.plan.systems.get(system, system), _vantage(scene, fault)
    titles = _titles(scene, fault)
    if gives_no_answer(scene, fault):
        return name, " · ".join(filter(None, (listed((words.short(t) for t in titles), 2), vantage)))
    names = listed(titles, 2)
    return names[:1].upper() + names[1:], " · ".join(filter(None, (name, _areas(scene, fault), vantage)))


def _titles(scene: Scene, fault: Fault, told: str = "") -> list[str]:
    """Name all that a fault shows in, as it stands inside a sentence; a feed by its own name, once."""
    found = []
    shown = {s.series.measure for s in fault.shown}
    for s in fault.shown:
        if s.series.measure == "image.rate" and "image.study" in shown:
            continue  # its bytes over its time: the same fault once more
        feed = scene.plan.feeds.get(feed_of(s))
        if feed is None:
            found.append(words.inside(title(s.series.measure)))
        elif feed.id != told:
            found.append(feed_name(scene, feed))
    return found


def _systems(scene: Scene, fault: Fault) -> str:
    return listed((scene.plan.systems.get(s.series.system or "", s.series.system or "") for s in fault.shown), 3)


def _areas(scene: Scene, fault: Fault) -> str:
    parts = (scene.plan.areas.get(s.series.area or "", s.series.area or "") for s in fault.shown)
    return listed((*parts, *(segment_words(s.series) for s in fault.shown)), 3)


def _vantage(scene: Scene, fault: Fault) -> str:
    """Say from where, unless the first collector sees it too or what is at fault is golive's own eyes."""
    vantages = {s.series.vantage for s in fault.shown if measured_by_probe(s.series.measure)}
    seen_by_main = None in vantages and fault.shown[0].state not in UNSEEN
    return "" if seen_by_main else listed((f"from {v}" for v in sorted(v for v in vantages if v)), 2)


def listed(names: Iterable[str], room: int) -> str:
    """Name the first few of several, and count the rest."""
    found = [name for name in dict.fromkeys(names) if name]
    shown = ", ".join(found[:room])
    return f"{shown} {words.more(len(found) - room)}" if len(found) > room else shown
