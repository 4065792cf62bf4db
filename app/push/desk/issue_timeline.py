"""One timeline of the chosen issue: what was done with it, and what else happened around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.issue_board import logged_at
from app.domain.floor.issues import Action, Event, Issue
from app.domain.journal import Entry
from app.push.beside import IssueBeside
from app.push.desk import issue_words as words
from app.push.desk.issue import APART
from app.push.desk.queue import area, moment, team_name, titled
from app.push.desk.triggers import name as trigger_name
from app.push.scene import Scene
from app.push.words import DECISIONS

ACTS = frozenset(words.JOURNAL)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: when, of what kind, what, its own words, and who; `own` are the issue's."""

    clock: str
    kind: str
    shape: str
    said: str
    quoted: str
    by: str
    own: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The lines in order; `more` says that some were left out, `href` leads to the other choice."""

    moments: tuple[Moment, ...]
    more: bool
    own_only: bool
    href: str


def course(scene: Scene, issue: Issue, beside: IssueBeside, own_only: bool, href: str) -> Course:
    """Give the timeline of an issue."""
    lines = list(_own(scene, issue, beside.events))
    if not own_only:
        lines += _around(scene, issue, beside)
    ordered = [line for _, _, line in sorted(lines, key=lambda one: one[:2])]
    return Course(tuple(ordered), beside.more and not own_only, own_only, href)


Dated = tuple[datetime, int, Moment]


def _own(scene: Scene, issue: Issue, events: Iterable[Event]) -> Iterable[Dated]:
    sent, logged, by = issue.report, logged_at(issue), issue.reporter.called
    said = words.LOGGED_ON.format(device=sent.device) if sent.device else words.LOGGED
    received = words.RECEIVED.format(n=issue.number)
    if issue.received_at - logged > APART:
        yield logged, 0, Moment(moment(scene, logged), words.THIS, "", said, "", by, True)
        yield issue.received_at, 1, Moment(moment(scene, issue.received_at), words.THIS, "", received, "", "", True)
    else:
        both = f"{said}, {received}"
        yield issue.received_at, 1, Moment(moment(scene, issue.received_at), words.THIS, "", both, "", by, True)
    for event in events:
        at = event.received_at
        quoted = event.text or event.resolution or event.workaround
        yield at, event.sequence, Moment(
            moment(scene, at), words.THIS, "", did(scene, event), quoted, event.by.called, True
        )  # fmt: skip


def did(scene: Scene, event: Event) -> str:
    """Say what an event did, without its free text."""
    plan, action = scene.plan, event.action
    said = words.DID[action.value]
    if event.by.role == "floor":
        said = words.BY_FLOOR.get(action.value, said)
    parts = [words.SEV.format(n=event.severity)] if event.severity else []
    if event.safety is not None:
        parts.append(words.SAFETY_SET if event.safety else words.SAFETY_OFF)
    whom = ", ".join(filter(None, (team_name(plan, event.team), event.owner)))
    if whom:
        parts.append(words.TO.format(whom=whom))
    if event.vendor_ticket:
        parts.append(words.WITH_TICKET.format(ticket=event.vendor_ticket))
    if action is Action.DUPLICATE and event.duplicate_of:
        other = next((i for i in scene.issues.issues if i.uuid == event.duplicate_of), None)
        said += f" {words.OF_DUPLICATE.format(n=other.number)}" if other is not None else ""
    return " ".join((said, ", ".join(parts))).strip()


def last_told(scene: Scene, events: Iterable[Event]) -> str:
    """Say what was done last and by whom, for who is just writing about it; "" where nothing was yet."""
    newest = max(events, key=lambda e: e.sequence, default=None)
    if newest is None:
        return ""
    return f"{newest.by.called}, {moment(scene, newest.received_at)}: {did(scene, newest)}"


def _around(scene: Scene, issue: Issue, beside: IssueBeside) -> Iterable[Dated]:
    triggers = {t.id: t for t in scene.triggers}
    known = {i.uuid: i for i in scene.issues.issues}
    for entry in beside.entries:
        noun = entry.act.partition(".")[0]
        if noun == "issue":
            other = known.get(entry.subject)
            near = other is not None and (
                other.report.area == issue.report.area or other.report.category == issue.report.category
            )
            if other is None or other.uuid == issue.uuid or not near:
                continue
            what = f"#{other.number} {titled(scene.plan, other)}"
            yield _line(scene, entry, what, "")
        elif noun == "trigger":
            trigger = triggers.get(entry.subject)
            of = trigger.area if trigger is not None else entry.subject.partition(":")[2] or None
            if of not in (None, issue.report.area):
                continue
            yield _line(scene, entry, trigger_name(scene, trigger) if trigger is not None else entry.subject, "")
        elif noun == "planned_work":
            system = str(entry.body.get("system", ""))
            why = str(entry.body.get("why") or "")
            yield _line(scene, entry, scene.plan.systems.get(system, system), why)
        elif noun == "decision":
            kind = DECISIONS.get(str(entry.body.get("kind", "")), "")
            yield _line(scene, entry, "", str(entry.body.get("reason") or ""), kind)
        elif noun == "announcement":
            areas = [str(one) for one in entry.body.get("areas") or ()]
            if areas and issue.report.area not in areas:
                continue
            where = ", ".join(area(scene.plan, one) for one in areas) or words.EVERYWHERE
            yield _line(scene, entry, where, beside.announced.get(entry.subject, ""))
        else:
            yield _line(scene, entry, "", "")


def _line(scene: Scene, entry: Entry, what: str, quoted: str, kind: str = "") -> Dated:
    noun = entry.act.partition(".")[0]
    said = words.JOURNAL[entry.act].format(kind=kind)
    by = "" if entry.actor.partition(":")[0] == "golive" else entry.actor
    shape = words.SHAPES.get(entry.act, "")
    return entry.at, 0, Moment(
        moment(scene, entry.at), words.KINDS.get(noun, noun), shape, ", ".join(filter(None, (what, said))), quoted, by,
        False,
    )  # fmt: skip
