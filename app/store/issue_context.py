"""What was planned, changed and announced in the hour before a moment, for an issue that comes then."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.domain.plans import Plan
from app.store import announcements, journal, planned_work
from app.store.sets import rfc3339

HOUR = timedelta(hours=1)
_CHANGES = ("app.", "configuration.", "go_live.", "trigger.override", "trigger.disarm", "trigger.arm")


def before(session: Session, plan: Plan, now: datetime) -> dict[str, Any]:
    """Give planned work, changes and announcements of the hour before, as plain values."""
    works = [w for w in planned_work.since(session, plan, now - HOUR) if w.from_at <= now and not w.withdrawn]
    changes = journal.since(session, plan.site, now - HOUR, _CHANGES)
    said = announcements.since(session, plan.site, now - HOUR)
    return {
        "planned_work": [
            {
                "uuid": w.id, "system": w.system, "from": rfc3339(w.from_at), "until": rfc3339(w.until),
                "why": w.why, "by": w.by,
            }
            for w in works
        ],
        "changes": [
            {"seq": e.seq, "at": rfc3339(e.at), "act": e.act, "actor": e.actor, "subject": e.subject} for e in changes
        ],
        "announcements": [
            {
                "uuid": a.uuid, "at": rfc3339(a.at), "text": a.text, "areas": list(a.areas), "by": a.by.called,
                "until": rfc3339(a.over_at) if a.over_at else None,
            }
            for a in said
        ],
    }  # fmt: skip
