"""Escalation: when an issue goes on, what stops it, and who is told outside of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.floor.escalation import Timer, next_timer
from app.domain.floor.floor_plans import FloorPlan, TeamPlan
from app.domain.floor.issues import Action, Issue, Status, folded
from app.domain.journal import Entry
from app.domain.plans import Plan
from app.domain.telling.notice_plans import Channel, NoticePlan, Occasion, Route
from app.domain.telling.notices import noticed
from tests.unit.made import plan
from tests.unit.test_issues import T, event, issue

SPANS = (120.0, 600.0, 1800.0)


def after(seconds: float) -> Any:
    return T + timedelta(seconds=seconds)


def test_an_issue_waits_at_each_step_for_its_own_time_and_ends_at_the_vendor() -> None:
    one: Issue = issue()
    timer = next_timer(one, None, SPANS, T)
    assert timer == Timer("i1", 0, 0, 2, T, after(120))
    due = []
    while timer is not None:
        due.append((timer.tier, (timer.due_at - T).total_seconds()))
        one, now = folded(one, event(Action.ESCALATE, n=len(due) + 1)), timer.due_at
        timer = next_timer(one, timer, SPANS, now)
    assert due == [(0, 120.0), (1, 720.0), (2, 2520.0)]
    assert one.tier == 3


@pytest.mark.parametrize(
    "action", [Action.ACKNOWLEDGE, Action.FIX, Action.CLOSE, Action.DUPLICATE, Action.KNOWN, Action.TRAINING]
)
def test_what_takes_an_issue_up_or_ends_it_stops_its_timer(action: Action) -> None:
    live = next_timer(issue(), None, SPANS, T)
    assert next_timer(folded(issue(), event(action, text="on it")), live, SPANS, after(60)) is None


@pytest.mark.parametrize("action", [Action.COMMENT, Action.ME_TOO, Action.ASSIGN, Action.START])
def test_what_only_says_something_does_not_move_its_deadline(action: Action) -> None:
    live = next_timer(issue(), None, SPANS, T)
    assert next_timer(folded(issue(), event(action)), live, SPANS, after(60)) == live


def test_another_severity_counts_from_the_same_beginning_and_makes_nothing_due_before_now() -> None:
    live = next_timer(issue(), None, SPANS, T)
    graver = folded(issue(), event(Action.TRIAGE, severity=1))
    assert next_timer(graver, live, (90.0,), after(60)) == Timer("i1", 1, 0, 1, T, after(90))
    assert next_timer(graver, live, (30.0,), after(60)) == Timer("i1", 1, 0, 1, T, after(60))
    assert next_timer(graver, live, (), after(60)) is None


def test_what_is_opened_again_waits_anew_where_it_stood() -> None:
    again = folded(issue(Status.FIXED, tier=1), event(Action.REOPEN))
    assert next_timer(again, None, SPANS, after(60)) == Timer("i1", 0, 1, 2, after(60), after(660))


def test_what_is_opened_again_at_the_vendor_waits_at_it_and_goes_to_the_vendor_anew() -> None:
    again = folded(issue(Status.VERIFIED, tier=3, severity=1), event(Action.REOPEN))
    assert (again.tier, again.acknowledged_at) == (2, None)
    assert next_timer(again, None, SPANS, after(60)) == Timer("i1", 0, 2, 1, after(60), after(1860))


@pytest.mark.parametrize("graver", [{"severity": 1}, {"safety": True}])
@pytest.mark.parametrize(("tier", "waits_at"), [(0, 0), (1, 1), (3, 2)])
def test_what_a_merge_made_graver_waits_anew_for_an_acknowledgement(graver: Any, tier: int, waits_at: int) -> None:
    seen = folded(issue(tier=tier, severity=3), event(Action.ACKNOWLEDGE, text="on it"))
    assert next_timer(seen, None, SPANS, after(60)) is None
    raised = folded(seen, event(Action.COMMENT, n=3, text="no. 2, merged into this one, was graver", **graver))
    assert (raised.acknowledged_at, raised.tier) == (None, waits_at)
    timer = next_timer(raised, None, SPANS, after(60))
    assert timer == Timer("i1", 0, waits_at, raised.severity, after(60), after(60 + SPANS[waits_at]))


TEAMS = {
    "center": TeamPlan("center", "Center", "desk", "desk-channel"),
    "it": TeamPlan("it", "IT", "it", "it-pager", frozenset({"worklist"})),
    "pacs": TeamPlan("pacs", "PACS", "it", "pacs-pager", frozenset({"images-slow"})),
}


def told(what: str, phases: frozenset[str] = frozenset({"decision"}), of: Plan | None = None, **body: Any) -> Any:
    whole = {
        "number": 41, "sequence": 9, "area": "ct", "category": "worklist", "severity": 2, "safety": False,
        "safety_raised": False, "status": "new", "tier": "it", "text": "Mrs Miller",
    }  # fmt: skip
    entry = Entry(7, T, "golive", f"issue.{what}", "i1", {**whole, **body}, "", "")
    return noticed(entry, of or planned(), {}, phases)


def planned(*routes: Route, teams: Any = TEAMS) -> Plan:
    floor = FloorPlan({"worklist": "Worklist"}, teams, service_desk="service")
    return replace(plan(), floor=floor, notices=NoticePlan((Channel("a"), Channel("b")), routes))


def test_an_escalation_is_told_to_the_teams_of_its_tier_that_take_the_category_and_to_the_routes() -> None:
    (found,) = told("escalate")
    assert (found.channel, found.occasion, found.severity) == ("it-pager", Occasion.ESCALATION, "warning")
    assert "no. 41, Worklist, CT" in found.title
    routed = told("escalate", of=planned(Route("a", frozenset({Occasion.ESCALATION}))))
    assert [n.channel for n in routed] == ["a", "it-pager"]


def test_patient_safety_is_always_told_whatever_the_routes_say() -> None:
    (found,) = told("create", safety=True, safety_raised=True)
    assert (found.channel, found.occasion, found.severity) == ("desk-channel", Occasion.SAFETY, "failure")
    nobody = told("triage", of=planned(teams={}), safety=True, safety_raised=True)
    assert [n.channel for n in nobody] == ["a", "b"]
    assert told("comment", safety=True) == []


def test_after_the_command_center_closed_the_service_desk_gets_each_new_issue() -> None:
    assert told("create") == []
    assert [n.channel for n in told("create", frozenset({"stabilisation"}))] == ["service"]
    assert told("create", frozenset({"command_center", "stabilisation"})) == []


def test_no_notice_of_an_issue_holds_a_word_that_somebody_typed() -> None:
    found = told("create", frozenset({"stabilisation"}), safety=True, safety_raised=True)
    assert len(found) == 2
    assert "Miller" not in str(found)
