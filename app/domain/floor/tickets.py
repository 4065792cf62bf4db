"""Issues mirrored to a ticket system: what is posted of each event, and which ticket it became there."""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.domain.floor.issues import GOLIVE
from app.domain.journal import Entry
from app.domain.plans import Plan

CHANNEL = "tickets"  # its place among the channels
_TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#:-]{0,63}")


def payload(entry: Entry, plan: Plan) -> str:
    """Give what is posted of an event of an issue, "" where that only notes its ticket; nothing typed is in it."""
    body, act = entry.body, entry.act.partition(".")[2]
    if noted_by_golive(entry):
        return ""
    told = {
        "type": "issue.created" if act == "create" else "issue.changed",
        "event": body["event"],
        "action": act,
        "at": entry.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "site": plan.site,
        "simulation": plan.simulation,
        "issue": {
            "uuid": entry.subject,
            "number": body["number"],
            "sequence": body["sequence"],
            "area": body["area"],
            "area_name": plan.areas.get(str(body["area"]), str(body["area"])),
            "category": body["category"],
            "category_name": plan.floor.categories.get(str(body["category"]), str(body["category"])),
            "severity": body["severity"],
            "patient_safety": body["safety"],
            "status": body["status"],
            "tier": body["tier"],
        },
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def noted_by_golive(entry: Entry) -> bool:
    """Say whether an event is golive's own note of a ticket: mirrored it would come back for ever."""
    return entry.act == "issue.comment" and entry.actor == GOLIVE.called


def ticket_of(answer: Any, where: str) -> str:
    """Give the ticket's number from an answer, "" where none stands there; what does not look like one is none.

    `where` is the name under which it stands, or several with points between.
    """
    found = answer
    for name in where.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    said = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return said if _TICKET.fullmatch(said) else ""
