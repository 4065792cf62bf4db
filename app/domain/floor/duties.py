"""Who has the duty where and until when; who leads has it in the command center."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.rollback.deciding import DESK
from app.domain.rollback.decisions import Person
from app.errors import Conflict, Forbidden, Invalid

COMMAND_CENTER = ""  # the area of who leads
LONGEST, LATEST = timedelta(hours=24), timedelta(days=1)  # how long one lasts; how long a tablet may have held it


class Action(StrEnum):
    """What can be done with a duty that is under way."""

    END = "end"
    EXTEND = "extend"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's duty in one area; `device` tells two people of one token apart, `name` is what they call themselves.

    `handover` is the hand-over that it came by, "" where its holder took it.
    """

    uuid: str
    area: str
    by: Person
    from_at: datetime
    until_at: datetime
    device: str = ""
    name: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    handover: str = ""

    @property
    def called(self) -> str:
        """Give the name of who has it."""
        return self.name.strip() or self.by.called

    @property
    def over_at(self) -> datetime:
        """Give when it ends, or has ended."""
        return min(self.until_at, self.ended_at) if self.ended_at is not None else self.until_at

    def is_on(self, now: datetime) -> bool:
        """Say whether somebody has it at a moment."""
        return self.from_at <= now < self.over_at


def begun(duty: Duty, areas: Collection[str], now: datetime) -> Duty:
    """Give a duty as it can be taken, or refuse it naming the field and its value."""
    if duty.area != COMMAND_CENTER and duty.area not in areas:
        raise Invalid("area", f"{duty.area!r} is no id of [[areas]] (there are {', '.join(areas) or 'none'})")
    held_by_tablet = duty.area != COMMAND_CENTER  # may come late: it is kept, and over
    if duty.until_at <= (now - LATEST if held_by_tablet else now):
        raise Invalid("until_at", f"{_told(duty.until_at)} lies too far in the past")
    _not_too_long(duty.until_at, now)
    return duty


def acted(duty: Duty, action: Action, until_at: datetime | None, by: Person, now: datetime, device: str = "") -> Duty:
    """Give a duty after it was ended or extended, or refuse that in words; to move it is to end it here."""
    if not (is_of(duty, by, device) or by.role in DESK):
        raise Forbidden(f"this duty is {duty.called}'s; they or the desk change it")
    if not duty.is_on(now):
        raise Conflict(f"this duty is over since {_told(duty.over_at)}: begin a new one")
    if action is not Action.EXTEND:
        return replace(duty, ended_at=now, ended_by=by.called)
    if until_at is None:
        raise Invalid("until_at", "is missing: an extension says until when")
    if until_at <= now:
        raise Invalid("until_at", f"{_told(until_at)} lies in the past")
    _not_too_long(until_at, now)
    return replace(duty, until_at=until_at)


def is_of(duty: Duty, by: Person, device: str = "") -> bool:
    """Say whether somebody has this duty: the token's, and of several tablets with one token this one's."""
    return bool(by.token) and duty.by.token == by.token and (not device or not duty.device or duty.device == device)


def has_duty(duties: Iterable[Duty], area: str, by: Person, device: str, now: datetime) -> bool:
    """Say whether somebody has the duty in an area now."""
    return any(d.area == area and d.is_on(now) and is_of(d, by, device) for d in duties)


def leading(duties: Iterable[Duty], now: datetime) -> Duty | None:
    """Give who leads the command center now, None where nobody said so."""
    found = [d for d in duties if d.area == COMMAND_CENTER and d.is_on(now)]
    return max(found, key=lambda d: (d.from_at, d.uuid), default=None)


def on_duty(duties: Iterable[Duty], area: str, now: datetime) -> list[Duty]:
    """Give who has the duty in an area now, who stays longest first."""
    found = [d for d in duties if d.area == area and d.is_on(now)]
    return sorted(found, key=lambda d: (-d.over_at.timestamp(), d.uuid))


def _not_too_long(until_at: datetime, now: datetime) -> None:
    if until_at > now + LONGEST:
        raise Invalid("until_at", f"{_told(until_at)} lies more than 24 h from now; a duty is extended while it lasts")


def _told(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
