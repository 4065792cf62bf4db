"""Announcements to the floor: each as it is now, with the journal's word of what was done to it."""

import hashlib
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session

from app.domain.floor.announcements import Announcement
from app.domain.rollback.decisions import Person
from app.store import codec, journal
from app.store.sets import put, rfc3339, rows_of, run, table

_SAID = table("announcement")


def get(session: Session, site: str, uuid: str) -> Announcement | None:
    """Give an announcement, None where there is no such one."""
    row = run(session, select(_SAID.c.body).where(_SAID.c.site == site, _SAID.c.uuid == uuid)).one_or_none()
    return codec.loads(Announcement, row.body) if row else None


def since(session: Session, site: str, moment: datetime) -> list[Announcement]:
    """Give what was still announced after a moment, the newest last."""
    ask = select(_SAID.c.body).where(_SAID.c.site == site, or_(_SAID.c.over_at.is_(None), _SAID.c.over_at > moment))
    rows = rows_of(session, ask.order_by(_SAID.c.at, _SAID.c.uuid))
    return [codec.loads(Announcement, row.body) for row in rows]


def keep(session: Session, site: str, one: Announcement, did: str, by: Person, at: datetime) -> None:
    """Store an announcement as it is now, and journal what was done to it, without its text."""
    row = {"site": site, "uuid": one.uuid, "at": one.at, "over_at": one.over_at, "body": codec.dumps(one)}
    put(session, _SAID, [row], replace=True)
    body = {
        "areas": list(one.areas), "until": rfc3339(one.until_at) if one.until_at else None,
        "role": by.role, "token": by.token, "text_sha256": hashlib.sha256(one.text.encode()).hexdigest(),
    }  # fmt: skip
    journal.append(session, site, at, by.called, f"announcement.{did}", one.uuid, body)
