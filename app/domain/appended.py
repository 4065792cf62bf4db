"""What became of things that somebody sent, some of them perhaps for the second time."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing that was not taken: its id, the field at fault, and why."""

    id: str
    field: str
    problem: str


@dataclass(slots=True)
class Appended(Generic[T]):
    """What is new and stored, how many were there already, and what was refused."""

    stored: list[T] = field(default_factory=list)
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)
