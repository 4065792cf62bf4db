"""Open issues on the wall as plain values: the five gravest by category and place, and how they share the room."""

from dataclasses import dataclass

from app.domain.floor.issue_board import logged_at
from app.domain.floor.issues import TIERS, Issue, Status
from app.domain.measuring.standings import State
from app.domain.privacy.phi import found
from app.domain.words import counted
from app.push.rows import Rows
from app.push.scene import Scene, Since, since
from app.push.wall import floor_words as words
from app.push.words import OVERALL_SHAPES

GRAVEST = 5
NEAR, MID, FAR = 7, 4, 3  # lines of faults and issues in larger type
LONGEST_OWNER = 22


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One issue: category and place, who has it, its age; nothing that the floor typed."""

    severity: int
    tag: str
    name: str
    where: str
    about: tuple[str, ...]
    safety: bool
    late: bool
    since: Since | None


@dataclass(frozen=True, slots=True)
class IssueList:
    """The gravest issues, how many others there are, and why they may be old; `total` is of all open ones."""

    rows: tuple[IssueRow, ...]
    more: str
    parts: tuple[str, ...]
    blind: str
    total: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many lines of faults and of issues find room from near, from between and from afar, the gravest first.

    `roomy` says that an issue's owner has a line of its own from near.
    """

    near_faults: int
    mid_faults: int
    mid_issues: int
    far_faults: int
    far_issues: int
    issues_first: bool
    roomy: bool


def issues(scene: Scene) -> IssueList:
    """Give the five gravest open issues."""
    board = scene.issues
    if board.blind:
        return IssueList((), "", (), board.blind, 0)
    shown = board.gravest(GRAVEST)
    rest = board.open[len(shown) :]
    more = words.more(len(rest), sum(i.severity <= 2 or i.safety for i in rest)) if rest else ""
    rows = tuple(_row(scene, issue) for issue in shown)
    return IssueList(rows, more, words.parts(board.counts), "", len(board.open))


def _row(scene: Scene, issue: Issue) -> IssueRow:
    late, place = scene.issues.is_overdue(issue), where(scene, issue)
    area = scene.plan.areas.get(issue.report.area, issue.report.area)
    others = scene.issues.me_too.get(issue.uuid, 0)  # those of what was merged into it too
    reports = counted(others + 1, "report") if others else ""
    about = (owner(scene, issue), f"#{issue.number}", "" if area in place else area, _state(issue), reports)
    return IssueRow(
        severity=issue.severity,
        tag=words.SAFETY if issue.safety else words.severity(issue.severity),
        name=category(scene, issue),
        where=place,
        about=tuple(filter(None, about)),
        safety=issue.safety,
        late=late,
        since=since(scene, logged_at(issue)),
    )


def category(scene: Scene, issue: Issue) -> str:
    """Name what an issue is about."""
    return scene.plan.floor.categories.get(issue.report.category, issue.report.category)


def where(scene: Scene, issue: Issue) -> str:
    """Name the place of an issue: its room where golive.toml has it, for anything else was typed; else its area."""
    area = issue.report.area
    if (area, issue.report.room) in scene.plan.floor.rooms:
        return issue.report.room
    return scene.plan.areas.get(area, area)


def owner(scene: Scene, issue: Issue) -> str:
    """Name who has an issue: a person, else a team, else nobody."""
    if issue.owner:
        # it is typed at the desk; what could be a patient's stays off the wall
        typed = bool(found(issue.owner, scene.plan.floor.patterns, scene.now.year))
        return words.ASSIGNED if typed else words.cut(issue.owner, LONGEST_OWNER)
    team = scene.plan.floor.teams.get(issue.team)
    return (team.name if team else issue.team) or words.UNASSIGNED


def _state(issue: Issue) -> str:
    if issue.status is Status.KNOWN:
        return words.KNOWN
    return words.WITH.get(TIERS[issue.tier], "")


def room(scene: Scene, faults: Rows) -> Room:
    """Say how faults and issues share the room of larger type, where a calm list leaves its place to the other."""
    board = scene.issues
    order = [(rank_of_fault(row.state), 1) for row in faults.rows]
    order += [(_rank_of_issue(issue), 0) for issue in (() if board.blind else board.gravest(GRAVEST))]
    order.sort(key=lambda pair: pair[0])  # each list keeps its own order, for its ranks never fall
    n = sum(of == 0 for _, of in order)
    near = min(len(faults.rows), NEAR - n)
    mid, far = [of for _, of in order[: MID if 0 < n < len(order) else GRAVEST]], [of for _, of in order[:FAR]]
    if len({of for _, of in order}) > len(set(mid)):  # between near and far each list keeps its first line
        mid[-1] = 1 - mid[-1]
    first = bool(order) and order[0][1] == 0
    return Room(near, mid.count(1), mid.count(0), far.count(1), far.count(0), first, not near or 3 * n + 2 * near < 14)


def rank_of_fault(state: str) -> int:
    """Give where a fault stands among issues: an outage before SEV2, all others before SEV3."""
    return 1 if state == State.DOWN.value else 3


def _rank_of_issue(issue: Issue) -> int:
    return 0 if issue.safety or issue.severity == 1 else 2 * issue.severity - 2


def grounds(scene: Scene) -> list[tuple[int, IssueRow, str, str]]:
    """Give what of the issues stands on the strip as a ground: rank, line, and shape and state of the first words."""
    if scene.issues.blind:
        return []
    raised = [i for i in scene.issues.gravest(2) if i.safety or i.severity <= 2]
    return [
        (rank, _row(scene, i), OVERALL_SHAPES["act" if rank == 0 else "watch"], "down" if rank == 0 else "degraded")
        for i in raised
        for rank in (_rank_of_issue(i),)
    ]
