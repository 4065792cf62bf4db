"""What goes wrong in a call, as an RFC 9457 problem document; what nobody foresaw is logged, counted and a 500."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    ConfigInvalid,
    Conflict,
    Forbidden,
    GoLiveError,
    Invalid,
    Missing,
    NotBuilt,
    PatientFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from app.push.fragments import page

log = logging.getLogger("golive.web")

STATUS: dict[type[GoLiveError], int] = {
    ConfigInvalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    Missing: 404,
    Conflict: 409,
    Invalid: 422,
    PatientFound: 422,
    TooLarge: 413,
    NotBuilt: 501,
    Unavailable: 503,
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TITLES = {
    400: "The request cannot be read",
    404: "Not found",
    405: "Not that way",
    413: "Too large",
    415: "Not that kind of body",
    421: "Not under this name",
    429: "Too many attempts",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said about something that went wrong; `more` are further members such as `field`."""

    status: int
    title: str
    detail: str
    kind: str = "about:blank"
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """Give the document."""
        fixed = {"type": self.kind, "title": self.title, "status": self.status, "detail": self.detail}
        return json.dumps({**fixed, **self.more}, ensure_ascii=False).encode()

    def response(self) -> Response:
        """Give it as an answer."""
        return Response(self.body(), self.status, dict(self.headers), media_type="application/problem+json")


def problem_of(error: GoLiveError) -> Problem:
    """Give the problem document of one of golive's own errors."""
    kind = next(k for k in type(error).__mro__ if k in STATUS or k is GoLiveError)
    status = STATUS.get(kind, 400)
    more: dict[str, Any] = {"field": error.field} if isinstance(error, Invalid) else {}
    if isinstance(error, PatientFound):
        more["kinds"] = list(error.kinds)
    if isinstance(error, Conflict):
        more |= error.shown
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 503 else {}
    name = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("-")
    return Problem(status, error.title, error.detail, f"urn:golive:problem:{name}", more, headers)


def of_status(status: int, detail: str = "", **headers: str) -> Problem:
    """Give the problem document of a plain HTTP status."""
    title = _TITLES.get(status, "The request was not carried out")
    return Problem(status, title, detail or title, headers={k.replace("_", "-"): v for k, v in headers.items()})


def _invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Name each field that cannot be so; never its value, which may be what nobody should read."""
    named = [{"field": field_of(e["loc"]), "problem": str(e["msg"]).removeprefix("Value error, ")} for e in errors]
    first = named[0] if named else {"field": "", "problem": "cannot be read"}
    said = "; ".join(f"{n['field']}: {n['problem']}" for n in named[:5])
    more = {"field": first["field"], "errors": named[:20]}
    return Problem(422, Invalid.title, said or first["problem"], "urn:golive:problem:invalid", more)


def field_of(location: Sequence[Any]) -> str:
    """Give the name of a field as its sender wrote it, such as samples[0].at."""
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    said = ""
    for part in parts:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else str(part)
    return said or "body"


def wants_page(request: Request) -> bool:
    """Say whether a person's browser asks for a page, rather than a program for data."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "") and not _for_programs(request)


def wants_document(request: Request) -> bool:
    """Say whether a program asks at an address that otherwise answers people: it takes JSON and no page."""
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def _for_programs(request: Request) -> bool:
    path = request.url.path
    return path.startswith(("/api/", "/live")) and path != "/api/docs"


def _to_login(request: Request) -> Response:
    after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(after, safe='/')}", status_code=303)


def answer(request: Request, problem: Problem) -> Response:
    """Give the problem as a page to a person's browser, such as a television with a mistyped address."""
    if not wants_page(request):
        return problem.response()
    house = getattr(request.app.state, "house", None)
    said = problem.detail if problem.detail != problem.title else ""
    simulation = house is not None and house.plan.simulation
    html = page("problem", title=problem.title, said=said[:1].upper() + said[1:], simulation=simulation)
    return HTMLResponse(html, problem.status, dict(problem.headers))


def _ways(request: Request) -> set[str]:
    """Give every method that some route takes at this address: each route knows of its own alone."""
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]  # files are for GET alone
    ways = {
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    }
    return ways | {"HEAD"} if "GET" in ways else ways or {"GET", "HEAD"}


def install(app: FastAPI) -> None:
    """Make every error of this app a problem document."""

    async def own(request: Request, error: Exception) -> Response:
        assert isinstance(error, GoLiveError)
        if isinstance(error, Unauthenticated) and wants_page(request):
            return _to_login(request)
        return answer(request, problem_of(error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, _invalid(error.errors()))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        said = error.detail if error.detail and error.status_code not in (404, 405) else ""
        headers = {k.replace("-", "_"): v for k, v in (error.headers or {}).items()}
        if error.status_code == 405:
            headers["Allow"] = ", ".join(sorted(_ways(request)))
        return answer(request, of_status(error.status_code, said, **headers))

    app.add_exception_handler(GoLiveError, own)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


class Unforeseen:
    """The net under every call: a bug is logged, counted, and answered without a word of what is inside."""

    def __init__(self, app: ASGIApp, count: Callable[[], None]) -> None:
        self.app = app
        self.count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            log.info("a caller went away in the middle of %s %s", scope["method"], scope["path"])
        except Exception:  # the last net: whatever it is, the caller gets an answer and we get the trace
            self.count()
            log.exception("a call failed unforeseen: %s %s", scope["method"], scope["path"])
            if not begun:
                said = "golive made a mistake; it is in its log"
                await Problem(500, "golive made a mistake", said, "urn:golive:problem:bug").response()(
                    scope, receive, send
                )
