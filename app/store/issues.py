"""Issues and their events, in one order for the whole site; every write is told apart by its sender's id."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.domain.floor.issues import OPEN, TIERS, Event, Issue
from app.domain.rollback.decisions import Person
from app.store import codec, journal
from app.store.sets import put, rows_of, run, table

_HEAD, _ISSUE, _EVENT = table("issue_head"), table("issue"), table("issue_event")
# what each row's text says, known from its last reading: tablets and screens read all of them
_read: dict[tuple[str, str], tuple[str, Issue]] = {}
_OPEN = sorted(status.value for status in OPEN)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored under an id: its sender's body, and what that was answered."""

    issue: str
    number: int
    sequence: int
    status: str
    received_at: datetime
    asked: str


def last_sequence(session: Session, site: str) -> int:
    """Give the number of the last event of all issues, 0 before there is one."""
    return run(session, select(_HEAD.c.sequence).where(_HEAD.c.site == site)).scalar_one_or_none() or 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to an issue, and when."""

    text: str
    by: str
    at: datetime


def lock(session: Session, site: str) -> tuple[int, int]:
    """Give the last numbers of an issue and of an event; nobody else gives one until this act is committed."""
    put(session, _HEAD, [{"site": site, "number": 0, "sequence": 0}], replace=False)
    head = run(session, select(_HEAD).where(_HEAD.c.site == site).with_for_update()).one()
    return head.number, head.sequence


def kept_issue(session: Session, site: str, uuid: str) -> Kept | None:
    """Give what a report was answered that came before under this id."""
    its = (_ISSUE.c.site == site) & (_ISSUE.c.uuid == uuid)
    row = run(session, select(_ISSUE.c.asked, _ISSUE.c.body).where(its)).one_or_none()
    if row is None:
        return None
    made = codec.loads(Issue, row.body)
    return Kept(uuid, made.number, made.sequence, "new", made.received_at, row.asked)


def kept_event(session: Session, site: str, uuid: str) -> Kept | None:
    """Give what an act was answered that came before under this id."""
    joined = _EVENT.join(_ISSUE, (_EVENT.c.site == _ISSUE.c.site) & (_EVENT.c.issue == _ISSUE.c.uuid))
    ask = select(_EVENT, _ISSUE.c.number).select_from(joined)
    row = run(session, ask.where(_EVENT.c.site == site, _EVENT.c.uuid == uuid)).one_or_none()
    return row and Kept(row.issue, row.number, row.sequence, row.status, row.received_at, row.asked)


def create(session: Session, site: str, made: Issue, asked: str, context: str) -> None:
    """Store a new issue, and journal that it came."""
    put(session, _ISSUE, [{**_row(site, made), "asked": asked, "context": context}], replace=False)
    _go_on(session, site, number=made.number, sequence=made.sequence)
    _journal(session, site, made, "create", made.uuid, made.reporter, made.received_at, asked, made.safety)


def append(session: Session, site: str, after: Issue, event: Event, asked: str, *, raised: bool = False) -> None:
    """Store an event and what it made of its issue, and journal it without its free text.

    `raised` says that it made a patient-safety issue of it, or opened one again.
    """
    row = {
        "site": site, "uuid": event.uuid, "issue": after.uuid, "sequence": event.sequence,
        "received_at": event.received_at, "action": event.action.value, "status": after.status.value,
        "asked": asked, "body": codec.dumps(event),
    }  # fmt: skip
    put(session, _EVENT, [row], replace=False)
    its = (_ISSUE.c.site == site) & (_ISSUE.c.uuid == after.uuid)
    run(session, _ISSUE.update().where(its).values(_row(site, after)))
    _go_on(session, site, sequence=event.sequence)
    _journal(session, site, after, event.action.value, event.uuid, event.by, event.received_at, asked, raised)


def _row(site: str, issue: Issue) -> dict[str, Any]:
    return {
        "site": site, "uuid": issue.uuid, "number": issue.number, "last_sequence": issue.last_sequence,
        "received_at": issue.received_at, "area": issue.report.area, "category": issue.report.category,
        "severity": issue.severity, "status": issue.status.value, "safety": issue.safety,
        "reporter": issue.reporter.token, "body": codec.dumps(issue),
    }  # fmt: skip


def _go_on(session: Session, site: str, **numbers: int) -> None:
    run(session, _HEAD.update().where(_HEAD.c.site == site).values(numbers))


def _journal(
    session: Session, site: str, issue: Issue, did: str, event: str, by: Person, at: datetime, asked: str, raised: bool
) -> None:
    body = {
        "number": issue.number, "sequence": issue.last_sequence, "event": event, "area": issue.report.area,
        "category": issue.report.category, "severity": issue.severity, "safety": issue.safety,
        "status": issue.status.value, "tier": TIERS[issue.tier], "safety_raised": raised,
        "role": by.role, "token": by.token,
        "sent_sha256": hashlib.sha256(asked.encode()).hexdigest(),
    }  # fmt: skip
    journal.append(session, site, at, by.called, f"issue.{did}", issue.uuid, body)


def get(session: Session, site: str, uuid: str) -> Issue | None:
    """Give an issue, None where there is no such one."""
    its = (_ISSUE.c.site == site) & (_ISSUE.c.uuid == uuid)
    row = run(session, select(_ISSUE.c.body).where(its)).one_or_none()
    return codec.loads(Issue, row.body) if row else None


def numbered(session: Session, site: str, number: int) -> Issue | None:
    """Give the issue of a number, None where there is none."""
    its = (_ISSUE.c.site == site) & (_ISSUE.c.number == number)
    row = run(session, select(_ISSUE.c.body).where(its)).one_or_none()
    return codec.loads(Issue, row.body) if row else None


def events(session: Session, site: str, uuid: str) -> list[Event]:
    """Give the events of an issue in their order."""
    its = (_EVENT.c.site == site) & (_EVENT.c.issue == uuid)
    return [codec.loads(Event, r.body) for r in rows_of(session, select(_EVENT.c.body).where(its).order_by("sequence"))]


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
    ask = select(_ISSUE.c.uuid, _ISSUE.c.body).where(_ISSUE.c.site == site).order_by(_ISSUE.c.number)
    return [_read_as((site, row.uuid), row.body) for row in rows_of(session, ask)]


def after(session: Session, site: str, sequence: int) -> list[Issue]:
    """Give every issue to which something happened after this place in the order of events."""
    its = (_ISSUE.c.site == site) & (_ISSUE.c.last_sequence > sequence)
    rows = rows_of(session, select(_ISSUE.c.uuid, _ISSUE.c.body).where(its))
    return [_read_as((site, row.uuid), row.body) for row in rows]


def _read_as(key: tuple[str, str], body: str) -> Issue:
    known = _read.get(key)
    if known is None or known[0] != body:
        _read[key] = known = (body, codec.loads(Issue, body))
    return known[1]


def open_now(session: Session, site: str) -> list[tuple[int, datetime]]:
    """Give severity and receipt of each open issue."""
    its = (_ISSUE.c.site == site) & _ISSUE.c.status.in_(_OPEN)
    return [(r[0], r[1]) for r in rows_of(session, select(_ISSUE.c.severity, _ISSUE.c.received_at).where(its))]
