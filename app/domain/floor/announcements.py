"""What the desk announces to the floor, where, and until when."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.rollback.decisions import Person
from app.errors import Conflict, Invalid

LONGEST = timedelta(days=30)


class Action(StrEnum):
    """What can be done with an announcement."""

    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement; no areas mean all, no `until_at` until it is withdrawn."""

    uuid: str
    text: str
    areas: tuple[str, ...]
    by: Person
    at: datetime
    until_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    no_patient: bool = False

    @property
    def over_at(self) -> datetime | None:
        """Give when it ends or was withdrawn, None while nobody knows."""
        return self.withdrawn_at or self.until_at

    def is_live(self, now: datetime) -> bool:
        """Say whether tablets show it at a moment."""
        return self.at <= now and (self.over_at is None or now < self.over_at)

    def is_for(self, area: str) -> bool:
        """Say whether it is for an area."""
        return not self.areas or area in self.areas


def announced(wanted: Announcement, areas: Collection[str], now: datetime) -> Announcement:
    """Give an announcement as it can be made, or refuse it naming the field and its value."""
    if not wanted.text.strip():
        raise Invalid("text", "is missing: an announcement says something")
    known_areas(wanted.areas, areas)
    if wanted.until_at is not None and not now < wanted.until_at <= now + LONGEST:
        raise Invalid("until_at", f"{wanted.until_at.isoformat()} lies in the past or more than 30 days from now")
    return replace(wanted, text=wanted.text.strip(), areas=tuple(dict.fromkeys(wanted.areas)))


def withdrawn(one: Announcement, by: Person, now: datetime) -> Announcement:
    """Give an announcement that is no longer shown, or say that it was not."""
    if not one.is_live(now):
        said = "it was withdrawn" if one.withdrawn_at is not None else "its time is over"
        raise Conflict(f"{said} already, at {(one.over_at or now).isoformat(timespec='seconds')}")
    return replace(one, withdrawn_at=now, withdrawn_by=by.called)


def known_areas(named: Collection[str], areas: Collection[str]) -> None:
    """Refuse an area that golive.toml does not name."""
    for i, area in enumerate(named):
        if area not in areas:
            known = ", ".join(areas) or "none"
            raise Invalid(f"areas[{i}]", f"{area!r} is no id of [[areas]] (there are {known})")
