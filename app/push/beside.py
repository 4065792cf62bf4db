"""What the desk's views show beyond the scene: read for those views alone that somebody looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.floor.issues import Event
from app.domain.floor.support_counts import Click
from app.domain.floor.supports import Request
from app.domain.floor.tablets import Tablet
from app.domain.journal import Entry
from app.domain.rollback.decisions import Decision
from app.domain.rollback.golive import GoLiveAct
from app.domain.rollback.planned_work import PlannedWork
from app.domain.rollback.trigger_course import Step
from app.domain.rollback.triggers import Transition
from app.domain.rollback.way_back import Cost


@dataclass(frozen=True, slots=True)
class SupportBeside:
    """What was read of support: requests of the last day and open ones, the clicks of the curve since `begins_at`."""

    requests: tuple[Request, ...] = ()
    clicks: tuple[Click, ...] = ()
    begins_at: datetime | None = None
    since_t0: bool = False


@dataclass(frozen=True, slots=True)
class IssueBeside:
    """What was read of one issue: its events, what was kept of its minute, and what the journal has around it.

    `announced` are the texts of announcements by id, `photos` each its hash, when it came and whose it is, `tablet` is
    the one that it was logged on. `more` says that the journal has more than was read.
    """

    events: tuple[Event, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    announced: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[tuple[str, datetime, str], ...] = ()
    tablet: Tablet | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What was read of one view: `steps` are of its picture, `undrawn` says why there is none.

    `cost` is None before T0; `trouble` says that what is held here could not be read anew.
    """

    transitions: tuple[Transition, ...] = ()
    decisions: tuple[Decision, ...] = ()
    acts: tuple[GoLiveAct, ...] = ()
    cost: Cost | None = None
    steps: tuple[Step, ...] = ()
    undrawn: str = ""
    works: tuple[PlannedWork, ...] = ()
    support: SupportBeside = SupportBeside()
    issue: IssueBeside = IssueBeside()
    trouble: bool = False
