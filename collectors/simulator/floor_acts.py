"""What people of the simulated floor do, as the interface takes it: one call each, under an id that the seed gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from collectors.simulator.chance import around
from collectors.simulator.exams import Hospital


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does: a thing is made (`event` is ""), or something is done with it."""

    at: datetime
    who: str
    kind: str
    uuid: str
    body: Mapping[str, Any]
    event: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """All that is done with one thing, in its order."""

    acts: tuple[Act, ...]

    @property
    def begins_at(self) -> datetime:
        """Give when golive first hears of it."""
        return self.acts[0].at

    @property
    def over_at(self) -> datetime:
        """Give when the last thing is done."""
        return self.acts[-1].at


def identity(hospital: Hospital, *names: object) -> str:
    """Give the id of a thing: of one seed and T0 always the same, so that nothing is there twice."""
    text = "/".join(map(str, (hospital.seed, written(hospital.t0), *names)))
    return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=4))


def soon(chance: Random, minutes: float, sigma: float = 0.5) -> timedelta:
    """Give a while of about so many minutes, sometimes much longer, and never longer than ten times that."""
    return timedelta(seconds=round(60 * min(around(chance, minutes, sigma), 10 * minutes)))


def written(at: datetime) -> str:
    """Give a moment as the interface takes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
