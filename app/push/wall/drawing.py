"""The small drawings of a tile as values of SVG attributes: the expected band with its mark, and the last hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MINUTES = 60
WIDTH, HEIGHT = 600, 100
FEWEST = 5  # points that make a line; fewer would be a stub in an empty box


@dataclass(frozen=True, slots=True)
class Band:
    """Where values should lie and where this one does, in per cent of the bar; `mark` is None without a value."""

    start: float
    width: float
    mark: float | None
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Spark:
    """The last 60 minutes in a box of 600 × 100; `line` and `newest` are path data, the rest heights within the box."""

    line: str
    newest: str
    band_y: float | None
    band_height: float | None
    limit_y: float | None


def band(value: float | None, lower: float | None, upper: float | None, beyond: bool = False) -> Band | None:
    """Give the bar of a value against its expected range, from zero; None where there is no range."""
    if upper is None or upper <= 0:
        return None
    # the range takes the left 60 % while the value is inside, and shrinks as it runs away, so that both stay on the bar
    full = max(upper / 0.6, (value or 0.0) / 0.94)
    if beyond:
        full = max(full, upper * 3)
    start = max(0.0, lower or 0.0) / full
    mark = 0.985 if beyond else None if value is None else max(value, 0.0) / full
    return Band(_percent(start), _percent(upper / full - start), None if mark is None else _percent(mark), beyond)


def spark(
    points: Sequence[tuple[int, float | None]], until_s: int, lower: float | None, upper: float | None
) -> Spark | None:
    """Give the line of the 60 minutes that end with `until_s` (unix seconds); a minute without a value is a gap."""
    last = until_s // 60
    known = {at // 60 - last + MINUTES - 1: value for at, value in points if value is not None}
    known = {slot: value for slot, value in known.items() if 0 <= slot < MINUTES}
    if len(known) < FEWEST:
        return None
    top = max([*known.values(), upper or 0.0]) * 1.12 or 1.0
    slots = sorted(known)
    line = _path([(slot, _y(known[slot], top)) for slot in slots])
    newest = f"M{_x(slots[-1])} {_y(known[slots[-1]], top)}h0"
    if upper is None or upper <= 0:
        return Spark(line, newest, None, None, None)
    high, low = _y(upper, top), _y(max(0.0, lower or 0.0), top)
    return Spark(line, newest, high, round(low - high, 1), high)


def _path(places: Sequence[tuple[int, float]]) -> str:
    first_slot, first_y = places[0]
    parts = [f"M{_x(first_slot)} {first_y}"]
    alone = True
    for (before, _), (slot, y) in pairwise(places):
        if slot == before + 1:
            parts.append(f"L{_x(slot)} {y}")
            alone = False
            continue
        # a minute between two gaps is a dot: a line of no length with round ends
        parts.append(f"h0M{_x(slot)} {y}" if alone else f"M{_x(slot)} {y}")
        alone = True
    return "".join(parts) + ("h0" if alone else "")


def _x(slot: int) -> float:
    return round((slot + 0.5) * WIDTH / MINUTES, 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT * (1 - min(max(value, 0.0) / top, 1.0)), 1)


def _percent(share: float) -> float:
    return round(100 * min(max(share, 0.0), 1.0), 1)
