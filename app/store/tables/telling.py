"""The table of telling: each message to each channel."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.domain.telling.notices import NoticeStage
from app.store.tables.row import Row, long_text, one_of


class NoticeRow(Row, table=True):
    """One message to one channel: who sends it until when, when it is tried next, and what became of it."""

    __table_args__: ClassVar[Any] = (
        one_of("stage", NoticeStage),
        CheckConstraint("attempts >= 0 and reminder >= 0", name="counts_fit"),
        Index("notice_by_stage", "site", "stage", "channel"),
        Index("notice_by_happened_at", "site", "happened_at"),
    )

    id: str = Field(primary_key=True)
    channel: str
    occasion: str
    subject: str
    rule: str
    number: int
    reminder: int
    happened_at: datetime
    severity: str
    title: str = long_text()
    text: str = long_text()
    stage: str
    made_at: datetime
    due_at: datetime
    attempts: int = 0
    sender: str = ""
    leased_until: datetime | None = None
    ended_at: datetime | None = None
    problem: str = long_text()
