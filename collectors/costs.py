"""What a day of probing costs each system, and which probes cannot keep their cadence when answers are slow."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.measuring.turns import LIST_TIMEOUT_S, Asker, alone_s, round_s, share
from app.domain.words import counted
from app.settings import Probe, Settings, System
from app.settings.asking import asking, collectors_of, feeds_of
from collectors.schedule import DAY_S, budget_gap


@dataclass(frozen=True, slots=True)
class Cost:
    """What golive asks of a system in a day; `bytes` is None while no answer has been seen to tell.

    `at_least`: an attempt brought no whole answer, so that its size is not in the sum. `stretched` are the image loads
    whose cadence the budget stretches; nothing else ever stretches. `loading` are the collectors that load images, one
    at a time each, and so many at once together; `image_bytes` is what these loads bring in a day.
    """

    system: str
    queries: int
    bytes: int | None
    budget_bytes: int
    at_least: bool = False
    stretched: tuple[str, ...] = ()
    loading: tuple[str, ...] = ()
    image_bytes: int | None = None

    @property
    def over_budget(self) -> bool:
        """Say whether cadences are stretched to keep the system's budget of bytes."""
        return bool(self.stretched)


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


def costs(settings: Settings, bytes_of: Mapping[str, int], partly: Collection[str] = ()) -> list[Cost]:
    """Give each asked system's day; `bytes_of` holds what one run of a probe or feed brought just now.

    `partly` are those whose answer was not whole. An echo brings nothing.
    """
    queries: dict[str, float] = defaultdict(float)
    size: dict[str, float] = defaultdict(float)
    known, unknown = set[str](), set[str]()

    def count(id_: str, system: str, runs: float, requests: int, echo: bool) -> None:
        queries[system] += runs * requests
        size[system] += runs * bytes_of.get(id_, 0)
        (known if id_ in bytes_of or echo else unknown).add(system)
        unknown.update([system] if id_ in partly and not echo else [])

    for probe in settings.probes:
        runs = DAY_S / probe.every * max(1, len(probe.from_))
        count(probe.id, probe.system, runs, queries_of(probe), probe.kind == "echo")
    for feed in (f for f in settings.feeds if f.system and f.every):
        count(feed.id, feed.system or "", DAY_S / (feed.every or DAY_S), 1, False)
    return [
        Cost(
            s.id,
            round(queries[s.id]),
            round(size[s.id]) if s.id in known else None,
            s.bytes_per_day,
            s.id in unknown,
            _stretched(settings.probes, s, bytes_of),
            *_loading(settings, s, bytes_of),
        )
        for s in settings.systems
        if s.id in queries
    ]


def _stretched(probes: Sequence[Probe], system: System, bytes_of: Mapping[str, int]) -> tuple[str, ...]:
    """Give the image loads that the budget holds back."""
    loads = _loads(probes, system)
    each = _budget_each(loads, system)
    return tuple(p.id for p in loads if budget_gap(bytes_of.get(p.id, 0), each) > p.every)


def _loads(probes: Sequence[Probe], system: System) -> list[Probe]:
    return [p for p in probes if p.system == system.id and p.kind == "image-load"]


def _budget_each(loads: Sequence[Probe], system: System) -> float:
    """Give a load's bytes of a day: all loads of a system have equal shares, from wherever."""
    return system.bytes_per_day / max(1, sum(max(1, len(p.from_)) for p in loads))


def _loading(settings: Settings, system: System, bytes_of: Mapping[str, int]) -> tuple[tuple[str, ...], int | None]:
    """Give the collectors that load a system's images, and the bytes that this brings in a day, within the budget."""
    loads = _loads(settings.probes, system)
    known = [(p, bytes_of[p.id]) for p in loads if p.id in bytes_of]
    each, day = _budget_each(loads, system), 0.0
    for p, size in known:
        day += DAY_S / max(p.every, budget_gap(size, each)) * size * max(1, len(p.from_))
    sources = dict.fromkeys(source for p in loads for source in collectors_of(p, settings))
    return tuple(sources), round(day) if known else None


def late_probes(settings: Settings) -> list[Late]:
    """Give the probes that cannot keep their cadence when every answer takes its timeout.

    One probe never runs twice at once, a collector has its share of a system's places, and of image loads it runs one
    at a time: where the places are too few, all probes that share them fall behind.
    """
    worst: dict[str, Late] = {}
    for system in settings.systems:
        sources = asking(settings, system.id)
        places = share(system.in_flight, len(sources))
        for source in sources:
            probes = [p for p in settings.probes if p.system == system.id and source in collectors_of(p, settings)]
            feeds = [f for f in feeds_of(settings, system.id) if source in collectors_of(f, settings)]
            mine = [Asker(p.id, p.every, p.timeout, p.kind == "image-load") for p in probes]
            mine += [Asker(f.id, f.every, LIST_TIMEOUT_S, is_list=True) for f in feeds if f.every]
            who = f" of {source}" if len(sources) > 1 else ""
            for late in _late(mine, system.id, places, who):
                if late.probe not in worst or worst[late.probe].kept_s < late.kept_s:
                    worst[late.probe] = late
    return [worst[p.id] for p in settings.probes if p.id in worst]


def _late(probes: Sequence[Asker], system: str, places: int, who: str) -> list[Late]:
    """Give the late ones of a collector's probes and lists of one system."""
    loads = [p for p in probes if p.is_load]
    lists = sum(p.is_list for p in probes)
    crowd_s, images_s = round_s(probes, places), round_s(loads, 1)
    found = []
    for probe in probes:
        lonely_s, by_images_s = alone_s(probe), images_s if probe in loads else 0.0
        kept_s = max(lonely_s, crowd_s, by_images_s)
        if kept_s <= probe.every_s:
            continue
        if kept_s == lonely_s:
            beyond = probe.timeout_s > probe.every_s
            why = "its timeout is longer than its cadence" if beyond else "its timeout ends after its next turn"
        elif kept_s == by_images_s:
            why = f"{system} gives one image at a time to {len(loads)} probes{who}"
        else:
            crowd = f"{counted(len(probes) - lists, 'probe')}{who}" + (
                f" and {counted(lists, 'list')}" if lists else ""
            )
            why = f"{crowd} share {places} place{'' if places == 1 else 's'} at {system}"
        found.append(Late(probe.id, probe.every_s, kept_s, why))
    return found
