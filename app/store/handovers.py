"""Hand-overs of shifts, never changed once they are made."""

import hashlib

from sqlalchemy import select
from sqlmodel import Session

from app.domain.floor.handovers import Handover
from app.store import codec, journal
from app.store.sets import put, rows_of, table

_HANDOVER = table("handover")


def keep(session: Session, site: str, made: Handover) -> None:
    """Store a hand-over, and journal it without its note."""
    row = {"site": site, "uuid": made.uuid, "at": made.at, "body": codec.dumps(made)}
    put(session, _HANDOVER, [row], replace=False)
    body = {
        "from": made.leaves, "to": made.takes_over, "issues": list(made.issues), "areas": list(made.areas),
        "lead": made.lead, "role": made.by.role, "token": made.by.token,
        "sent_sha256": hashlib.sha256(codec.dumps(made.asked).encode()).hexdigest(),
    }  # fmt: skip
    journal.append(session, site, made.at, made.by.called, "handover.make", made.uuid, body)


def newest(session: Session, site: str, limit: int) -> list[Handover]:
    """Give the newest hand-overs, the last one first."""
    ask = select(_HANDOVER.c.body).where(_HANDOVER.c.site == site)
    rows = rows_of(session, ask.order_by(_HANDOVER.c.at.desc(), _HANDOVER.c.uuid).limit(limit))
    return [codec.loads(Handover, row.body) for row in rows]
