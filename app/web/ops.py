"""Whether golive lives and is ready, and its metrics: GET /healthz, /readyz, /metrics."""

import asyncio
import logging
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import monotonic_s
from app.store import marks
from app.web.house import House, house_of
from app.web.problems import Problem
from app.web.security import Actor, reader

ANSWER_WITHIN_S = 2.0
SILENT_AFTER = timedelta(seconds=10)
log = logging.getLogger("golive.web")
router = APIRouter(tags=["operation"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process answers; nothing else is looked at."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"description": "names what is gone: database, judge, ingest or push"}})
async def readyz(request: Request) -> Response:
    """Say whether golive can do its work; before any first sample it can."""
    house = house_of(request)
    gone = await _note(house)
    if gone:
        said = "; ".join(f"{name}: {why}" for name, why in gone.items())
        more = {"gone": list(gone), "reasons": gone}
        return Problem(503, "Not ready", said, "urn:golive:problem:not-ready", more, {"Retry-After": "1"}).response()
    return Response(b'{"status":"ready"}', media_type="application/json")


async def _note(house: House) -> dict[str, str]:
    gone = await missing(house)
    house.metrics.ready.set(0 if gone else 1)
    return gone


async def missing(house: House) -> dict[str, str]:
    """Give what is gone and why: database, judge, push (the screens) or ingest (a collector that fell silent)."""
    gone = {}
    if why := await _database(house):
        gone["database"] = why
    gone.update(house.down)
    if "judge" not in gone and not house.judge_alive():
        gone["judge"] = "it has not looked for some seconds"
    if "push" not in gone and not house.follow.begun:
        gone["push"] = "what the judge found is not on the screens yet"
    if why := _silent(house):
        gone["ingest"] = why
    return gone


async def _database(house: House) -> str:
    if house.db.trouble:
        return house.db.trouble.partition(":")[0]  # what the driver said is not for everybody
    try:
        await asyncio.wait_for(house.db.read(lambda s: marks.get(s, house.site, "readiness")), ANSWER_WITHIN_S)
    except TimeoutError:
        return f"it has not answered for {ANSWER_WITHIN_S:g} s"
    except Exception as error:  # whatever a driver raises: it does not answer, and that is the answer here
        log.warning("readiness: the database does not answer: %s", error)
        return "it does not answer"
    return ""


def _silent(house: House) -> str:
    """Name the configured collectors that reported since the start and fell silent."""
    now = house.clock.now()
    heard = {c: house.heartbeats.last_heard(c) for c in house.plan.vantages}
    silent = {c: now - at for c, at in heard.items() if at is not None and now - at >= SILENT_AFTER * house.plan.speed}
    return ", ".join(f"collector {c} has been silent for {age.total_seconds():.0f} s" for c, age in silent.items())


@router.get("/metrics", response_class=Response)
async def metrics(request: Request, _actor: Annotated[Actor, Depends(reader)]) -> Response:
    """Give everything for Prometheus, in its text format."""
    house = house_of(request)
    scene = house.follow.scene()
    await _note(house)
    house.metrics.browsers.set(len(house.hub))
    page = await asyncio.to_thread(house.metrics.page, scene.standings, house.plan.main_vantage)
    return Response(page, media_type="text/plain; version=0.0.4; charset=utf-8")


def route_of(scope: MutableMapping[str, Any]) -> str:
    """Give the template of the route that a call went to, never its address, which may name an exam."""
    route = scope.get("route")
    return getattr(route, "path", "") or "none"


class Counted:
    """Counts and times every call by the template of its route."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.metrics = house.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_s, status = monotonic_s(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = route_of(scope)
            self.metrics.requests.labels(route, str(status or "none")).inc()
            self.metrics.answer_s.labels(route).observe(monotonic_s() - began_s)
