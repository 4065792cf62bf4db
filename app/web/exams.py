"""Exams in numbers and one exam's life: GET /api/exams/summary and /api/exams/{token}."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from app.clock import utc_now
from app.domain.exams.exam_measures import linked, negative_intervals
from app.domain.exams.exams import Exam, ExamEvent, Milestone
from app.errors import Missing
from app.store import exams
from app.store.db import Session
from app.web.house import House, house_of
from app.web.moments import utc_text
from app.web.security import reader

WINDOW_S = 86400
TOLD = tuple(m.value for m in Milestone if m not in (Milestone.ADDENDUM, Milestone.CANCELLED, Milestone.NO_SHOW))
SHOWN = ("ordered", "scheduled", "arrived", "begun", "ended", "available", "preliminary", "final", "delivered")
router = APIRouter(tags=["exams"], dependencies=[Depends(reader)])


@router.get("/api/exams/summary")
async def summary(request: Request) -> dict[str, Any]:
    """Give how many exams of the last 24 h reached each milestone, in all and by segment."""
    house = house_of(request)
    since = utc_now() - timedelta(seconds=WINDOW_S)
    found = await house.db.read(lambda s: exams.current(s, house.site, since))
    return await asyncio.to_thread(_summed_since, found, since)


def _summed_since(found: list[Exam], since: datetime) -> dict[str, Any]:
    return summed(e for e in linked(found) if touched_since(e, since))


def touched_since(exam: Exam, since: datetime) -> bool:
    """Say whether anything of the exam happened, or was told, in the window."""
    if exam.newest_received_at is not None and exam.newest_received_at >= since:
        return True
    return any(at >= since for name in TOLD if (at := exam.at(name)) is not None)


def summed(found: Iterable[Exam]) -> dict[str, Any]:
    """Give the summary: cancelled exams are counted as such alone, orphans and left out ones beside."""
    whole: Counter[str] = Counter()
    segments: dict[tuple[tuple[str, str], ...], Counter[str]] = {}
    exams_n = orphans = left_out = 0
    for exam in found:
        if exam.left_out:
            left_out += 1
            continue
        if exam.without_order:
            orphans += exam.orphan
            continue
        exams_n += 1
        reached = _reached(exam)
        whole.update(reached)
        segments.setdefault(tuple(segment_of(exam).items()), Counter()).update(reached)
    rows = [{"segment": dict(key), "milestones": counted(count)} for key, count in sorted(segments.items())]
    return {
        "window_s": WINDOW_S,
        "exams": exams_n,
        "milestones": counted(whole),
        "segments": rows,
        "orphans": orphans,
        "left_out": left_out,
    }


def _reached(exam: Exam) -> list[str]:
    if exam.cancelled:
        return ["cancelled"]
    if exam.no_show:
        return ["no_show"]
    return [name for name in SHOWN if exam.at(name) is not None]


def counted(count: Counter[str]) -> dict[str, int]:
    """Give a count for each milestone, zeros included, so that a reader need not guess."""
    return {name: count[name] for name in (*SHOWN, "cancelled", "no_show")}


def segment_of(exam: Exam) -> dict[str, str]:
    """Give the strata that an exam belongs to, unknown ones left out."""
    strata = (("modality", exam.modality), ("patient_class", exam.patient_class), ("area", exam.area))
    return {name: value for name, value in strata if value}


@router.get("/api/exams/{token}")
async def one(request: Request, token: Annotated[str, Path(pattern=r"^k[0-9]+\.[0-9a-f]{64}$")]) -> dict[str, Any]:
    """Give one exam's milestones and the events that tell them, with their provenance."""
    house = house_of(request)
    own, exam, events = await _exam(house, token)
    flags = [f"{start} lies after {end}" for start, end in negative_intervals(exam)]
    if exam.available_at != own.available_at:
        flags.append("its images came under another accession of the same study")
    if exam.arrived_unseen:
        flags.append("its images arrived while golive was not looking")
    times = {name: utc_text(at) for name in TOLD if (at := exam.at(name)) is not None}
    return {
        "exam": exam.exam,
        "segment": segment_of(exam),
        "priority": exam.priority,
        "milestones": times,
        "last_final": utc_text(exam.last_final_at),
        "addenda": exam.addenda,
        "cancelled": exam.cancelled,
        "no_show": exam.no_show,
        "orphan": exam.orphan,
        "left_out": exam.left_out,
        "studies": list(exam.studies),
        "flags": flags,
        "events": [_event(e) for e in sorted(events, key=lambda e: (e.at, e.id))],
    }


async def _exam(house: House, token: str) -> tuple[Exam, Exam, list[ExamEvent]]:
    """Give an exam as its own events tell it, the same with the images of a study that it shares, and the events."""

    def ask(s: Session) -> tuple[list[Exam], list[ExamEvent]]:
        found = exams.get_many(s, house.site, [token])
        of_study = exams.studies(s, house.site, found[0].studies) if found else {}
        others = {other for tokens in of_study.values() for other in tokens} - {token}
        return found + exams.get_many(s, house.site, sorted(others)), exams.events_of(s, house.site, token)

    found, events = await house.db.read(ask)
    if not found:
        raise Missing("no exam has this token; it is made from the accession number with this site's key")
    return found[0], linked(found)[0], events


def _event(e: ExamEvent) -> dict[str, Any]:
    return {
        "id": e.id,
        "milestone": e.milestone.value,
        "at": utc_text(e.at),
        "at_field": e.at_field,
        "feed": e.feed,
        "message_at": utc_text(e.message_at),
        "received_at": utc_text(e.received_at),
    }
