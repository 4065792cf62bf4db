"""The wait for support as a measure: from the click to help, Kaplan-Meier with those who still wait."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import WAITS, Request, Stage, stage_at, wait_of
from app.domain.floor.waits import DAY_S, begin_of, upper_of, waits_judged
from app.domain.measuring.signs import Signs
from app.domain.measuring.standings import Judged, Series, Sight, Standing, unmeasured
from app.domain.measuring.states import stand
from app.domain.plans import Plan
from app.domain.words import counted, span

WAIT = "support.wait"
JUDGED_EVERY_S = 10.0


def judged(requests: Iterable[Request], plan: Plan, rules: SupportPlan, now: datetime, t0: datetime | None) -> Judged:
    """Give the waits of the last day, after T0 those since; n are those that are over, and without them is no value."""
    since = begin_of(DAY_S, now, t0)
    found = [r for r in requests if r.received_at > since]
    waits = [wait_of(r, now, rules.lapses_s) for r in found]
    last = max((r.received_at, w.seconds) for r, w in zip(found, waits, strict=True))[1] if found else None
    open_ = sum(stage_at(r, now, rules.lapses_s) in WAITS for r in found)
    words = _words(found, rules, now, sum(w.over for w in waits))
    return waits_judged(WAIT, waits, plan, now, last=last, open_=open_, words=words)


def _words(found: list[Request], rules: SupportPlan, now: datetime, n: int) -> str:
    stages = [stage_at(r, now, rules.lapses_s) for r in found]
    waiting = [r for r, stage in zip(found, stages, strict=True) if stage in WAITS]
    words = f"{counted(len(found), 'request')} in 24 h, {n} helped"
    if waiting:
        oldest = min(r.received_at for r in waiting)
        words += f", {len(waiting)} waiting, longest {span((now - oldest).total_seconds())}"
    if unanswered := stages.count(Stage.UNANSWERED):
        words += f", {unanswered} never answered"
    return words


def of_support(row: Judged | None, signs: Signs) -> Standing:
    """Give how the wait stands: as lively as the judge that counts it, and never good without enough of them."""
    plan = signs.plan
    sight = Sight(JUDGED_EVERY_S * plan.speed, upper=upper_of(plan, WAIT), speed=plan.speed)
    return stand(row or unmeasured(Series(WAIT), window_s=DAY_S), sight, signs.now)
