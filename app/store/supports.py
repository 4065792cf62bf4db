"""Requests for support and their events, in one order for the whole site; every write is told apart by its id."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.domain.floor.support_counts import Click
from app.domain.floor.supports import Event, Request
from app.store import codec
from app.store.numbered import Kept, Ledger
from app.store.sets import rows_of


def _columns(request: Request) -> dict[str, Any]:
    return {
        "open": request.is_open, "withdrawn": request.withdrawn_at is not None, "area": request.ask.area,
        "reason": request.reason or request.ask.about,
    }  # fmt: skip


def _told(request: Request) -> dict[str, Any]:
    return {
        "area": request.ask.area, "supporter": request.supporter, "breakout": request.breakout,
        "reason": request.reason, "training": request.training, "clicks": request.clicks,
    }  # fmt: skip


# screens read those of a day or a week, never all there are: what is known of the others may be forgotten
_LEDGER = Ledger("support", Request, Event, _columns, _told, most_read=5000)
_SUPPORT = _LEDGER.things
lock, get, events = _LEDGER.lock, _LEDGER.get, _LEDGER.events_of


def kept(session: Session, site: str, uuid: str) -> Kept | None:
    """Give what was answered to what came before under this id, a request or an event."""
    return _LEDGER.kept_thing(session, site, uuid) or _LEDGER.kept_event(session, site, uuid)


def create(session: Session, site: str, made: Request, asked: str) -> None:
    """Store a new request, and journal that it came."""
    _LEDGER.create(session, site, made, "ask", made.by, asked, {})


def append(session: Session, site: str, after: Request, event: Event, asked: str) -> None:
    """Store an event and what it made of its request, and journal it without its free text."""
    _LEDGER.append(session, site, after, event, asked, {})


def since(session: Session, site: str, moment: datetime) -> list[Request]:
    """Give the requests that came after a moment, and of a week before it those that nobody has ended, by number."""
    recent, week = _SUPPORT.c.received_at > moment, _SUPPORT.c.received_at > moment - timedelta(days=7)
    its = (_SUPPORT.c.site == site) & (recent | (_SUPPORT.c.open & week))
    return _LEDGER.read(session, site, _LEDGER.asked_for(its).order_by(_SUPPORT.c.number))


def between(session: Session, site: str, from_at: datetime, until: datetime, limit: int) -> list[Request]:
    """Give the newest requests that came from one moment until before another, by number."""
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.received_at >= from_at) & (_SUPPORT.c.received_at < until)
    ask = select(_SUPPORT.c.body).where(its).order_by(_SUPPORT.c.number.desc()).limit(limit)
    return [codec.loads(Request, row.body) for row in reversed(rows_of(session, ask))]


def open_since(session: Session, site: str, moment: datetime) -> list[Request]:
    """Give the requests that came after a moment and that nobody has ended, by number."""
    its = (_SUPPORT.c.site == site) & _SUPPORT.c.open & (_SUPPORT.c.received_at > moment)
    return _LEDGER.read(session, site, _LEDGER.asked_for(its).order_by(_SUPPORT.c.number))


def clicks(session: Session, site: str, from_at: datetime) -> list[Click]:
    """Give when, where and why each request since a moment came, the withdrawn ones left out, oldest first."""
    its = (_SUPPORT.c.site == site) & (_SUPPORT.c.received_at >= from_at) & ~_SUPPORT.c.withdrawn
    ask = select(_SUPPORT.c.received_at, _SUPPORT.c.area, _SUPPORT.c.reason).where(its)
    return [Click(r.received_at, r.area, r.reason) for r in rows_of(session, ask.order_by(_SUPPORT.c.received_at))]
