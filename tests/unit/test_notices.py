"""Notices: who is told what and when, the ids that repeats share, what is never said, and how long is waited."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.journal import Entry
from app.domain.plans import Authority, Plan, Rule
from app.domain.rollback.decisions import Action, Asked, Choice, Decision, End, Event, Person
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_sights import Share
from app.domain.rollback.triggers import Cause, Latch, Sight, State
from app.domain.telling.notice_plans import Channel, NoticePlan, Occasion, Route
from app.domain.telling.notices import Fate, Notice, fate, noticed, owed, wait_s
from tests.unit.made import T, at, plan

EVERYTHING = frozenset(Occasion)
COUNTS = {"kind": "share", "n": 42, "beyond": 14, "share": 1 / 3, "low": 0.21, "high": 0.48, "limit_share": 0.2}
FACTS = {**COUNTS, "slower_than_s": 5.0, "window_s": 300.0, "reason": "Mrs Miller said so"}
MINUTE = 60.0


def planned(*routes: Route, authorities: tuple[str | None, ...] = (), **more: Any) -> Plan:
    """Give a plan with these routes and, by their channels, these authorities."""
    names = dict.fromkeys([r.channel for r in routes] + [a for a in authorities if a])
    told = NoticePlan(tuple(Channel(n) for n in names), routes)
    people = tuple(Authority(f"Dr. {n}", "+49 30 1", None, channel) for n, channel in enumerate(authorities))
    rules = (Rule("slow", "Worklist slow"), Rule("down", "PACS down"))
    whole = {"notices": told, "authorities": people, "rules": rules, "zone": ZoneInfo("Europe/Berlin")}
    return replace(plan(), **(whole | more))


def trigger(state: State = State.BREACHED, rule: str = "slow", **more: Any) -> Trigger:
    share = Share(40, 20, 0.5, 0.35, 0.65, Sight.OK, "20 of 40, said Mrs Miller")
    title = {"slow": "Worklist slow", "down": "PACS down"}[rule]
    latch = Latch(state, T, 3, Sight.OK, **more)
    return Trigger(f"{rule}:ct", rule, "v1", title, "ct", "m", 0.2, 120.0, True, latch, share, {**FACTS, "at": "x"})


def entry(cause: Cause, before: State, after: State, rule: str = "slow", number: int = 3, **more: Any) -> Entry:
    body = {"rule": "v1", "number": number, "before": before.value, "after": after.value, "why": "typed", **FACTS}
    act = f"trigger.{cause.value.replace(' ', '_')}"
    return Entry(7, T, "golive", act, f"{rule}:ct", {**body, **more}, "", "")


BREACH = entry(Cause.BREACH, State.PENDING, State.BREACHED)


def proposal(kind: str = "roll_back", trigger: str | None = "slow:ct") -> Entry:
    body = {"kind": kind, "trigger": trigger, "reason": "typed", "expires_at": at(1800).isoformat()}
    return Entry(8, T, "Ann", "decision.propose", "u1", body, "", "")


def decision(end: Action | None = None, kind: Choice = Choice.ROLL_BACK) -> Decision:
    ann, bo = Person("Ann", "desk", "t1"), Person("Bo", "authority", "t2")
    made = Decision(Asked("u1", "slow:ct", kind, "typed"), ann, T, at(1800))
    return made if end is None else replace(made, end=End(Event("e", end, "typed"), bo, at(60)))


def told(of: Plan, *entries: Entry, phase: str = "decision", state: Trigger | None = None) -> list[Notice]:
    known = [state] if state is not None else [trigger(), trigger(rule="down")]
    states = {(t.id, t.rule): t for t in known}
    return [notice for entry in entries for notice in noticed(entry, of, states, frozenset({phase}))]


def due(of: Plan, first: list[Notice], seconds: float, *states: Trigger, open_: tuple[Decision, ...] = ()) -> Any:
    return owed(of, first, states, open_, frozenset({"decision"}), at(seconds))


WHO = {
    Cause.BREACH: (State.PENDING, State.BREACHED, Occasion.BREACH),
    Cause.BREACH_AGAIN: (State.RECOVERING, State.BREACHED, Occasion.BREACH),
    Cause.OVERRIDE_ENDS: (State.OVERRIDDEN, State.BREACHED, Occasion.BREACH),
    Cause.RECOVERY: (State.BREACHED, State.RECOVERING, Occasion.RECOVERY),
    Cause.UNSEEN: (State.WATCHING, State.WATCHING, Occasion.UNSEEN),
    Cause.SEEN_AGAIN: (State.BREACHED, State.BREACHED, Occasion.UNSEEN),
    Cause.UNDECIDED: (State.OVERRIDDEN, State.OVERRIDDEN, Occasion.UNDECIDED),
}


@pytest.mark.parametrize("cause", WHO)
def test_each_thing_that_happens_has_its_occasion(cause: Cause) -> None:
    before, after, occasion = WHO[cause]
    (found,) = told(planned(Route("desk", EVERYTHING)), entry(cause, before, after))
    assert found.occasion is occasion
    assert told(planned(Route("desk", EVERYTHING - {occasion})), entry(cause, before, after)) == []


@pytest.mark.parametrize(
    ("cause", "before", "after"),
    [
        (Cause.WOULD_BREACH, State.SHADOW, State.SHADOW),
        (Cause.WOULD_BREACH, State.NOT_ARMED, State.NOT_ARMED),
        (Cause.WOULD_BREACH, State.OVERRIDDEN, State.OVERRIDDEN),
        (Cause.WOULD_BREACH, State.DECIDED, State.DECIDED),
        (Cause.UNSEEN, State.SHADOW, State.SHADOW),
        (Cause.UNSEEN, State.NOT_ARMED, State.NOT_ARMED),
        (Cause.UNSEEN, State.OVERRIDDEN, State.OVERRIDDEN),
        (Cause.UNSEEN, State.DECIDED, State.DECIDED),
        (Cause.ARM, State.SHADOW, State.WATCHING),
        (Cause.REST, State.WATCHING, State.SHADOW),
        (Cause.BEYOND, State.WATCHING, State.PENDING),
        (Cause.WITHIN, State.PENDING, State.WATCHING),
        (Cause.OVERRIDE_ENDS, State.OVERRIDDEN, State.SHADOW),
        (Cause.ACKNOWLEDGE, State.BREACHED, State.BREACHED),
        (Cause.DECIDE, State.BREACHED, State.DECIDED),
    ],
)
def test_shadow_what_is_not_armed_and_mere_steps_tell_nobody(cause: Cause, before: State, after: State) -> None:
    assert told(planned(Route("desk", EVERYTHING)), entry(cause, before, after)) == []


@pytest.mark.parametrize(
    ("route", "phase", "reached"),
    [
        ({"triggers": frozenset({"slow"})}, "decision", True),
        ({"triggers": frozenset({"down"})}, "decision", False),
        ({"phases": frozenset({"decision", "command_center"})}, "command_center", True),
        ({"phases": frozenset({"decision"})}, "stabilisation", False),
        ({}, "before", True),
    ],
)
def test_a_route_chooses_by_rule_and_phase(route: dict[str, Any], phase: str, reached: bool) -> None:
    found = told(planned(Route("desk", EVERYTHING, **route)), BREACH, phase=phase)
    assert [n.channel for n in found] == ["desk"] * reached


def test_two_routes_to_one_channel_are_one_notice() -> None:
    routes = (Route("desk", EVERYTHING), Route("desk", frozenset({Occasion.BREACH})), Route("pager", EVERYTHING))
    assert sorted(n.channel for n in told(planned(*routes), BREACH)) == ["desk", "pager"]


def test_an_id_is_that_of_one_event_to_one_channel_and_of_nothing_else() -> None:
    of = planned(Route("desk", EVERYTHING), Route("pager", EVERYTHING))
    once, again = told(of, BREACH), told(of, BREACH, phase="command_center")
    assert [n.id for n in once] == [n.id for n in again]
    others = [
        *told(of, entry(Cause.BREACH, State.PENDING, State.BREACHED, number=9)),
        *told(of, entry(Cause.BREACH, State.PENDING, State.BREACHED, rule="down")),
        *told(replace(of, site="south"), BREACH),
        *told(of, proposal()),
    ]
    ids = [n.id for n in (*once, *others)]
    assert len(set(ids)) == len(ids) == 10
    assert all(n.id in n.text for n in once)


def test_a_breach_says_its_numbers_and_when_by_the_sites_clock() -> None:
    (found,) = told(planned(Route("desk", EVERYTHING)), BREACH)
    assert found.title == "golive North Campus: breach: Worklist slow, CT"
    assert found.text.splitlines()[:3] == [
        "Breached at Sat 21 Nov 13:00:00 +0100; a decision is due.",
        "14 of 42 slower than 5 s in 5 min: 33 %, between 21 % and 48 %; 20 % allowed.",
        "Trigger slow:ct, now breached.",
    ]
    assert found.severity == "failure"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "backlog", "value": 21, "older_than_s": 7200.0}, "21 waiting for longer than 2 h; 10 allowed."),
        ({"kind": "silence", "value": 2700.0, "quiet_for_s": 2400.0}, "Quiet for 45 min; 40 min allowed."),
        ({"kind": "count", "value": 3, "window_s": 3600.0}, "3 counted in 1 h; 10 allowed."),
        (
            {"kind": "availability", "value": 130.0, "down_for_s": 120.0, "window_s": 600.0},
            "2 min without an answer in 10 min; 2 min allowed.",
        ),
        ({"kind": "share", "n": 3, "window_s": 300.0}, "3 counted in 5 min."),
        ({"kind": "all", "value": 2}, "Trigger slow:ct, now breached."),
    ],
)
def test_each_kind_of_rule_says_what_it_counted(facts: dict[str, Any], words: str) -> None:
    body = {"rule": "v1", "number": 3, "before": "pending", "after": "breached"} | facts
    state = replace(trigger(), limit=10.0)
    (found,) = told(planned(Route("d", EVERYTHING)), replace(BREACH, body=body), state=state)
    assert words == found.text.splitlines()[1]


def test_a_notice_holds_no_word_that_somebody_typed_and_no_name() -> None:
    of = planned(Route("desk", EVERYTHING, remind_every_s=60.0), authorities=("ada",))
    ends = {"kind": "roll_back", "trigger": None, "reason": "typed", "confirmed_by": "Bo"}
    late = told(of, BREACH)
    entries = [
        BREACH,
        proposal(),
        Entry(9, T, "Bo", "decision.confirm", "u1", ends, "", ""),
        Entry(10, T, "Bo", "go_live.delay", "north", {"at": at(60).isoformat(), "reason": "typed"}, "", ""),
    ]
    reminders = due(of, late, 70, trigger(), open_=(decision(),))
    said = " ".join(n.title + n.text for n in (*told(of, *entries), *reminders))
    assert reminders
    assert not [word for word in ("typed", "Miller", "Ann", "Bo", "Dr.") if word in said]


def test_a_simulation_says_so_in_every_title() -> None:
    of = planned(Route("desk", EVERYTHING), simulation=True)
    assert all(n.title.startswith("SIMULATION, golive") for n in told(of, BREACH, proposal()))


@pytest.mark.parametrize(
    ("seconds", "state", "counts"),
    [
        (599, trigger(), []),
        (600, trigger(), [1]),
        (1199, trigger(), [1]),
        (6000, trigger(), [10]),
        (600, trigger(State.RECOVERING), [1]),
        (600, trigger(acknowledged_at=at(30), acknowledged_by="Cyd"), []),
        (600, trigger(State.DECIDED), []),
        (600, trigger(State.OVERRIDDEN), []),
        (600, trigger(State.WATCHING), []),
    ],
)
def test_a_breach_is_said_again_until_somebody_acknowledges_or_decides(
    seconds: float, state: Trigger, counts: list[int]
) -> None:
    of = planned(Route("desk", EVERYTHING, remind_every_s=600.0), Route("pager", EVERYTHING))
    found = due(of, told(of, BREACH), seconds, state)
    assert [(n.channel, n.reminder) for n in found] == [("desk", c) for c in counts]
    assert all("Reminder" in n.text and "20 of 40 slower than 5 s" in n.text for n in found)


def test_reminders_count_from_the_newest_telling_and_sight_that_was_lost_does_not_end_them() -> None:
    of = planned(Route("desk", EVERYTHING, remind_every_s=600.0))
    again = replace(entry(Cause.BREACH_AGAIN, State.RECOVERING, State.BREACHED, number=5), at=at(500))
    unseen = replace(entry(Cause.UNSEEN, State.BREACHED, State.BREACHED, number=6), at=at(550))
    first = told(of, BREACH, again, unseen)
    assert due(of, first, 1000, trigger(told_unseen=True)) == []
    (found,) = due(of, first, 1100, trigger(told_unseen=True))
    assert (found.occasion, found.number, found.reminder) == (Occasion.BREACH, 5, 1)


def test_lost_sight_is_said_again_while_it_lasts() -> None:
    of = planned(Route("desk", EVERYTHING, remind_every_s=600.0))
    first = told(of, entry(Cause.UNSEEN, State.WATCHING, State.WATCHING))
    assert [n.reminder for n in due(of, first, 1300, trigger(State.WATCHING, told_unseen=True))] == [2]
    assert due(of, first, 1300, trigger(State.WATCHING)) == []


def test_authorities_are_asked_in_their_order_the_next_when_the_one_before_did_not_confirm() -> None:
    of = planned(authorities=(None, "ada", "bo", None, "cy"))
    (first,) = told(of, proposal())
    assert (first.channel, first.occasion) == ("ada", Occasion.PROPOSAL)
    assert "until Sat 21 Nov 13:30:00 +0100" in first.text
    assert due(of, [first], 299, open_=(decision(),)) == []
    (second,) = due(of, [first], 300, open_=(decision(),))
    assert (second.channel, "as number 2" in second.text) == ("bo", True)
    assert [n.channel for n in due(of, [], 600, open_=(decision(),))] == ["bo", "cy"]
    assert due(of, [], 600, open_=(decision(Action.CONFIRM),)) == []
    assert due(of, [], 1800, open_=(decision(),)) == []


def test_two_authorities_behind_one_channel_are_two_notices() -> None:
    of = planned(authorities=("group", "group"))
    (first,) = told(of, proposal())
    (second,) = due(of, [first], 300, open_=(decision(),))
    assert first.id != second.id


def test_a_proposal_that_nobody_confirmed_is_told_as_expired_once_and_not_for_ever() -> None:
    of = planned(Route("desk", frozenset({Occasion.DECISION, Occasion.PROPOSAL}), remind_every_s=600.0))
    assert [n.reminder for n in due(of, [], 700, open_=(decision(),))] == [1]
    (found,) = due(of, [], 1801, open_=(decision(),))
    assert (found.occasion, "expired, confirmed by nobody: roll back" in found.title) == (Occasion.DECISION, True)
    assert due(of, [], 3000, open_=(decision(),)) == [found]
    assert due(of, [], 1800 + 86_400, open_=(decision(),)) == []


@pytest.mark.parametrize("act", ["declare", "delay", "call_off", "roll_back"])
def test_what_becomes_of_the_go_live_is_told_where_it_is_routed(act: str) -> None:
    made = Entry(11, T, "Ann", f"go_live.{act}", "north", {"at": at(0).isoformat()}, "", "")
    (found,) = told(planned(Route("desk", EVERYTHING)), made)
    assert (found.occasion, found.number) == (Occasion.GO_LIVE, 11)


def test_what_the_journal_says_besides_is_told_to_nobody() -> None:
    others = [Entry(n, T, "golive", act, "x", {}, "", "") for n, act in enumerate(("app.start", "token.create"))]
    assert told(planned(Route("desk", EVERYTHING)), *others) == []


def test_a_call_for_what_is_done_is_dropped_and_what_happened_is_told_late_too() -> None:
    of = planned(Route("desk", EVERYTHING, remind_every_s=60.0))
    (breach,), (asked,) = told(of, BREACH), told(of, proposal())
    (reminder,) = due(of, [breach], 60, trigger())
    gone = trigger(State.DECIDED)
    assert fate(breach, gone, None, "", at(60)) is Fate.SEND
    assert fate(reminder, gone, None, "", at(60)) is Fate.DROP
    assert fate(reminder, trigger(), None, "", at(60)) is Fate.SEND
    assert fate(asked, None, decision(), "", at(60)) is Fate.SEND
    assert fate(asked, None, decision(Action.WITHDRAW), "", at(60)) is Fate.DROP
    assert fate(asked, None, decision(), "", at(1800)) is Fate.DROP


def test_a_dependency_holds_back_a_notice_and_what_is_over_by_then_is_not_told_any_more() -> None:
    of = planned(Route("desk", EVERYTHING))
    (breach,), (recovery,) = told(of, BREACH), told(of, entry(Cause.RECOVERY, State.BREACHED, State.RECOVERING))
    assert fate(breach, trigger(), None, "network", at(60)) is Fate.HOLD
    assert fate(breach, trigger(State.RECOVERING), None, "network", at(60)) is Fate.HOLD
    assert fate(breach, trigger(State.DECIDED), None, "network", at(60)) is Fate.DROP
    assert fate(recovery, trigger(State.RECOVERING), None, "network", at(60)) is Fate.HOLD
    assert fate(breach, trigger(), None, "", at(60)) is Fate.SEND


def test_waits_double_up_to_five_minutes_and_no_two_are_alike() -> None:
    assert [wait_s(n, 1.0) for n in range(1, 10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert [wait_s(n, 0.0) for n in (1, 8, 10_000)] == [1, 128, 150]
    assert wait_s(3, 0.25) == 5.0
    assert timedelta(seconds=wait_s(10_000, 1.0)) == timedelta(minutes=5)
