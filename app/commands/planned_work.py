"""Plan work on a system; end, extend or withdraw it: acts on record, never a change of golive.toml."""

from collections.abc import Callable
from datetime import datetime

from app.domain.plans import Plan
from app.domain.rollback.decisions import Person
from app.domain.rollback.planned_work import Action, PlannedWork, acted, planned
from app.errors import Missing
from app.store import acts, planned_work
from app.store.db import Session


def planning(
    plan: Plan, uuid: str, system: str, from_at: datetime | None, until: datetime, why: str, by: Person, now: datetime
) -> Callable[[Session], tuple[PlannedWork, bool]]:
    """Give the act that plans work, from now on without `from_at`; it says whether that is new."""
    sent = {"system": system, "from": from_at, "until": until, "why": why}
    said = {"by": by.token or by.role, "sent": sent}

    def act(s: Session) -> tuple[PlannedWork, bool]:
        before = acts.answered(s, plan.site, uuid, "planned work", said, PlannedWork)
        if before is not None:
            return before, False
        asked = PlannedWork(uuid, system, from_at or now, until, by.called, why.strip())
        made = planned(asked, plan.systems, now)
        planned_work.keep(s, plan.site, made, "plan", by, why, now)
        acts.keep(s, plan.site, uuid, "planned work", said, made, now)
        return made, True

    return act


def acting(
    plan: Plan, work: str, uuid: str, action: Action, until: datetime | None, why: str, by: Person, now: datetime
) -> Callable[[Session], PlannedWork]:
    """Give the act that ends, extends or withdraws planned work, also such as golive.toml names."""
    site, subject = plan.site, f"planned work {work}"
    said = {"by": by.token or by.role, "sent": {"action": action, "until": until, "why": why}}

    def act(s: Session) -> PlannedWork:
        before = acts.answered(s, site, uuid, subject, said, PlannedWork)
        if before is not None:
            return before
        found = next((w for w in planned_work.known(s, plan, now) if w.id == work), None)
        if found is None:
            raise Missing(f"no planned work has the id {work}")
        made = acted(found, action, until, why, by.called, now)
        planned_work.keep(s, site, made, action.value, by, why, now)
        acts.keep(s, site, uuid, subject, said, made, now)
        return made

    return act
