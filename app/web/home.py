"""The start page, and for engineers the list of calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse

from app.domain.measuring.standings import Standing
from app.errors import GoLiveError
from app.push.fragments import page
from app.push.scene import grave, gravity, shape_of, state_words
from app.web.house import house_of
from app.web.security import LEADERS, READERS, Actor, actor_of, engineer, visitor

router = APIRouter(include_in_schema=False)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
    },
}


@dataclass(frozen=True, slots=True)
class Line:
    """A series as the start page lists it."""

    key: str
    state: str
    shape: str
    reason: str


@dataclass(frozen=True, slots=True)
class Take:
    """One thing that a call takes."""

    name: str
    where: str
    required: bool
    says: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the interface."""

    id: str
    method: str
    path: str
    says: str
    takes: tuple[Take, ...]


@router.get("/")
async def home(request: Request, _actor: Annotated[Actor, Depends(visitor)]) -> HTMLResponse:
    """Give the places there are, and the series for those who may read them."""
    house = house_of(request)
    actor = await _known(request)
    role = actor.role if actor else "display"
    lines = []
    if role in LEADERS or (actor is None and _actor.by == "open screen"):
        lines = _lines(house.follow.scene().standings)
    return HTMLResponse(
        page(
            "home",
            site=house.plan.site_name,
            simulation=house.plan.simulation,
            reads=role in READERS,
            series=lines,
            who=(actor.name or actor.role) if actor else "",
        )
    )


def _lines(standings: Iterable[Standing]) -> list[Line]:
    """Give each series once, in its gravest window, the gravest first."""
    seen: dict[str, Line] = {}
    for s in sorted(standings, key=lambda s: (not grave(s), gravity(s))):
        word = state_words(s) or s.state.value
        seen.setdefault(s.series.key, Line(s.series.key, word, shape_of(s), s.reason))
    return list(seen.values())


async def _known(request: Request) -> Actor | None:
    try:
        return await actor_of(request)
    except GoLiveError:
        return None


@router.get("/api/openapi.json")
async def openapi(request: Request, _actor: Annotated[Actor, Depends(engineer)]) -> JSONResponse:
    """Give the interface in OpenAPI."""
    return JSONResponse(_schema(request))


@router.get("/api/docs")
async def calls(request: Request, _actor: Annotated[Actor, Depends(engineer)]) -> HTMLResponse:
    """Give the interface as a page."""
    return HTMLResponse(page("calls", calls=calls_of(_schema(request)), simulation=house_of(request).plan.simulation))


def _schema(request: Request) -> dict[str, Any]:
    app = request.app
    assert isinstance(app, FastAPI)
    return with_problems(app.openapi())


def with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the schema with every error as the problem document that it is, and the two ways to say who calls."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    parts = schema.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{"token": []}]
    for methods in schema["paths"].values():
        for told in methods.values():
            told["responses"].pop("422", None)
            told["responses"]["default"] = {"description": "a problem document", "content": content}
    return schema


def calls_of(schema: dict[str, Any]) -> list[Call]:
    """Give the calls of an OpenAPI schema, by path."""
    found = []
    for path, methods in sorted(schema["paths"].items()):
        for method, told in methods.items():
            takes = tuple(
                Take(p["name"], p["in"], p.get("required", False), p.get("description", ""))
                for p in told.get("parameters", ())
            )
            name = f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"
            found.append(Call(name, method.upper(), path, told.get("description", ""), takes))
    return found
