"""Who waits and who is there, read for screens each second: a few rows of what is open."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.domain.floor_sight import FloorSight, Queue
from app.domain.plans import Plan
from app.domain.supports import WAITS, stage_at
from app.store import supports


def now_on(session: Session, plan: Plan, now: datetime) -> FloorSight:
    """Give what the store says of the floor at a moment."""
    return FloorSight(support=_support(session, plan, now))


def _support(session: Session, plan: Plan, now: datetime) -> Queue | None:
    rules = plan.support
    if rules is None:
        return None
    asked = supports.open_since(session, plan.site, now - timedelta(seconds=2 * rules.lapses_s))
    waiting = [r.received_at for r in asked if stage_at(r, now, rules.lapses_s) in WAITS]
    return Queue(len(waiting), min(waiting, default=None))
