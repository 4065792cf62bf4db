"""The desk's queue: which issues a tab and filters let through, in what order, and how many each tab holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import lru_cache

from app.domain.floor.issue_board import IssueBoard
from app.domain.floor.issues import OPEN, SEVERITIES, Issue, Status
from app.domain.plans import Plan

LONGEST = 80


class Tab(StrEnum):
    """Whose issues are looked at."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    VERIFY = "verify"


ENDED = "ended"  # of the states: all that nobody has to do anything about
STATES = (*(s.value for s in Status), ENDED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to; "" and None let everything through. Without a state it is what is open."""

    tab: Tab = Tab.ALL
    area: str = ""
    category: str = ""
    severity: int | None = None
    status: str = ""
    words: str = ""

    @property
    def narrows(self) -> bool:
        """Say whether anything but the tab is chosen."""
        return self != Filters(self.tab)


def filters_of(told: Mapping[str, str]) -> Filters:
    """Give the filters that a query names; what there cannot be lets everything through, as if it were not there."""
    tab, severity, status = told.get("tab", ""), told.get("severity", ""), told.get("status", "")
    return Filters(
        Tab(tab) if tab in list(Tab) else Tab.ALL,
        told.get("area", "")[:LONGEST],
        told.get("category", "")[:LONGEST],
        int(severity) if severity in [str(s) for s in SEVERITIES] else None,
        status if status in STATES else "",
        " ".join(told.get("words", "")[:LONGEST].split()),
    )


def query_of(filters: Filters) -> dict[str, str]:
    """Give filters as a query names them, without what is not chosen."""
    told = {f.name: getattr(filters, f.name) for f in fields(filters)}
    return {name: str(value) for name, value in told.items() if value not in ("", None, Tab.ALL)}


@dataclass(frozen=True, slots=True)
class Queue:
    """The issues that are let through, in order; how many each tab would hold, and how many of these have ended."""

    issues: tuple[Issue, ...]
    counts: Mapping[Tab, int]
    ended: int


@lru_cache(maxsize=16)  # of the newest boards: an old one is as large as all issues
def queue(board: IssueBoard, plan: Plan, filters: Filters, me: str) -> Queue:
    """Give the queue as somebody called `me` sees it: gravest first, then oldest; of the ended ones the newest."""
    held = _let_through(board, plan, filters)
    return Queue(
        tuple(held(filters.tab, me)),
        {tab: sum(1 for _ in held(tab, me)) for tab in Tab},
        sum(1 for _ in _let_through(board, plan, replace(filters, status=ENDED))(Tab.ALL, me)),
    )


def _let_through(board: IssueBoard, plan: Plan, filters: Filters) -> Callable[[Tab, str], Iterable[Issue]]:
    words = filters.words.casefold().split()

    def fits(issue: Issue) -> bool:
        sent = issue.report
        return (
            (not filters.area or sent.area == filters.area)
            and (not filters.category or sent.category == filters.category)
            and (filters.severity is None or issue.severity == filters.severity)
            and (not words or _says(issue, plan, words))
        )

    waiting = [i for i in board.to_verify if fits(i)]
    found = [i for i in _of_state(board, filters.status) if fits(i)]

    def held(tab: Tab, me: str) -> Iterable[Issue]:
        if tab is Tab.VERIFY:
            return waiting
        if tab is Tab.MINE:
            return [i for i in found if is_mine(i, me)]
        return [i for i in found if not (i.owner or i.team)] if tab is Tab.UNASSIGNED else found

    return held


def _of_state(board: IssueBoard, status: str) -> Iterable[Issue]:
    if not status:
        return board.open
    if status in OPEN:
        return [i for i in board.open if i.status == status]
    if status == Status.FIXED:
        return board.to_verify
    ended = [i for i in board.issues if not i.is_open and i.status is not Status.FIXED]
    return sorted((i for i in ended if status in (ENDED, i.status)), key=lambda i: i.last_at, reverse=True)


def is_mine(issue: Issue, me: str) -> bool:
    """Say whether an issue is somebody's, by the name that an assignment gives."""
    return bool(me and issue.owner) and issue.owner.casefold() == me.casefold()


def _says(issue: Issue, plan: Plan, words: list[str]) -> bool:
    """Say whether each word stands somewhere in an issue; "#41" and "41" are its number too."""
    said = _said(issue, plan)
    return all(word in said or word == f"#{issue.number}" for word in words)


@lru_cache(maxsize=16_384)
def _said(issue: Issue, plan: Plan) -> str:
    sent, team = issue.report, plan.floor.teams.get(issue.team)
    parts = (
        plan.areas.get(sent.area, sent.area), plan.floor.categories.get(sent.category, sent.category), sent.room,
        sent.function, sent.text, sent.device, issue.reporter.called, issue.owner, team.name if team else issue.team,
        issue.workaround, issue.resolution, issue.vendor_ticket, str(issue.number),
    )  # fmt: skip
    return "\n".join(parts).casefold()
