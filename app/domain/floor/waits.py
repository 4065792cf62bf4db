"""How long people wait, judged as a measure of a day: Kaplan-Meier with those who still wait."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.floor.issue_measures import Span
from app.domain.measuring.percentiles import ENOUGH, P50, P90, P95, enough, kaplan_meier_many
from app.domain.measuring.standings import Judged, Series
from app.domain.plans import Plan

DAY_S = 86_400.0
LEAST = ENOUGH[0][1]
_SHARES = tuple(share for share, _ in ENOUGH)


def begin_of(window_s: float, now: datetime, t0: datetime | None) -> datetime:
    """Give since when a window counts: after T0 from then on."""
    since = now - timedelta(seconds=window_s)
    return max(since, t0) if t0 is not None and t0 <= now else since


def needing(words: str, n: int) -> str:
    """Say how many are needed where there are too few."""
    return words if n >= LEAST else f"{words}; {n} of {LEAST} needed"


def upper_of(plan: Plan, measure: str) -> float | None:
    """Give below what a measure is expected, None where nobody expects anything."""
    own = plan.measures.get(measure)
    return own.expected_below if own else None


def waits_judged(
    measure: str, waits: Sequence[Span], plan: Plan, now: datetime, *, last: float | None, open_: int, words: str
) -> Judged:
    """Give a measure of waits; n are those that are over, and without enough of them is no value.

    `last` is the newest wait, `open_` how many still wait, `words` what is said of them beside how many are needed.
    """
    over, waiting = [w.seconds for w in waits if w.over], [w.seconds for w in waits if not w.over]
    n, reached = len(over), kaplan_meier_many(over, waiting, _SHARES)
    shown = {share: value if enough(share, n) else None for share, value in zip(_SHARES, reached, strict=True)}
    longest, upper = max(waiting, default=None), upper_of(plan, measure)
    # more than half still wait: the median lies beyond the longest of them, which says something once that is too long
    late = enough(P50, n) and reached[0] is None and longest is not None and (upper is None or longest > upper)
    return Judged(
        Series(measure),
        "s",
        DAY_S,
        n=n,
        p50=shown[P50],
        p90=shown[P90],
        p95=shown[P95],
        beyond_s=longest if late else None,
        last=last,
        value=shown[P50],
        headline="p50" if enough(P50, n) else "",
        open=open_,
        as_of=now,
        known_at=now,
        note=needing(words, n),
    )
