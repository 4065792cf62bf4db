"""Requests for support and their events, in one order for the whole site; every write is told apart by its id."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.domain.floor.support_counts import Click
from app.domain.floor.supports import Event, Request
from app.domain.rollback.decisions import Person
from app.store import codec, journal
from app.store.sets import put, rows_of, run, table

_HEAD, _SUPPORT, _EVENT = table("support_head"), table("support"), table("support_event")
# what each row's text says, known from its last reading: the desk reads those of a day each second
_read: dict[tuple[str, str], tuple[str, Request]] = {}
_MOST_READ = 5000


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored under an id: its sender's body, and what that was answered."""

    support: str
    number: int
    sequence: int
    received_at: datetime
    asked: str


def lock(session: Session, site: str) -> tuple[int, int]:
    """Give the last numbers of a request and of an event; nobody else gives one until this act is committed."""
    put(session, _HEAD, [{"site": site, "number": 0, "sequence": 0}], replace=False)
    head = run(session, select(_HEAD).where(_HEAD.c.site == site).with_for_update()).one()
    return head.number, head.sequence


def kept(session: Session, site: str, uuid: str) -> Kept | None:
    """Give what was answered to what came before under this id, a request or an event."""
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.uuid == uuid)
    row = run(session, select(_SUPPORT.c.asked, _SUPPORT.c.body).where(its)).one_or_none()
    if row is not None:
        made = codec.loads(Request, row.body)
        return Kept(uuid, made.number, made.sequence, made.received_at, row.asked)
    joined = _EVENT.join(_SUPPORT, (_EVENT.c.site == _SUPPORT.c.site) & (_EVENT.c.support == _SUPPORT.c.uuid))
    ask = select(_EVENT, _SUPPORT.c.number).select_from(joined)
    told = run(session, ask.where(_EVENT.c.site == site, _EVENT.c.uuid == uuid)).one_or_none()
    return told and Kept(told.support, told.number, told.sequence, told.received_at, told.asked)


def create(session: Session, site: str, made: Request, asked: str) -> None:
    """Store a new request, and journal that it came."""
    put(session, _SUPPORT, [{**_row(site, made), "asked": asked}], replace=False)
    _go_on(session, site, number=made.number, sequence=made.sequence)
    _journal(session, site, made, "ask", made.uuid, made.by, made.received_at, asked)


def append(session: Session, site: str, after: Request, event: Event, asked: str) -> None:
    """Store an event and what it made of its request, and journal it without its free text."""
    row = {
        "site": site, "uuid": event.uuid, "support": after.uuid, "sequence": event.sequence,
        "received_at": event.received_at, "action": event.action.value, "asked": asked, "body": codec.dumps(event),
    }  # fmt: skip
    put(session, _EVENT, [row], replace=False)
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.uuid == after.uuid)
    run(session, _SUPPORT.update().where(its).values(_row(site, after)))
    _go_on(session, site, sequence=event.sequence)
    _journal(session, site, after, event.action.value, event.uuid, event.by, event.received_at, asked)


def _row(site: str, request: Request) -> dict[str, Any]:
    return {
        "site": site, "uuid": request.uuid, "number": request.number, "last_sequence": request.last_sequence,
        "received_at": request.received_at, "open": request.is_open, "withdrawn": request.withdrawn_at is not None,
        "area": request.ask.area, "reason": request.reason or request.ask.about, "body": codec.dumps(request),
    }  # fmt: skip


def _go_on(session: Session, site: str, **numbers: int) -> None:
    run(session, _HEAD.update().where(_HEAD.c.site == site).values(numbers))


def _journal(
    session: Session, site: str, request: Request, did: str, event: str, by: Person, at: datetime, asked: str
) -> None:
    body = {
        "number": request.number, "sequence": request.last_sequence, "event": event, "area": request.ask.area,
        "supporter": request.supporter, "breakout": request.breakout, "reason": request.reason,
        "training": request.training, "clicks": request.clicks, "role": by.role, "token": by.token,
        "sent_sha256": hashlib.sha256(asked.encode()).hexdigest(),
    }  # fmt: skip
    journal.append(session, site, at, by.called, f"support.{did}", request.uuid, body)


def get(session: Session, site: str, uuid: str) -> Request | None:
    """Give a request, None where there is no such one."""
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.uuid == uuid)
    row = run(session, select(_SUPPORT.c.body).where(its)).one_or_none()
    return codec.loads(Request, row.body) if row else None


def events(session: Session, site: str, uuid: str) -> list[Event]:
    """Give the events of a request in their order."""
    its = (_EVENT.c.site == site) & (_EVENT.c.support == uuid)
    return [codec.loads(Event, r.body) for r in rows_of(session, select(_EVENT.c.body).where(its).order_by("sequence"))]


def since(session: Session, site: str, moment: datetime) -> list[Request]:
    """Give the requests that came after a moment, and of a week before it those that nobody has ended, by number."""
    recent, week = _SUPPORT.c.received_at > moment, _SUPPORT.c.received_at > moment - timedelta(days=7)
    its = (_SUPPORT.c.site == site) & (recent | (_SUPPORT.c.open & week))
    ask = select(_SUPPORT.c.uuid, _SUPPORT.c.body).where(its).order_by(_SUPPORT.c.number)
    return [_read_as((site, row.uuid), row.body) for row in rows_of(session, ask)]


def between(session: Session, site: str, from_at: datetime, until: datetime, limit: int) -> list[Request]:
    """Give the newest requests that came from one moment until before another, by number."""
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.received_at >= from_at) & (_SUPPORT.c.received_at < until)
    ask = select(_SUPPORT.c.body).where(its).order_by(_SUPPORT.c.number.desc()).limit(limit)
    return [codec.loads(Request, row.body) for row in reversed(rows_of(session, ask))]


def open_since(session: Session, site: str, moment: datetime) -> list[Request]:
    """Give the requests that came after a moment and that nobody has ended, by number."""
    its = (_SUPPORT.c.site == site) & _SUPPORT.c.open & (_SUPPORT.c.received_at > moment)
    ask = select(_SUPPORT.c.uuid, _SUPPORT.c.body).where(its).order_by(_SUPPORT.c.number)
    return [_read_as((site, row.uuid), row.body) for row in rows_of(session, ask)]


def clicks(session: Session, site: str, from_at: datetime) -> list[Click]:
    """Give when, where and why each request since a moment came, the withdrawn ones left out, oldest first."""
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.received_at >= from_at) & ~_SUPPORT.c.withdrawn
    ask = select(_SUPPORT.c.received_at, _SUPPORT.c.area, _SUPPORT.c.reason).where(its)
    return [Click(r.received_at, r.area, r.reason) for r in rows_of(session, ask.order_by(_SUPPORT.c.received_at))]


def _read_as(key: tuple[str, str], body: str) -> Request:
    known = _read.get(key)
    if known is None or known[0] != body:
        if len(_read) >= _MOST_READ:
            _read.clear()
        _read[key] = known = (body, codec.loads(Request, body))
    return known[1]
