"""Closed hours and days of exam measures, kept for good, and the hours whose numbers are to be made anew.

What an act stores of exams marks their hours as due in the same transaction, so that a crash leaves none out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlmodel import Session

from app.domain.exams.closed import HOUR, Closed, Step
from app.domain.measuring.rollups import hour_of
from app.store import marks
from app.store.sets import Shape, put, rows_of, run, table

_CLOSED: Shape[Closed] = Shape(Closed, "closed")
_DUE = table("closed_due")
_T0 = "closed.t0"


def mark(session: Session, site: str, hours: Iterable[datetime]) -> None:
    """Mark hours as due as soon as they are over."""
    by = uuid4().hex
    rows = [{"site": site, "hour": hour, "due_at": hour + HOUR, "mark": by} for hour in sorted(set(hours))]
    put(session, _DUE, rows, replace=True)


def due(session: Session, site: str, now: datetime, limit: int = 30) -> dict[datetime, str]:
    """Give the marks of the hours that are due, the oldest first; at most a day's, so that one act stays short."""
    ask = select(_DUE.c.hour, _DUE.c.mark).where(_DUE.c.site == site, _DUE.c.due_at <= now)
    return {row.hour: row.mark for row in rows_of(session, ask.order_by(_DUE.c.hour).limit(limit))}


def divide(session: Session, site: str, t0: datetime | None) -> None:
    """Mark the hours of T0, and of the one that was known before, as due when it is not as it was."""
    before, said = marks.get(session, site, _T0), t0.isoformat() if t0 else ""
    if said == (before or ""):
        return
    known = [datetime.fromisoformat(before)] if before else []
    mark(session, site, {hour_of(at) for at in (*known, *([t0] if t0 else []))})
    marks.set(session, site, _T0, said)


def keep(
    session: Session,
    site: str,
    steps: Sequence[Step],
    rows: Sequence[Closed],
    done: Mapping[datetime, str],
    again_at: Mapping[datetime, datetime],
) -> None:
    """Store the numbers of steps in place of those before, and have done with their hours but for those of `again_at`.

    `done` are the marks that `due` gave: an hour marked once more since then stays due.
    """
    c = _CLOSED.table.c
    for step in steps:
        run(session, delete(_CLOSED.table).where(c.site == site, c.step_s == step.step_s, c.at == step.at))
    if rows:
        _CLOSED.insert(session, site, rows)
    for hour, by in done.items():
        its = (_DUE.c.site == site) & (_DUE.c.hour == hour) & (_DUE.c.mark == by)
        later = again_at.get(hour)
        run(session, delete(_DUE).where(its) if later is None else update(_DUE).where(its).values(due_at=later))


def quantiles(session: Session, site: str, key: str, step_s: int, from_: datetime, to: datetime) -> list[Closed]:
    """Give the ready percentiles of a series' hours or days that begin within the span."""
    c = _CLOSED.table.c
    its = (c.site == site) & (c.key == key) & (c.step_s == step_s) & (c.at >= from_) & (c.at < to)
    return _CLOSED.items(session, select(*_CLOSED.columns).where(its).order_by(c.at))
