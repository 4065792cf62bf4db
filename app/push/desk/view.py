"""What one desk looks at: the chosen issue and the filters of its queue, as a view's name and as an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.domain.floor.issue_queue import LONGEST, Filters, Tab, filters_of, query_of

DESK_ISSUES = "desk-issues"
PAGE = "/desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """What is looked at, by whom: "mine" belong to `me`; `course` is all that happened, or its own."""

    issue: int | None = None
    filters: Filters = field(default_factory=Filters)
    me: str = ""
    course: str = ""

    @property
    def view(self) -> str:
        """Give the name of its view."""
        told = self._told() | ({"me": self.me} if self.me else {})
        return f"{DESK_ISSUES}?{urlencode(told)}" if told else DESK_ISSUES

    @property
    def href(self) -> str:
        """Give its address, which shows the same to anybody."""
        told = self._told()
        return f"{PAGE}?{urlencode(told)}" if told else PAGE

    def _told(self) -> dict[str, str]:
        issue = {"issue": str(self.issue)} if self.issue is not None else {}
        return issue | query_of(self.filters) | ({"course": self.course} if self.course else {})

    def at(self, issue: int) -> "Desk":
        """Give the same queue with another issue chosen."""
        return replace(self, issue=issue)

    def with_course(self, course: str) -> "Desk":
        """Give the same with another timeline."""
        return replace(self, course=course)

    def tab(self, tab: Tab) -> "Desk":
        """Give another tab of the same filters."""
        return replace(self, filters=replace(self.filters, tab=tab))

    def narrowed(self, **filters: Any) -> "Desk":
        """Give the queue with other filters."""
        return replace(self, filters=replace(self.filters, **filters))


def desk_of(told: Mapping[str, str], me: str = "") -> Desk:
    """Give what a query names."""
    number = told.get("issue", "")
    issue = int(number) if number.isascii() and number.isdecimal() and len(number) <= 12 else None
    return Desk(issue, filters_of(told), me[:LONGEST], "own" if told.get("course") == "own" else "")


def desk_of_view(view: str) -> Desk | None:
    """Give what a view's name says that is looked at, None of another view."""
    name, _, query = view.partition("?")
    if name != DESK_ISSUES:
        return None
    told = dict(parse_qsl(query))
    return desk_of(told, told.get("me", ""))
