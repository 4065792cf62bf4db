"""The wall's last line as plain values: who leads and is there, what tablets hold, who waits, what is not set up."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.measuring.standings import State
from app.push import words
from app.push.figures import NOTHING, Figure, figure
from app.push.scene import Scene, Since, since
from app.push.wall import floor_words
from app.push.wall.rows import systems


@dataclass(frozen=True, slots=True)
class FootItem:
    """One name and what it is, with an age where one runs.

    `kind` is "afar" where only larger type needs it, "setup" for what is not set up, "near" for what leaves first.
    """

    name: str
    said: str
    kind: str = ""
    abnormal: bool = False
    since: Since | None = None
    before: str = " "


@dataclass(frozen=True, slots=True)
class Foot:
    """The last line, the most needed first: what finds no room leaves whole."""

    items: tuple[FootItem, ...]
    long: bool = False  # there is more to say than one line of larger type holds


def foot(scene: Scene) -> Foot:
    """Give the last line; what nobody set up says so."""
    lists, unset = systems(scene), [] if scene.triggers else [words.NO_TRIGGERS_SET]
    said = words.not_in_order(lists.grave, lists.total) if lists.grave else words.in_order(lists.total, lists.unseen)
    tablets, people = _tablets(scene), _people(scene)
    items = [FootItem(words.SYSTEMS, said, "afar", lists.grave > 0), _issues(scene), *tablets, *people]
    items.append(FootItem(words.UNREADABLE, str(scene.unreadable), "", scene.unreadable > 0))
    if any(item.kind == "setup" for item in people):
        unset.append(words.NOBODY_SET)
    if unset:
        items.append(FootItem(words.MISSING, ", ".join(unset), "afar"))
    if load := _load(scene):
        items.append(FootItem(words.OWN_LOAD, str(load), "load"))
    return Foot(tuple(items), any(item.since for item in tablets))


def _issues(scene: Scene) -> FootItem:
    board = scene.issues
    if board.blind:
        return FootItem(floor_words.ISSUES, f"{floor_words.UNSEEN_SHAPE} {floor_words.NOT_SEEN}", "afar", True)
    grave = sum(board.counts.by_severity[:2]) + board.counts.safety
    return FootItem(floor_words.ISSUES, floor_words.by_severity(board.counts), "afar", grave > 0)


def _tablets(scene: Scene) -> list[FootItem]:
    """Give what tablets hold, and apart from it how many are silent: those two are never one number."""
    told = scene.floor.tablets
    if scene.trouble and told is not None:
        return [_unseen(words.UNSENT)]
    if told is None:
        return [FootItem(words.UNSENT, words.NOT_SET_UP, "setup")]
    found = []
    if told.silent:
        quiet = floor_words.silent(told.silent)
        found.append(_aged(scene, "", quiet, told.silent_since, floor_words.LONGEST))
    if told.holding:
        held = floor_words.unsent(told.holding, told.held)
        found.append(_aged(scene, "", held, told.oldest_at, floor_words.OLDEST))
    elif not told.silent:
        found.append(FootItem(words.UNSENT, floor_words.UNSENT_NONE, "near"))
    return found


def _people(scene: Scene) -> list[FootItem]:
    """Give who leads, the next huddle, where somebody is on duty, and who waits for support."""
    floor, plan, found = scene.floor, scene.plan, list[FootItem]()
    if scene.trouble:  # what was so when it was last read may not be so now
        return [_unseen(name) for name in (words.IN_CHARGE, words.SUPER_USERS, floor_words.SUPPORT)]
    lead = floor_words.cut(floor.lead.name, floor_words.LONGEST_NAME) if floor.lead else floor_words.NOBODY_LEADS
    found.append(FootItem(words.IN_CHARGE, lead) if floor.led else _unset(words.IN_CHARGE))
    clock = scene.local(floor.huddle_at).strftime("%H:%M") if floor.huddle_at else ""
    found.append(FootItem(words.HUDDLE, clock) if clock else _unset(words.HUDDLE))
    if floor.support is not None and floor.support.waiting:
        queue = floor.support
        waiting = floor_words.waiting(queue.waiting)
        found.append(_aged(scene, floor_words.SUPPORT, waiting, queue.oldest_at, floor_words.LONGEST, grave=False))
    if floor.cover is None:
        found.append(_unset(words.SUPER_USERS))
    else:
        staffed, missing = len(floor.cover.staffed & plan.areas.keys()), len(floor.cover.missing)
        said = floor_words.covered(staffed, len(plan.areas), missing)
        found.append(FootItem(words.SUPER_USERS, said, "", missing > 0))
    if floor.support is None:
        found.append(_unset(floor_words.SUPPORT))
    elif not floor.support.waiting:
        found.append(FootItem(floor_words.SUPPORT, floor_words.SUPPORT_NONE, "near"))
    return found


def _unseen(name: str) -> FootItem:
    return FootItem(name, f"{floor_words.UNSEEN_SHAPE} {floor_words.NOT_SEEN}")


def _unset(name: str) -> FootItem:
    return FootItem(name, words.NOT_SET_UP, "setup")


def _aged(scene: Scene, name: str, said: str, at: datetime | None, which: str, *, grave: bool = True) -> FootItem:
    """Give an item with the age of its oldest."""
    return FootItem(name, said, "", grave, since(scene, at), f", {which} ")


def _load(scene: Scene) -> Figure | None:
    """Give how many queries golive itself makes; a dash while any part of that is not known now."""
    loads = [s for s in scene.standings if s.series.measure == "own.load" and s.state is not State.NOT_EXPECTED]
    if not loads:
        return None
    values = [s.judged.value for s in loads if s.state is State.OK and s.judged.value is not None]
    return figure(sum(values), loads[0].judged.unit) if len(values) == len(loads) else NOTHING
