"""Take a duty or the lead, end it, extend it, go on to another area: one place at a time unless somebody says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.floor.duties import COMMAND_CENTER, Action, Duty, acted, begun, is_of
from app.domain.floor.handovers import same
from app.domain.floor.issue_life import FLOOR
from app.domain.plans import Plan
from app.domain.privacy.phi import guarded
from app.domain.rollback.deciding import DESK
from app.domain.rollback.decisions import Person
from app.errors import Invalid, Missing
from app.store import acts, duties, tokens
from app.store.db import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken, as it was sent; `also` keeps what the same person has elsewhere."""

    area: str
    until_at: datetime
    device: str = ""
    name: str = ""
    also: bool = False
    no_patient: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is done with a duty, as it was sent; `area` is where to, `until_at` the new end."""

    action: Action
    until_at: datetime | None = None
    area: str = ""
    device: str = ""


def taking(plan: Plan, uuid: str, wanted: Wanted, by: Person, now: datetime) -> Callable[[Session], tuple[Duty, bool]]:
    """Give the act that takes a duty, or the lead where it is of no area; it says whether that is new.

    The lead is one person's: who takes it ends the one before.
    """
    site, subject = plan.site, "lead" if wanted.area == COMMAND_CENTER else "duty"

    def act(s: Session) -> tuple[Duty, bool]:
        before = acts.answered(s, site, uuid, subject, {"sent": wanted}, Duty)
        if before is not None:
            return before, False
        guarded({"name": wanted.name, "device": wanted.device}, wanted.no_patient, plan.floor.patterns, now.year)
        from_at = min(now, wanted.until_at)
        name = wanted.name.strip()
        # the desk writes down who called; a duty is theirs then, and gives the desk no right
        holder = named(s, site, name, by) if name and wanted.area != COMMAND_CENTER and by.role in DESK else by
        asked = Duty(uuid, wanted.area, holder, from_at, wanted.until_at, wanted.device, name)
        made = begun(asked, tuple(plan.areas), now)
        if made.is_on(now):
            for other in duties.since(s, site, now):
                if other.is_on(now) and _gives_way(other, made, wanted.also):
                    ended = replace(other, ended_at=now, ended_by=by.called)
                    duties.keep(s, site, ended, "replace", by, now)
        duties.keep(s, site, made, "begin", by, now)
        acts.keep(s, site, uuid, subject, {"sent": wanted}, made, now)
        return made, True

    return act


def named(s: Session, site: str, name: str, by: Person) -> Person:
    """Give who bears a name: the actor, the one whose token bears it, or somebody who is known by name alone."""
    if same(by.called, name):
        return by
    known = [t for t in tokens.list(s, site) if t.revoked_at is None and t.role in FLOOR and same(t.name, name)]
    return Person(known[0].name, str(known[0].role), known[0].id) if len(known) == 1 else Person(name, "", "")


def _gives_way(other: Duty, made: Duty, also: bool) -> bool:
    if made.area == COMMAND_CENTER:
        return other.area == COMMAND_CENTER
    if other.area == COMMAND_CENTER or not (other.area == made.area or not also):
        return False
    if not made.by.token:
        return not other.by.token and same(other.called, made.called)
    return is_of(other, made.by, made.device) and (not (other.name and made.name) or same(other.name, made.name))


def acting(
    plan: Plan, duty: str, uuid: str, change: Change, by: Person, now: datetime, *, lead: bool = False
) -> Callable[[Session], Duty]:
    """Give the act that ends, extends or moves a duty, or ends or extends the lead."""
    site, subject = plan.site, f"{'lead' if lead else 'duty'} {duty}"

    def act(s: Session) -> Duty:
        before = acts.answered(s, site, uuid, subject, {"sent": change}, Duty)
        if before is not None:
            return before
        found = duties.get(s, site, duty)
        if found is None or (found.area == COMMAND_CENTER) is not lead:
            raise Missing(f"nobody's {'lead' if lead else 'duty'} has the id {duty}")
        made = acted(found, change.action, change.until_at, by, now, change.device)
        if change.action is Action.MOVE:
            made = _moved(s, plan, found, made, uuid, change, by, now)
        else:
            duties.keep(s, site, made, change.action.value, by, now)
        acts.keep(s, site, uuid, subject, {"sent": change}, made, now)
        return made

    return act


def _moved(
    s: Session, plan: Plan, found: Duty, ended: Duty, uuid: str, change: Change, by: Person, now: datetime
) -> Duty:
    """Give the duty in the other area, under the id of the move; what was before stays on record as it was."""
    if found.area == COMMAND_CENTER:
        raise Invalid("action", "the lead is of no area: it is ended or extended")
    if not change.area:
        raise Invalid("area", "is missing: who moves says where to")
    until_at = change.until_at or found.until_at
    if until_at <= now:
        raise Invalid("until_at", f"{until_at.isoformat()} lies in the past")
    next_one = Duty(uuid, change.area, found.by, now, until_at, found.device, found.name)
    made = begun(next_one, tuple(plan.areas), now)
    duties.keep(s, plan.site, ended, "move", by, now)
    duties.keep(s, plan.site, made, "begin", by, now)
    return made
