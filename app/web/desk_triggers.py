"""The desk's pages of rollback triggers: the list, one trigger with its decision, and the go-live as a whole."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.domain.rollback.stored_triggers import Trigger
from app.push.desk import words as desk_words
from app.push.desk.triggers import name
from app.push.fragments import page
from app.push.views import DESK_TRIGGERS, GO_LIVE, ONE_TRIGGER
from app.store import decisions, triggers
from app.store.db import Session
from app.web import decisions as decision_calls
from app.web import triggers as trigger_calls
from app.web.house import House, house_of
from app.web.moments import utc_text
from app.web.security import DESK, Actor, reader

router = APIRouter(tags=["screens"], include_in_schema=False)
Reader = Annotated[Actor, Depends(reader)]
TriggerId = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$")]
DECISIONS = 1000  # what one trigger's record looks through


@router.get("/desk/triggers")
async def every(request: Request, actor: Reader) -> HTMLResponse:
    """Give every trigger, the worst first."""
    return await desk_page(request, actor, "desk_triggers", DESK_TRIGGERS, desk_words.TITLE)


@router.get("/desk/go-live")
async def go_live(request: Request, actor: Reader) -> HTMLResponse:
    """Give the go-live as a whole: T0, and decisions without any breach."""
    return await desk_page(request, actor, "desk_go_live", GO_LIVE, desk_words.GO_LIVE)


@router.get("/desk/triggers/{trigger}")
async def one(
    request: Request, actor: Reader, trigger: TriggerId, format: Annotated[Literal["html", "json"], Query()] = "html"
) -> Response:
    """Give one trigger with its evidence and decision, as a page or as JSON."""
    house = house_of(request)
    found = trigger_calls.found_in(house.follow.scene(), trigger)
    if format == "json":
        return JSONResponse(await _told(house, found))
    title = name(house.follow.scene(), found)
    return await desk_page(request, actor, "desk_trigger", ONE_TRIGGER + found.id, title, trigger=found.id)


async def desk_page(request: Request, actor: Actor, name: str, view: str, title: str, **more: Any) -> HTMLResponse:
    """Give a page of the desk to somebody, as its view is now; `more` is what its forms need."""
    house = house_of(request)
    html = page(
        name,
        parts={f.dom_id: f.html for f in await house.follow.once(view)},
        view=view,
        title=title,
        here=request.url.path,
        site_name=house.plan.site_name,
        zone=str(house.plan.zone),
        simulation=house.plan.simulation,
        authorities=house.plan.authorities,
        who=actor.name or actor.role,
        role=actor.role,
        acts=actor.role in DESK,
        confirms=actor.role in ("authority", "admin"),
        **more,
    )
    return HTMLResponse(html)


async def _told(house: House, found: Trigger) -> dict[str, Any]:
    """Give all of a trigger for programs, in the words of the interface."""

    def read(s: Session) -> tuple[list[Any], list[Any]]:
        return triggers.transitions(s, house.site, found.id), decisions.newest(s, house.site, DECISIONS)

    made, said = await house.db.read(read)
    scene = house.follow.scene()
    return {
        "site": scene.plan.site,
        "taken_at": utc_text(scene.shown_at),
        "trigger": trigger_calls.told(found, scene),
        "transitions": [trigger_calls.transition_told(t) for t in made],
        "decisions": [decision_calls.told(d, scene.now) for d in said if d.asked.trigger in (None, found.id)],
        "beside": await decision_calls.beside(house),
    }
