"""Who and what is on the floor now, as screens show it: who leads, where somebody is on duty, tablets, support."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads the command center, and since when."""

    name: str
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Cover:
    """In which areas somebody is on duty, and in which nobody is who should be."""

    staffed: frozenset[str]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tablets:
    """What tablets told that they hold unsent, and how many are silent: what those hold is unknown."""

    holding: int = 0
    held: int = 0
    oldest_at: datetime | None = None
    silent: int = 0
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits for a supporter."""

    waiting: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FloorSight:
    """What the store says of the floor; None where that part is not set up, `lead` where nobody took it."""

    led: bool = False  # whether somebody can lead at all
    lead: Lead | None = None
    huddle_at: datetime | None = None
    cover: Cover | None = None
    tablets: Tablets | None = None
    support: Queue | None = None


UNSET = FloorSight()
