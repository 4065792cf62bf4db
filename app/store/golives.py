"""The go-live as its acts tell it: each is kept, none is ever changed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from app.domain.rollback.golive import Act, GoLive, GoLiveAct, folded
from app.store import journal
from app.store.sets import plain, rfc3339, rows_of, run, table

_GOLIVE = table("golive")


def current(session: Session, site: str) -> GoLive | None:
    """Give what the acts come to, None before there is one."""
    return folded(acts(session, site))


def acts(session: Session, site: str) -> list[GoLiveAct]:
    """Give all acts on the go-live in their order."""
    rows = rows_of(session, select(_GOLIVE).where(_GOLIVE.c.site == site).order_by(_GOLIVE.c.number))
    return [GoLiveAct(Act(r.act), r.at, r.declared_at, r.by, r.reason, r.planned_at) for r in rows]


def append(session: Session, site: str, act: GoLiveAct) -> None:
    """Record an act, and in the journal."""
    last = run(session, select(func.max(_GOLIVE.c.number)).where(_GOLIVE.c.site == site)).scalar_one()
    row = {
        "site": site,
        "number": (last or 0) + 1,
        "at": act.at,
        "declared_at": act.done_at,
        "by": plain(act.by),
        "act": act.act.value,
        "reason": plain(act.reason),
        "planned_at": act.planned_at,
    }
    run(session, _GOLIVE.insert(), [row])
    body = {"at": rfc3339(act.at)} | ({"reason": act.reason} if act.reason else {})
    if act.planned_at is not None:
        body["planned_at"] = rfc3339(act.planned_at)
    journal.append(session, site, act.done_at, act.by, f"go_live.{act.act.value}", site, body)


def declare(session: Session, site: str, at: datetime, declared_at: datetime, by: str) -> GoLive:
    """Record T0 as `by` said it, and in the journal."""
    append(session, site, GoLiveAct(Act.DECLARE, at, declared_at, by))
    return GoLive(at, declared_at, by)
