"""Tables of exams: the milestones that were told, what they fold to, and the numbers of closed hours and days."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.domain.exams.exams import Milestone
from app.store.tables.row import Row, big, long_text, not_negative, one_of


class ExamEventRow(Row, table=True):
    """One feed's telling of one milestone, kept for good."""

    __table_args__: ClassVar[Any] = (
        one_of("milestone", Milestone),
        not_negative("instances"),
        Index("exam_event_by_exam", "site", "exam"),
        Index("exam_event_by_study", "site", "study"),
        Index("exam_event_by_received_at", "site", "received_at"),
    )

    id: str = Field(primary_key=True)
    feed: str
    exam: str
    milestone: str
    at: datetime
    at_field: str = ""
    received_at: datetime
    message_at: datetime | None = None
    modality: str | None = None
    patient_class: str | None = None
    priority: str | None = None
    area: str | None = None
    study: str | None = None
    instances: int | None = big()
    station: str | None = None
    left_out: str | None = None
    sender: str | None = None


class ExamRow(Row, table=True):
    """An exam as folded from its events: what is asked by, and the whole as JSON."""

    __table_args__: ClassVar[Any] = (
        Index("exam_by_closed", "site", "closed", "last_at"),
        Index("exam_by_last_at", "site", "last_at"),
    )

    token: str = Field(primary_key=True)
    ordered_at: datetime | None = None
    order_received_at: datetime | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    available_at: datetime | None = None
    preliminary_at: datetime | None = None
    final_at: datetime | None = None
    delivered_at: datetime | None = None
    closed: bool
    last_at: datetime
    body: str = long_text()


class ClosedRow(Row, table=True):
    """Ready percentiles of a closed hour or day of an exam measure."""

    __table_args__: ClassVar[Any] = (CheckConstraint("n >= 0 and open >= 0 and step_s > 0", name="counts_fit"),)

    key: str = Field(primary_key=True)
    step_s: int = Field(primary_key=True)
    at: datetime = Field(primary_key=True)
    unit: str
    n: int
    open: int
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None


class ClosedDueRow(Row, table=True):
    """An hour whose numbers of exams are to be made anew from `due_at` on; `mark` tells one marking from the next."""

    __table_args__: ClassVar[Any] = (Index("closed_due_by_due_at", "site", "due_at"),)

    hour: datetime = Field(primary_key=True)
    due_at: datetime
    mark: str
