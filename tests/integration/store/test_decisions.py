"""Decisions in the database, on each kind: two at once, the judge in between, all of an act or nothing of it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.clock import SteadyClock
from app.commands import decisions as deciding
from app.commands import golive
from app.commands import trigger_acts as commands
from app.domain.plans import Plan, Rule
from app.domain.rollback.decisions import Action, Asked, Choice, Decision, Event, Person
from app.domain.rollback.golive import Act
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_acts import overridden
from app.domain.rollback.trigger_sights import Share
from app.domain.rollback.triggers import Cause, Kind, Latch, Reading, Sight, State, Transition, evaluate
from app.errors import Conflict, Forbidden
from app.judge import Judge
from app.store import decisions, golives, journal, triggers
from app.store.db import Database, Session
from app.store.heartbeats import Heartbeats
from tests.integration.store.conftest import SITE
from tests.integration.store.making import NOON
from tests.unit.made import WORKLIST, plan

RULE = Rule(
    id="slow", title="Worklist slow", measure="worklist.response", where=(), slower_than_s=5.0, share=0.2,
    recover_below=0.05, window_s=300.0, at_least=20, breach_after_s=60.0, blind_after_s=300.0, version="v1",
)  # fmt: skip
PLAN: Plan = replace(plan(WORKLIST), rules=(RULE,), zone=ZoneInfo("UTC"))
ANN, BO = Person("Ann", "desk", "token-ann"), Person("Bo", "authority", "token-bo")
CY = Person("Cy", "authority", "token-cy")
MINUTE = timedelta(minutes=1)
CONFIRM = Event("e1", Action.CONFIRM, "agreed")
RECOVERED, BEYOND = Reading(Sight.OK, recovered=True), Reading(Sight.OK, beyond=True)


@pytest.fixture
def house(database: Database) -> Database:
    """A database in which the go-live was declared and one trigger has breached."""
    breached = Transition(1, NOON, State.PENDING, State.BREACHED, Cause.BREACH)

    def act(s: Session) -> None:
        golives.declare(s, SITE, NOON - 60 * MINUTE, NOON, "Ann")
        assert triggers.keep(s, SITE, trigger(), None, [breached])

    database.write_now(act)
    return database


def trigger() -> Trigger:
    share = Share(30, 20, 0.67, 0.5, 0.8, Sight.OK, "20 of 30")
    latch = Latch(State.BREACHED, NOON, 1, Sight.OK, told_breach=True)
    evidence = {"at": "2026-11-21T12:00:00Z"}
    return Trigger("slow", "slow", "v1", "Slow", None, RULE.measure, 0.2, 60.0, True, latch, share, evidence)


def asked(kind: Choice = Choice.FALSE_ALARM, uuid: str = "d1", **more: Any) -> Asked:
    return Asked(**({"uuid": uuid, "trigger": "slow", "kind": kind, "reason": "why"} | more))


def propose(db: Database, **more: Any) -> Decision:
    return db.write_now(deciding.proposing(PLAN, asked(**more), ANN, NOON))[0]


def ending(event: Event = CONFIRM, by: Person = BO, uuid: str = "d1") -> Callable[[Session], Decision]:
    return deciding.ending(PLAN, uuid, event, by, NOON + MINUTE)


def now_is(db: Database) -> Trigger:
    (found,) = db.read_now(lambda s: triggers.get(s, SITE, "slow"))
    return found


def causes(db: Database) -> list[Cause]:
    return [t.cause for t in db.read_now(lambda s: triggers.transitions(s, SITE, "slow"))]


def acts(db: Database) -> list[str]:
    return [e.act for e in db.read_now(lambda s: journal.after(s, SITE, 0, 1000))]


def judged(db: Database, before: Trigger, reading: Reading) -> Callable[[Session], bool]:
    """Give the act by which the judge stores what it came to from what it knew."""
    latch, made = evaluate(before.latch, RULE.allowance, reading, NOON + MINUTE)
    assert made
    return lambda s: triggers.keep(s, SITE, replace(before, latch=latch), before.latch.number, made)


def test_a_decision_comes_back_as_it_was_proposed_and_as_it_ended(house: Database) -> None:
    made = propose(house, kind=Choice.CONTINUE, accepted_risk="papër", rearm_at=NOON + 30 * MINUTE)
    assert house.read_now(lambda s: decisions.get(s, SITE, "d1")) == made
    done = house.write_now(ending())
    assert house.read_now(lambda s: decisions.newest(s, SITE, 10)) == [done]
    assert house.read_now(lambda s: decisions.get(s, SITE, "d2")) is None
    assert house.read_now(lambda s: journal.verify(s, SITE)).ok


def test_of_two_who_confirm_at_once_one_wins_and_the_other_sees_who(house: Database) -> None:
    propose(house)
    waiting: list[Future[Decision]] = [
        house.submit(ending(replace(CONFIRM, uuid=f"e{n}"), by)) for n, by in enumerate((BO, CY, CY, BO))
    ]
    errors = [f.exception() for f in waiting]
    assert [type(e) for e in errors] == [type(None), Conflict, Conflict, Conflict]
    assert all("confirmed by Bo" in str(e) for e in errors[1:])
    assert (causes(house).count(Cause.DECIDE), acts(house).count("decision.confirm")) == (1, 1)


def test_an_end_is_stored_once_even_from_the_same_reading(house: Database) -> None:
    made = propose(house)
    one = house.write_now(ending())
    assert one.end is not None
    other = replace(made, end=replace(one.end, by=CY))
    assert not house.write_now(lambda s: decisions.end(s, SITE, other))
    assert house.read_now(lambda s: decisions.get(s, SITE, "d1")) == one


def test_the_same_event_again_is_answered_the_same_and_done_once(house: Database) -> None:
    propose(house)
    assert house.write_now(ending()) == house.write_now(ending())
    assert (causes(house).count(Cause.DECIDE), acts(house).count("decision.confirm")) == (1, 1)
    with pytest.raises(Conflict, match="came before with other content"):
        house.write_now(ending(replace(CONFIRM, reason="other")))


def test_an_event_id_belongs_to_one_decision(house: Database) -> None:
    propose(house)
    propose(house, uuid="d2", kind=Choice.HOLD, trigger=None)
    house.write_now(ending(uuid="d2"))
    with pytest.raises(Conflict, match="came before"):
        house.write_now(ending(uuid="d1"))
    assert now_is(house).latch.state is State.BREACHED


def test_a_transition_of_the_judge_before_the_confirmation_is_built_upon(house: Database) -> None:
    propose(house)
    assert house.write_now(judged(house, now_is(house), RECOVERED))
    house.write_now(ending())
    assert causes(house) == [Cause.BREACH, Cause.RECOVERY, Cause.DECIDE, Cause.REARM]
    made = house.read_now(lambda s: triggers.transitions(s, SITE, "slow"))
    assert [dict(t.facts) for t in made[2:]] == [{"decision": "d1"}] * 2
    assert now_is(house).latch.number == 4


def test_a_transition_of_the_judge_after_the_confirmation_finds_that_somebody_was_faster(house: Database) -> None:
    propose(house)
    late = judged(house, now_is(house), RECOVERED)
    house.write_now(ending())
    assert not house.write_now(late)
    assert (now_is(house).latch.state, Cause.RECOVERY in causes(house)) == (State.WATCHING, False)


def test_a_change_from_an_old_reading_is_taken_from_what_is_stored(house: Database) -> None:
    old = now_is(house)
    assert house.write_now(judged(house, old, RECOVERED))
    until = NOON + 10 * MINUTE
    after = house.write_now(
        lambda s: commands.change(s, SITE, old, lambda latch: overridden(latch, NOON, until, "Ann", "why"))
    )
    assert after is not None
    assert (after.latch.underneath, after.latch.number) == (State.RECOVERING, 3)


def test_a_roll_back_is_all_in_one_commit_or_not_at_all(house: Database) -> None:
    propose(house, kind=Choice.ROLL_BACK)
    with pytest.raises(Forbidden):
        house.write_now(ending(by=ANN))

    def broken(s: Session) -> None:
        ending()(s)
        raise Conflict("and then the lights went out")

    with pytest.raises(Conflict, match="lights"):
        house.write_now(broken)
    record = house.read_now(lambda s: golives.current(s, SITE))
    assert record is not None
    assert (now_is(house).latch.state, record.rolled_back_at, "decision.confirm" in acts(house)) == (
        State.BREACHED,
        None,
        False,
    )
    house.write_now(ending())
    record = house.read_now(lambda s: golives.current(s, SITE))
    assert record is not None
    assert (now_is(house).latch.decided, record.at, record.rolled_back_at) == (Kind.ROLL_BACK, None, NOON + MINUTE)
    assert acts(house)[-3:] == ["go_live.roll_back", "trigger.decide", "decision.confirm"]


def test_two_roll_backs_roll_back_once(house: Database) -> None:
    propose(house, kind=Choice.ROLL_BACK)
    propose(house, kind=Choice.ROLL_BACK, uuid="d2", trigger=None)
    house.write_now(ending())
    with pytest.raises(Conflict, match="rolled back already"):
        house.write_now(ending(replace(CONFIRM, uuid="e2"), uuid="d2"))
    assert acts(house).count("go_live.roll_back") == 1


def test_t0_is_declared_by_one_of_two_who_do_it_at_once(database: Database) -> None:
    waiting = [
        database.submit(golive.acting(SITE, PLAN.go_live, f"g{n}", Act.DECLARE, None, "", by, NOON))
        for n, by in enumerate((ANN, BO))
    ]
    errors = [f.exception() for f in waiting]
    assert [type(e) for e in errors] == [type(None), Conflict]
    assert "by Ann" in str(errors[1])


def test_the_judge_takes_over_what_people_decided_and_goes_on_from_it(house: Database) -> None:
    async def live() -> None:
        told = asyncio.Event()
        judge = Judge(PLAN, house, Heartbeats(), SteadyClock(NOON + 2 * MINUTE), told.set)
        await judge.load()
        task = asyncio.create_task(judge.run())
        try:
            propose(house, kind=Choice.ROLL_BACK)
            house.write_now(ending())
            judge.acted()
            await until(lambda: judge._triggers._stored["slow"].latch.decided is Kind.ROLL_BACK)
            again = golive.acting(SITE, PLAN.go_live, "g2", Act.DECLARE, None, "", ANN, NOON + 2 * MINUTE)
            house.write_now(again)
            judge.acted()
            await until(lambda: now_is(house).latch.state is State.WATCHING)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert judge.steps.broken == {}
        numbers = [t.number for t in house.read_now(lambda s: triggers.transitions(s, SITE, "slow"))]
        assert numbers == list(range(1, len(numbers) + 1))
        assert causes(house)[-1] is Cause.ARM

    asyncio.run(live())


def test_a_judge_that_nobody_told_finds_out_by_itself(house: Database) -> None:
    async def live() -> None:
        judge = Judge(PLAN, house, Heartbeats(), SteadyClock(NOON), lambda: None)
        await judge.load()
        propose(house)
        house.write_now(ending())
        task = asyncio.create_task(judge.run())
        try:
            await until(lambda: judge._triggers._stored["slow"].latch.counts_after is not None)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(live())


async def until(holds: Callable[[], bool], within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


def test_of_a_trigger_that_flapped_for_days_the_newest_transitions_are_read_and_the_breach_asked_for(
    house: Database,
) -> None:
    def flap(s: Session) -> None:
        one, stored = trigger(), 1
        for number in range(2, 8):
            made = Transition(number, NOON + number * MINUTE, State.BREACHED, State.BREACHED, Cause.SEEN_AGAIN)
            after = replace(one, latch=replace(one.latch, number=number))
            assert triggers.keep(s, SITE, after, stored, [made])
            stored = number

    house.write_now(flap)

    def numbers(**more: Any) -> list[int]:
        return [t.number for t in house.read_now(lambda s: triggers.transitions(s, SITE, "slow", **more))]

    assert numbers() == [1, 2, 3, 4, 5, 6, 7]
    assert numbers(limit=3) == [5, 6, 7]
    assert numbers(limit=3, until=NOON + 4 * MINUTE) == [2, 3, 4]
    assert numbers(limit=2, until=NOON + 4 * MINUTE, also=[NOON]) == [1, 3, 4]
    assert numbers(limit=2, also=[NOON + 7 * MINUTE]) == [6, 7]
