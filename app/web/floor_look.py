"""What a section of the tablet's document is made from, read once for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.floor.issues import Issue
from app.domain.floor.shift import Shift
from app.domain.rollback.decisions import Person
from app.push.scene import Scene
from app.settings import Settings
from app.store.db import Session


@dataclass(frozen=True, slots=True)
class Look:
    """A moment as one person's tablet sees it: who asks, how golive is set up, how all stands, every issue, and the
    shift.

    `merged` gives by issue how many have it too.
    """

    actor: Person
    now: datetime
    settings: Settings
    scene: Scene
    issues: Sequence[Issue]
    merged: Mapping[str, tuple[int, tuple[str, ...]]]
    shift: Shift


Section = Callable[[Session, Look], Any]
