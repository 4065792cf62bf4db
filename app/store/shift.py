"""The shift as it is at a moment, for every screen in one reading."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.domain.floor.handovers import Handover
from app.domain.floor.questions import COUNTS_FOR, WAITS
from app.domain.floor.shift import Shift
from app.store import announcements, duties, handovers, questions

LATELY = timedelta(hours=24)


def now(session: Session, site: str, moment: datetime) -> Shift:
    """Give who is there, what is announced and asked, and what the floor last said."""
    return Shift(
        tuple(d for d in duties.since(session, site, moment) if d.from_at <= moment),
        tuple(a for a in announcements.since(session, site, moment) if a.at <= moment),
        tuple(questions.since(session, site, moment - WAITS)),
        tuple(questions.newest_said(session, site, moment - COUNTS_FOR, moment - WAITS)),
        _last_handovers(session, site, moment),
    )


def _last_handovers(session: Session, site: str, moment: datetime) -> tuple[Handover, ...]:
    """Give the last hand-over of all, and of the last day the last of each area, the newest first."""
    last: dict[str, Handover] = {}
    for made in handovers.since(session, site, moment - LATELY) or handovers.newest(session, site, 1):
        last.setdefault(made.asked.area, made)
    return tuple(last.values())
