"""Samples and events to store."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.exams.exams import ExamEvent, Milestone
from app.domain.measuring.samples import Kind, Outcome, Sample

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOBODYS = {"ris": 0}


def sample(at: datetime = NOON, **more: Any) -> Sample:
    values: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "probe": "worklist-ct",
        "kind": Kind.WORKLIST,
        "system": "ris",
        "area": "ct",
        "source": "main",
        "outcome": Outcome.OK,
        "total_s": 0.01,
        "known_at": at,
    }
    return Sample(**{**values, "at": at, **more})


def samples(count: int, start: datetime = NOON, every_s: float = 1.0, **more: Any) -> list[Sample]:
    return [sample(start + timedelta(seconds=every_s * n), **more) for n in range(count)]


def event(milestone: Milestone, at: datetime = NOON, exam: str = "k1.aa", **more: Any) -> ExamEvent:
    values: dict[str, Any] = {"id": str(uuid.uuid4()), "feed": "ris", "at_field": "OBR-22", "received_at": at}
    return ExamEvent(**{**values, "exam": exam, "milestone": milestone, "at": at, **more})
