"""When a probe is due: pure arithmetic on seconds of a monotonic clock.

A cadence is a grid of ticks from an anchor, so that nothing drifts; a run starts at its tick plus at most a tenth of
the cadence. A run that lasts longer than its cadence is followed by the next tick after its end.
"""

from app.domain.measuring.turns import BACK_OFF_MOST_S, JITTER, next_tick

FIRST_WITHIN_S = 0.9
DAY_S = 86400.0


def spread(count: int, chance: float) -> list[float]:
    """Give each of `count` probes its own share of a turn (0 to 1), as far from the others' as can be.

    Chosen by chance alone, two probes of one cadence could meet at each tick for good and time each other's work;
    `chance` turns the whole ring, so that several collectors do not meet either.
    """
    return [(chance + number / count) % 1.0 for number in range(count)]


def first_due(start_s: float, every_s: float, share: float) -> float:
    """Give a probe's first tick, the anchor of its grid: within a second of the start, at `share` of it (0 to 1)."""
    return start_s + share * min(FIRST_WITHIN_S, every_s)


def next_due(
    anchor_s: float, every_s: float, began_s: float, ended_s: float, chance: float = 0.0, gap_s: float = 0.0
) -> float:
    """Give when a probe is due again; `gap_s` is the least time between two starts while it is held back."""
    if gap_s > every_s:
        return max(ended_s, began_s + gap_s)
    return next_tick(anchor_s, every_s, ended_s) + chance * JITTER * every_s


def back_off_gap(every_s: float, refusals: int) -> float:
    """Give the least time between two starts after so many refusals or rejections in a row.

    Only a cadence below 5 s stretches, and to 5 s at most: a refusing peer must not starve its own trigger of samples.
    """
    if refusals == 0 or every_s >= BACK_OFF_MOST_S:
        return every_s
    return min(BACK_OFF_MOST_S, every_s * 2.0 ** min(refusals, 10))


def budget_gap(bytes_each: float, bytes_per_day: float) -> float:
    """Give the least time between two starts of a probe that fetches `bytes_each`, so that a day costs its budget."""
    return DAY_S * bytes_each / bytes_per_day
