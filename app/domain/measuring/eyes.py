"""Whether anybody measures at all: collectors that speak, and samples that come at the cadence that probes can keep."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.plans import Plan
from app.domain.words import span

SILENT_AFTER = timedelta(seconds=10)
_MARGIN_S = 10.0
_CADENCES = 3


def nobody_measures(plan: Plan, heard: Mapping[str, datetime | None], sampled_at: datetime, now: datetime) -> str:
    """Say why nobody measures, "" while every collector speaks and samples come.

    `heard` is when each vantage last spoke, `sampled_at` when the newest samples were stored.
    """
    needed = {vantage for p in plan.probes.values() for vantage in p.vantages} | {
        f.vantage for f in plan.feeds.values()
    }
    for vantage in plan.vantages:
        at = heard.get(vantage)
        if vantage in needed and (at is None or now - at >= SILENT_AFTER * plan.speed):
            said = "was never heard" if at is None else f"has been silent for {span((now - at).total_seconds())}"
            return f"collector {vantage} {said}"
    if not plan.probes:
        return ""
    soonest_s = min(max(p.every_s, p.kept_s) + p.timeout_s * plan.speed for p in plan.probes.values())
    quiet_s = (now - sampled_at).total_seconds()
    if quiet_s < _CADENCES * soonest_s + _MARGIN_S * plan.speed:
        return ""
    return f"no sample has come for {span(quiet_s)}"
