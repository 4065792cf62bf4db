"""A decision: who may propose and end it, what it must say, and what becomes of it in each stage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.access import Role
from app.domain.measuring.overall import of_decisions
from app.domain.rollback.deciding import CONFIRMING, DESK, ended, proposed
from app.domain.rollback.decisions import (
    Action,
    Asked,
    ByPhone,
    Choice,
    Decision,
    Event,
    Person,
    Stage,
    breaches_of,
    stage_of,
    still_standing,
    story,
    told_of,
)
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_acts import decided, overridden, rested
from app.domain.rollback.trigger_sights import Share
from app.domain.rollback.triggers import Kind, Latch, Sight, State
from app.errors import Conflict, Forbidden, GoLiveError, Invalid

T = datetime(2026, 11, 21, 7, tzinfo=UTC)
T0, MINUTE = T - timedelta(hours=1), timedelta(minutes=1)
ANN = Person("Ann", "desk", "token-of-ann")
BO = Person("Bo", "authority", "token-of-bo")
PHONE = ByPhone("Dr. Chief", "+49 30 1", "Cyd")


def trigger(state: State = State.BREACHED, at: str = "2026-11-21T06:50:00Z", **more: Any) -> Trigger:
    share = Share(30, 20, 0.67, 0.5, 0.8, Sight.OK, "20 of 30")
    evidence = {"at": at} if state not in (State.WATCHING, State.PENDING, State.SHADOW, State.NOT_ARMED) else None
    latch = Latch(state, T - 10 * MINUTE, 3, Sight.OK, **more)
    return Trigger("slow:ct", "slow", "v1", "Slow", "ct", "m", 0.2, 120.0, True, latch, share, evidence)


def asked(kind: Choice = Choice.ROLL_BACK, **more: Any) -> Asked:
    whole = {"reason": "the worklist is gone"}
    if kind is Choice.CONTINUE:
        whole |= {"accepted_risk": "paper for an hour", "rearm_at": T + 60 * MINUTE}
    return Asked(**({"uuid": "u1", "trigger": "slow:ct", "kind": kind} | whole | more))


def proposal(kind: Choice = Choice.ROLL_BACK, by: Person = ANN, **more: Any) -> Decision:
    triggers = [trigger()] if more.get("trigger", "") is not None else []
    return proposed(asked(kind, **more), by, T, 1800.0, triggers, T0)


def event(action: Action = Action.CONFIRM, reason: str = "agreed", phone: ByPhone | None = None) -> Event:
    return Event("e1", action, reason, phone)


def staged(stage: Stage) -> tuple[Decision, datetime]:
    """Give a decision of Ann in a stage, and a moment at which it is in it."""
    now = T + MINUTE
    match stage:
        case Stage.PROPOSED:
            return proposal(), now
        case Stage.CONFIRMED:
            return ended(proposal(), event(), BO, now), now + MINUTE
        case Stage.WITHDRAWN:
            return ended(proposal(), event(Action.WITHDRAW, "no longer"), ANN, now), now + MINUTE
    return proposal(), T + 30 * MINUTE


@pytest.mark.parametrize("role", list(Role))
def test_only_the_desk_and_those_with_authority_propose(role: Role) -> None:
    if role not in DESK:
        with pytest.raises(Forbidden, match=f"the role {role} proposes no decision"):
            proposal(by=replace(ANN, role=role))
        return
    decision = proposal(by=replace(ANN, role=role))
    assert (stage_of(decision, T), decision.expires_at) == (Stage.PROPOSED, T + 30 * MINUTE)


@pytest.mark.parametrize("phone", [None, PHONE], ids=["there", "by phone"])
@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("role", list(Role))
def test_each_action_in_each_stage_by_each_role(
    role: Role, stage: Stage, action: Action, phone: ByPhone | None
) -> None:
    decision, now = staged(stage)
    may = CONFIRMING if action is Action.CONFIRM and phone is None else DESK
    by = Person("Dee", role, "token-of-dee")
    expected: type[GoLiveError] | None = None
    if role not in may:
        expected = Forbidden
    elif stage is not Stage.PROPOSED:
        expected = Conflict
    elif action is Action.WITHDRAW and phone is not None:
        expected = Invalid
    if expected is not None:
        with pytest.raises(expected):
            ended(decision, event(action, phone=phone), by, now)
        return
    after = ended(decision, event(action, phone=phone), by, now)
    assert stage_of(after, now) is (Stage.CONFIRMED if action is Action.CONFIRM else Stage.WITHDRAWN)
    assert after.confirmed_by == (None if action is Action.WITHDRAW else "Dr. Chief" if phone else "Dee")


@pytest.mark.parametrize(
    "by",
    [
        Person("Ann", "authority", "another token"),
        Person("  aNN ", "authority", "another token"),
        Person("Bo", "authority", "token-of-ann"),
        Person("", "admin", "token-of-ann"),
    ],
)
def test_the_same_name_or_the_same_token_cannot_confirm(by: Person) -> None:
    with pytest.raises(Forbidden, match=r"proposed this at 2026-11-21T07:00:00Z: the same (person|token) cannot"):
        ended(proposal(), event(), by, T + MINUTE)


def test_two_tokens_without_a_name_are_two_and_the_record_tells_them_apart() -> None:
    one, other = Person("", "desk", "0123456789ab"), Person("", "authority", "ba9876543210")
    after = ended(proposal(by=one), event(), other, T)
    assert (after.by.called, after.confirmed_by) == ("desk (token 01234567)", "authority (token ba987654)")


@pytest.mark.parametrize(
    ("phone", "error", "said"),
    [
        (replace(PHONE, caller=" "), Invalid, "by_phone.caller: is missing"),
        (replace(PHONE, call_back=""), Invalid, "by_phone.call_back: is missing"),
        (replace(PHONE, witness=""), Invalid, "by_phone.witness: is missing"),
        (replace(PHONE, caller="ANN"), Forbidden, "Ann proposed this: the same person"),
        (replace(PHONE, witness="dr.  chief"), Forbidden, "third person, not the caller"),
        (replace(PHONE, witness="ann"), Forbidden, "third person, not who enters it"),
    ],
)
def test_a_confirmation_by_telephone_names_three_different_people(
    phone: ByPhone, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        ended(proposal(), event(phone=phone), ANN, T + MINUTE)


def test_who_proposed_may_enter_the_telephone_call_of_an_authority() -> None:
    after = ended(proposal(), event(phone=PHONE), ANN, T + MINUTE)
    assert after.confirmed_by == "Dr. Chief"
    assert "confirmed by Dr. Chief by telephone, entered by Ann, at 2026-11-21T07:01:00Z" in story(after, T)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"kind": Choice.GO}, "kind"),
        ({"kind": Choice.HOLD}, "kind"),
        ({"trigger": None, "kind": Choice.FALSE_ALARM}, "kind"),
        ({"trigger": None, "kind": Choice.CONTINUE}, "kind"),
        ({"kind": Choice.CONTINUE, "accepted_risk": ""}, "accepted_risk"),
        ({"kind": Choice.CONTINUE, "rearm_at": None}, "rearm_at"),
        ({"kind": Choice.CONTINUE, "rearm_at": T}, "rearm_at"),
        ({"kind": Choice.ROLL_BACK, "accepted_risk": "x"}, "accepted_risk"),
        ({"kind": Choice.FALSE_ALARM, "rearm_at": T + MINUTE}, "rearm_at"),
    ],
)
def test_what_a_proposal_lacks_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        proposal(changed.pop("kind", Choice.ROLL_BACK), **changed)
    assert refused.value.field == field


@pytest.mark.parametrize("kind", [Choice.GO, Choice.HOLD, Choice.ROLL_BACK])
def test_the_go_live_as_a_whole_is_decided_without_any_breach(kind: Choice) -> None:
    assert proposal(kind, trigger=None).breaches == ()


@pytest.mark.parametrize("about", ["slow:ct", None])
def test_nothing_is_rolled_back_before_it_has_gone_live(about: str | None) -> None:
    with pytest.raises(Conflict, match="nothing has gone live"):
        proposed(asked(trigger=about), ANN, T, 1800.0, [trigger()], None)


@pytest.mark.parametrize("state", list(State))
def test_only_a_breach_that_waits_can_be_decided(state: State) -> None:
    if state not in (State.BREACHED, State.RECOVERING):
        with pytest.raises(Conflict, match=f"it is {state}$"):
            proposed(asked(), ANN, T, 1800.0, [trigger(state)], T0)
        return
    decision = proposed(asked(), ANN, T, 1800.0, [trigger(state)], T0)
    assert still_standing(decision, [trigger(state)]) == [trigger(state)]


def test_a_breach_under_an_override_can_be_decided() -> None:
    latch, _ = overridden(trigger().latch, T, T + MINUTE, "ann", "known")
    assert proposed(asked(), ANN, T, 1800.0, [replace(trigger(), latch=latch)], T0).breaches


def test_a_decision_is_about_its_own_breach_and_no_later_one() -> None:
    decision, later = proposal(), trigger(at="2026-11-21T07:10:00Z")
    assert still_standing(decision, [later, trigger(State.WATCHING)]) == []
    assert told_of([decision], later, T) is None
    assert told_of([decision], trigger(), T) is decision


def test_with_a_trigger_stands_what_is_proposed_for_its_breach_and_later_what_was_confirmed() -> None:
    gone = ended(proposal(), event(Action.WITHDRAW), ANN, T + MINUTE)
    waits = replace(proposal(Choice.FALSE_ALARM, uuid="u2"))
    done = ended(proposal(Choice.FALSE_ALARM, uuid="u3"), event(), BO, T + 2 * MINUTE)
    assert told_of([gone, waits], trigger(), T + 3 * MINUTE) is waits
    assert told_of([gone], trigger(), T + 3 * MINUTE) is gone
    assert told_of([done, waits], trigger(State.WATCHING), T + 3 * MINUTE) is done
    assert told_of([done], replace(trigger(), id="slow:er"), T) is None


@pytest.mark.parametrize("about", [None, "slow:er"])
def test_with_a_trigger_that_was_rolled_back_stands_the_decision_that_did_it_whatever_it_was_about(
    about: str | None,
) -> None:
    done = replace(proposal(), asked=asked(trigger=about, uuid="u9"))
    done = ended(done, event(), BO, T + MINUTE)
    latch, _ = rested(trigger().latch, T + MINUTE, "Ann", "rolled back")
    assert told_of([done], replace(trigger(), latch=latch), T + 2 * MINUTE) is done
    assert told_of([done], trigger(), T + 2 * MINUTE) is None


def test_to_continue_after_the_moment_to_watch_again_is_refused() -> None:
    decision = proposal(Choice.CONTINUE, rearm_at=T + 5 * MINUTE)
    with pytest.raises(Conflict, match="has passed: propose it anew"):
        ended(decision, event(), BO, T + 5 * MINUTE)


def test_the_story_of_each_end_names_who_and_when() -> None:
    said = {stage: story(*staged(stage)) for stage in Stage}
    assert said[Stage.PROPOSED].endswith("waits until 2026-11-21T07:30:00Z")
    assert said[Stage.CONFIRMED].endswith("confirmed by Bo at 2026-11-21T07:01:00Z")
    assert said[Stage.WITHDRAWN].endswith("withdrawn by Ann at 2026-11-21T07:01:00Z: no longer")
    assert said[Stage.EXPIRED].endswith("expired at 2026-11-21T07:30:00Z unconfirmed: propose it anew")
    assert all(s.startswith("roll_back was proposed by Ann at 2026-11-21T07:00:00Z") for s in said.values())


@pytest.mark.parametrize("state", list(State))
def test_after_a_roll_back_every_trigger_rests(state: State) -> None:
    before = Latch(state, T, underneath=State.BREACHED if state is State.OVERRIDDEN else None)
    after, _ = rested(before, T, "ann", "rolled back")
    if state in (State.BREACHED, State.RECOVERING, State.DECIDED, State.OVERRIDDEN):
        assert (after.state, after.decided) == (State.DECIDED, Kind.ROLL_BACK)
    else:
        assert after.state is (State.NOT_ARMED if state is State.NOT_ARMED else State.SHADOW)
    assert rested(after, T, "ann", "again") == (after, ())


def test_breaches_are_told_by_rule_and_beginning() -> None:
    after, _ = decided(trigger().latch, T, Kind.CONTINUE, "ann", "x", T + MINUTE)
    assert breaches_of([replace(trigger(), latch=after)]) == ()
    assert [b.rule for b in breaches_of([trigger(), replace(trigger(), rule="v2")])] == ["v1", "v2"]


def test_the_status_names_each_proposal_that_waits_and_raises_nothing() -> None:
    made = proposed(Asked("u", None, Choice.HOLD, "the network is being looked at"), ANN, T, 1800, [], T0)
    (ground,) = of_decisions([made, replace(made, at=T - 2 * MINUTE, expires_at=T - MINUTE)], T)
    assert (ground.overall, ground.subject) == ("named", "decision about go-live")
    assert ground.text == "hold was proposed by Ann at 2026-11-21T07:00:00Z and waits until 2026-11-21T07:30:00Z"
