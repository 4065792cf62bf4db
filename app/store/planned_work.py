"""Planned work that people entered, and what they did to that of golive.toml."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from app.domain.plans import Plan
from app.domain.rollback.decisions import Person
from app.domain.rollback.planned_work import PlannedWork, current
from app.store import codec, journal
from app.store.sets import plain, put, rfc3339, rows_of, table

_WORK = table("planned_work")
SHOWN_FOR = timedelta(days=30)


def known(session: Session, plan: Plan, now: datetime) -> list[PlannedWork]:
    """Give what is planned, under way, or ended within a month before `now`, with that of golive.toml."""
    return since(session, plan, now - SHOWN_FOR)


def since(session: Session, plan: Plan, moment: datetime) -> list[PlannedWork]:
    """Give the work that ended after a moment or will end, with that of golive.toml."""
    ask = select(_WORK.c.body).where(_WORK.c.site == plan.site, _WORK.c.last_at > moment)
    stored = [codec.loads(PlannedWork, row.body) for row in rows_of(session, ask)]
    return [work for work in current(plan.maintenance, stored) if _last_at(work) > moment]


def keep(session: Session, site: str, work: PlannedWork, did: str, by: Person, why: str, at: datetime) -> None:
    """Store work as it is now, and journal what was done to it."""
    put(
        session,
        _WORK,
        [{"site": site, "id": work.id, "last_at": _last_at(work), "body": codec.dumps(work)}],
        replace=True,
    )
    body = {
        "system": work.system,
        "from": rfc3339(work.from_at),
        "until": rfc3339(work.until),
        "why": plain(why.strip()),
        "role": by.role,
        "token": by.token,
    }
    journal.append(session, site, at, by.called, f"planned_work.{did}", work.id, body)


def _last_at(work: PlannedWork) -> datetime:
    return max(work.until, work.ended_at or work.until)
