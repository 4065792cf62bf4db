"""Propose, confirm, withdraw: each in one commit with what it does to the triggers and the go-live."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.commands.trigger_acts import change, stored
from app.domain.plans import Plan
from app.domain.rollback.deciding import ended, proposed
from app.domain.rollback.decisions import Action, Asked, Choice, Decision, Event, Person, still_standing, story
from app.domain.rollback.golive import Act, GoLiveAct, effective_t0
from app.domain.rollback.trigger_acts import decided, rested
from app.domain.rollback.triggers import Kind, Latch, Stepped
from app.errors import Conflict, Missing
from app.store import acts, decisions, golives, triggers
from app.store.db import Session


def proposing(
    plan: Plan, asked: Asked, by: Person, now: datetime, beside: Mapping[str, Any] | None = None
) -> Callable[[Session], tuple[Decision, bool]]:
    """Give the act that proposes a decision; it says whether that is new. `beside` is kept for the record."""
    site, said = plan.site, {"by": by.token or by.role, "sent": asked}

    def act(s: Session) -> tuple[Decision, bool]:
        before = acts.answered(s, site, asked.uuid, "decision", said, Decision)
        if before is not None:
            return before, False
        about = stored(s, plan, asked.trigger) if asked.trigger is not None else []
        t0 = effective_t0(plan.go_live, golives.current(s, site), now)
        made = proposed(asked, by, now, plan.go_live.proposal_lasts_s, about, t0 if t0 and t0 <= now else None)
        made = replace(made, beside=beside)
        decisions.propose(s, site, made)
        acts.keep(s, site, asked.uuid, "decision", said, made, now)
        return made, True

    return act


def ending(
    plan: Plan, uuid: str, event: Event, by: Person, now: datetime, beside: Mapping[str, Any] | None = None
) -> Callable[[Session], Decision]:
    """Give the act that confirms or withdraws a decision; of two at once the first one counts."""
    site, subject, said = plan.site, f"decision {uuid}", {"by": by.token or by.role, "sent": event}

    def act(s: Session) -> Decision:
        before = acts.answered(s, site, event.uuid, subject, said, Decision)
        if before is not None:
            return before
        decision = decisions.get(s, site, uuid)
        if decision is None:
            raise Missing(f"no decision has the id {uuid}")
        after = ended(decision, _with_listing(plan, event), by, now)
        after = replace(after, end=replace(after.end, beside=beside) if after.end is not None else None)
        if event.action is Action.CONFIRM:
            _carry_out(s, plan, after, now)
        if not decisions.end(s, site, after):
            found = decisions.get(s, site, uuid)
            raise Conflict(story(found or decision, now))
        acts.keep(s, site, event.uuid, subject, said, after, now)
        return after

    return act


def _with_listing(plan: Plan, event: Event) -> Event:
    """Note whether the caller of a telephone confirmation is one of the site's own list."""
    if event.by_phone is None:
        return event
    known = {" ".join(a.name.split()).casefold() for a in plan.authorities}
    listed = " ".join(event.by_phone.caller.split()).casefold() in known
    return replace(event, by_phone=replace(event.by_phone, listed=listed))


def _carry_out(s: Session, plan: Plan, decision: Decision, now: datetime) -> None:
    asked, site = decision.asked, plan.site
    by, why = f"{decision.by.called}, confirmed by {decision.confirmed_by}", asked.reason.strip()
    if asked.trigger is not None:
        _has_its_breach(s, site, decision, asked.trigger, now)
    if asked.kind is Choice.ROLL_BACK:
        t0 = effective_t0(plan.go_live, golives.current(s, site), now)
        if t0 is None or t0 > now:
            raise Conflict("the go-live was rolled back already")
        golives.append(s, site, GoLiveAct(Act.ROLL_BACK, now, now, by, why, plan.go_live.at))
        for trigger in triggers.all(s, site):
            change(s, site, trigger, lambda latch: _named(asked, rested(latch, now, by, why)))
    elif asked.trigger is not None:
        kind = Kind(asked.kind.value)

        def step(latch: Latch) -> Stepped:
            return _named(asked, decided(latch, now, kind, by, why, asked.rearm_at))

        for trigger in still_standing(decision, triggers.get(s, site, asked.trigger)):
            change(s, site, trigger, step)


def _named(asked: Asked, stepped: Stepped) -> Stepped:
    """Let the transitions name the decision that they come of."""
    latch, made = stepped
    return latch, tuple(replace(t, facts={"decision": asked.uuid}) for t in made)


def _has_its_breach(s: Session, site: str, decision: Decision, trigger: str, now: datetime) -> None:
    if still_standing(decision, triggers.get(s, site, trigger)):
        return
    others = [d for d in decisions.newest(s, site, 200) if d.asked.trigger in (trigger, None) and d.confirmed_by]
    told = f": {story(others[0], now)}" if others else ""
    raise Conflict(f"the breach of {trigger} that this is about no longer waits for a decision{told}")
