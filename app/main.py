"""The composition root: the app of a configuration, every route and the life behind them; it knows all others."""

import importlib.metadata
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.assets import folder
from app.running.life import Life
from app.settings import Config, Secrets
from app.web import (
    announcements,
    body_limit,
    decisions,
    desk_issues,
    desk_planned_work,
    desk_record,
    desk_shift,
    desk_support,
    desk_triggers,
    duties,
    evidence,
    exams,
    floor,
    floor_app,
    gate,
    golive,
    handovers,
    head,
    home,
    ingest,
    internal,
    issues,
    journal,
    live,
    login,
    not_built,
    notices,
    ops,
    photos,
    planned_work,
    problems,
    qr,
    questions,
    series,
    shift,
    status,
    support_button,
    supports,
    tablets,
    triggers,
    wall,
)
from app.web import quarantine as quarantine_calls
from app.web import standings as standing_calls

ROUTES = (
    home,
    login,
    wall,
    support_button,
    series,
    desk_issues,
    desk_triggers,
    desk_planned_work,
    desk_record,
    desk_shift,
    desk_support,
    qr,
    live,
    ingest,
    status,
    standing_calls,
    exams,
    quarantine_calls,
    journal,
    ops,
    internal,
    triggers,
    decisions,
    golive,
    notices,
    planned_work,
    issues,
    photos,
    evidence,
    supports,
    duties,
    handovers,
    announcements,
    questions,
    shift,
    floor_app,
    floor,
    tablets,
    not_built,
)


def create_app(config: Config, secrets: Secrets, *, simulation: bool = False, speed: float = 1.0) -> FastAPI:
    """Give the app of a configuration; nothing is opened before it starts."""
    version = importlib.metadata.version("golive")
    life = Life(config, secrets, version, simulation=simulation, speed=speed)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await life.begin()
        try:
            yield
        finally:
            await life.end()

    app = FastAPI(title="golive", version=version, docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.house = life.house
    for module in ROUTES:
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=folder("static")), name="static")
    problems.install(app)
    # the last one added is the first one passed
    app.add_middleware(body_limit.BodyLimit, but=[re.compile(ingest.PATH), photos.PATH])
    app.add_middleware(problems.Unforeseen, count=life.house.metrics.bugs.inc)
    app.add_middleware(ops.Counted, house=life.house)
    app.add_middleware(gate.Gate, house=life.house)
    app.add_middleware(head.Head)
    return app
