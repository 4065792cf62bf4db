"""The wait for support as a measure: from the click to help, Kaplan-Meier with those who still wait."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import WAITS, Request, Stage, stage_at, wait_of
from app.domain.measuring.percentiles import ENOUGH, P50, P90, P95, enough, kaplan_meier_many
from app.domain.measuring.signs import Signs
from app.domain.measuring.standings import Judged, Series, Sight, Standing, unmeasured
from app.domain.measuring.states import stand
from app.domain.plans import Plan
from app.domain.words import counted, span

WAIT, DAY_S = "support.wait", 86_400.0
JUDGED_EVERY_S = 10.0
_SHARES = tuple(share for share, _ in ENOUGH)


def judged(requests: Iterable[Request], plan: Plan, rules: SupportPlan, now: datetime, t0: datetime | None) -> Judged:
    """Give the waits of the last day, after T0 those since; n are those that are over, and without them is no value."""
    since = now - timedelta(seconds=DAY_S)
    since = max(since, t0) if t0 is not None and t0 <= now else since
    found = [r for r in requests if r.received_at > since]
    waits = [wait_of(r, now, rules.lapses_s) for r in found]
    over, open_ = [w.seconds for w in waits if w.over], [w.seconds for w in waits if not w.over]
    n, reached = len(over), kaplan_meier_many(over, open_, _SHARES)
    shown = {share: value if enough(share, n) else None for share, value in zip(_SHARES, reached, strict=True)}
    longest, upper = max(open_, default=None), _upper(plan)
    # more than half still wait: the median is beyond the longest of them, which says something once that is too long
    beyond = longest if enough(P50, n) and reached[0] is None and (upper is None or (longest or 0.0) > upper) else None
    return Judged(
        Series(WAIT),
        "s",
        DAY_S,
        n=n,
        p50=shown[P50],
        p90=shown[P90],
        p95=shown[P95],
        beyond_s=beyond,
        last=max((r.received_at, w.seconds) for r, w in zip(found, waits, strict=True))[1] if found else None,
        value=shown[P50],
        headline="p50" if enough(P50, n) else "",
        open=sum(stage_at(r, now, rules.lapses_s) in WAITS for r in found),
        as_of=now,
        known_at=now,
        note=_note(found, rules, now, n),
    )


def _note(found: list[Request], rules: SupportPlan, now: datetime, n: int) -> str:
    stages = [stage_at(r, now, rules.lapses_s) for r in found]
    waiting = [r for r, stage in zip(found, stages, strict=True) if stage in WAITS]
    words = f"{counted(len(found), 'request')} in 24 h, {n} helped"
    if waiting:
        oldest = min(r.received_at for r in waiting)
        words += f", {len(waiting)} waiting, longest {span((now - oldest).total_seconds())}"
    if unanswered := stages.count(Stage.UNANSWERED):
        words += f", {unanswered} never answered"
    return words if n >= ENOUGH[0][1] else f"{words}; {n} of {ENOUGH[0][1]} needed"


def _upper(plan: Plan) -> float | None:
    own = plan.measures.get(WAIT)
    return own.expected_below if own else None


def of_support(row: Judged | None, signs: Signs) -> Standing:
    """Give how the wait stands: as lively as the judge that counts it, and never good without enough of them."""
    plan = signs.plan
    sight = Sight(JUDGED_EVERY_S * plan.speed, upper=_upper(plan), speed=plan.speed)
    return stand(row or unmeasured(Series(WAIT), window_s=DAY_S), sight, signs.now)
