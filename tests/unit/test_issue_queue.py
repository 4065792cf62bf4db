"""The desk's queue of issues: its order, its tabs and filters, and which issues are alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.floor.floor_plans import FloorPlan, TeamPlan
from app.domain.floor.issue_board import IssueBoard
from app.domain.floor.issue_queue import Filters, Queue, Tab, filters_of, query_of, queue
from app.domain.floor.issue_similar import similar
from app.domain.floor.issues import Issue, Report, Status, begun
from app.domain.rollback.decisions import Person
from tests.unit import made

T = datetime(2026, 11, 21, 7, tzinfo=UTC)
SUE = Person("Sue", "floor", "token-sue")
FLOOR = FloorPlan(
    {"worklist": "Worklist", "images-slow": "Images slow"}, {"it": TeamPlan("it", "RIS interfaces", "it")}
)
PLAN = replace(made.plan(), floor=FLOOR)


def issue(
    number: int, severity: int = 3, minute: int = 0, area: str = "ct", category: str = "worklist", **more: Any
) -> Issue:
    sent = {key: more.pop(key) for key in ("text", "room", "function") if key in more}
    report = Report(area, category, severity, **sent)
    first = begun(f"uuid-{number}", number, number, report, SUE, T + timedelta(minutes=minute))
    return replace(first, **more)


def board(*issues: Issue) -> IssueBoard:
    return IssueBoard(issues, blind="")


def seen(queue: Queue) -> list[int]:
    return [i.number for i in queue.issues]


def test_the_gravest_come_first_and_then_the_oldest() -> None:
    held = board(
        issue(1, 3), issue(2, 2, 9), issue(3, 2, 4), issue(4, 1, 30), issue(5, 3, 8, safety=True), issue(6, 2, 5)
    )
    assert seen(queue(held, PLAN, Filters(), "Ann")) == [4, 5, 3, 6, 2, 1]


HELD = board(
    issue(1, 2, owner="Ann", room="CT 2", text="List stays empty"),
    issue(2, 3, 1, area="er", category="images-slow", team="it"),
    issue(3, 4, 2, text="how do I print"),
    issue(4, 3, 3, status=Status.KNOWN, workaround="open it by accession number"),
    issue(5, 3, 4, status=Status.FIXED, owner="ann", fixed_at=T + timedelta(minutes=9)),
    issue(6, 1, 5, status=Status.CLOSED, resolution="RIS restarted", last_at=T + timedelta(minutes=7)),
    issue(7, 4, 6, status=Status.TRAINING, last_at=T + timedelta(minutes=8)),
)


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        ("", [1, 2, 4, 3]),
        ("tab=mine", [1]),
        ("tab=unassigned", [4, 3]),
        ("tab=verify", [5]),
        ("area=er", [2]),
        ("category=worklist&severity=3", [4]),
        ("status=known", [4]),
        ("status=fixed", [5]),
        ("status=fixed&tab=mine", [5]),
        ("status=closed", [6]),
        ("status=ended", [7, 6]),
        ("words=EMPTY ct 2", [1]),
        ("words=ris", [2]),
        ("words=%233", [3]),
        ("words=accession", [4]),
        ("words=restarted&status=ended", [6]),
        ("words=nothing of it", []),
        ("severity=9&status=odd&tab=odd", [1, 2, 4, 3]),
    ],
)
def test_tabs_and_filters_let_through_what_they_name(told: str, numbers: list[int]) -> None:
    query = dict(part.split("=") for part in told.replace("%23", "#").split("&") if part)
    assert seen(queue(HELD, PLAN, filters_of(query), "Ann")) == numbers


def test_the_tabs_count_what_the_other_filters_let_through() -> None:
    counts = {Tab.ALL: 4, Tab.MINE: 1, Tab.UNASSIGNED: 2, Tab.VERIFY: 1}
    for tab in Tab:
        found = queue(HELD, PLAN, Filters(tab), "Ann")
        assert (found.counts, found.ended) == (counts, 2)
    narrowed = queue(HELD, PLAN, Filters(area="ct", words="print"), "Ann")
    assert narrowed.counts == {Tab.ALL: 1, Tab.MINE: 0, Tab.UNASSIGNED: 1, Tab.VERIFY: 0}
    assert queue(HELD, PLAN, Filters(), "").counts[Tab.MINE] == 0


@pytest.mark.parametrize(
    "told", [{}, {"tab": "mine", "severity": "2"}, {"area": "ct", "words": "a b", "status": "ended"}]
)
def test_filters_come_back_from_their_query(told: dict[str, str]) -> None:
    assert query_of(filters_of(told)) == told


def test_similar_are_those_of_the_same_place_and_kind_and_those_told_in_the_same_words() -> None:
    one = issue(1, text="The list stays empty, reload does not help", room="CT 2")
    others = (
        issue(2, 3, 1, area="er", text="reload of the list brings nothing, stays empty"),
        issue(3, 3, 2, text="Siemens shows an old list"),
        issue(4, 3, 3, text="list stays empty after reload"),
        issue(5, 3, 4, area="er", category="images-slow", text="first image takes a minute"),
        issue(6, 3, 5, status=Status.CLOSED, text="list stays empty"),
        issue(7, 3, 6, status=Status.KNOWN, workaround="Siemens: open it by number"),
    )
    held = board(one, *others, *(issue(n, area="mr", category="printing", text=f"x{n}") for n in range(20, 60)))
    assert [i.number for i in similar(held, one)] == [4, 3, 7, 2]


def test_a_word_that_everybody_uses_makes_nothing_alike() -> None:
    one = issue(1, text="patient room worklist")
    held = board(one, *(issue(n, area="er", category="images-slow", text=one.report.text) for n in range(2, 30)))
    assert similar(held, one) == ()
