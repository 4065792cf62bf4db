"""Keep which ticket an issue became in another system, once."""

import uuid
from datetime import datetime

from app.domain.floor.issues import GOLIVE, Action, Event, folded
from app.domain.plans import Plan
from app.store import codec, issues, journal
from app.store.db import Session


def keep(s: Session, plan: Plan, issue: str, ticket: str, now: datetime) -> None:
    """Note the ticket of an issue in the journal, and at the issue where the desk has given none itself."""
    _, sequence = issues.lock(s, plan.site)
    found = issues.get(s, plan.site, issue)
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"golive/{plan.site}/{issue}/ticket/{ticket}"))
    if found is None or issues.kept_event(s, plan.site, name) or found.vendor_ticket == ticket:
        return
    if found.vendor_ticket:
        mapped = {"number": found.number, "ticket": ticket, "kept": found.vendor_ticket}
        if not any(e.body.get("ticket") == ticket for e in journal.of_subject(s, plan.site, issue)):
            journal.append(s, plan.site, now, GOLIVE.called, "ticket.mapped", issue, mapped)
        return
    event = Event(name, Action.COMMENT, GOLIVE, now, sequence + 1, vendor_ticket=ticket)
    issues.append(s, plan.site, folded(found, event), event, codec.dumps(event))
    mapped = {"number": found.number, "ticket": ticket}
    journal.append(s, plan.site, now, GOLIVE.called, "ticket.mapped", issue, mapped)
