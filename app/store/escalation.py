"""The timers of escalation as rows: each is due once, and belongs to who sets it as fired first."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from app.domain.floor.escalation import Timer
from app.store.sets import put, rows_of, run, table

_TIMER = table("issue_timer")
_LIVE = _TIMER.c.fired_at.is_(None) & _TIMER.c.ended_at.is_(None)


def live(session: Session, site: str, issue: str) -> Timer | None:
    """Give the timer that runs for an issue."""
    its = (_TIMER.c.site == site) & (_TIMER.c.issue == issue) & _LIVE
    row = run(session, select(_TIMER).where(its)).one_or_none()
    return _timer(row) if row else None


def due(session: Session, site: str, now: datetime, limit: int) -> list[Timer]:
    """Give the timers whose moment has come, the earliest first."""
    its = (_TIMER.c.site == site) & _LIVE & (_TIMER.c.due_at <= now)
    return [_timer(row) for row in rows_of(session, select(_TIMER).where(its).order_by(_TIMER.c.due_at).limit(limit))]


def take(session: Session, timer: Timer, site: str, now: datetime) -> bool:
    """Set a timer as fired; False where somebody else did, or it was ended meanwhile."""
    its = (_TIMER.c.site == site) & (_TIMER.c.issue == timer.issue) & (_TIMER.c.step == timer.step) & _LIVE
    return bool(run(session, update(_TIMER).where(its).values(fired_at=now)).rowcount)


def replace(session: Session, site: str, before: Timer | None, after: Timer | None, now: datetime) -> None:
    """Let an issue have this timer and no other."""
    if before == after:
        return
    if before is not None:
        its = (_TIMER.c.site == site) & (_TIMER.c.issue == before.issue) & (_TIMER.c.step == before.step)
        run(session, update(_TIMER).where(its & _LIVE).values(ended_at=now))
    if after is not None:
        steps = select(func.max(_TIMER.c.step)).where(_TIMER.c.site == site, _TIMER.c.issue == after.issue)
        last = run(session, steps).scalar_one()
        row = {
            "site": site, "issue": after.issue, "step": 0 if last is None else last + 1, "tier": after.tier,
            "severity": after.severity, "since_at": after.since_at, "due_at": after.due_at,
        }  # fmt: skip
        put(session, _TIMER, [row], replace=False)


def _timer(r: Any) -> Timer:
    return Timer(r.issue, r.step, r.tier, r.severity, r.since_at, r.due_at)
