"""Issues and their events, in one order for the whole site; every write is told apart by its sender's id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.domain.floor.issues import OPEN, TIERS, Event, Issue, Status
from app.store import codec
from app.store.numbered import Kept, Ledger
from app.store.sets import rows_of, run

_OPEN = sorted(status.value for status in OPEN)


def _columns(issue: Issue) -> dict[str, Any]:
    return {
        "area": issue.report.area, "category": issue.report.category, "severity": issue.severity,
        "status": issue.status.value, "safety": issue.safety, "reporter": issue.reporter.token,
    }  # fmt: skip


def _told(issue: Issue) -> dict[str, Any]:
    return {
        "area": issue.report.area, "category": issue.report.category, "severity": issue.severity,
        "safety": issue.safety, "status": issue.status.value, "tier": TIERS[issue.tier],
    }  # fmt: skip


_LEDGER = Ledger("issue", Issue, Event, _columns, _told)
_ISSUE, _EVENT = _LEDGER.things, _LEDGER.events
last_sequence, lock, get, events = _LEDGER.last_sequence, _LEDGER.lock, _LEDGER.get, _LEDGER.events_of
kept_event = _LEDGER.kept_event


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to an issue, and when."""

    text: str
    by: str
    at: datetime


def kept_issue(session: Session, site: str, uuid: str) -> Kept | None:
    """Give what a report was answered that came before under this id."""
    return _LEDGER.kept_thing(session, site, uuid, Status.NEW.value)


def create(session: Session, site: str, made: Issue, asked: str, context: str) -> None:
    """Store a new issue, and journal that it came."""
    told = {"safety_raised": made.safety}
    _LEDGER.create(session, site, made, "create", made.reporter, asked, told, context=context)


def append(session: Session, site: str, after: Issue, event: Event, asked: str, *, raised: bool = False) -> None:
    """Store an event and what it made of its issue, and journal it without its free text.

    `raised` says that it made a patient-safety issue of it, or opened one again.
    """
    _LEDGER.append(session, site, after, event, asked, {"safety_raised": raised}, status=after.status.value)


def numbered(session: Session, site: str, number: int) -> Issue | None:
    """Give the issue of a number, None where there is none."""
    return _LEDGER.one(session, (_ISSUE.c.site == site) & (_ISSUE.c.number == number))


def last_answers(session: Session, site: str, uuids: Sequence[str], roles: Collection[str]) -> dict[str, Answer]:
    """Give by issue what people of these roles said last to its reporter, in words."""
    its = (_EVENT.c.site == site) & _EVENT.c.issue.in_(uuids)
    found: dict[str, Answer] = {}
    for row in rows_of(session, select(_EVENT.c.issue, _EVENT.c.body).where(its).order_by(_EVENT.c.sequence)):
        event = codec.loads(Event, row.body)
        if event.by.role in roles and (words := event.resolution or event.text or event.workaround):
            found[row.issue] = Answer(words, event.by.called, event.received_at)
    return found


def context(session: Session, site: str, uuid: str) -> str:
    """Give what was kept of the minute in which an issue came, as JSON."""
    its = (_ISSUE.c.site == site) & (_ISSUE.c.uuid == uuid)
    found = run(session, select(_ISSUE.c.context).where(its)).scalar_one_or_none()
    return found or "{}"


def all(session: Session, site: str) -> list[Issue]:
    """Give every issue by its number, the newest last."""
    return _LEDGER.read(session, site, _LEDGER.asked_for(_ISSUE.c.site == site).order_by(_ISSUE.c.number))


def after(session: Session, site: str, sequence: int) -> list[Issue]:
    """Give every issue to which something happened after this place in the order of events."""
    its = (_ISSUE.c.site == site) & (_ISSUE.c.last_sequence > sequence)
    return _LEDGER.read(session, site, _LEDGER.asked_for(its))


def open_now(session: Session, site: str) -> list[tuple[int, datetime]]:
    """Give severity and receipt of each open issue."""
    its = (_ISSUE.c.site == site) & _ISSUE.c.status.in_(_OPEN)
    return [(r[0], r[1]) for r in rows_of(session, select(_ISSUE.c.severity, _ISSUE.c.received_at).where(its))]
