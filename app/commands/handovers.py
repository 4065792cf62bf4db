"""Hand a shift over: the note is kept, and lead, duties and open issues go to who takes over, all in one commit."""

import uuid as uuids
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.commands import escalation
from app.commands.duties import named
from app.domain.floor.duties import COMMAND_CENTER, LATEST, Duty, begun
from app.domain.floor.handovers import NOTE, Asked, Handover, same, written
from app.domain.floor.issue_life import FROM
from app.domain.floor.issues import Action, Event, folded
from app.domain.plans import Plan
from app.domain.privacy.phi import guarded
from app.domain.rollback.deciding import DESK
from app.domain.rollback.decisions import Person
from app.errors import Forbidden, Invalid
from app.store import acts, codec, duties, handovers, issues
from app.store.db import Session


def handing_over(
    plan: Plan, uuid: str, asked: Asked, by: Person, now: datetime
) -> Callable[[Session], tuple[Handover, bool]]:
    """Give the act that hands over what somebody has, everywhere or in one area; it says whether that is new."""
    site = plan.site

    def act(s: Session) -> tuple[Handover, bool]:
        _, sequence = issues.lock(s, site)
        before = acts.answered(s, site, uuid, "handover", {"sent": asked}, Handover)
        if before is not None:
            return before, False
        texts = {field: getattr(asked, field) for field in NOTE} | {"to": asked.takes_over, "from": asked.leaves}
        texts["device"] = asked.device
        guarded(texts, asked.no_patient, plan.floor.patterns, now.year)
        leaves = written(asked, by)
        if asked.area and asked.area not in plan.areas:
            known = ", ".join(plan.areas) or "none"
            raise Invalid("area", f"{asked.area!r} is no id of [[areas]] (there are {known})")
        # a tablet may have held it until it was over: the note is kept, and nobody has the duty by it
        if asked.until_at <= (now - LATEST if asked.device else now):
            raise Invalid(
                "until_at", f"{asked.until_at.isoformat()} lies in the past: it is how long who takes over stays"
            )
        held = [d for d in duties.since(s, site, now) if d.is_on(now)]
        leaving = [d for d in held if _leaves(d, asked, leaves, by)]
        names = {leaves, *(d.called for d in leaving)}
        _may(by, leaves, asked.takes_over, leaving)
        taker = named(s, site, asked.takes_over.strip(), by)
        for duty in leaving:
            _passed_on(s, plan, uuid, duty, held, taker, asked, by, now)
        numbers = _assigned(s, plan, uuid, names, asked, by, sequence, now)
        areas = tuple(dict.fromkeys(d.area for d in leaving if d.area != COMMAND_CENTER))
        lead = any(d.area == COMMAND_CENTER for d in leaving)
        made = Handover(uuid, now, by, asked, leaves, asked.takes_over.strip(), numbers, areas, lead)
        handovers.keep(s, site, made)
        acts.keep(s, site, uuid, "handover", {"sent": asked}, made, now)
        return made, True

    return act


def _leaves(duty: Duty, asked: Asked, leaves: str, by: Person) -> bool:
    """Say whether a duty goes over; the lead also where its holder called themselves otherwise than their token."""
    if asked.area not in ("", duty.area) or (asked.device and duty.device and duty.device != asked.device):
        return False
    own_lead = duty.area == COMMAND_CENTER and not asked.leaves.strip() and duty.by.token == by.token
    return own_lead or same(duty.called, leaves)


def _may(by: Person, leaves: str, takes_over: str, leaving: list[Duty]) -> None:
    """Refuse a hand-over of other people's things; at the desk one writes for others too."""
    theirs = same(by.called, leaves) or same(by.called, takes_over) or any(d.by.token == by.token for d in leaving)
    if by.role not in DESK and not theirs:
        raise Forbidden(f"this is a hand-over from {leaves} to {takes_over}: one of them or the desk makes it")
    if by.role not in DESK and any(d.area == COMMAND_CENTER and d.by.token != by.token for d in leaving):
        raise Forbidden(f"{leaves} leads the command center: they or the desk hand the lead over")


def _passed_on(
    s: Session, plan: Plan, uuid: str, duty: Duty, held: list[Duty], taker: Person, asked: Asked, by: Person,
    now: datetime,
) -> None:  # fmt: skip
    duties.keep(s, plan.site, replace(duty, ended_at=now, ended_by=by.called), "hand_over", by, now)
    if any(d.area == duty.area and same(d.called, taker.called) for d in held):
        return  # who takes over was there already, until the moment of their own
    new = Duty(_of(uuid, duty.uuid), duty.area, taker, min(now, asked.until_at), asked.until_at, handover=uuid)
    duties.keep(s, plan.site, begun(new, tuple(plan.areas), now), "begin", by, now)


def _assigned(
    s: Session, plan: Plan, uuid: str, names: set[str], asked: Asked, by: Person, sequence: int, now: datetime
) -> tuple[int, ...]:
    numbers = []
    for issue in issues.all(s, plan.site):
        mine = issue.status in FROM[Action.ASSIGN] and any(same(issue.owner, name) for name in names)
        if not mine or asked.area not in ("", issue.report.area):
            continue
        sequence += 1
        event = Event(_of(uuid, issue.uuid), Action.ASSIGN, by, now, sequence, owner=asked.takes_over.strip())
        after = folded(issue, event)
        issues.append(s, plan.site, after, event, codec.dumps(event))
        escalation.timed(s, plan, after, now)
        numbers.append(issue.number)
    return tuple(numbers)


def _of(handover: str, what: str) -> str:
    return str(uuids.uuid5(uuids.NAMESPACE_URL, f"golive/handover/{handover}/{what}"))
