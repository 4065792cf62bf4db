"""Support now: one click that asks for a supporter, and what its append-only events fold to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.floor.issue_measures import Span
from app.domain.rollback.decisions import Person

DOUBLE = timedelta(seconds=10)  # two clicks of one named place within this are one
NAMELESS_DOUBLE = timedelta(seconds=3)  # of a place without a name, behind which many may sit


class Stage(StrEnum):
    """Where a request is; the last two are worked out when it is read: nobody came, or nobody said that it is over."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    HELPED = "helped"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"
    UNENDED = "unended"


WAITS = frozenset({Stage.WAITING, Stage.ASSIGNED})  # an assigned supporter is not there yet
OPEN = WAITS | {Stage.HELPED}
NEVER_ENDED = frozenset({Stage.UNANSWERED, Stage.UNENDED})


class Action(StrEnum):
    """What happens to a request; `again` is a further click from the same place."""

    ASSIGN = "assign"
    ADMIT = "admit"
    REASON = "reason"
    END = "end"
    WITHDRAW = "withdraw"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a button or tablet sends; `about` is a category where one is known, `asked_at` the device's moment."""

    area: str = ""
    room: str = ""
    workstation: str = ""
    about: str = ""
    device: str = ""
    asked_at: datetime | None = None
    no_patient: bool = False

    @property
    def place(self) -> str:
        """Give the name of the place, "" where it has none."""
        return self.workstation or self.room


@dataclass(frozen=True, slots=True)
class Event:
    """One act on a request; `sequence` is its place in the site's order of all of them.

    None and "" leave what was before; `admit` says that whom it assigns is in the room already.
    """

    uuid: str
    action: Action
    by: Person
    received_at: datetime
    sequence: int
    supporter: str = ""
    breakout: str = ""
    admit: bool = False
    reason: str = ""
    text: str = ""
    training: bool | None = None
    no_patient: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is now; `clicks` counts the first and those that came again from its place while it waited.

    `reason` is a category, `training` that more training was agreed on.
    """

    uuid: str
    number: int
    sequence: int
    received_at: datetime
    by: Person
    ask: Ask
    last_sequence: int
    last_at: datetime
    clicked_at: datetime
    clicks: int = 1
    supporter: str = ""
    breakout: str = ""
    reason: str = ""
    text: str = ""
    training: bool = False
    assigned_at: datetime | None = None
    helped_at: datetime | None = None
    ended_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Say whether nobody has ended it yet."""
        return self.ended_at is None and self.withdrawn_at is None


def begun(uuid: str, number: int, sequence: int, ask: Ask, by: Person, now: datetime) -> Request:
    """Give the request of a click that just came."""
    return Request(uuid, number, sequence, now, by, ask, last_sequence=sequence, last_at=now, clicked_at=now)


def folded(request: Request, event: Event) -> Request:
    """Give the request after an event that was allowed."""
    at, action = event.received_at, event.action
    after = replace(
        request,
        last_sequence=event.sequence,
        last_at=at,
        supporter=event.supporter or request.supporter,
        breakout=event.breakout or request.breakout,
        reason=event.reason or request.reason,
        text=event.text or request.text,
        training=request.training if event.training is None else event.training,
    )
    if action is Action.ASSIGN:
        after = replace(after, assigned_at=request.assigned_at or at)
    if action is Action.ADMIT or (action is Action.ASSIGN and event.admit):
        return replace(after, helped_at=request.helped_at or at)
    if action is Action.END:
        return replace(after, ended_at=at)
    if action is Action.WITHDRAW:
        return replace(after, withdrawn_at=at)
    if action is Action.AGAIN:
        return after if is_double(request, at) else replace(after, clicks=request.clicks + 1, clicked_at=at)
    return after


def fold(first: Request, events: Iterable[Event]) -> Request:
    """Give what a list of events makes of a request, in the order of their sequence numbers."""
    for event in sorted(events, key=lambda e: e.sequence):
        first = folded(first, event)
    return first


def stage_at(request: Request, now: datetime, lapses_s: float) -> Stage:
    """Give where a request is at a moment: what nobody ends is over by itself, and says so."""
    if request.ended_at is not None:
        return Stage.ENDED
    if request.withdrawn_at is not None:
        return Stage.WITHDRAWN
    lapsed = now > lapses_at(request, lapses_s)
    if request.helped_at is not None:
        return Stage.UNENDED if lapsed else Stage.HELPED
    if request.assigned_at is not None:
        return Stage.UNENDED if lapsed else Stage.ASSIGNED
    return Stage.UNANSWERED if lapsed else Stage.WAITING


def lapses_at(request: Request, lapses_s: float) -> datetime:
    """Give when a request is over that nobody ends: counted from when somebody last asked or took it up."""
    newest = max(filter(None, (request.clicked_at, request.assigned_at, request.helped_at)))
    return newest + timedelta(seconds=lapses_s)


def wait_of(request: Request, now: datetime, lapses_s: float) -> Span:
    """Give how long somebody waited for help, and whether the wait is over.

    One that ended without anybody being admitted waited until its end at most. One that was withdrawn, or lapsed,
    waited at least until then; of one that was assigned and left so nothing is known after that.
    """
    since, stage = request.received_at, stage_at(request, now, lapses_s)
    if helped := request.helped_at or request.ended_at:
        return Span((helped - since).total_seconds(), True)
    until = {
        Stage.WITHDRAWN: request.withdrawn_at,
        Stage.UNANSWERED: lapses_at(request, lapses_s),
        Stage.UNENDED: request.assigned_at,
    }.get(stage) or now
    return Span(max(0.0, (until - since).total_seconds()), False)


def same_place(open_now: Iterable[Request], ask: Ask, by: Person, now: datetime, lapses_s: float) -> Request | None:
    """Give the request that a further click belongs to: its place waits already, or it is the second of a double."""
    for request in sorted(open_now, key=lambda r: -r.sequence):
        theirs, age = request.ask, now - request.clicked_at
        if request.by.token != by.token or (theirs.place, theirs.area) != (ask.place, ask.area):
            continue
        if not ask.place:
            if theirs.device == ask.device and age <= NAMELESS_DOUBLE:
                return request
        elif age <= DOUBLE or stage_at(request, now, lapses_s) is Stage.WAITING:
            return request
    return None


def is_double(request: Request, now: datetime) -> bool:
    """Say whether a click is the second of a double click, which is none of its own."""
    return now - request.clicked_at <= (DOUBLE if request.ask.place else NAMELESS_DOUBLE)
