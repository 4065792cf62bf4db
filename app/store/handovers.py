"""Hand-overs of shifts, never changed once they are made."""

import hashlib
from datetime import datetime
from functools import lru_cache

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
    return [_read(row.body) for row in rows]


def since(session: Session, site: str, moment: datetime) -> list[Handover]:
    """Give the hand-overs from a moment on, the last one first."""
    ask = select(_HANDOVER.c.body).where(_HANDOVER.c.site == site, _HANDOVER.c.at >= moment)
    return [_read(row.body) for row in rows_of(session, ask.order_by(_HANDOVER.c.at.desc(), _HANDOVER.c.uuid))]


@lru_cache(maxsize=1024)  # every screen and tablet reads those of a day, and none is ever changed
def _read(body: str) -> Handover:
    return codec.loads(Handover, body)
