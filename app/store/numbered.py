"""Things that get a number and grow by events, in one order for the whole site: issues, requests for support.

Every write is told apart by its sender's id, and an event is never changed: a thing's own row is what they fold to.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Select, select
from sqlmodel import Session

from app.domain.rollback.decisions import Person
from app.store import codec, journal
from app.store.sets import put, rows_of, run, table


class Numbered(Protocol):
    """A thing as its events left it; `sequence` is of its coming, `last_sequence` of its newest event."""

    @property
    def uuid(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def last_sequence(self) -> int: ...


class Happened(Protocol):
    """What somebody did with such a thing; `sequence` is its place in the site's order."""

    @property
    def uuid(self) -> str: ...
    @property
    def action(self) -> StrEnum: ...
    @property
    def by(self) -> Person: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def sequence(self) -> int: ...


Thing = TypeVar("Thing", bound=Numbered)
Event = TypeVar("Event", bound=Happened)
Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored under an id: its sender's body, and what that was answered about its subject.

    `status` is "" where the subject has none that is stored.
    """

    subject: str
    number: int
    sequence: int
    received_at: datetime
    asked: str
    status: str = ""


class Ledger(Generic[Thing, Event]):
    """The three tables of one kind of thing: its rows in `name`, their events, and the head with the last numbers.

    `columns` gives what a row has beside what all have, `told` what the journal says of it: never free text.
    """

    def __init__(
        self,
        name: str,
        thing: type[Thing],
        event: type[Event],
        columns: Callable[[Thing], Columns],
        told: Callable[[Thing], Columns],
        most_read: int | None = None,
    ) -> None:
        self.head, self.things, self.events = table(f"{name}_head"), table(name), table(f"{name}_event")
        self._name, self._thing, self._event, self._columns, self._told = name, thing, event, columns, told
        self._subject = self.events.c[name]
        # what each row's text says, known from its last reading: screens and tablets read the same ones each second
        self._read: dict[tuple[str, str], tuple[str, Thing]] = {}
        self._most_read = most_read

    def last_sequence(self, session: Session, site: str) -> int:
        """Give the number of the last event of all things, 0 before there is one."""
        return run(session, select(self.head.c.sequence).where(self.head.c.site == site)).scalar_one_or_none() or 0

    def lock(self, session: Session, site: str) -> tuple[int, int]:
        """Give the last numbers of a thing and of an event; nobody else gives one until this act is committed."""
        put(session, self.head, [{"site": site, "number": 0, "sequence": 0}], replace=False)
        head = run(session, select(self.head).where(self.head.c.site == site).with_for_update()).one()
        return head.number, head.sequence

    def kept_thing(self, session: Session, site: str, uuid: str, status: str = "") -> Kept | None:
        """Give what was answered to what made the thing of this id; `status` is that of one just made."""
        its = (self.things.c.site == site) & (self.things.c.uuid == uuid)
        row = run(session, select(self.things.c.asked, self.things.c.body).where(its)).one_or_none()
        if row is None:
            return None
        made = codec.loads(self._thing, row.body)
        return Kept(uuid, made.number, made.sequence, made.received_at, row.asked, status)

    def kept_event(self, session: Session, site: str, uuid: str) -> Kept | None:
        """Give what was answered to the event of this id."""
        its_thing = (self.events.c.site == self.things.c.site) & (self._subject == self.things.c.uuid)
        ask = select(self.events, self._subject.label("subject"), self.things.c.number)
        its = (self.events.c.site == site) & (self.events.c.uuid == uuid)
        row = run(session, ask.select_from(self.events.join(self.things, its_thing)).where(its)).one_or_none()
        if row is None:
            return None
        status = row.status if "status" in self.events.c else ""
        return Kept(row.subject, row.number, row.sequence, row.received_at, row.asked, status)

    def create(
        self, session: Session, site: str, made: Thing, did: str, by: Person, asked: str, told: Columns, **columns: Any
    ) -> None:
        """Store a new thing, and journal that it came."""
        put(session, self.things, [{**self._row(site, made), "asked": asked, **columns}], replace=False)
        self._go_on(session, site, number=made.number, sequence=made.sequence)
        self._journal(session, site, made, did, made.uuid, by, made.received_at, asked, told)

    def append(
        self, session: Session, site: str, after: Thing, event: Event, asked: str, told: Columns, **columns: Any
    ) -> None:
        """Store an event and what it made of its thing, and journal it."""
        row = {
            "site": site, "uuid": event.uuid, self._name: after.uuid, "sequence": event.sequence,
            "received_at": event.received_at, "action": event.action.value, "asked": asked,
            "body": codec.dumps(event), **columns,
        }  # fmt: skip
        put(session, self.events, [row], replace=False)
        its = (self.things.c.site == site) & (self.things.c.uuid == after.uuid)
        run(session, self.things.update().where(its).values(self._row(site, after)))
        self._go_on(session, site, sequence=event.sequence)
        did = event.action.value
        self._journal(session, site, after, did, event.uuid, event.by, event.received_at, asked, told)

    def _row(self, site: str, thing: Thing) -> dict[str, Any]:
        return {
            "site": site, "uuid": thing.uuid, "number": thing.number, "last_sequence": thing.last_sequence,
            "received_at": thing.received_at, "body": codec.dumps(thing), **self._columns(thing),
        }  # fmt: skip

    def _go_on(self, session: Session, site: str, **numbers: int) -> None:
        run(session, self.head.update().where(self.head.c.site == site).values(numbers))

    def _journal(
        self, session: Session, site: str, thing: Thing, did: str, event: str, by: Person, at: datetime, asked: str,
        told: Columns,
    ) -> None:  # fmt: skip
        body = {
            "number": thing.number, "sequence": thing.last_sequence, "event": event, "role": by.role,
            "token": by.token, "sent_sha256": hashlib.sha256(asked.encode()).hexdigest(), **self._told(thing), **told,
        }  # fmt: skip
        journal.append(session, site, at, by.called, f"{self._name}.{did}", thing.uuid, body)

    def get(self, session: Session, site: str, uuid: str) -> Thing | None:
        """Give a thing, None where there is no such one."""
        return self.one(session, (self.things.c.site == site) & (self.things.c.uuid == uuid))

    def one(self, session: Session, its: Any) -> Thing | None:
        """Give the one thing of which a condition is true, None where there is none."""
        row = run(session, select(self.things.c.body).where(its)).one_or_none()
        return codec.loads(self._thing, row.body) if row else None

    def events_of(self, session: Session, site: str, uuid: str) -> list[Event]:
        """Give the events of a thing in their order."""
        its = (self.events.c.site == site) & (self._subject == uuid)
        ask = select(self.events.c.body).where(its).order_by(self.events.c.sequence)
        return [codec.loads(self._event, row.body) for row in rows_of(session, ask)]

    def asked_for(self, its: Any) -> Select[Any]:
        """Give the question for the things of which a condition is true, to be put in order and given to `read`."""
        return select(self.things.c.uuid, self.things.c.body).where(its)

    def read(self, session: Session, site: str, ask: Select[Any]) -> list[Thing]:
        """Give the things of such a question; a text that was read before is not read again."""
        rows: Sequence[Any] = rows_of(session, ask)
        return [self._read_as((site, row.uuid), row.body) for row in rows]

    def _read_as(self, key: tuple[str, str], body: str) -> Thing:
        known = self._read.get(key)
        if known is None or known[0] != body:
            if self._most_read is not None and len(self._read) >= self._most_read:
                self._read.clear()
            self._read[key] = known = (body, codec.loads(self._thing, body))
        return known[1]
