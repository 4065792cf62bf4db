"""The shapes that collectors send and the web receives (INTERFACE: samples, exam events, heartbeats, standings)."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from app.clock import in_calendar
from app.domain.exams.exams import Milestone
from app.domain.measuring.samples import Kind, Outcome


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies outside of the calendar") from error


def _shown(at: datetime) -> datetime:
    if not in_calendar(at):
        raise ValueError("lies outside of the calendar")
    return at


def _rfc3339(said: Any) -> Any:
    if not isinstance(said, datetime) and not (isinstance(said, str) and _DAY_AND_TIME.match(said)):
        raise ValueError("is no moment as RFC 3339 writes it, such as 2026-11-21T05:00:07Z")
    return said


def _number(said: Any) -> Any:
    if isinstance(said, bool | str | bytes):
        raise ValueError("is no number")
    return said


_DAY_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")
Moment = Annotated[AwareDatetime, AfterValidator(_utc), BeforeValidator(_rfc3339)]
Named = Annotated[Moment, AfterValidator(_shown)]  # by a person: it is shown in the site's zone, a device's may be odd
Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
ItemId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False), BeforeValidator(_number)]
Count = Annotated[int, Field(ge=0, le=2**53), BeforeValidator(_number)]
_NO_NUL = r"^[^\x00]*$"  # PostgreSQL holds no NUL in a text
ShortText = Annotated[str, Field(max_length=400, pattern=_NO_NUL)]
# what a device said may be long, and is no reason to lose the attempt that it tells of
Detail = Annotated[str, Field(pattern=_NO_NUL), AfterValidator(lambda said: said[:400])]
Code = Annotated[str, Field(max_length=64, pattern=_NO_NUL)]
Token = Annotated[str, Field(pattern=r"^k[0-9]+\.[0-9a-f]{64}$")]


class Strict(BaseModel):
    """Base of what comes from outside: an unknown field is a mistake, not a shrug."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SampleIn(Strict):
    """One attempt of one probe."""

    id: ItemId
    probe: Identifier
    kind: Kind
    system: Identifier
    area: Identifier | None = None
    at: Moment
    outcome: Outcome
    detail: Detail = ""
    connect_s: Seconds | None = None
    tls_s: Seconds | None = None
    associate_s: Seconds | None = None
    metadata_s: Seconds | None = None
    first_s: Seconds | None = None
    total_s: Seconds | None = None
    matches: Count | None = None
    instances: Count | None = None
    instances_announced: Count | None = None
    bytes: Count | None = None
    stamp: Literal["kernel", "user"] | None = None
    quickack: bool = False


class ExamEventIn(Strict):
    """One feed's telling of one milestone; `exam` is the keyed hash, or `accession` and `issuer`, hashed on entry."""

    id: ItemId
    feed: Identifier
    exam: Token | None = None
    accession: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    issuer: Annotated[str, Field(max_length=128)] = ""
    milestone: Milestone
    at: Moment
    at_field: Code = ""
    received_at: Moment
    message_at: Moment | None = None
    modality: Code | None = None
    patient_class: Code | None = None
    priority: Code | None = None
    area: Identifier | None = None
    study: Token | None = None
    instances: Count | None = None
    station: Code | None = None
    left_out: ShortText | None = None
    sender: Annotated[str, Field(max_length=64, pattern=_NO_NUL)] | None = None


class HeartbeatIn(Strict):
    """A probe's or feed's sign of life."""

    probe_or_feed: Identifier
    at: Moment
    state: Annotated[str, Field(max_length=40)]  # probes: idle | waiting | under way; feeds: listening, polling, …
    detail: Detail = ""
    since: Moment | None = None


class UnreadableIn(Strict):
    """What a feed could not read: its shape and reason, never its body."""

    id: ItemId
    feed: Identifier
    at: Moment
    reason: ShortText
    shape: Annotated[str, Field(max_length=2000, pattern=_NO_NUL)] = ""
    control_hash: Code = ""
    bytes_hash: Code = ""
    message_type: Code = ""
    length: Count = 0


class FeedMessageIn(Strict):
    """What a feed received, whether or not it told a milestone: for feed age, rate, clock offset and `feed explain`."""

    id: ItemId
    feed: Identifier
    at: Moment
    message_at: Moment | None = None
    key: ShortText = ""  # MSH-9 × ORC-1 × ORC-5 × OBR-25
    verdict: ShortText = ""  # the milestone, or "ignored, because"
    shapes: dict[Code, ShortText] = Field(default_factory=dict)  # candidate field → shape such as AA999999


class Envelope(BaseModel):
    """A batch whose items are still raw: they are read one by one, so that one bad item loses no good one."""

    model_config = ConfigDict(extra="forbid")

    batch: Annotated[str, Field(min_length=1, max_length=64)]
    source: Identifier
    sent_at: Moment
    samples: list[Any] = Field(default_factory=list)
    exam_events: list[Any] = Field(default_factory=list)
    heartbeats: list[Any] = Field(default_factory=list)
    unreadable: list[Any] = Field(default_factory=list)
    messages: list[Any] = Field(default_factory=list)

    @property
    def items(self) -> int:
        """Count what the batch holds."""
        lists = (self.samples, self.exam_events, self.heartbeats, self.unreadable, self.messages)
        return sum(map(len, lists))


class Refusal(BaseModel):
    """An item that was not taken: which, which field, and why."""

    id: str
    field: str
    problem: str


class IngestAnswer(BaseModel):
    """What became of a batch, said after the commit."""

    accepted: int
    repeated: int
    refused: list[Refusal]


class ExpectedOut(BaseModel):
    """The range a value should lie in."""

    low: float
    high: float
    baseline: float | None = None
    version: int | None = None


class StandingOut(BaseModel):
    """What a series is now."""

    series: str
    measure: str
    system: str | None
    area: str | None
    segment: dict[str, str] | None
    vantage: str
    state: str
    reason: str
    unit: str
    n: int
    failed: int
    p50: float | None
    p90: float | None
    p95: float | None
    beyond_s: float | None
    last: float | None
    value: float | None = None
    open: int | None = None
    straddling: int | None = None
    straddling_oldest_s: float | None = None
    perhaps_lost: int | None = None
    window_s: float
    as_of: Moment | None
    age_s: float | None
    expected: ExpectedOut | None
    verdict: dict[str, Any] | None


class ReasonOut(BaseModel):
    """One ground of the overall state."""

    overall: str
    subject: str
    text: str


class StatusOut(BaseModel):
    """The whole at a glance."""

    site: str
    now: Moment
    phase: str
    declared_at: Moment | None
    since_go_live_s: float | None
    decision_left_s: float | None
    rollback: str
    overall: str
    reasons: list[str]
    simulation: bool


class TriggerOut(BaseModel):
    """What a rollback trigger is now."""

    id: str
    title: str
    area: str | None
    kind: str
    measure: str | None
    state: str
    sight: str
    since: Moment
    reason: str
    n: int
    beyond: int
    share: float | None
    limit_share: float | None
    low: float | None
    high: float | None
    value: float | None
    limit: float | None
    pending_s: float
    breach_after_s: float
    until: Moment | None
    alarm: str | None
    acknowledged: dict[str, Any] | None
    rule: str
    held_back_by: str | None
    evidence: dict[str, Any] | None
    decision: dict[str, Any] | None
