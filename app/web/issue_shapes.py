"""How issues are written in calls and answers, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictInt

from app.domain.floor.issues import TIERS, Action, Event, Issue, Report
from app.settings.signs import seen
from app.store.numbered import Kept
from app.web.moments import utc_text
from app.wire import Named, Strict

_LINE = r"^[^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00]*$"
Id = Annotated[str, Field(min_length=1, max_length=48, pattern=_LINE)]
Line = Annotated[str, Field(max_length=80, pattern=_LINE), AfterValidator(seen)]
Place = Annotated[str, Field(max_length=40, pattern=_LINE), AfterValidator(seen)]
Words = Annotated[str, Field(max_length=4000, pattern=_TEXT)]
MERGED: tuple[int, tuple[str, ...]] = (0, ())


class IssueIn(Strict):
    """What somebody on the floor reports; `safety` says that a patient is or was at risk."""

    area: Id
    category: Id
    severity: StrictInt
    room: Place = ""
    text: Words = ""
    workaround: Words = ""
    function: Line = ""
    safety: StrictBool = False
    occurred_at: Named | None = None
    observed_at: Named | None = None
    device: Line = ""
    clock_offset_s: Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)] | None = None
    no_patient: StrictBool = False

    def report(self) -> Report:
        """Give it as the domain knows it."""
        return Report(**self.model_dump())


class IssueEventIn(Strict):
    """What is done with an issue, with only the fields that it needs.

    `seen_sequence` is the issue's `last_sequence` as its sender saw it: what others did since is answered 409.
    """

    action: Action
    at: Named | None = None
    severity: StrictInt | None = None
    safety: StrictBool | None = None
    owner: Line = ""
    team: Line = ""
    text: Words = ""
    resolution: Words = ""
    workaround: Words = ""
    duplicate_of: Annotated[str, Field(max_length=36, pattern=r"^([0-9a-f-]{36})?$")] = ""
    vendor_ticket: Line = ""
    device: Line = ""
    no_patient: StrictBool = False
    seen_sequence: Annotated[StrictInt, Field(ge=0)] | None = None

    def event(self, uuid: str, by: Any, now: datetime) -> Event:
        """Give it as the domain knows it, without a place in the order yet."""
        done = self.model_dump(exclude={"seen_sequence"})
        return Event(uuid=uuid, by=by, received_at=now, sequence=0, **done)


class ReceiptOut(BaseModel):
    """The receipt of a report: `sequence` is its place in the site's order of all issue events."""

    uuid: str
    number: int
    sequence: int
    status: str
    received_at: datetime


class IssueOut(ReceiptOut):
    """An issue as it is now: what was reported, the receipt, and what became of it."""

    area: str
    room: str
    category: str
    function: str
    severity: int
    reported_severity: int
    text: str
    workaround: str
    safety: bool
    occurred_at: datetime | None
    observed_at: datetime | None
    device: str
    clock_offset_s: float | None
    no_patient: bool
    reporter: str
    mine: bool
    owner: str
    team: str
    tier: str
    resolution: str
    vendor_ticket: str
    me_too: int
    duplicate_of: str | None
    duplicates: list[str]
    verified_by: str | None
    verified_at: datetime | None
    first_response_at: datetime | None
    acknowledged_at: datetime | None
    fixed_at: datetime | None
    ended_at: datetime | None
    phoned_at: datetime | None
    reopened: int
    last_sequence: int
    last_at: datetime


def receipt(kept: Kept) -> dict[str, Any]:
    """Give the receipt of what was stored."""
    return {
        "uuid": kept.subject,
        "number": kept.number,
        "sequence": kept.sequence,
        "status": kept.status,
        "received_at": utc_text(kept.received_at),
    }


def told(issue: Issue, merged: tuple[int, tuple[str, ...]], actor: str) -> dict[str, Any]:
    """Give an issue as it is now, as `actor` sees it."""
    sent = issue.report
    return {
        "uuid": issue.uuid, "number": issue.number, "sequence": issue.sequence, "status": issue.status.value,
        "received_at": utc_text(issue.received_at), "area": sent.area, "room": sent.room, "category": sent.category,
        "function": sent.function, "severity": issue.severity, "reported_severity": sent.severity, "text": sent.text,
        "workaround": issue.workaround, "safety": issue.safety, "occurred_at": utc_text(sent.occurred_at),
        "observed_at": utc_text(sent.observed_at), "device": sent.device, "clock_offset_s": sent.clock_offset_s,
        "no_patient": sent.no_patient, "reporter": issue.reporter.called,
        "mine": bool(actor) and issue.reporter.token == actor, "owner": issue.owner, "team": issue.team,
        "tier": TIERS[issue.tier], "resolution": issue.resolution, "vendor_ticket": issue.vendor_ticket,
        "me_too": merged[0], "duplicate_of": issue.duplicate_of or None, "duplicates": list(merged[1]),
        "verified_by": issue.verified_by or None, "verified_at": utc_text(issue.verified_at),
        "first_response_at": utc_text(issue.first_response_at), "acknowledged_at": utc_text(issue.acknowledged_at),
        "fixed_at": utc_text(issue.fixed_at), "ended_at": utc_text(issue.ended_at),
        "phoned_at": utc_text(issue.phoned_at), "reopened": issue.reopened, "last_sequence": issue.last_sequence,
        "last_at": utc_text(issue.last_at),
    }  # fmt: skip


def told_event(event: Event) -> dict[str, Any]:
    """Give one act on an issue, with who did it."""
    return {
        "uuid": event.uuid, "action": event.action.value, "sequence": event.sequence, "by": event.by.called,
        "role": event.by.role, "received_at": utc_text(event.received_at), "at": utc_text(event.at),
        "severity": event.severity, "safety": event.safety, "owner": event.owner, "team": event.team,
        "text": event.text, "resolution": event.resolution, "workaround": event.workaround,
        "duplicate_of": event.duplicate_of or None, "vendor_ticket": event.vendor_ticket,
        "no_patient": event.no_patient,
    }  # fmt: skip


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Give issues as a table; a text that a spreadsheet would take for a formula is shown as text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(IssueOut.model_fields), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: cell(value) for key, value in row.items()})
    return out.getvalue()


def cell(value: Any) -> Any:
    """Give a value as a cell of a table."""
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value
