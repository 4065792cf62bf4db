"""What people do to a trigger: override, arm, disarm, acknowledge, each stored against the transition before it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.plans import Plan
from app.domain.rollback.decisions import Person, moment_text
from app.domain.rollback.stored_triggers import Trigger, acted_on, shown
from app.domain.rollback.trigger_acts import acknowledged, armed, disarmed, overridden
from app.domain.rollback.trigger_alarms import raised
from app.domain.rollback.triggers import Latch, Stepped
from app.errors import Conflict, Invalid, Missing
from app.store import acts, triggers
from app.store.db import Session

TRIES = 5  # the judge alone writes beside us, one transition at a time


class Doing(StrEnum):
    """What can be done to a trigger by hand."""

    OVERRIDE = "override"
    ARM = "arm"
    DISARM = "disarm"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class TriggerAct:
    """One such act, as it was sent."""

    uuid: str
    trigger: str
    doing: Doing
    reason: str
    until: datetime | None = None


def acting(plan: Plan, act: TriggerAct, by: Person, now: datetime) -> Callable[[Session], Trigger]:
    """Give the act that overrides, arms, disarms or acknowledges a trigger."""
    site, subject, said = plan.site, f"trigger {act.trigger}", {"by": by.token or by.role, "sent": act}

    def do(s: Session) -> Trigger:
        before = acts.answered(s, site, act.uuid, subject, said, Trigger)
        if before is not None:
            return before
        _is_reasoned(act, now)
        known = stored(s, plan, act.trigger)
        # whoever hears a trigger ring hears all its versions; everything else is about today's rule
        meant = known if act.doing is Doing.ACKNOWLEDGE else known[-1:]
        done = [change(s, site, one, lambda latch: _step(latch, act, by.called, now)) for one in meant]
        after = next((one for one in done if one is not None), None)
        if after is None:
            raise Conflict(f"{act.trigger} is {meant[0].latch.state}: {_why_not(meant[0].latch, act.doing)}")
        acts.keep(s, site, act.uuid, subject, said, after, now)
        return after

    return do


_WHY_NOT = {
    Doing.OVERRIDE: "it cannot be overridden now",
    Doing.ARM: "only what is not armed, in shadow or rolled back can be armed",
    Doing.DISARM: "only what watches, is pending or in shadow can be disarmed; a breach ends by a decision",
    Doing.ACKNOWLEDGE: "it raises no alarm that could be acknowledged",
}


def _why_not(latch: Latch, doing: Doing) -> str:
    if doing is Doing.ACKNOWLEDGE and raised(latch) is not None and latch.acknowledged_at is not None:
        return f"{latch.acknowledged_by} acknowledged it at {moment_text(latch.acknowledged_at)}"
    return _WHY_NOT[doing]


def _is_reasoned(act: TriggerAct, now: datetime) -> None:
    if act.doing is not Doing.ACKNOWLEDGE and not act.reason.strip():
        raise Invalid("reason", "is missing: the record says why")
    if act.doing is not Doing.OVERRIDE:
        if act.until is not None:
            raise Invalid("until", f"belongs to override, not to {act.doing}")
    elif act.until is None:
        raise Invalid("until", "is missing: an override ends by itself at a moment")
    elif act.until <= now:
        raise Invalid("until", "lies in the past")


def _step(latch: Latch, act: TriggerAct, by: str, now: datetime) -> Stepped:
    why = act.reason.strip()
    if act.doing is Doing.OVERRIDE and act.until is not None:
        return overridden(latch, now, act.until, by, why)
    if act.doing is Doing.ACKNOWLEDGE:
        return acknowledged(latch, now, by, why)
    return armed(latch, now, by, why) if act.doing is Doing.ARM else disarmed(latch, now, by, why)


def stored(s: Session, plan: Plan, trigger: str) -> list[Trigger]:
    """Give a trigger as it is shown, a breach by a former version of its rule before today's; there must be one."""
    found = shown(triggers.get(s, plan.site, trigger), plan)
    if not found:
        raise Missing(f"no rollback trigger has the id {trigger!r}; with `per` each area has one of its own")
    return found


def change(s: Session, site: str, trigger: Trigger, step: Callable[[Latch], Stepped]) -> Trigger | None:
    """Store a trigger after a step; where the judge was faster the step is taken from what it stored.

    None where the step changes nothing.
    """
    for _ in range(TRIES):
        latch, made = step(trigger.latch)
        if not made:
            return None
        after = acted_on(trigger, latch)
        if triggers.keep(s, site, after, trigger.latch.number, made):
            return after
        trigger = next(t for t in triggers.get(s, site, trigger.id) if t.rule == trigger.rule)
    raise Conflict(f"{trigger.id} changes too fast to be acted on; try again")
