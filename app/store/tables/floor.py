"""Tables of the floor: issues, support now, shifts, announcements, questions and the tablets themselves."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary
from sqlmodel import Field

from app.domain.floor.issues import Status
from app.domain.floor.questions import Answer
from app.store.tables.row import Row, big, long_text, not_negative, one_of


class IssueHeadRow(Row, table=True):
    """The last numbers that a site gave to an issue and to an event; whoever writes one locks this row first."""

    number: int = big(nullable=False)
    sequence: int = big(nullable=False)


class IssueRow(Row, table=True):
    """An issue as its events left it; `asked` is the body that made it, `context` what was so in that minute."""

    __table_args__: ClassVar[Any] = (
        one_of("status", Status),
        CheckConstraint("severity between 1 and 4", name="severity_known"),
        Index("issue_by_number", "site", "number", unique=True),
        Index("issue_by_last_sequence", "site", "last_sequence"),
        Index("issue_by_status", "site", "status"),
    )

    uuid: str = Field(primary_key=True)
    number: int = big(nullable=False)
    last_sequence: int = big(nullable=False)
    received_at: datetime
    area: str
    category: str
    severity: int
    status: str
    safety: bool
    reporter: str
    asked: str = long_text()
    body: str = long_text()
    context: str = long_text()


class IssueEventRow(Row, table=True):
    """One act on an issue, never changed; `sequence` is its place in the site's order, `status` what it led to."""

    __table_args__: ClassVar[Any] = (Index("issue_event_by_issue", "site", "issue", "sequence", unique=True),)

    uuid: str = Field(primary_key=True)
    issue: str
    sequence: int = big(nullable=False)
    received_at: datetime
    action: str
    status: str
    asked: str = long_text()
    body: str = long_text()


class IssueTimerRow(Row, table=True):
    """The next step of an issue's escalation: due once, and taken by who sets `fired_at` first."""

    __table_args__: ClassVar[Any] = (Index("issue_timer_by_due_at", "site", "due_at"),)

    issue: str = Field(primary_key=True)
    step: int = Field(primary_key=True)
    tier: int
    severity: int
    since_at: datetime
    due_at: datetime
    fired_at: datetime | None = None
    ended_at: datetime | None = None


class PhotoRow(Row, table=True):
    """A photo of an issue, named by the hash of its content."""

    __table_args__: ClassVar[Any] = (not_negative("size_bytes"), Index("photo_by_received_at", "site", "received_at"))

    issue: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    received_at: datetime
    by: str
    size_bytes: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SupportHeadRow(Row, table=True):
    """The last numbers that a site gave to a request for support and to an event; whoever writes one locks this row."""

    number: int = big(nullable=False)
    sequence: int = big(nullable=False)


class SupportRow(Row, table=True):
    """A request for support as its events left it; `open` until somebody ends or withdraws it."""

    __table_args__: ClassVar[Any] = (
        Index("support_by_number", "site", "number", unique=True),
        Index("support_by_received_at", "site", "received_at"),
        Index("support_by_open", "site", "open"),
    )

    uuid: str = Field(primary_key=True)
    number: int = big(nullable=False)
    last_sequence: int = big(nullable=False)
    received_at: datetime
    open: bool
    withdrawn: bool
    area: str
    reason: str
    asked: str = long_text()
    body: str = long_text()


class SupportEventRow(Row, table=True):
    """One act on a request for support, never changed; `sequence` is its place in the site's order."""

    __table_args__: ClassVar[Any] = (Index("support_event_by_support", "site", "support", "sequence", unique=True),)

    uuid: str = Field(primary_key=True)
    support: str
    sequence: int = big(nullable=False)
    received_at: datetime
    action: str
    asked: str = long_text()
    body: str = long_text()


class DutyRow(Row, table=True):
    """A duty as it is now, or the lead where `area` is ""; `over_at` is when it ends, or has ended."""

    __table_args__: ClassVar[Any] = (Index("duty_by_over_at", "site", "over_at"),)

    uuid: str = Field(primary_key=True)
    area: str
    holder: str
    from_at: datetime
    over_at: datetime
    body: str = long_text()


class HandoverRow(Row, table=True):
    """A hand-over of a shift, never changed."""

    __table_args__: ClassVar[Any] = (Index("handover_by_at", "site", "at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    body: str = long_text()


class AnnouncementRow(Row, table=True):
    """An announcement as it is now; `over_at` is when it ends or was withdrawn, null while nobody knows."""

    __table_args__: ClassVar[Any] = (Index("announcement_by_over_at", "site", "over_at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    over_at: datetime | None = None
    body: str = long_text()


class QuestionRow(Row, table=True):
    """A question to the floor, never changed; one that golive asks by itself has an id made of its moment."""

    __table_args__: ClassVar[Any] = (Index("question_by_at", "site", "at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    body: str = long_text()


class QuestionAnswerRow(Row, table=True):
    """One answer of an area to a question, never changed; `at` is when it was tapped."""

    __table_args__: ClassVar[Any] = (
        one_of("answer", Answer),
        Index("question_answer_by_at", "site", "at"),
        Index("question_answer_by_question", "site", "question"),
    )

    uuid: str = Field(primary_key=True)
    question: str
    area: str
    answer: str
    at: datetime
    body: str = long_text()


class TabletRow(Row, table=True):
    """What a tablet told last: how many of its records the server lacked, and since when."""

    __table_args__: ClassVar[Any] = (not_negative("held"),)

    device: str = Field(primary_key=True)
    at: datetime
    held: int
    oldest_at: datetime | None = None
    version: str
    on_duty: bool
    area: str
    name: str
