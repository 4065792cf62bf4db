"""What each tablet told last of what it holds, and which of its records the server has."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.floor.tablets import Tablet
from app.store.sets import Shape, pieces, put, rows_of, run, table

_SHAPE: Shape[Tablet] = Shape(Tablet, "tablet")
# where a record of a tablet's outbox may have come to; each table keeps it under the id that the tablet gave it
_TAKEN = [table(name) for name in ("issue", "issue_event", "support", "support_event", "act")]


def keep(session: Session, site: str, tablet: Tablet) -> None:
    """Store what a tablet told, in place of what it told before."""
    put(session, _SHAPE.table, [_SHAPE.row(site, tablet)], replace=True)


def every(session: Session, site: str) -> list[Tablet]:
    """Give every tablet that was heard of in the last days, by its name."""
    of = _SHAPE.table
    return _SHAPE.items(session, select(*_SHAPE.columns).where(of.c.site == site).order_by(of.c.device))


def drop_old(session: Session, site: str, before: datetime) -> None:
    """Forget tablets that were not heard of since a moment."""
    of = _SHAPE.table
    run(session, delete(of).where(of.c.site == site, of.c.at < before))


def get(session: Session, site: str, device: str) -> Tablet | None:
    """Give what a tablet told last, None of one that was never heard of."""
    of = _SHAPE.table
    found = _SHAPE.items(session, select(*_SHAPE.columns).where(of.c.site == site, of.c.device == device))
    return found[0] if found else None


def missing(session: Session, site: str, uuids: Sequence[str]) -> list[str]:
    """Give those of a tablet's records that are stored nowhere, in their order."""
    found: set[str] = set()
    for piece in pieces(uuids):
        for of in _TAKEN:
            ask = select(of.c.uuid).where(of.c.site == site, of.c.uuid.in_(piece))
            found.update(row.uuid for row in rows_of(session, ask))
    return [uuid for uuid in uuids if uuid not in found]
