"""Logging in with a token, and out: GET and POST /login, POST /logout."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.commands import access
from app.errors import Unauthenticated
from app.push.fragments import page
from app.web.house import house_of
from app.web.problems import of_status, wants_document
from app.web.security import actor_of, cookie_name, described, sessions_trouble

router = APIRouter(include_in_schema=False)
Next = Annotated[str, Query(max_length=500)]


@router.get("/login")
async def form(request: Request, next: Next = "/") -> Response:
    """Give the page that takes a token."""
    house = house_of(request)
    trouble = sessions_trouble(request, house.config.settings.server)
    return _page(request, after=own_path(next), refused=trouble, status=403 if trouble else 200)


@router.post("/login")
async def log_in(
    request: Request, token: Annotated[str, Form(max_length=200)] = "", next: Annotated[str, Form(max_length=500)] = "/"
) -> Response:
    """Open a session for the bearer of a token; it is a new one, and the former of this browser ends."""
    house, after = house_of(request), own_path(next)
    if trouble := sessions_trouble(request, house.config.settings.server):
        return _page(request, after=after, refused=trouble, status=403)
    address, now = request.client.host if request.client else "", house.clock.now()
    if (wait_s := house.attempts.wait_s(address, now)) > 0:
        said = f"Too many wrong tokens from here. Try again in {wait_s:.0f} s."
        answer = _page(request, after=after, problem=said, status=429)
        answer.headers["Retry-After"] = f"{wait_s:.0f}"
        return answer
    name = cookie_name(request)
    try:
        clear, _ = await access.log_in(house.db, house.site, token.strip(), now, request.cookies.get(name))
    except Unauthenticated as error:
        house.attempts.failed(address, now)
        return _page(request, after=after, problem=f"That did not work: {error.detail}.", status=401)
    answer = RedirectResponse(after, status_code=303)
    answer.set_cookie(
        name,
        clear,
        max_age=access.SESSION_HOURS * 3600,
        path="/",
        secure=name.startswith("__Host-"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """End this browser's session."""
    house, name = house_of(request), cookie_name(request)
    clear, actor = request.cookies.get(name), await actor_of(request)
    if clear and actor is not None and actor.by == "session":
        await access.log_out(house.db, house.site, clear, house.clock.now(), described(actor))
        house.recognised.forget()
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")
    return answer


def own_path(wanted: str) -> str:
    """Give where to go after the login: a path of this server, whatever was asked for."""
    parts = urlsplit(wanted)
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if plain and not parts.netloc and wanted.isprintable() else "/"


def _page(request: Request, *, after: str, status: int, problem: str = "", refused: str = "") -> Response:
    if status >= 400 and wants_document(request):
        return of_status(status, problem or refused).response()
    house = house_of(request)
    html = page(
        "login",
        site=house.plan.site_name,
        after=after,
        problem=problem,
        refused=refused,
        simulation=house.plan.simulation,
    )
    return HTMLResponse(html, status)
