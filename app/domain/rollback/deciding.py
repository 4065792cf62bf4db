"""Who may decide what: a proposal, a confirmation or a withdrawal is let through here, or refused in words.

It takes two: one person proposes, another who holds authority confirms, each with a name, a reason and a time.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.access import Role
from app.domain.rollback.decisions import (
    Action,
    Asked,
    ByPhone,
    Choice,
    Decision,
    End,
    Event,
    Person,
    Stage,
    breaches_of,
    moment_text,
    stage_of,
    story,
)
from app.domain.rollback.stored_triggers import Trigger
from app.errors import Conflict, Forbidden, Invalid

OF_BREACH = (Choice.ROLL_BACK, Choice.CONTINUE, Choice.FALSE_ALARM)
OF_WHOLE = (Choice.GO, Choice.HOLD, Choice.ROLL_BACK)
DESK = frozenset({Role.DESK, Role.AUTHORITY, Role.ADMIN})  # an authority may sit at the desk
CONFIRMING = frozenset({Role.AUTHORITY, Role.ADMIN})


def proposed(
    asked: Asked, by: Person, now: datetime, lasts_s: float, triggers: Iterable[Trigger], t0: datetime | None
) -> Decision:
    """Give the decision of a proposal, or refuse it in words; `triggers` are those of its id, `t0` the go-live's."""
    if by.role not in DESK:
        raise Forbidden(f"the role {by.role} proposes no decision; that takes {', '.join(sorted(DESK))}")
    _fits(asked)
    _is_reasoned(asked, now)
    if asked.kind is Choice.ROLL_BACK and t0 is None:
        raise Conflict("nothing has gone live that could be rolled back; hold, delay or call off the go-live")
    breaches = breaches_of(triggers)
    if asked.trigger is not None and not breaches:
        states = ", ".join(dict.fromkeys(t.latch.state.value for t in triggers))
        raise Conflict(f"{asked.trigger} has no breach that waits for a decision: it is {states}")
    return Decision(asked, by, now, now + timedelta(seconds=lasts_s), breaches)


def _fits(asked: Asked) -> None:
    about, may = ("a breach", OF_BREACH) if asked.trigger is not None else ("the go-live as a whole", OF_WHOLE)
    if asked.kind not in may:
        raise Invalid("kind", f"{asked.kind} is no decision about {about}; there are {', '.join(may)}")


def _is_reasoned(asked: Asked, now: datetime) -> None:
    if not asked.reason.strip():
        raise Invalid("reason", "is missing: the record says why")
    if asked.kind is not Choice.CONTINUE:
        for field, value in (("accepted_risk", asked.accepted_risk.strip()), ("rearm_at", asked.rearm_at)):
            if value:
                raise Invalid(field, f"belongs to continue, not to {asked.kind}")
        return
    if not asked.accepted_risk.strip():
        raise Invalid("accepted_risk", "is missing: who continues says which risk is taken")
    if asked.rearm_at is None:
        raise Invalid("rearm_at", "is missing: who continues says when the trigger watches again")
    if asked.rearm_at <= now:
        raise Invalid("rearm_at", "lies in the past")


def ended(decision: Decision, event: Event, by: Person, now: datetime) -> Decision:
    """Give the decision after a confirmation or a withdrawal, or refuse that in words."""
    may = CONFIRMING if event.action is Action.CONFIRM and event.by_phone is None else DESK
    if by.role not in may:
        raise Forbidden(_not_by(by, event, may))
    if stage_of(decision, now) is not Stage.PROPOSED:
        raise Conflict(story(decision, now))
    if not event.reason.strip():
        raise Invalid("reason", "is missing: the record says why")
    if event.action is Action.WITHDRAW and event.by_phone is not None:
        raise Invalid("by_phone", "belongs to a confirmation")
    if event.action is Action.CONFIRM:
        _is_another(decision, event.by_phone, by)
        rearm_at = decision.asked.rearm_at
        if rearm_at is not None and rearm_at <= now:
            raise Conflict(f"the moment to watch again, {moment_text(rearm_at)}, has passed: propose it anew")
    return replace(decision, end=End(event, by, now))


def _not_by(by: Person, event: Event, may: Iterable[str]) -> str:
    if event.action is Action.CONFIRM and by.role in DESK:
        return (
            "a decision is confirmed by somebody who holds authority; the desk enters a confirmation by telephone "
            "with by_phone: caller, call_back and witness"
        )
    return f"the role {by.role} may not {event.action} a decision; that takes {', '.join(sorted(may))}"


def _is_another(decision: Decision, phone: ByPhone | None, by: Person) -> None:
    """Refuse a confirmation by the person or token that proposed; by telephone the caller is who confirms."""
    proposer = decision.by
    if phone is None:
        if proposer.token == by.token or _same(proposer.name, by.name):
            who = "token" if proposer.token == by.token and not _same(proposer.name, by.name) else "person"
            asked = f"{by.called} proposed this at {moment_text(decision.at)}"
            raise Forbidden(f"{asked}: the same {who} cannot confirm it, a second one must")
        return
    for field in ("caller", "call_back", "witness"):
        if not getattr(phone, field).strip():
            raise Invalid(f"by_phone.{field}", "is missing: a confirmation by telephone names all three")
    if _same(phone.caller, proposer.called):
        raise Forbidden(f"{proposer.called} proposed this: the same person cannot confirm it by telephone either")
    for other, whom in ((phone.caller, "the caller"), (by.called, "who enters it")):
        if _same(phone.witness, other):
            raise Forbidden(f"the witness of a telephone call is a third person, not {whom}")


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
