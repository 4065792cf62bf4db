"""What the plan expects of probes: every series that they should or could fill, and which of them speak for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.domain.measuring.series import measures_of, series_for
from app.domain.measuring.standings import Series
from app.domain.plans import Plan, ProbePlan

SYSTEM_MEASURES = ("availability", "own.load")


@dataclass(frozen=True, slots=True)
class Watched:
    """A series that probes fill, and the probes that speak for it.

    `asked` is False where no probe is to be run from this vantage: a collector that does so all the same is heard.
    """

    series: Series
    key: str
    probes: tuple[ProbePlan, ...]
    vantage: str
    cadence_s: float
    timeout_s: float
    required: bool
    control: bool
    asked: bool = True


@lru_cache(maxsize=4)
def watched(plan: Plan) -> Mapping[str, Watched]:
    """Give by key every series that probes should or could fill, with those of whole systems."""
    asked: dict[str, tuple[Series, str, list[ProbePlan]]] = {}
    others: dict[str, tuple[Series, str, list[ProbePlan]]] = {}
    for probe in plan.probes.values():
        for vantage in plan.vantages:
            found = asked if vantage in probe.vantages else others
            own = None if vantage == plan.main_vantage else vantage
            whole = [Series(m, probe.system, None, (), own) for m in SYSTEM_MEASURES]
            for series in [series_for(m, probe, vantage, plan) for m in measures_of(probe)] + whole:
                found.setdefault(series.key, (series, vantage, []))[2].append(probe)
    unasked = {key: _watched(key, *told, asked=False) for key, told in others.items()}
    return unasked | {key: _watched(key, *told, asked=True) for key, told in asked.items()}


def _watched(key: str, series: Series, vantage: str, probes: list[ProbePlan], *, asked: bool) -> Watched:
    whole = series.measure in SYSTEM_MEASURES
    return Watched(
        series,
        key,
        tuple(probes),
        vantage,
        cadence_s=min(p.every_s for p in probes),
        timeout_s=max(p.timeout_s for p in probes),
        required=asked and not whole and any(p.required for p in probes),
        control=not whole and all(p.control for p in probes),
        asked=asked,
    )
