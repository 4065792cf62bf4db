"""What a roll-back costs now, counted in the store where the point of no return depends on it."""

from datetime import datetime

from app.clock import monotonic_s
from app.domain.plans import Plan
from app.domain.rollback.golive import GoLive, effective_t0
from app.domain.rollback.way_back import Cost, cost_of
from app.store import exams
from app.store.db import Session

APART_S = 10.0
REST = 100  # times as long as it took: counting a whole hospital since T0 must not slow down what is measured


class Counted:
    """The cost as last counted since T0; asked for each second, it is counted anew only now and then."""

    def __init__(self) -> None:
        self._t0: datetime | None = None
        self._cost: Cost | None = None
        self._due_s = 0.0

    def now(self, session: Session, plan: Plan, record: GoLive | None, now: datetime) -> Cost | None:
        """Give it, None where the point of no return is no cost or nothing has gone live."""
        t0 = effective_t0(plan.go_live, record, now)
        if plan.go_live.no_return_cost is None or t0 is None or t0 > now:
            return None
        if t0 == self._t0 and monotonic_s() < self._due_s:
            return self._cost
        began_s = monotonic_s()
        self._t0, self._cost = t0, cost_of(exams.touched_since(session, plan.site, t0), t0, plan, ())
        self._due_s = monotonic_s() + max(APART_S, REST * (monotonic_s() - began_s))
        return self._cost
