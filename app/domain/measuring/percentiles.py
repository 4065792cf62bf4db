"""Percentiles as the house defines them: nearest-rank and Kaplan-Meier, with exact comparisons of shares."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

THOUSAND = 1000
P50, P90, P95 = 500, 900, 950  # shares in thousandths, so that no comparison meets a rounded float
ENOUGH = ((P50, 5), (P90, 20), (P95, 40))
NAMES = {P50: "p50", P90: "p90", P95: "p95"}


def thousandths(q: float) -> int:
    """Give a share in thousandths: 0.95 → 950."""
    return round(q * THOUSAND)


def enough(q: int, n: int) -> bool:
    """Say whether n allows the percentile q (in thousandths) to be shown."""
    return all(n >= least for share, least in ENOUGH if share == q)


def rank(n: int, q: int) -> int:
    """Give the 1-based nearest rank: the smallest i with i/n ≥ q, in whole numbers."""
    return max(1, -(-n * q // THOUSAND))


def nearest_rank(values: Iterable[float], q: float, failed: int = 0) -> float | None:
    """Give the smallest value that at least the share q does not exceed; None of nothing and among failures.

    Failures count as greater than any value.
    """
    ranked = sorted(values)
    return ranked_value(ranked, thousandths(q), failed)


def ranked_value(ranked: Sequence[float], q: int, failed: int = 0) -> float | None:
    """Give the same of values already in order, q in thousandths."""
    n = len(ranked) + failed
    if n == 0:
        return None
    i = rank(n, q)
    return ranked[i - 1] if i <= len(ranked) else None


def ranked_from_failures(ranked: Sequence[float], q: int, failed: int = 0) -> float | None:
    """Give the same where more is better: failures count as less than any value."""
    n = len(ranked) + failed
    if n == 0:
        return None
    i = rank(n, q) - failed
    return ranked[i - 1] if i >= 1 else None


def kaplan_meier(closed: Iterable[float], still_open: Iterable[float], q: float) -> float | None:
    """Give the smallest t with F(t) ≥ q over closed durations and ages of the still open; None when not reached."""
    return kaplan_meier_many(closed, still_open, (thousandths(q),))[0]


def kaplan_meier_many(
    closed: Iterable[float], still_open: Iterable[float], shares: Sequence[int]
) -> list[float | None]:
    """Give several of them in one walk, `shares` rising and in thousandths.

    At equal times the closed come first: an exam open for t seconds was at risk at t. The product runs in floats; only
    where it comes so near to a share that rounding could decide, exact fractions do.
    """
    closed_at, open_at = sorted(closed), sorted(still_open)
    found: list[float | None] = [None] * len(shares)
    at_risk, gone, want, survive = len(closed_at) + len(open_at), 0, 0, 1.0
    steps: list[tuple[int, int]] = []
    i = 0
    while i < len(closed_at) and want < len(shares):
        t, first = closed_at[i], i
        while i < len(closed_at) and closed_at[i] == t:
            i += 1
        while gone < len(open_at) and open_at[gone] < t:
            gone += 1
        risk = at_risk - first - gone
        steps.append((risk - (i - first), risk))
        survive *= steps[-1][0] / risk
        while want < len(shares) and _reached(survive, steps, shares[want]):
            found[want] = t
            want += 1
    return found


def _reached(survive: float, steps: list[tuple[int, int]], q: int) -> bool:
    distance = (1.0 - survive) - q / THOUSAND
    if abs(distance) > 1e-9:
        return distance > 0
    # Between censorings the risk of one step is what remained of the step before, so that most factors cancel.
    exact, top, bottom = Fraction(1), *steps[0]
    for remained, risk in steps[1:]:
        if risk == top:
            top = remained
        else:
            exact *= Fraction(top, bottom)
            top, bottom = remained, risk
    exact *= Fraction(top, bottom)
    return 1 - exact >= Fraction(q, THOUSAND)
