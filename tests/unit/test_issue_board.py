"""What screens show of issues: the order, the cells, what is late, and that nothing is shown as true while unseen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issue_board import Deadline, IssueBoard, gravity, logged_at, of_issues
from app.domain.floor.issues import OPEN, Issue, Report, Status, begun
from app.domain.rollback.decisions import Person
from tests.unit.made import WORKLIST, plan

T = datetime(2026, 11, 21, 7, tzinfo=UTC)
SUE = Person("Sue", "floor", "token-sue")
PLAN = replace(plan(WORKLIST), areas={"ct": "CT", "mr": "MR"}, floor=FloorPlan({"worklist": "Worklist"}))


def issue(n: int, severity: int = 3, area: str = "ct", minutes: float = 0, **more: Any) -> Issue:
    at = T + timedelta(minutes=minutes)
    made = begun(f"i{n}", n, n, Report(area, "worklist", severity, text="Frau Muster"), SUE, at)
    return replace(made, **more)


def board(*issues: Issue, **deadlines: Deadline) -> IssueBoard:
    return IssueBoard(issues, deadlines, blind="")


def test_patient_safety_comes_with_the_gravest_and_a_known_issue_last_of_its_severity() -> None:
    found = board(
        issue(1, 4), issue(2, 2, minutes=1), issue(3, 2, status=Status.KNOWN), issue(4, 2, minutes=9),
        issue(5, 1, minutes=5), issue(6, 3, safety=True), issue(7, 1, status=Status.CLOSED),
    )  # fmt: skip
    assert [i.number for i in found.open] == [5, 6, 2, 4, 3, 1]
    assert [i.number for i in found.gravest(2)] == [5, 6]
    assert found.counts.by_severity == (1, 3, 1, 1)
    assert found.counts.safety == 1


def test_only_what_went_on_by_itself_and_nobody_took_up_is_late() -> None:
    late, taken = Deadline(passed_at=T), replace(issue(2), acknowledged_at=T)
    known, ended = issue(3, status=Status.KNOWN), issue(4, status=Status.FIXED)
    found = board(issue(1), taken, known, ended, issue(5), i1=late, i2=late, i3=late, i4=late, i5=Deadline(due_at=T))
    assert [i.number for i in found.overdue] == [1]
    assert found.counts.overdue == 1
    assert [i.number for i in found.to_verify] == [4]


@pytest.mark.parametrize(
    ("observed_min", "ahead_s", "logged_min"),
    [
        (-10, 0.0, -10), (170, 3 * 3600.0, -10), (-10, None, 0), (None, 0.0, 0), (5, 0.0, 0), (-60 * 24 * 8, 0.0, 0),
    ],
)  # fmt: skip
def test_an_age_counts_from_the_tablet_s_moment_where_the_error_of_its_clock_is_known(
    observed_min: float | None, ahead_s: float | None, logged_min: float
) -> None:
    told = None if observed_min is None else T + timedelta(minutes=observed_min)
    one = issue(1)
    one = replace(one, report=replace(one.report, observed_at=told, clock_offset_s=ahead_s))
    assert logged_at(one) == T + timedelta(minutes=logged_min)


def test_open_issues_raise_the_whole_by_severity_without_a_typed_word() -> None:
    found = list(of_issues(board(issue(1, 2), issue(2, 1), issue(3, 4), issue(4, 4, safety=True)), PLAN))
    assert [(g.overall, g.subject, g.text) for g in found] == [
        ("act", "issue no. 2", "SEV1: Worklist, CT; new"),
        ("act", "issue no. 4", "SEV4, patient safety: Worklist, CT; new"),
        ("watch", "issue no. 1", "SEV2: Worklist, CT; new"),
    ]
    assert not list(of_issues(board(issue(1, 1)).blinded("the database cannot be read"), PLAN))
    assert IssueBoard().blind


def test_of_many_issues_the_gravest_are_named_and_the_others_counted() -> None:
    many = [issue(n, 1 if n > 297 else 2) for n in range(1, 301)] + [issue(n, 3) for n in range(301, 400)]
    found = list(of_issues(board(*many), PLAN))
    assert [g.subject for g in found] == [*(f"issue no. {n}" for n in (298, 299, 300, 1, 2)), "issues beside these"]
    assert (found[-1].overall, found[-1].text) == ("watch", "and 295 more: 295 of SEV2")
    graver = list(of_issues(board(*many, *(issue(n, 4, safety=True) for n in range(400, 407))), PLAN))
    assert (graver[-1].overall, graver[-1].text) == ("act", "and 302 more: 5 of SEV1 or patient safety, 297 of SEV2")
    assert len(list(of_issues(board(*many[:5]), PLAN))) == 5
    assert list(of_issues(board(*many[:6]), PLAN))[-1].text == "and 1 more: 1 of SEV2"


drawn = st.builds(
    issue,
    st.integers(1, 500),
    st.integers(1, 4),
    st.sampled_from(("ct", "mr")),
    st.integers(0, 300),
    status=st.sampled_from(Status),
    safety=st.booleans(),
)


@given(st.lists(drawn, unique_by=lambda i: i.number))
def test_every_open_issue_stands_in_one_cell_and_the_order_is_one(found: Sequence[Issue]) -> None:
    made = board(*found)
    assert sum(made.cells.values()) == made.counts.open == sum(i.status in OPEN for i in found)
    assert sum(made.counts.by_severity) == made.counts.open
    assert list(made.open) == sorted(made.open, key=gravity)
    assert len(made.open) == len({gravity(i) for i in made.open})
