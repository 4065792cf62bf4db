"""Every table, in the words of the design; the only `table=True` there are.

Each key starts with `site`, so that many hospitals can live in one database. Rows are made from domain values only, and
what a row must hold is guarded by CHECK constraints. Moments are aware UTC (SQLModel's own column type).
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from app.domain.access import Role
from app.domain.exams.exams import Milestone
from app.domain.floor.issues import Status
from app.domain.floor.questions import Answer
from app.domain.measuring.samples import Kind, Outcome
from app.domain.telling.notices import NoticeStage

metadata = SQLModel.metadata


class Row(SQLModel):
    """Base of every row: the table's name is the class's, without "Row"."""

    site: str = Field(primary_key=True)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # a class is what SQLAlchemy passes here
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def _not_negative(*columns: str) -> CheckConstraint:
    return CheckConstraint(" and ".join(f"({c} is null or {c} >= 0)" for c in columns), name="not_negative")


def _big(nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(BigInteger, nullable=nullable))


def _text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


class SampleRow(Row, table=True):
    """What one probe saw once; on PostgreSQL one partition a day."""

    __table_args__: ClassVar[Any] = (
        _one_of("outcome", Outcome),
        _one_of("kind", Kind),
        _not_negative(
            "connect_s", "tls_s", "associate_s", "metadata_s", "first_s", "total_s",
            "matches", "instances", "instances_announced", "bytes",
        ),
        Index("sample_by_id", "site", "id"),
        Index("sample_by_known_at", "site", "known_at"),
        Index("sample_by_probe", "site", "probe", "at"),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (at)"},
    )  # fmt: skip

    at: datetime = Field(primary_key=True)
    id: str = Field(primary_key=True)
    probe: str
    kind: str
    system: str
    area: str | None = None
    source: str
    outcome: str
    detail: str = ""
    connect_s: float | None = None
    tls_s: float | None = None
    associate_s: float | None = None
    metadata_s: float | None = None
    first_s: float | None = None
    total_s: float | None = None
    matches: int | None = _big()
    instances: int | None = _big()
    instances_announced: int | None = _big()
    bytes: int | None = _big()
    stamp: str | None = None
    quickack: bool = False
    planned: bool = False
    known_at: datetime


class RollupDueRow(Row, table=True):
    """An hour of a probe that got samples since it was last rolled up."""

    hour: datetime = Field(primary_key=True)
    probe: str = Field(primary_key=True)


class RollupRow(Row, table=True):
    """What one probe gave to one series in one hour; `counts` is an encoded HdrHistogram."""

    __table_args__: ClassVar[Any] = (
        CheckConstraint("n >= 0 and failed >= 0 and failed <= n", name="counts_fit"),
        Index("rollup_by_probe", "site", "probe", "hour"),
    )

    key: str = Field(primary_key=True)
    hour: datetime = Field(primary_key=True)
    probe: str = Field(primary_key=True)
    unit: str
    n: int
    failed: int
    total: float
    least: float | None = None
    most: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    counts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


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


class ExamEventRow(Row, table=True):
    """One feed's telling of one milestone, kept for good."""

    __table_args__: ClassVar[Any] = (
        _one_of("milestone", Milestone),
        _not_negative("instances"),
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
    instances: int | None = _big()
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
    body: str = _text()


class TriggerRow(Row, table=True):
    """A trigger as it is now; `number` is that of its last transition, `rule` the version of the rule it lives by."""

    id: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    number: int
    body: str = _text()


class TriggerTransitionRow(Row, table=True):
    """One transition of a trigger, with the evidence that was frozen in it; never changed."""

    trigger: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime
    body: str = _text()


class StandingRow(Row, table=True):
    """The newest judged numbers of a series."""

    series: str = Field(primary_key=True)
    window: str = Field(primary_key=True)
    as_of: datetime | None = None
    judged_at: datetime
    body: str = _text()


class QuarantineRow(Row, table=True):
    """What could not be read: shape and reason, never the body."""

    __table_args__: ClassVar[Any] = (_not_negative("length"), Index("quarantine_by_at", "site", "at"))

    id: str = Field(primary_key=True)
    feed: str
    at: datetime
    reason: str
    shape: str = ""
    control_hash: str = ""
    bytes_hash: str = ""
    message_type: str = ""
    length: int = _big(nullable=False)


class FeedMessageRow(Row, table=True):
    """What a feed received, whether or not it told a milestone."""

    __table_args__: ClassVar[Any] = (Index("feed_message_by_at", "site", "feed", "at"),)

    id: str = Field(primary_key=True)
    feed: str
    at: datetime
    message_at: datetime | None = None
    key: str = ""
    verdict: str = ""
    shapes: str = _text()


class JournalRow(Row, table=True):
    """One act, chained to the one before it; `body` is canonical JSON."""

    __table_args__: ClassVar[Any] = (
        CheckConstraint("seq > 0", name="seq_from_one"),
        Index("journal_by_at", "site", "at", "act"),
    )

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime
    actor: str
    act: str
    subject: str
    body: str = _text()
    previous: str
    hash: str


class JournalHeadRow(Row, table=True):
    """The end of a site's journal; whoever appends locks this row first."""

    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: str


class TokenRow(Row, table=True):
    """A token of a role, as its hash."""

    __table_args__: ClassVar[Any] = (_one_of("role", Role), Index("token_by_hash", "site", "hash", unique=True))

    id: str = Field(primary_key=True)
    role: str
    name: str
    hash: str
    created_at: datetime
    revoked_at: datetime | None = None


class SessionRow(Row, table=True):
    """A login, as the hash of its cookie; `token_id` is the token it was opened with."""

    __table_args__: ClassVar[Any] = (_one_of("role", Role),)

    hash: str = Field(primary_key=True)
    token_id: str
    role: str
    name: str
    opened_at: datetime
    until: datetime


class ConfigurationRow(Row, table=True):
    """An effective configuration, canonical and without secrets."""

    version: str = Field(primary_key=True)
    first_at: datetime
    canonical: str = _text()


class GoliveRow(Row, table=True):
    """One act on the go-live, such as its declaration; together, in the order of their numbers, they say what it is."""

    number: int = Field(primary_key=True)
    at: datetime
    declared_at: datetime
    by: str
    act: str = "declare"
    reason: str = _text()
    planned_at: datetime | None = None


class DecisionRow(Row, table=True):
    """A proposed decision and what became of it; `ended` once it was confirmed or withdrawn."""

    __table_args__: ClassVar[Any] = (Index("decision_by_at", "site", "at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    ended: bool
    body: str = _text()


class NoticeRow(Row, table=True):
    """One message to one channel: who sends it until when, when it is tried next, and what became of it."""

    __table_args__: ClassVar[Any] = (
        _one_of("stage", NoticeStage),
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
    title: str = _text()
    text: str = _text()
    stage: str
    made_at: datetime
    due_at: datetime
    attempts: int = 0
    sender: str = ""
    leased_until: datetime | None = None
    ended_at: datetime | None = None
    problem: str = _text()


class ActRow(Row, table=True):
    """An act from outside under an id of its sender: what was asked and what was answered, for its repeats."""

    uuid: str = Field(primary_key=True)
    subject: str
    at: datetime
    asked: str = _text()
    answer: str = _text()


class PlannedWorkRow(Row, table=True):
    """Planned work as it is now; `last_at` is its end, or when it was withdrawn or ended if that came later."""

    id: str = Field(primary_key=True)
    last_at: datetime
    body: str = _text()


class MarkRow(Row, table=True):
    """A named fact about the database itself, such as that it holds a simulation."""

    name: str = Field(primary_key=True)
    value: str = _text()


class IssueHeadRow(Row, table=True):
    """The last numbers that a site gave to an issue and to an event; whoever writes one locks this row first."""

    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))


class IssueRow(Row, table=True):
    """An issue as its events left it; `asked` is the body that made it, `context` what was so in that minute."""

    __table_args__: ClassVar[Any] = (
        _one_of("status", Status),
        CheckConstraint("severity between 1 and 4", name="severity_known"),
        Index("issue_by_number", "site", "number", unique=True),
        Index("issue_by_last_sequence", "site", "last_sequence"),
        Index("issue_by_status", "site", "status"),
    )

    uuid: str = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime
    area: str
    category: str
    severity: int
    status: str
    safety: bool
    reporter: str
    asked: str = _text()
    body: str = _text()
    context: str = _text()


class IssueEventRow(Row, table=True):
    """One act on an issue, never changed; `sequence` is its place in the site's order, `status` what it led to."""

    __table_args__: ClassVar[Any] = (Index("issue_event_by_issue", "site", "issue", "sequence", unique=True),)

    uuid: str = Field(primary_key=True)
    issue: str
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime
    action: str
    status: str
    asked: str = _text()
    body: str = _text()


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


class SupportHeadRow(Row, table=True):
    """The last numbers that a site gave to a request for support and to an event; whoever writes one locks this row."""

    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))


class SupportRow(Row, table=True):
    """A request for support as its events left it; `open` until somebody ends or withdraws it."""

    __table_args__: ClassVar[Any] = (
        Index("support_by_number", "site", "number", unique=True),
        Index("support_by_received_at", "site", "received_at"),
        Index("support_by_open", "site", "open"),
    )

    uuid: str = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime
    open: bool
    withdrawn: bool
    area: str
    reason: str
    asked: str = _text()
    body: str = _text()


class SupportEventRow(Row, table=True):
    """One act on a request for support, never changed; `sequence` is its place in the site's order."""

    __table_args__: ClassVar[Any] = (Index("support_event_by_support", "site", "support", "sequence", unique=True),)

    uuid: str = Field(primary_key=True)
    support: str
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime
    action: str
    asked: str = _text()
    body: str = _text()


class DutyRow(Row, table=True):
    """A duty as it is now, or the lead where `area` is ""; `over_at` is when it ends, or has ended."""

    __table_args__: ClassVar[Any] = (Index("duty_by_over_at", "site", "over_at"),)

    uuid: str = Field(primary_key=True)
    area: str
    holder: str
    from_at: datetime
    over_at: datetime
    body: str = _text()


class HandoverRow(Row, table=True):
    """A hand-over of a shift, never changed."""

    __table_args__: ClassVar[Any] = (Index("handover_by_at", "site", "at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    body: str = _text()


class AnnouncementRow(Row, table=True):
    """An announcement as it is now; `over_at` is when it ends or was withdrawn, null while nobody knows."""

    __table_args__: ClassVar[Any] = (Index("announcement_by_over_at", "site", "over_at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    over_at: datetime | None = None
    body: str = _text()


class QuestionRow(Row, table=True):
    """A question to the floor, never changed; one that golive asks by itself has an id made of its moment."""

    __table_args__: ClassVar[Any] = (Index("question_by_at", "site", "at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    body: str = _text()


class QuestionAnswerRow(Row, table=True):
    """One answer of an area to a question, never changed; `at` is when it was tapped."""

    __table_args__: ClassVar[Any] = (
        _one_of("answer", Answer),
        Index("question_answer_by_at", "site", "at"),
        Index("question_answer_by_question", "site", "question"),
    )

    uuid: str = Field(primary_key=True)
    question: str
    area: str
    answer: str
    at: datetime
    body: str = _text()


class TabletRow(Row, table=True):
    """What a tablet told last: how many of its records the server lacked, and since when."""

    __table_args__: ClassVar[Any] = (_not_negative("held"),)

    device: str = Field(primary_key=True)
    at: datetime
    held: int
    oldest_at: datetime | None = None
    version: str
    on_duty: bool
    area: str
    name: str


class PhotoRow(Row, table=True):
    """A photo of an issue, named by the hash of its content."""

    __table_args__: ClassVar[Any] = (_not_negative("size_bytes"), Index("photo_by_received_at", "site", "received_at"))

    issue: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    received_at: datetime
    by: str
    size_bytes: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
