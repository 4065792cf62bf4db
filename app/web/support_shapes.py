"""How requests for support are written in calls and answers, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool

from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Action, Ask, Event, Request, stage_at, wait_of
from app.store.numbered import Kept
from app.web.issue_shapes import Line, Place, Words, cell
from app.web.moments import utc_text
from app.wire import Named, Strict

_CODE = r"^[^\x00-\x1f\x7f]*$"
IdOrNone = Annotated[str, Field(max_length=48, pattern=_CODE)]


class SupportIn(Strict):
    """A request for support; `about` is a category, where the asker has named one."""

    area: IdOrNone = ""
    room: Place = ""
    workstation: Place = ""
    about: IdOrNone = ""
    device: Line = ""
    asked_at: Named | None = None
    no_patient: StrictBool = False

    def ask(self) -> Ask:
        """Give it as the domain knows it."""
        return Ask(**self.model_dump())


class SupportEventIn(Strict):
    """What is done with a request, with only the fields that it needs; `reason` is a category."""

    action: Literal["assign", "admit", "reason", "end", "withdraw"]
    supporter: Line = ""
    breakout: Line = ""
    admit: StrictBool = False
    reason: IdOrNone = ""
    text: Words = ""
    training: StrictBool | None = None
    no_patient: StrictBool = False

    def event(self, uuid: str, by: Any, now: datetime) -> Event:
        """Give it as the domain knows it, without a place in the order yet."""
        told = self.model_dump() | {"action": Action(self.action)}
        return Event(uuid=uuid, by=by, received_at=now, sequence=0, **told)


class SupportReceiptOut(BaseModel):
    """The receipt of a click or an act: `uuid` is of the request that it belongs to."""

    uuid: str
    number: int
    sequence: int
    received_at: datetime


class SupportOut(SupportReceiptOut):
    """A request as it is now; `wait_s` is so far where `waited` is false."""

    stage: str
    area: str
    room: str
    workstation: str
    about: str
    device: str
    asked_at: datetime | None
    by: str
    clicks: int
    supporter: str
    breakout: str
    reason: str
    text: str
    training: bool
    assigned_at: datetime | None
    helped_at: datetime | None
    ended_at: datetime | None
    withdrawn_at: datetime | None
    wait_s: float
    waited: bool


def receipt(kept: Kept) -> dict[str, Any]:
    """Give the receipt of what was stored."""
    return {
        "uuid": kept.subject,
        "number": kept.number,
        "sequence": kept.sequence,
        "received_at": utc_text(kept.received_at),
    }


def told(request: Request, rules: SupportPlan, now: datetime) -> dict[str, Any]:
    """Give a request as it is now."""
    ask, wait = request.ask, wait_of(request, now, rules.lapses_s)
    return {
        "uuid": request.uuid, "number": request.number, "sequence": request.sequence,
        "received_at": utc_text(request.received_at), "stage": stage_at(request, now, rules.lapses_s).value,
        "area": ask.area, "room": ask.room, "workstation": ask.workstation, "about": ask.about, "device": ask.device,
        "asked_at": utc_text(ask.asked_at), "by": request.by.called, "clicks": request.clicks,
        "supporter": request.supporter, "breakout": request.breakout, "reason": request.reason, "text": request.text,
        "training": request.training, "assigned_at": utc_text(request.assigned_at),
        "helped_at": utc_text(request.helped_at), "ended_at": utc_text(request.ended_at),
        "withdrawn_at": utc_text(request.withdrawn_at), "wait_s": round(wait.seconds, 1), "waited": wait.over,
    }  # fmt: skip


def told_event(event: Event) -> dict[str, Any]:
    """Give one act on a request, with who did it."""
    return {
        "uuid": event.uuid, "action": event.action.value, "sequence": event.sequence, "by": event.by.called,
        "role": event.by.role, "received_at": utc_text(event.received_at), "supporter": event.supporter,
        "breakout": event.breakout, "admit": event.admit, "reason": event.reason, "text": event.text,
        "training": event.training, "no_patient": event.no_patient,
    }  # fmt: skip


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> str:
    """Give rows as a table; a text that a spreadsheet would take for a formula is shown as text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: cell(value) for key, value in row.items()})
    return out.getvalue()
