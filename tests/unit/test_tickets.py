"""What a ticket system is told of an issue, and what of its answer is taken for a ticket."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issues import Status
from app.domain.floor.tickets import CHANNEL, payload, ticket_of
from app.domain.journal import Entry
from app.domain.telling.notice_plans import Channel, NoticePlan, Occasion
from app.domain.telling.notices import handed_over, noticed
from app.running.webhook import headers
from tests.unit.made import WORKLIST, plan
from tests.unit.test_issues import T, issue

NOTICES = NoticePlan((Channel("it"), Channel(CHANNEL, webhook=True)), ticket_answer="ticket")
FLOOR = FloorPlan({"worklist": "Worklist"}, service_desk="it")
PLAN = replace(plan(WORKLIST), areas={"ct": "CT"}, floor=FLOOR, notices=NOTICES)


def entry(act: str = "create", actor: str = "Ann", **more: Any) -> Entry:
    body = {
        "number": 41, "sequence": 7, "event": "e7", "area": "ct", "category": "worklist", "severity": 2,
        "safety": False, "status": "new", "tier": "floor", "safety_raised": False, **more,
    }  # fmt: skip
    return Entry(9, T, actor, f"issue.{act}", "i1", body, "", "")


def test_an_event_is_told_by_ids_and_names_of_golive_toml() -> None:
    told = json.loads(payload(entry("triage", status="triaged"), PLAN))
    assert (told["type"], told["action"], told["event"], told["at"]) == (
        "issue.changed", "triage", "e7", "2026-11-21T07:00:00.000Z",
    )  # fmt: skip
    assert (told["issue"]["area_name"], told["issue"]["status"], told["issue"]["number"]) == ("CT", "triaged", 41)
    assert json.loads(payload(entry(), PLAN))["type"] == "issue.created"


def test_golive_s_own_note_of_a_ticket_is_not_told_back() -> None:
    assert payload(entry("comment", "golive"), PLAN) == ""
    assert payload(entry("comment"), PLAN) != ""
    assert payload(entry("escalate", "golive"), PLAN) != ""


def test_each_event_is_one_notice_to_the_ticket_system_and_only_where_there_is_one() -> None:
    (made,) = noticed(entry(), PLAN, {}, frozenset({"decision"}))
    assert (made.channel, made.occasion, made.number, made.title) == (CHANNEL, Occasion.TICKET, 7, "e7")
    assert json.loads(made.text)["event"] == "e7"
    without = replace(PLAN, notices=replace(NOTICES, ticket_answer=None))
    assert noticed(entry(), without, {}, frozenset({"decision"})) == []


@pytest.mark.parametrize(
    ("answer", "where", "ticket"),
    [
        ({"ticket": "INC-41"}, "ticket", "INC-41"),
        ({"result": {"number": 41}}, "result.number", "41"),
        ({"result": []}, "result.number", ""),
        ({"ticket": "Mrs Jones waits"}, "ticket", ""),
        ({"ticket": "x" * 65}, "ticket", ""),
        ({"ticket": True}, "ticket", ""),
        (None, "ticket", ""),
        ("INC-41", "ticket", ""),
    ],
)
def test_a_ticket_is_what_looks_like_one(answer: Any, where: str, ticket: str) -> None:
    assert ticket_of(answer, where) == ticket


def test_a_repeat_differs_in_its_moment_and_signature_alone() -> None:
    first, again = headers("e7", 100, b"{}", "key"), headers("e7", 160, b"{}", "key")
    assert {k for k in first if first[k] != again[k]} == {"webhook-timestamp", "webhook-signature"}
    assert headers("e7", 100, b"{}", "other")["webhook-signature"] != first["webhook-signature"]


def test_at_the_close_what_is_open_or_unverified_goes_to_the_service_desk_and_the_id_is_of_this_close() -> None:
    found = [
        issue(uuid="open"), issue(Status.FIXED, "fixed"), issue(Status.CLOSED, "closed"), issue(Status.VERIFIED, "v"),
        replace(issue(uuid="late"), received_at=T + timedelta(hours=3)),
    ]  # fmt: skip
    close, phases = T + timedelta(hours=1), frozenset({"stabilisation"})
    made = handed_over(PLAN, found, close, close + timedelta(minutes=1), phases)
    assert [(n.subject, n.channel, n.occasion) for n in made] == [
        ("open", "it", Occasion.CLOSING), ("fixed", "it", Occasion.CLOSING),
    ]  # fmt: skip
    again = handed_over(PLAN, found, close, close + timedelta(minutes=1), phases)
    assert [n.id for n in again] == [n.id for n in made]
    other = handed_over(PLAN, found, close + timedelta(days=1), close + timedelta(days=2), phases)
    assert {n.id for n in other}.isdisjoint(n.id for n in made)
    assert "stays empty" not in made[0].title + made[0].text
    assert handed_over(replace(PLAN, floor=FloorPlan()), found, close, close, phases) == []
