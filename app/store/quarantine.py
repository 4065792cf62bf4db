"""What could not be read: counted on the wall, listed in the API."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from app.domain.appended import Appended
from app.domain.quarantine import Unreadable
from app.store.sets import Shape, append_new, rows_of, run

SHAPE: Shape[Unreadable] = Shape(Unreadable, "quarantine")
_QUARANTINE = SHAPE.table


def append(session: Session, site: str, rows: Sequence[Unreadable]) -> Appended[Unreadable]:
    """Put aside what is new."""
    return append_new(session, site, SHAPE, rows, rows)


def newest(session: Session, site: str, limit: int) -> list[Unreadable]:
    """Give what was put aside last, newest first."""
    ask = select(*SHAPE.columns).where(_QUARANTINE.c.site == site)
    return SHAPE.items(session, ask.order_by(_QUARANTINE.c.at.desc(), _QUARANTINE.c.id).limit(limit))


def count(session: Session, site: str, since: datetime) -> int:
    """Count what was put aside at or after a moment."""
    newer = (_QUARANTINE.c.site == site) & (_QUARANTINE.c.at >= since)
    return int(run(session, select(func.count()).select_from(_QUARANTINE).where(newer)).scalar_one())


def moments(session: Session, site: str, since: datetime, limit: int = 10_000) -> list[datetime]:
    """Give when messages were put aside since a moment, oldest first; the newest of them, where they are many."""
    newer = (_QUARANTINE.c.site == site) & (_QUARANTINE.c.at >= since)
    ask = select(_QUARANTINE.c.at).where(newer).order_by(_QUARANTINE.c.at.desc()).limit(limit)
    return [row.at for row in rows_of(session, ask)][::-1]
