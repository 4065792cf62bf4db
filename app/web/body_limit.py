"""How much anybody may send, token or not: a body is counted while it comes, and never read on beyond the limit."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.problems import of_status

MOST_BYTES = 64 * 2**10
SAID = f"a body may have {MOST_BYTES // 2**10} KiB here"


class BodyLimit:
    """Refuses large bodies of every call but those to `but`, which look at who sends before they read anything."""

    def __init__(self, app: ASGIApp, but: Sequence[re.Pattern[str]]) -> None:
        self.app = app
        self.but = but

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or any(of.fullmatch(scope["path"]) for of in self.but):
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > MOST_BYTES:
            await of_status(413, SAID).response()(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BYTES:
                raise HTTPException(413, SAID)
            return message

        await self.app(scope, counted, send)
