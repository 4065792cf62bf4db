"""The chosen issue of the desk: what was reported, where it is in its life, whose it is, and what it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.floor.issue_board import IssueBoard, logged_at
from app.domain.floor.issue_life import refusal_of_status
from app.domain.floor.issue_similar import similar
from app.domain.floor.issues import SEVERITIES, TIERS, Action, Issue, Status
from app.domain.floor.tablets import Tablet
from app.push.beside import IssueBeside
from app.push.desk import issue_words as words
from app.push.desk.queue import area, chosen, moment, owner_words, place, titled
from app.push.desk.triggers import href
from app.push.desk.view import Desk
from app.push.scene import Scene, Since, since
from app.push.wall.triggers import ORDER, QUIET
from app.push.words import TRIGGER_SHAPES, TRIGGER_STATES

APART = timedelta(seconds=60)  # logged and received that far apart are told apart


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the life line; `at` is before, now or after."""

    word: str
    at: str


@dataclass(frozen=True, slots=True)
class Link:
    """Something that another page or issue tells of."""

    said: str
    href: str
    shape: str = ""
    number: int = 0
    uuid: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When an issue goes on by itself; `late` says that it did and nobody took it up."""

    said: str
    left: Since | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class IssueView:
    """All of an issue but its minute and its timeline.

    `silent` is since when the reporter's tablet, on duty, was not heard of.
    """

    number: int
    uuid: str
    severity: int
    tag: str
    means: str
    title: str
    where: str
    text: str
    safety: str
    line: tuple[Stage, ...]
    facts: tuple[tuple[str, str], ...]
    due: Due
    belongs: tuple[Link, ...]
    similar: tuple[Link, ...]
    merged: Link | None
    photos: tuple[Link, ...]
    silent: Since | None = None


@dataclass(frozen=True, slots=True)
class IssueActs:
    """What the forms need to know of the chosen issue: what can be done, up to what it was seen, what was done last."""

    uuid: str = ""
    area: str = ""
    number: int = 0
    sequence: int = 0
    can: str = ""
    severity: int = 0
    safety: bool = False
    reporter: str = ""
    workaround: str = ""
    team: str = ""
    owner: str = ""
    said: str = ""


def issue_view(scene: Scene, desk: Desk, beside: IssueBeside) -> IssueView | None:
    """Give the issue that a desk has chosen, None where there is none of that number."""
    issue = chosen(scene.issues, desk.issue)
    if issue is None:
        return None
    alike = similar(scene.issues, issue) if issue.is_open else ()
    other = _merged_into(scene.issues, issue)
    return IssueView(
        issue.number,
        issue.uuid,
        issue.severity,
        words.SEV.format(n=issue.severity),
        SEVERITIES[issue.severity],
        titled(scene.plan, issue),
        place(scene.plan, issue),
        issue.report.text,
        words.SAFETY if issue.safety else "",
        tuple(life_line(issue)),
        tuple(_facts(scene, issue)),
        due(scene, issue),
        tuple(_belongs(scene, issue, beside.context)),
        tuple(_link(scene, desk, one) for one in alike),
        _link(scene, desk, other) if other is not None else None,
        tuple(_photo(scene, issue, *photo) for photo in beside.photos),
        _silent(scene, beside.tablet),
    )


def acts_of(scene: Scene, desk: Desk, said: str, stirred: int) -> IssueActs:
    """Give what the forms need; `said` tells what was done last and by whom, `stirred` is its place in the order."""
    issue = chosen(scene.issues, desk.issue)
    if issue is None:
        return IssueActs()
    can = [a.value for a in Action if not refusal_of_status(a, issue.status)]
    return IssueActs(
        issue.uuid, issue.report.area, issue.number, max(stirred, issue.sequence), " ".join(can), issue.severity,
        issue.safety, issue.reporter.called, issue.workaround, issue.team, issue.owner, said,
    )  # fmt: skip


def life_line(issue: Issue) -> Iterable[Stage]:
    """Give the steps of its life, those that it skipped left out once it has ended another way."""
    if issue.status.value not in words.LINE:
        yield Stage(words.STATUS["new"], "before")
        yield Stage(words.STATUS[issue.status.value], "now")
        return
    now = words.LINE.index(issue.status.value)
    for place_, status in enumerate(words.LINE):
        if place_ < now and status == Status.VERIFIED and issue.verified_at is None:
            continue  # closed without the floor's word
        yield Stage(words.STATUS[status], "before" if place_ < now else "now" if place_ == now else "after")


def _silent(scene: Scene, tablet: Tablet | None) -> Since | None:
    """Give since when a tablet is silent, None where it is not; while golive cannot be read nobody knows."""
    if tablet is None or scene.trouble or tablet.silent_s(scene.now) is None:
        return None
    return since(scene, tablet.at)


def _facts(scene: Scene, issue: Issue) -> Iterable[tuple[str, str]]:
    sent, names = issue.report, words.FACTS
    logged = logged_at(issue)
    on = f" · {words.ON_TABLET.format(device=sent.device)}" if sent.device else ""
    yield names["reporter"], f"{issue.reporter.called}{on}"
    yield names["owner"], owner_words(scene.plan, issue) or words.NOBODY
    late = issue.received_at - logged > APART
    here = f", {words.HERE.format(clock=moment(scene, issue.received_at))}" if late else ""
    yield names["logged"], f"{moment(scene, logged)}{here}"
    yield names["me_too"], str(scene.issues.me_too.get(issue.uuid, 0))
    if sent.function:
        yield names["function"], sent.function
    if issue.severity != sent.severity:
        yield names["severity"], words.SEV.format(n=sent.severity)
    if issue.workaround:
        yield names["workaround"], issue.workaround
    if issue.resolution:
        yield names["resolution"], issue.resolution
    if issue.status in (Status.VERIFIED, Status.CLOSED):
        told = words.VERIFIED_BY if issue.verified_at else words.NOT_VERIFIED
        clock = moment(scene, issue.verified_at) if issue.verified_at else ""
        yield names["verified"], told.format(by=issue.verified_by, clock=clock)
    if merges := scene.issues.merged.get(issue.uuid, (0, ()))[1]:
        numbers = {i.uuid: i.number for i in scene.issues.issues}
        yield names["merges"], ", ".join(f"#{numbers[uuid]}" for uuid in merges)


def due(scene: Scene, issue: Issue) -> Due:
    """Give until when somebody has to take an issue up, and who is asked then."""
    deadline = scene.issues.deadlines.get(issue.uuid)
    late = scene.issues.is_overdue(issue)
    passed = deadline.passed_at if deadline is not None else None
    said = words.OVERDUE_AT.format(clock=moment(scene, passed)) if late and passed is not None else ""
    if deadline is not None and deadline.due_at is not None:
        tier = words.TIERS[TIERS[min(issue.tier + 1, len(TIERS) - 1)]]
        goes = words.DUE_TO.format(tier=tier, clock=moment(scene, deadline.due_at))
        return Due(", ".join(filter(None, (said, goes))), since(scene, deadline.due_at), late)
    if not issue.is_open:
        return Due(words.NO_DUE)
    if issue.acknowledged_at is not None:
        return Due(words.HEARD)
    stays = words.STAYS.format(tier=words.TIERS[TIERS[issue.tier]])
    return Due(", ".join(filter(None, (said, stays))), None, late)


def _belongs(scene: Scene, issue: Issue, context: Mapping[str, Any]) -> Iterable[Link]:
    """Give the triggers that were not at rest in its minute, as they are now where they are still there."""
    now = {t.id: t for t in scene.triggers}
    for told in context.get("triggers", ()):
        state = str(told.get("state", ""))
        if state in ORDER and state not in QUIET:
            current = now.get(str(told["id"]))
            title = str(told["title"]) + (f" · {area(scene.plan, told['area'])}" if told.get("area") else "")
            state_now = current.latch.state.value if current is not None else state
            moved = f", {words.AT_PRESENT} {TRIGGER_STATES[state_now]}" if state_now != state else ""
            note = f"{TRIGGER_STATES[state]}{moved}"
            yield Link(title, href(str(told["id"])), TRIGGER_SHAPES[state_now], note=note)


def _link(scene: Scene, desk: Desk, issue: Issue) -> Link:
    known = words.KNOWN if issue.status is Status.KNOWN else ""
    return Link(
        f"#{issue.number} {titled(scene.plan, issue)}", desk.at(issue.number).href, "", issue.number, issue.uuid, known
    )


def _photo(scene: Scene, issue: Issue, sha256: str, at: datetime, by: str) -> Link:
    said = words.PHOTO.format(clock=moment(scene, at), by=by)
    return Link(said, f"/api/issues/{issue.uuid}/photos/{sha256}")


def _merged_into(board: IssueBoard, issue: Issue) -> Issue | None:
    if not issue.duplicate_of:
        return None
    return next((i for i in board.issues if i.uuid == issue.duplicate_of), None)
