"""The numbers of issues: whoever still waits counts, and what was never verified is seen."""

from datetime import timedelta

from app.domain.floor.issue_measures import (
    Span,
    first_responses,
    per_100_exams,
    reopened_share,
    times_to_solve,
    unverified_share,
)
from app.domain.floor.issues import Action, Status, fold
from tests.unit.test_issues import SUE, T, event, issue

HOUR = T + timedelta(hours=1)


def test_who_still_waits_for_an_answer_counts_with_the_wait_so_far() -> None:
    answered = fold(issue(), [event(Action.COMMENT, SUE, 1, text="?"), event(Action.TRIAGE, n=4)])
    assert first_responses([answered, issue()], HOUR) == [Span(240.0, True), Span(3600.0, False)]


def test_what_is_solved_is_measured_to_its_fix_and_not_to_its_closing() -> None:
    closed = fold(issue(), [event(Action.FIX, n=10, resolution="x"), event(Action.CLOSE, n=50, resolution="x")])
    again = fold(closed, [event(Action.REOPEN, SUE, 55)])
    found = times_to_solve([closed, again, issue(Status.DUPLICATE), issue(Status.TRAINING)], HOUR)
    assert found == [Span(600.0, True), Span(3600.0, False)]


def test_what_was_called_solved_and_opened_again_and_what_nobody_verified_are_shares() -> None:
    fixed = event(Action.FIX, n=2, resolution="x")
    good = fold(issue(), [fixed, event(Action.VERIFY, SUE, 3), event(Action.CLOSE, n=4, resolution="x")])
    bare = fold(issue(), [event(Action.CLOSE, n=4, resolution="x")])
    again = fold(good, [event(Action.REOPEN, SUE, 9)])
    assert (unverified_share([good, bare, issue()]).n, unverified_share([good, bare, issue()]).share) == (2, 0.5)
    assert (reopened_share([good, again, issue()]).n, reopened_share([good, again, issue()]).share) == (2, 0.5)
    assert unverified_share([]).share is None


def test_issues_are_seen_beside_the_exams_done() -> None:
    assert per_100_exams([issue(), issue(Status.CLOSED), issue(Status.DUPLICATE)], 50) == 4.0
    assert per_100_exams([issue()], 0) is None
