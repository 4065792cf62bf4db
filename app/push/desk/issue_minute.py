"""What was measured in an issue's minute, as rows: what was not as expected first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.plans import Plan
from app.domain.words import counted
from app.push.desk import issue_words as words
from app.push.figures import Figure, beyond, figure
from app.push.scene import title
from app.push.words import NO_SOURCE

SHOWN = 7
_QUIET = ("ok", "not_expected", "maintenance", "insufficient")
_ORDER = ("down", "degraded", "stale", "blind", "insufficient", "maintenance", "ok", "not_expected")
_OF_THE_FLOOR = ("issue.", "support.", "own.")
DAY_S = 86_400
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
    """The series of an issue's area and of no area.

    `blind` names what nobody saw of all areas, `more` counts those left out and those that nothing measures; `trouble`
    says why golive could not judge.
    """

    clock: str
    rows: tuple[MinuteRow, ...]
    blind: str
    more: str
    trouble: str


def minute_of(plan: Plan, context: Mapping[str, Any], clock: str) -> Minute:
    """Give the minute that was kept with an issue."""
    kept = [one for one in context.get("standings", ()) if _is_shown(one)]
    told = sorted((one for one in kept if not _absent(one)), key=_gravity)
    unseen = [one for one in told if one["state"] == "blind" and not one["area"]]
    told = [one for one in told if one not in unseen]
    shown, rest = told[:SHOWN], told[SHOWN:]
    unwell = sum(one["state"] not in _QUIET for one in rest)
    more = (words.AND_MORE if unwell else words.AND_WELL).format(n=len(rest), unwell=unwell) if rest else ""
    unmeasured = len({str(one["measure"]) for one in kept if _absent(one)})
    more = "; ".join(
        filter(None, (more, words.UNMEASURED.format(measures=counted(unmeasured, "measure")) if unmeasured else ""))
    )
    blind = ", ".join(dict.fromkeys(_name(plan, one) for one in unseen))
    return Minute(clock, tuple(_row(plan, one) for one in shown), blind, more, str(context.get("trouble", "")))


def _is_shown(one: Mapping[str, Any]) -> bool:
    """Say whether a series may tell of what somebody met: not what golive counts of the floor and of itself."""
    of_systems = not str(one["measure"]).startswith(_OF_THE_FLOOR)
    return of_systems and (one["window_s"] != DAY_S or bool(one["n"]))


def _absent(one: Mapping[str, Any]) -> bool:
    """Say whether nothing measured this: said in a number, and no trouble."""
    return str(one["state"]) == "blind" and str(one["reason"]).startswith(NO_SOURCE)


def _gravity(one: Mapping[str, Any]) -> tuple[int, int, str]:
    """Give a sort key: what is out of its range, then what is of the issue's area, then the rest."""
    state = str(one["state"])
    place = 0 if state in ("down", "degraded") else 1 if one["area"] else 2
    return place, _ORDER.index(state) if state in _ORDER else len(_ORDER), str(one["series"])


def _row(plan: Plan, one: Mapping[str, Any]) -> MinuteRow:
    state, value, unit = str(one["state"]), one["value"], str(one["unit"])
    shape, said = _state(one)
    shown = figure(value if state not in _HIDDEN else None, unit)
    if value is None and one.get("beyond_s") is not None:
        shown = beyond(float(one["beyond_s"]))
    return MinuteRow(
        _name(plan, one),
        f"/series/{one['series']}",
        shown,
        _expected(one, unit),
        str(one["n"]),
        str(figure(one["age_s"], "s")),
        state,
        shape,
        said,
    )


def _name(plan: Plan, one: Mapping[str, Any]) -> str:
    where = plan.areas.get(one["area"], one["area"]) if one["area"] else plan.systems.get(one["system"], one["system"])
    return ", ".join(filter(None, (title(str(one["measure"])), where)))


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
