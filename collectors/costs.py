"""What a day of probing costs each system, and which probes cannot keep their cadence when answers are slow."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.settings import Feed, Probe, Settings

_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What golive asks of a system in a day; `bytes` is None while no answer has been seen to tell."""

    system: str
    queries: int
    bytes: int | None
    budget_bytes: int

    @property
    def over_budget(self) -> bool:
        """Say whether cadences are stretched to keep the system's budget of bytes."""
        return self.bytes is not None and self.bytes > self.budget_bytes


@dataclass(frozen=True, slots=True)
class Late:
    """A probe that cannot keep its cadence when every answer takes its timeout."""

    probe: str
    every_s: float
    kept_s: float
    why: str


def queries_of(probe: Probe) -> int:
    """Give how many requests one run makes of its system."""
    if probe.kind != "image-load":
        return 1
    requests = 1 if probe.method in ("c-get", "c-move") else 3 if probe.depth == "study" else 2
    return requests + (1 if probe.newest else 0)


def costs(settings: Settings, bytes_of: Mapping[str, int]) -> list[Cost]:
    """Give each asked system's day; `bytes_of` holds what one run of a probe or feed brought just now."""
    queries: dict[str, float] = defaultdict(float)
    size: dict[str, float] = defaultdict(float)
    seen: set[str] = set()
    for probe in settings.probes:
        runs = _DAY_S / probe.every * max(1, len(probe.from_))
        queries[probe.system] += runs * queries_of(probe)
        if probe.id in bytes_of:
            size[probe.system] += runs * bytes_of[probe.id]
            seen.add(probe.system)
    for feed in (f for f in settings.feeds if f.system and f.every):
        queries[feed.system or ""] += _DAY_S / (feed.every or _DAY_S)
        if feed.id in bytes_of:
            size[feed.system or ""] += _runs(feed) * bytes_of[feed.id]
            seen.add(feed.system or "")
    return [
        Cost(s.id, round(queries[s.id]), round(size[s.id]) if s.id in seen else None, s.bytes_per_day)
        for s in settings.systems
        if s.id in queries
    ]


def _runs(feed: Feed) -> float:
    return _DAY_S / feed.every if feed.every else 0.0


def late_probes(settings: Settings) -> list[Late]:
    """Give the probes that cannot keep their cadence when every answer takes its timeout.

    One probe never runs twice at once, one system has so many places, and of image loads one runs at a time: where
    the places are too few, all probes that share them fall behind in proportion.
    """
    found = []
    for system in settings.systems:
        probes = [p for p in settings.probes if p.system == system.id]
        loads = [p for p in probes if p.kind == "image-load"]
        crowd, images = _share(probes) / system.in_flight, _share(loads)
        for probe in probes:
            alone_s = math.ceil(probe.timeout / probe.every) * probe.every
            by_images = probe.every * images if probe in loads and len(loads) > 1 else 0.0
            by_crowd = probe.every * crowd
            kept_s = max(alone_s, by_images, by_crowd)
            if kept_s <= probe.every:
                continue
            if kept_s == alone_s:
                why = "its timeout is longer than its cadence"
            elif kept_s == by_images:
                why = f"{system.id} gives one image at a time to {len(loads)} probes"
            else:
                why = f"{len(probes)} probes share {system.in_flight} places at {system.id}"
            found.append(Late(probe.id, probe.every, kept_s, why))
    return found


def _share(probes: Sequence[Probe]) -> float:
    return sum(min(1.0, p.timeout / p.every) for p in probes)
