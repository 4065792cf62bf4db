"""The desk's queue of issues as rows, its tabs with their numbers, and what lies behind its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.issue_board import IssueBoard, logged_at
from app.domain.floor.issue_queue import ENDED, Tab, queue
from app.domain.floor.issues import Issue, Status
from app.domain.plans import Plan
from app.domain.words import counted
from app.push.desk import issue_words as words
from app.push.desk.view import Desk
from app.push.scene import Scene, Since, since

SHOWN = 100  # people look at the first ones; the rest is counted, and found by the filters


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One issue in a line or two: how grave, what, where, whose, since when."""

    number: int
    uuid: str
    href: str
    chosen: bool
    severity: int
    tag: str
    title: str
    where: str
    whose: str
    nobody: bool
    marks: tuple[str, ...]
    overdue: bool
    age: Since | None
    me_too: str
    status: str


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab with how many it holds."""

    id: str
    name: str
    n: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Unsent:
    """What has not come from the floor, as far as anybody knows, and since when."""

    said: str
    word: str
    since: Since | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue as far as it is shown; `more` are the others in words, `ended` those that are done with."""

    title: str
    n: int
    tabs: tuple[TabView, ...]
    rows: tuple[QueueRow, ...]
    more: str
    empty: str
    clear: str
    ended: str
    ended_href: str
    blind: str
    unsent: tuple[Unsent, ...]


def queue_view(scene: Scene, desk: Desk) -> QueueView:
    """Give the queue that a desk looks at."""
    board, plan, filters = scene.issues, scene.plan, desk.filters
    found = queue(board, plan, filters, desk.me)
    many = board.me_too
    rows = tuple(_row(scene, desk, issue, many.get(issue.uuid, 0)) for issue in found.issues[:SHOWN])
    tabs = (TabView(t.value, words.TABS[t], found.counts[t], desk.tab(t).href, t is filters.tab) for t in Tab)
    title = words.OPEN_ISSUES if not filters.status else words.ENDED_TITLE if filters.status == ENDED else words.FOUND
    return QueueView(
        title,
        len(found.issues),
        tuple(tabs),
        rows,
        _more(found.issues[SHOWN:]),
        "" if rows else words.NOTHING_FITS if filters.narrows else words.NOTHING_OPEN,
        desk.narrowed(area="", category="", severity=None, status="", words="").href if filters.narrows else "",
        words.ENDED.format(n=found.ended) if filters.status != ENDED else "",
        desk.tab(Tab.ALL).narrowed(status=ENDED).href,
        words.BLIND.format(why=board.blind) if board.blind else "",
        tuple(_unsent(scene)),
    )


def _unsent(scene: Scene) -> Iterable[Unsent]:
    """Give what tablets hold, and apart from it which are silent: those two are never one number."""
    told = scene.floor.tablets
    if told is not None and told.held:
        items, tablets = counted(told.held, "item"), counted(told.holding, "tablet")
        said = words.NOT_HERE.format(items=items, tablets=tablets)
        yield Unsent(said, words.OLDEST, since(scene, told.oldest_at))
    if told is not None and told.silent:
        said = words.SILENT.format(tablets=counted(told.silent, "tablet"))
        yield Unsent(said, words.LONGEST, since(scene, told.silent_since))


def first_of(scene: Scene, desk: Desk) -> int | None:
    """Give the issue that stands first in a desk's queue."""
    found = queue(scene.issues, scene.plan, desk.filters, desk.me).issues
    return found[0].number if found else None


def _row(scene: Scene, desk: Desk, issue: Issue, me_too: int) -> QueueRow:
    plan, board = scene.plan, scene.issues
    owner = owner_words(plan, issue)
    return QueueRow(
        issue.number,
        issue.uuid,
        desk.at(issue.number).href,
        issue.number == desk.issue,
        issue.severity,
        words.SEV.format(n=issue.severity),
        category(plan, issue),
        place(plan, issue),
        owner or words.UNASSIGNED,
        not owner,
        tuple(_marks(issue)),
        board.is_overdue(issue),
        aged(scene, issue),
        words.ME_TOO.format(n=me_too) if me_too else "",
        "" if issue.is_open else words.STATUS[issue.status.value],
    )


def _marks(issue: Issue) -> list[str]:
    known = [words.KNOWN] if issue.status is Status.KNOWN else []
    return [*([f"◆ {words.SAFETY}"] if issue.safety else []), *known]


def _more(rest: tuple[Issue, ...]) -> str:
    if not rest:
        return ""
    severities = {issue.severity for issue in rest}
    kind = words.ALL_OF.format(severity=severities.pop()) if len(severities) == 1 else ""
    return ", ".join(filter(None, (words.MORE.format(n=len(rest)), kind)))


def aged(scene: Scene, issue: Issue) -> Since | None:
    """Give from when an issue's age counts; of one that is done with when it ended."""
    return since(scene, logged_at(issue) if issue.ended_at is None else issue.ended_at)


def category(plan: Plan, issue: Issue) -> str:
    """Name what an issue is about."""
    return plan.floor.categories.get(issue.report.category, issue.report.category)


def place(plan: Plan, issue: Issue) -> str:
    """Name where it is: area and room, once where the room says its area."""
    return " · ".join(filter(None, (area(plan, issue.report.area), issue.report.room)))


def area(plan: Plan, id_: str) -> str:
    """Name an area."""
    return plan.areas.get(id_, id_)


def team_name(plan: Plan, id_: str) -> str:
    """Name a team."""
    return plan.floor.teams[id_].name if id_ in plan.floor.teams else id_


def owner_words(plan: Plan, issue: Issue) -> str:
    """Name whose an issue is: team, then person, then the vendor's ticket; "" of nobody's."""
    return ", ".join(filter(None, (team_name(plan, issue.team), issue.owner, issue.vendor_ticket)))


def titled(plan: Plan, issue: Issue) -> str:
    """Name an issue by what and where."""
    return f"{category(plan, issue)} · {issue.report.room or area(plan, issue.report.area)}"


def moment(scene: Scene, at: datetime) -> str:
    """Give a moment to the minute, with the date where it is another day."""
    local, today = scene.local(at), scene.shown_at.astimezone(scene.plan.zone).date()
    return local.strftime("%H:%M") if local.date() == today else local.strftime("%-d %b %H:%M")


def chosen(board: IssueBoard, number: int | None) -> Issue | None:
    """Give the issue of a number; numbers run from one without a gap."""
    if number is None or not 1 <= number <= len(board.issues):
        return None
    found = board.issues[number - 1]
    return found if found.number == number else next((i for i in board.issues if i.number == number), None)
