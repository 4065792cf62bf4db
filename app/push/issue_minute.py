"""What was measured in an issue's minute, as rows: what was not as expected first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.plans import Plan
from app.push import desk_issue_words as words
from app.push.figures import Figure, beyond, figure
from app.push.scene import title

SHOWN = 8
_QUIET = ("ok", "not_expected", "maintenance", "insufficient")
_ORDER = ("down", "blind", "stale", "degraded", "insufficient", "maintenance", "ok", "not_expected")
_HIDDEN = ("blind", "down", "not_expected")


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """One series as it was then."""

    name: str
    href: str
    value: Figure
    expected: str
    n: str
    age: str
    state: str
    shape: str
    said: str


@dataclass(frozen=True, slots=True)
class Minute:
    """The series of an issue's area and of no area; `more` are those left out, in words."""

    clock: str
    rows: tuple[MinuteRow, ...]
    more: str
    overall: str


def minute_of(plan: Plan, context: Mapping[str, Any], clock: str) -> Minute:
    """Give the minute that was kept with an issue."""
    told = sorted(context.get("standings", ()), key=_gravity)
    felt = [one for one in told if one["state"] not in _QUIET]
    shown = told[: max(SHOWN, min(len(felt), 2 * SHOWN))]
    rest = told[len(shown) :]
    well = all(one["state"] in _QUIET for one in rest)
    more = (words.AND_WELL if well else words.AND_MORE).format(n=len(rest)) if rest else ""
    return Minute(clock, tuple(_row(plan, one) for one in shown), more, str(context.get("trouble", "")))


def _gravity(one: Mapping[str, Any]) -> tuple[int, bool, str]:
    state = str(one["state"])
    return _ORDER.index(state) if state in _ORDER else len(_ORDER), one["area"] is None, str(one["series"])


def _row(plan: Plan, one: Mapping[str, Any]) -> MinuteRow:
    state, value, unit = str(one["state"]), one["value"], str(one["unit"])
    shape, said = _state(one)
    where = plan.areas.get(one["area"], one["area"]) if one["area"] else plan.systems.get(one["system"], one["system"])
    shown = figure(value if state not in _HIDDEN else None, unit)
    if value is None and one.get("beyond_s") is not None:
        shown = beyond(float(one["beyond_s"]))
    return MinuteRow(
        ", ".join(filter(None, (title(str(one["measure"])), where))),
        f"/series/{one['series']}",
        shown,
        _expected(one, unit),
        str(one["n"]),
        str(figure(one["age_s"], "s")),
        state,
        shape,
        said,
    )


def _expected(one: Mapping[str, Any], unit: str) -> str:
    expected = one.get("expected")
    if not expected:
        return words.NO_RANGE
    high, low = figure(expected["high"], unit), figure(expected["low"], unit)
    if not expected["low"]:
        return words.AT_MOST.format(high=high)
    return f"{low.number if low.unit == high.unit else low}–{high}"


def _state(one: Mapping[str, Any]) -> tuple[str, str]:
    state, value, expected = str(one["state"]), one["value"], one.get("expected")
    if state == "ok":
        return "", words.AS_EXPECTED
    if state != "degraded":
        return words.STATES.get(state, ("", state))
    if value is None:
        return words.ABOVE if one.get("beyond_s") is not None else words.FAILING
    if expected and value > expected["high"]:
        return words.ABOVE
    return words.BELOW if expected and value < expected["low"] else words.FAILING
