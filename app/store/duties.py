"""Duties and who leads: each as it is now, with the journal's word of what was done to it."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from app.domain.floor.duties import COMMAND_CENTER, Duty
from app.domain.rollback.decisions import Person
from app.store import codec, journal
from app.store.sets import put, rfc3339, rows_of, run, table

_DUTY = table("duty")


def get(session: Session, site: str, uuid: str) -> Duty | None:
    """Give a duty, None where there is no such one."""
    row = run(session, select(_DUTY.c.body).where(_DUTY.c.site == site, _DUTY.c.uuid == uuid)).one_or_none()
    return codec.loads(Duty, row.body) if row else None


def since(session: Session, site: str, moment: datetime) -> list[Duty]:
    """Give the duties that end, or ended, after a moment, in the order in which they began."""
    ask = select(_DUTY.c.body).where(_DUTY.c.site == site, _DUTY.c.over_at > moment)
    return [codec.loads(Duty, row.body) for row in rows_of(session, ask.order_by(_DUTY.c.from_at, _DUTY.c.uuid))]


def keep(session: Session, site: str, duty: Duty, did: str, by: Person, at: datetime) -> None:
    """Store a duty as it is now, and journal what was done to it."""
    row = {
        "site": site, "uuid": duty.uuid, "area": duty.area, "holder": duty.by.token, "from_at": duty.from_at,
        "over_at": duty.over_at, "body": codec.dumps(duty),
    }  # fmt: skip
    put(session, _DUTY, [row], replace=True)
    noun = "lead" if duty.area == COMMAND_CENTER else "duty"
    body = {
        "area": duty.area, "holder": duty.called, "until": rfc3339(duty.until_at), "handover": duty.handover,
        "role": by.role, "token": by.token,
    }  # fmt: skip
    journal.append(session, site, at, by.called, f"{noun}.{did}", duty.uuid, body)
