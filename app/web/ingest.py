"""The door for collectors and outsiders: POST /api/ingest."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from app.clock import monotonic_s, utc_now
from app.commands import ingest as commands
from app.commands.ingest_reading import KEPT, Known, known_of
from app.domain.exams.exams import ExamEvent
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.samples import Sample
from app.errors import Invalid
from app.web.house import House, house_of
from app.web.patient_json import patiently_read
from app.web.problems import field_of
from app.web.security import Actor, sender
from app.wire import Envelope, IngestAnswer

PATH = "/api/ingest"
MOST_BYTES = 8 * 2**20
MOST_ITEMS = 20_000  # each bad one is written about by itself, so that bytes alone bound no work
router = APIRouter(tags=["ingest"])


@router.post(
    PATH,
    response_model=IngestAnswer,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Envelope.model_json_schema()}}}
    },
)
async def ingest(request: Request, _actor: Annotated[Actor, Depends(sender)]) -> IngestAnswer:
    """Store a batch; what is answered 200 is durable, bad items are named and lose no good one."""
    house = house_of(request)
    envelope = _envelope(await _body(request))
    began_s = monotonic_s()
    async with house.taking.one():
        taken = await commands.take(
            house.db,
            house.heartbeats,
            _known(house),
            envelope,
            steady=house.clock.now(),
            wall=utc_now(),
            on_stored=lambda *fresh: _tell(house, *fresh),
            taking=house.taking,
        )
    house.metrics.commit_s.observe(monotonic_s() - began_s)
    _count(house, taken)
    return taken.answer


def _tell(
    house: House, samples: Sequence[Sample], events: Sequence[ExamEvent], messages: Sequence[FeedMessage]
) -> None:
    house.on_stored(samples, events, messages)
    house.metrics.count_samples(samples, house.plan.vantage_of)
    for kind, fresh in (("sample", samples), ("exam_event", events), ("message", messages)):
        house.metrics.items.labels(kind, "accepted").inc(len(fresh))


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    body = bytearray()
    if not (announced.isdigit() and int(announced) > MOST_BYTES):
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                break
        else:
            return bytes(body)
    raise HTTPException(413, f"a batch may have {MOST_BYTES // 2**20} MiB; send it in parts")


def _read(body: bytes) -> Envelope:
    """Give the envelope; where the strict and fast reader of JSON stumbles over one value, a patient one reads on."""
    try:
        return Envelope.model_validate_json(body)
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] != "json_invalid":
            raise
        try:
            return Envelope.model_validate(patiently_read(body))
        except (ValueError, RecursionError) as other:  # a ValidationError is a ValueError
            raise (other if isinstance(other, ValidationError) else error) from None


def _envelope(body: bytes) -> Envelope:
    try:
        envelope = _read(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise Invalid(field_of(first["loc"]), first["msg"]) from None
    if envelope.items > MOST_ITEMS:
        raise HTTPException(413, f"a batch may have {MOST_ITEMS} items; send it in parts")
    return envelope


def _known(house: House) -> Known:
    key = house.secrets.site_key.get_secret_value()
    # a simulated hospital may pour a past that a real one would have dropped
    return known_of(house.config.settings, house.plan, key, None if house.plan.simulation else KEPT)


def _count(house: House, taken: commands.Taken) -> None:
    stored, items = taken.stored, house.metrics.items
    kinds: dict[str, Any] = {"sample": stored.samples, "exam_event": stored.events, "message": stored.messages}
    for kind, appended in kinds.items():
        items.labels(kind, "repeated").inc(appended.repeated)
    items.labels("heartbeat", "accepted").inc(len(taken.batch.heartbeats))
    items.labels("unreadable", "accepted").inc(len(stored.unreadable.stored))
    items.labels("any", "refused").inc(len(taken.answer.refused))
