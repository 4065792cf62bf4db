"""Exam events as they were told, and each exam as folded from them, both written in one transaction."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from app.domain.appended import Appended
from app.domain.exams.closed import STARTS, hours_of
from app.domain.exams.exams import Exam, ExamEvent, fold
from app.domain.measuring.habits import Heard
from app.domain.measuring.rollups import hour_of
from app.store import closed, codec
from app.store.sets import Shape, append_new, pieces, put, rows_of, table

SHAPE: Shape[ExamEvent] = Shape(ExamEvent, "exam_event")
_EVENT, _EXAM = SHAPE.table, table("exam")
RECEIVED = "received"
UUID_LENGTH, VERSION_AT = 36, 14
_TIMES = (
    "ordered_at",
    "order_received_at",
    "begun_at",
    "ended_at",
    "available_at",
    "preliminary_at",
    "final_at",
    "delivered_at",
)
_MOMENTS = [field.name for field in dataclasses.fields(Exam) if field.name.endswith("_at")]


def append(
    session: Session, site: str, events: Sequence[ExamEvent], feed_order: Mapping[str, int]
) -> Appended[ExamEvent]:
    """Store events that are new and fold every exam that they touch anew."""
    result = append_new(session, site, SHAPE, events, events)
    _same_bytes_again(result, events)
    _refold(session, site, sorted({event.exam for event in result.stored}), feed_order)
    return result


def _same_bytes_again(result: Appended[ExamEvent], events: Sequence[ExamEvent]) -> None:
    """Count a resend as a repeat also where its time was read anew from the moment of receipt.

    So it is where a message has no time of its own, or one of the hour that an autumn night has twice.
    """
    read_anew = {event.id for event in events if event.at_field == RECEIVED or _made_of_bytes(event.id)}
    again = [refused for refused in result.refused if refused.id in read_anew]
    result.repeated += len(again)
    result.refused[:] = [refused for refused in result.refused if refused.id not in read_anew]


def _made_of_bytes(id_: str) -> bool:
    """Say whether an id is an HL7 event's: a UUIDv8 made from its message's bytes, so that no other telling has it."""
    return len(id_) == UUID_LENGTH and id_[VERSION_AT] == "8"


def refold(session: Session, site: str, feed_order: Mapping[str, int], after: str = "", at_most: int = 500) -> str:
    """Fold the next exams anew, as when the order of the feeds changed; give the last one's token, "" when through."""
    more = (_EXAM.c.site == site) & (_EXAM.c.token > after)
    ask = select(_EXAM.c.token).where(more).order_by(_EXAM.c.token).limit(at_most)
    tokens = [row.token for row in rows_of(session, ask)]
    _refold(session, site, tokens, feed_order)
    return tokens[-1] if tokens else ""


def _refold(session: Session, site: str, tokens: Sequence[str], feed_order: Mapping[str, int]) -> None:
    told: dict[str, list[ExamEvent]] = {token: [] for token in tokens}
    for piece in pieces(tokens):
        ask = select(*SHAPE.columns).where(_EVENT.c.site == site, _EVENT.c.exam.in_(piece))
        for event in SHAPE.items(session, ask):
            told[event.exam].append(event)
    folded = [fold(events, feed_order) for events in told.values() if events]
    hours = _hours(session, site, [*tokens, *_companions(session, site, folded)])
    put(session, _EXAM, [_row(site, exam) for exam in folded], replace=True)
    closed.mark(session, site, hours.union(*(hours_of(exam) for exam in folded)))


def _hours(session: Session, site: str, tokens: Sequence[str]) -> set[datetime]:
    """Give the hours in whose numbers these exams count as they are stored."""
    found: set[datetime] = set()
    for piece in pieces(tokens):
        its = (_EXAM.c.site == site) & _EXAM.c.token.in_(piece)
        for row in rows_of(session, select(*(_EXAM.c[name] for name in STARTS)).where(its)):
            found |= {hour_of(at) for at in row if at is not None}
    return found


def _companions(session: Session, site: str, exams: Sequence[Exam]) -> list[str]:
    """Give the other exams of these ones' studies: images of a shared study are known to all of them."""
    ours = {exam.exam for exam in exams}
    shared = studies(session, site, sorted({study for exam in exams for study in exam.studies}))
    return sorted({token for tokens in shared.values() for token in tokens} - ours)


def _row(site: str, exam: Exam) -> dict[str, Any]:
    moments = [moment for name in _MOMENTS if (moment := getattr(exam, name)) is not None]
    return {
        "site": site,
        "token": exam.exam,
        **{name: getattr(exam, name) for name in _TIMES},
        "closed": not exam.open,
        "last_at": max(moments),
        "body": codec.dumps(exam),
    }


def events_of(session: Session, site: str, exam: str) -> list[ExamEvent]:
    """Give all that was told of one exam, in the order of receipt."""
    its = (_EVENT.c.site == site) & (_EVENT.c.exam == exam)
    return SHAPE.items(session, select(*SHAPE.columns).where(its).order_by(_EVENT.c.received_at, _EVENT.c.id))


def current(session: Session, site: str, since: datetime) -> list[Exam]:
    """Give the exams that are still open, and those with any milestone or event at or after `since`."""
    ask = select(_EXAM.c.body).where(_EXAM.c.site == site)
    open_ones = ask.where(_EXAM.c.closed.is_(False), _EXAM.c.last_at < since)
    recent = ask.where(_EXAM.c.last_at >= since)
    return [codec.loads(Exam, row.body) for query in (open_ones, recent) for row in rows_of(session, query)]


def begun_within(session: Session, site: str, from_: datetime, to: datetime) -> list[Exam]:
    """Give the exams of which an interval begins in a span, with those that share a study with one of them."""
    starts = [(_EXAM.c[name] >= from_) & (_EXAM.c[name] < to) for name in STARTS]
    # no exam's newest moment lies before its start, so that the index on it leaves out all that is older
    its = (_EXAM.c.site == site) & (_EXAM.c.last_at >= from_) & or_(*starts)
    found = [codec.loads(Exam, row.body) for row in rows_of(session, select(_EXAM.c.body).where(its))]
    return found + get_many(session, site, _companions(session, site, found))


def get_many(session: Session, site: str, tokens: Sequence[str]) -> list[Exam]:
    """Give the exams of these tokens, those that there are."""
    found: list[Exam] = []
    for piece in pieces(tokens):
        ask = select(_EXAM.c.body).where(_EXAM.c.site == site, _EXAM.c.token.in_(piece))
        found += [codec.loads(Exam, row.body) for row in rows_of(session, ask)]
    return found


def studies(session: Session, site: str, wanted: Sequence[str]) -> dict[str, list[str]]:
    """Give the exams that each of these studies belongs to; one study may hold several, and the other way round."""
    found: dict[str, list[str]] = {}
    for piece in pieces(wanted):
        its = (_EVENT.c.site == site) & _EVENT.c.study.in_(piece)
        ask = select(_EVENT.c.study, _EVENT.c.exam).where(its).distinct().order_by(_EVENT.c.study, _EVENT.c.exam)
        for study, exam in rows_of(session, ask):
            found.setdefault(study, []).append(exam)
    return found


def received_since(session: Session, site: str, since: datetime, limit: int = 100_000) -> list[ExamEvent]:
    """Give the events received at or after a moment, oldest first."""
    newer = (_EVENT.c.site == site) & (_EVENT.c.received_at >= since)
    ask = select(*SHAPE.columns).where(newer).order_by(_EVENT.c.received_at, _EVENT.c.id).limit(limit)
    return SHAPE.items(session, ask)


def touched_since(session: Session, site: str, since: datetime) -> list[Exam]:
    """Give the exams that began, got images or were reported at or after a moment."""
    names = ("begun_at", "available_at", "preliminary_at", "final_at")
    # no exam's newest moment lies before any other of it, so that the index on it leaves out all that is older
    its = (_EXAM.c.site == site) & (_EXAM.c.last_at >= since) & or_(*(_EXAM.c[name] >= since for name in names))
    return [codec.loads(Exam, row.body) for row in rows_of(session, select(_EXAM.c.body).where(its))]


def first_received(session: Session, site: str, feed: str) -> datetime | None:
    """Give when a feed was first heard, None where it never was."""
    its = (_EVENT.c.site == site) & (_EVENT.c.feed == feed)
    rows = rows_of(session, select(_EVENT.c.received_at).where(its).order_by(_EVENT.c.received_at).limit(1))
    return rows[0].received_at if rows else None


def heard_between(session: Session, site: str, feeds: Sequence[str], from_: datetime, to: datetime) -> list[Heard]:
    """Give what feeds told from a moment up to another one, without a word of whom it was about."""
    its = (_EVENT.c.site == site) & _EVENT.c.feed.in_(list(feeds))
    within = (_EVENT.c.received_at >= from_) & (_EVENT.c.received_at < to)
    columns = (_EVENT.c.feed, _EVENT.c.milestone, _EVENT.c.sender, _EVENT.c.received_at)
    rows = rows_of(session, select(*columns).where(its, within))
    return [Heard(row.feed, row.milestone, row.sender or "", row.received_at) for row in rows]


def received_between(session: Session, site: str, from_: datetime, to: datetime) -> list[ExamEvent]:
    """Give the events received from a moment up to another one, oldest first."""
    within = (_EVENT.c.site == site) & (_EVENT.c.received_at >= from_) & (_EVENT.c.received_at < to)
    return SHAPE.items(session, select(*SHAPE.columns).where(within).order_by(_EVENT.c.received_at, _EVENT.c.id))
