"""Who waits and who is there, read for screens each second: a few rows of what is open."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from app.clock import monotonic_s
from app.domain.floor.coverage import STAFFED, coverage
from app.domain.floor.floor_sight import Cover, FloorSight, Lead, Queue, Tablets
from app.domain.floor.huddles import next_huddle
from app.domain.floor.shift import Shift
from app.domain.floor.supports import WAITS, stage_at
from app.domain.floor.tablets import COPIES_KEPT, tablets_now
from app.domain.plans import Plan
from app.domain.rollback.golive import GoLive, effective_t0, phase_at
from app.store import supports, tablets
from app.store.sets import run, table

_DUTY = table("duty")


APART_S = 0.9  # a burst of commits makes many looks; five hundred tablets are not read for each of them


class FloorHeld:
    """The floor as last read: anew once a second at most, or with another plan."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._sight, self._due_s = FloorSight(), 0.0

    def now(self, session: Session, plan: Plan, record: GoLive | None, shift: Shift, now: datetime) -> FloorSight:
        """Give it."""
        if plan is not self._plan or monotonic_s() >= self._due_s:
            self._sight, self._plan = now_on(session, plan, record, shift, now), plan
            self._due_s = monotonic_s() + APART_S
        return self._sight


def now_on(session: Session, plan: Plan, record: GoLive | None, shift: Shift, now: datetime) -> FloorSight:
    """Give what the store says of the floor at a moment; what nobody ever used is not set up."""
    used = _used(session, plan)
    t0, rolled_back = effective_t0(plan.go_live, record, now), record is not None and record.rolled_back_at is not None
    staffed = used and phase_at(plan.go_live, t0, now, rolled_back) in STAFFED
    lead = shift.lead(now)
    return FloorSight(
        led=lead is not None or staffed,
        lead=Lead(lead.called, lead.from_at) if lead is not None else None,
        huddle_at=next_huddle(plan.go_live.huddles, plan.zone, now),
        cover=_cover(plan, shift, now, staffed) if staffed or shift.of_areas else None,
        tablets=_tablets(session, plan, now),
        support=_support(session, plan, now),
    )


def _used(session: Session, plan: Plan) -> bool:
    """Say whether a duty was ever taken here, or peak hours say when somebody is needed."""
    ever = select(_DUTY.c.uuid).where(_DUTY.c.site == plan.site).limit(1)
    return bool(plan.peaks) or run(session, ever).one_or_none() is not None


def _cover(plan: Plan, shift: Shift, now: datetime, staffed: bool) -> Cover:
    found = coverage(plan.areas, shift.of_areas, plan.peaks, now, timedelta(0))
    missing = tuple(c.area for c in found if c.missing) if staffed else ()
    return Cover(frozenset(c.area for c in found if c.there), missing)


def _tablets(session: Session, plan: Plan, now: datetime) -> Tablets | None:
    known = tablets.every(session, plan.site)
    if not known:
        return None
    heard = [t for t in known if now - t.at <= COPIES_KEPT]
    counted = tablets_now(known, now)
    return Tablets(
        counted.holding,
        counted.held,
        min((t.oldest_at for t in heard if t.held and t.oldest_at is not None), default=None),
        counted.silent,
        min((t.at for t in heard if t.silent_s(now) is not None), default=None),
    )


def _support(session: Session, plan: Plan, now: datetime) -> Queue | None:
    rules = plan.support
    if rules is None:
        return None
    asked = supports.open_since(session, plan.site, now - timedelta(seconds=2 * rules.lapses_s))
    waiting = [r.received_at for r in asked if stage_at(r, now, rules.lapses_s) in WAITS]
    return Queue(len(waiting), min(waiting, default=None))
