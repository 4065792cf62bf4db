"""The declared go-live: the newest declaration counts, none is ever changed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from app.domain.golive import GoLive
from app.store import journal
from app.store.sets import plain, rfc3339, run, table

_GOLIVE = table("golive")


def current(session: Session, site: str) -> GoLive | None:
    """Give the declaration that counts, None before there is one."""
    ask = select(_GOLIVE).where(_GOLIVE.c.site == site).order_by(_GOLIVE.c.number.desc()).limit(1)
    row = run(session, ask).one_or_none()
    return GoLive(row.at, row.declared_at, row.by) if row else None


def declare(session: Session, site: str, at: datetime, declared_at: datetime, by: str) -> GoLive:
    """Record T0 as `by` said it, and in the journal."""
    last = run(session, select(func.max(_GOLIVE.c.number)).where(_GOLIVE.c.site == site)).scalar_one()
    row = {"site": site, "number": (last or 0) + 1, "at": at, "declared_at": declared_at, "by": plain(by)}
    run(session, _GOLIVE.insert(), [row])
    journal.append(session, site, declared_at, by, "go_live.declare", site, {"at": rfc3339(at)})
    return GoLive(at, declared_at, by)
