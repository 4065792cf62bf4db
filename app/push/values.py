"""A series' judged value and its expected range as a screen shows them."""

from app.domain.measuring.standings import Judged, Standing, State
from app.push import words
from app.push.figures import Figure, beyond, figure, told_apart

# never a number in full size that nobody stands behind
HIDDEN = frozenset({State.BLIND, State.DOWN, State.INSUFFICIENT, State.NOT_EXPECTED})


def value_of(judged: Judged) -> Figure:
    """Give the judged value as shown, or that it is beyond the timeout."""
    if judged.value is None and judged.beyond_s is not None:
        return beyond(judged.beyond_s)
    return figure(judged.value, judged.unit)


def shown_value(standing: Standing) -> Figure:
    """Give the judged value, never looking like the limit that it lies beyond."""
    value, limit = standing.judged.value, _passed(standing)
    if value is None or limit is None:
        return value_of(standing.judged)
    return told_apart(value, limit, standing.judged.unit)[0]


def _passed(standing: Standing) -> float | None:
    """Give the limit that a value lies beyond, or None."""
    value, upper, lower = standing.judged.value, standing.upper, standing.lower
    if value is not None and upper is not None and value > upper:
        return upper
    return lower if value is not None and lower is not None and value < lower else None


def expected_words(standing: Standing) -> str:
    """Say where values should lie; a limit that was passed with the digits that tell it from the value."""
    unit, value = standing.judged.unit, standing.judged.value
    if standing.upper is None:
        return words.NO_RANGE
    upper = figure(standing.upper, unit)
    if value is not None and _passed(standing) == standing.upper and standing.state not in HIDDEN:
        upper = told_apart(value, standing.upper, unit)[1]
    if standing.lower is None:
        return words.expected("", str(upper))
    lower = figure(standing.lower, unit)
    return words.expected(lower.number if lower.unit == upper.unit else str(lower), str(upper))
