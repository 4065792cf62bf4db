"""The button "support now": opens the lobby at once, counts the click with its place, and works while golive is down.

There is no login: 312 readers have no account. A key that can do nothing else says that a click is ours.
"""

import asyncio
import logging
import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from app.assets import folder
from app.commands import supports as commands
from app.commands.access import bearer_of_token
from app.domain.access import Bearer, Role
from app.domain.floor.supports import Ask
from app.domain.privacy.phi import found
from app.domain.rollback.decisions import Person
from app.errors import GoLiveError, Missing, Unavailable
from app.push.desk import support_words
from app.push.fragments import page
from app.settings.signs import seen
from app.store.numbered import Kept
from app.web.house import House, house_of
from app.web.problems import Problem, answer, of_status, problem_of

log = logging.getLogger("golive.web")
router = APIRouter(include_in_schema=False)
HOME, LOBBY, WORKER = "/support", "/support/lobby", "/support-worker.js"
KNOWN_WITHIN_S = COUNTED_WITHIN_S = 1.0  # somebody needs help: nothing of ours is waited for any longer
MOST_KEY, MOST_PLACE = 200, 40
Said = Annotated[str, Query(max_length=2000)]


@router.get(HOME)
async def button(
    request: Request, key: Said = "", workstation: Said = "", area: Said = "", room: Said = "", about: Said = ""
) -> Response:
    """Open the lobby, and count that somebody asked."""
    house = house_of(request)
    bearer = await _bearer(request, key)
    if isinstance(bearer, Problem):
        return answer(request, bearer)
    now, ask = house.clock.now(), _ask(house, request, workstation, area, room, about)
    if request.scope.get("bodiless") or "prefetch" in request.headers.get("sec-purpose", ""):
        return _page(request, key, "")  # somebody looks whether it is there; nobody asks for help
    wait_s = house.door.wait_s(str(bearer.id), ask.place or ask.device, now)
    if wait_s > 0:
        return _page(request, key, support_words.TOO_MANY, 429, {"Retry-After": f"{wait_s:.0f}"})
    kept = await _count(house, bearer, ask, now)
    said = support_words.LATER if kept is None else support_words.COUNTED.format(number=kept.number)
    return _page(request, key, " · ".join(filter(None, (said, _place(house, ask)))))


@router.get(LOBBY)
async def lobby(request: Request, key: Said = "") -> Response:
    """Give the page that a browser keeps for when golive does not answer; it counts nothing."""
    bearer = await _bearer(request, key)
    if isinstance(bearer, Problem):
        return answer(request, bearer)
    return _page(request, key, support_words.DOWN, headers={"Cache-Control": "no-cache"})


@router.get(WORKER)
async def worker() -> FileResponse:
    """Give the service worker, which lies above the button so that it may answer for it."""
    file = folder("static") / "js" / "support_worker.js"
    return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def _bearer(request: Request, key: str) -> Bearer | Problem:
    """Give whose key it is; a made-up one learns nothing, not even whether there is a lobby."""
    house, now = house_of(request), house_of(request).clock.now()
    address, clear = request.client.host if request.client else "", key.strip()
    wait_s = house.door.wrong.wait_s(address, now)
    if wait_s > 0 and not house.recognised.knows(clear, now):
        return of_status(429, support_words.WRONG_TOO_OFTEN, Retry_After=f"{wait_s:.0f}")
    bearer = None
    if house.config.settings.support is not None and 0 < len(clear) <= MOST_KEY:
        try:
            bearer = await house.recognised.of(clear, _soon(house, clear), now)
        except Unavailable as error:
            return problem_of(error)
    if bearer is None or bearer.role != Role.SUPPORT:
        house.door.wrong.failed(address, now)
        return problem_of(Missing(support_words.WRONG))
    return bearer


async def _soon(house: House, clear: str) -> Bearer | None:
    try:
        async with asyncio.timeout(KNOWN_WITHIN_S):
            return await bearer_of_token(house.db, house.site, clear)
    except TimeoutError as error:
        raise Unavailable("the database does not answer, so no key can be recognised now") from error


def _ask(house: House, request: Request, workstation: str, area: str, room: str, about: str) -> Ask:
    """Give what a toolbar says of its place as far as it can be used: what is wrong in it keeps nobody from help."""
    plan, year = house.plan, house.clock.now().year

    def used(said: str) -> str:
        clean = said.strip()
        if len(clean) > MOST_PLACE or re.search(r"[\x00-\x1f\x7f]", clean):
            return ""
        try:
            clean = seen(clean)
        except ValueError:  # nothing of it can be seen: there is no place
            return ""
        return "" if found(clean, plan.floor.patterns, year) else clean

    return Ask(
        area=area if area in plan.areas else "",
        room=used(room),
        workstation=used(workstation),
        about=about if about in plan.floor.categories else "",
        device=request.client.host if request.client else "",
    )


async def _count(house: House, bearer: Bearer, ask: Ask, now: datetime) -> Kept | None:
    """Count a click; None where that takes longer than somebody who needs help should wait: it is done yet."""
    by = Person(bearer.name, str(bearer.role), str(bearer.id))
    asked: asyncio.Future[tuple[Kept, bool]] = asyncio.wrap_future(
        house.db.submit(commands.asking(house.plan, str(uuid4()), ask, by, now))
    )

    async def counted() -> None:
        try:
            await asked
            house.on_acted()
        except GoLiveError as error:
            log.warning("a request for support could not be counted: %s", type(error).__name__)

    task = asyncio.create_task(counted())
    house.door.counting.add(task)
    task.add_done_callback(house.door.counting.discard)
    try:
        async with asyncio.timeout(COUNTED_WITHIN_S):
            return (await asyncio.shield(asked))[0]
    except (TimeoutError, GoLiveError):
        return None


def _place(house: House, ask: Ask) -> str:
    rules = house.plan.support
    area = ask.area or (rules.area_of(ask.workstation) if rules else "")
    return " · ".join(filter(None, (ask.place, house.plan.areas.get(area, ""))))


def _page(
    request: Request, key: str, said: str, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    house = house_of(request)
    support = house.config.settings.support
    assert support is not None  # no key is known without it
    html = page(
        "support",
        site_name=house.plan.site_name,
        simulation=house.plan.simulation,
        lobby=support.lobby,
        said=said,
        worker=f"{WORKER}?{urlencode({'key': key.strip()})}",
    )
    return HTMLResponse(html, status, {"Referrer-Policy": "no-referrer", **(headers or {})})
