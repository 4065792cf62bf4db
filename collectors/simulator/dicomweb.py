"""The DICOMweb side of the simulated PACS: study lists by QIDO-RS, the reference studies by WADO-RS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app.clock import monotonic_s
from app.domain.measuring.samples import Outcome
from collectors.simulator.images import Reference, content_type, multipart, references
from collectors.simulator.life import Exam
from collectors.simulator.now import Playing
from collectors.simulator.pacs import span_of
from collectors.simulator.performance import Answer, Question

ROOT = "/dicom-web"
_FROZEN_LOOK_S = 0.5
_CHUNKS = 16


def web(system: str, playing: Playing) -> Starlette:
    """Give the DICOMweb server of a system ("pacs" or "legacy")."""
    pages = _Pages(system, playing)
    routes: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [
        ("/studies", pages.studies),
        ("/studies/{study}", pages.study),
        ("/studies/{study}/metadata", pages.metadata),
        ("/studies/{study}/series/{series}/metadata", pages.metadata),
        ("/studies/{study}/series/{series}/instances/{instance}/frames/{frame}", pages.frame),
    ]
    return Starlette(routes=[Route(ROOT + path, page) for path, page in routes])


class _Pages:
    def __init__(self, system: str, playing: Playing) -> None:
        self._system, self._playing = system, playing
        self._references = references() if system == "pacs" else {}

    async def studies(self, request: Request) -> Response:
        """Give the studies of the asked days, oldest first, as QIDO-RS does."""
        since_s, asked = monotonic_s(), request.query_params
        dates, times = _first(asked, "StudyDate", "00080020"), _first(asked, "StudyTime", "00080030")
        await self._answered(Question.SLICE if times else Question.STUDIES, "", since_s)
        now = self._playing.local_now
        first, last = span_of(dates, times, now)
        modality = _first(asked, "ModalitiesInStudy", "00080061")
        held = await asyncio.to_thread(self._held, first, last)
        rows = [_row(e, n, now) for e, n in held if not modality or e.order.modality == modality]
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", len(rows)))
        return JSONResponse(rows[offset : offset + limit], media_type="application/dicom+json")

    def _held(self, first: datetime, last: datetime) -> list[tuple[Exam, int]]:
        life, now = self._playing.life, self._playing.now()
        return life.studies(first, last, now, legacy=self._system == "legacy")

    async def metadata(self, request: Request) -> Response:
        reference, since_s = self._reference(request), monotonic_s()
        await self._answered(Question.METADATA, reference.modality, since_s)
        return JSONResponse(list(reference.metadata), media_type="application/dicom+json")

    async def frame(self, request: Request) -> Response:
        reference, since_s = self._reference(request), monotonic_s()
        pixels = reference.frames.get(request.path_params["instance"])
        if pixels is None or request.path_params["frame"] != "1":
            raise HTTPException(404)
        await self._answered(Question.FRAME, reference.modality, since_s)
        kind = "application/octet-stream"
        return Response(multipart(pixels, kind), headers={"Content-Type": content_type(kind)})

    async def study(self, request: Request) -> Response:
        """Give the whole study, its bytes spread over the time that the life says."""
        reference, since_s = self._reference(request), monotonic_s()
        how = await self._thawed(Question.STUDY, reference.modality)
        body = reference.whole
        headers = {"Content-Type": content_type("application/dicom"), "Content-Length": str(len(body))}
        return StreamingResponse(_trickle(body, how, since_s), headers=headers)

    def _reference(self, request: Request) -> Reference:
        found = self._references.get(request.path_params["study"])
        if found is None:
            raise HTTPException(404)
        return found

    async def _thawed(self, question: Question, subject: str) -> Answer:
        how = self._playing.answer(self._system, question, subject)
        while how.outcome is Outcome.TIMEOUT and not self._playing.stopped.is_set():
            await asyncio.sleep(_FROZEN_LOOK_S)
            how = self._playing.answer(self._system, question, subject)
        return how

    async def _answered(self, question: Question, subject: str, since_s: float) -> None:
        how = await self._thawed(question, subject)
        await asyncio.sleep(max(0.0, since_s + how.total_s - monotonic_s()))


def _first(asked: Mapping[str, str], *names: str) -> str:
    return next((asked[n] for n in names if asked.get(n)), "")


async def _trickle(body: bytes, how: Answer, since_s: float) -> AsyncIterator[bytes]:
    size = len(body) // _CHUNKS + 1
    for n in range(_CHUNKS):
        due_s = since_s + how.total_s * (n + 1) / _CHUNKS
        await asyncio.sleep(max(0.0, due_s - monotonic_s()))
        yield body[n * size : (n + 1) * size]


def _row(exam: Exam, images: int, now: datetime) -> dict[str, Any]:
    order = exam.order
    begun = (order.begun or order.due).astimezone(now.tzinfo)
    fields = {
        "00080020": ("DA", f"{begun:%Y%m%d}"),
        "00080030": ("TM", f"{begun:%H%M%S}"),
        "00080050": ("SH", order.accession),
        "00080061": ("CS", order.modality),
        "00081010": ("SH", order.station),
        "00081030": ("LO", order.procedure),
        "00080201": ("SH", f"{begun:%z}"),
        "0020000D": ("UI", order.study),
        "00201206": ("IS", 1),
        "00201208": ("IS", images),
    }
    return {tag: {"vr": vr, "Value": [value]} for tag, (vr, value) in fields.items()}
