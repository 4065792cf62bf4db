"""The one way from server to browser: GET /live as a websocket, and /live/snapshot for those who cannot have one."""

import asyncio
import hashlib
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

from app.errors import Missing, Unavailable
from app.push.hub import Outbox
from app.push.views import ALWAYS, DESK_TRIGGERS, GO_LIVE, for_readers, is_view
from app.web.house import house_of
from app.web.security import Actor, cookie_name, may_connect, reader, screen

DRAIN_S = 10.0
ASK_AGAIN_S = 60.0
GOING, SLOW, FOREIGN = 1012, 1013, 1008
router = APIRouter(tags=["live"])


@router.websocket("/live")
async def live(socket: WebSocket, view: str = "wall") -> None:
    """Send the whole view, then whatever changes in it, until the browser goes or stops reading."""
    changed = house_of(socket).recognised.changed
    actor = await may_connect(socket, for_readers(view)) if is_view(view) else None
    if actor is None:
        await socket.close(FOREIGN)  # before accept: the handshake is refused
        return
    house = house_of(socket)
    outbox = house.hub.join(view, _seat(socket, actor))
    house.metrics.browsers.set(len(house.hub))
    watching = asyncio.create_task(_keep_asking(socket, outbox, changed))
    try:
        await socket.accept()
        await house.follow.begin(view)
        outbox.put(house.follow.snapshot(view))
        await serve(socket, outbox)
    finally:
        watching.cancel()
        house.hub.leave(outbox)
        house.metrics.browsers.set(len(house.hub))


def _seat(socket: WebSocket, actor: Actor) -> str:
    """Tell apart who looks, by their session: several may be at one token. Its clear text stays nowhere."""
    shown = socket.cookies.get(cookie_name(socket)) or f"{actor.by} {actor.id}"
    return hashlib.sha256(shown.encode()).hexdigest()


async def _keep_asking(socket: WebSocket, outbox: Outbox, changed: asyncio.Event) -> None:
    """Let the browser go once its token or session is taken away or over, or screens are open no more."""
    recognised = house_of(socket).recognised
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(ASK_AGAIN_S):
                await changed.wait()
        changed = recognised.changed  # before the question: what changes while it is answered is asked again
        try:
            if await may_connect(socket, for_readers(outbox.view)) is None:
                outbox.close(FOREIGN)
                return
        except Unavailable:
            continue  # nobody can be recognised now; the wall says that golive is blind


async def serve(socket: WebSocket, outbox: Outbox) -> None:
    """Send what the outbox holds; who does not take it within DRAIN_S is let go and may come again."""
    listening = asyncio.create_task(_listen(socket, outbox))
    try:
        while (frame := await outbox.take()) is not None:
            async with asyncio.timeout(DRAIN_S):
                await socket.send_text(frame)
        if not listening.done():
            await socket.close(outbox.code or GOING)
    except TimeoutError:
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(1):
                await socket.close(SLOW)
    except (WebSocketDisconnect, RuntimeError):
        pass  # it went while we were sending
    finally:
        listening.cancel()


async def _listen(socket: WebSocket, outbox: Outbox) -> None:
    """Wait for the browser to go; what it says is not listened to (acts come by HTTP)."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    outbox.close()


@router.get("/live/snapshot")
async def snapshot(request: Request, view: Annotated[str, Query(max_length=600)] = "wall") -> HTMLResponse:
    """Give every fragment of a view, as the websocket sends it first."""
    await (reader if for_readers(view) else screen)(request)
    if not is_view(view):
        raise Missing(f"there is no view {view!r}; there is {', '.join((*ALWAYS, DESK_TRIGGERS, GO_LIVE))}")
    fragments = await house_of(request).follow.once(view)
    return HTMLResponse("".join(f.message for f in fragments), headers={"Cache-Control": "no-store"})
