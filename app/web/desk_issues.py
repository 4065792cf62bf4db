"""The desk's page of issues: the queue, the chosen issue, and everything that is done with it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.floor.issue_queue import STATES
from app.domain.floor.issues import SEVERITIES, Status
from app.push.desk import issue_words as words
from app.push.desk.queue import first_of
from app.push.desk.view import Desk, desk_of
from app.web.desk_triggers import desk_page
from app.web.house import House, house_of
from app.web.security import Actor, reader

router = APIRouter(tags=["screens"], include_in_schema=False)
Reader = Annotated[Actor, Depends(reader)]
_STATES = tuple(s for s in STATES if s != Status.FIXED)  # what is fixed has a tab of its own


@router.get("/desk")
async def desk(request: Request, actor: Reader) -> HTMLResponse:
    """Give the queue and the issue that is asked for, without one the first of the queue."""
    house = house_of(request)
    asked = desk_of(request.query_params, actor.name or actor.role)
    if asked.issue is None and (first := first_of(house.follow.scene(), asked)) is not None:
        asked = asked.at(first)
    return await desk_page(request, actor, "desk_issues", asked.view, words.TITLE, asked=asked, **_of_forms(house))


@router.get("/desk/issues/{number}")
async def one(number: Annotated[int, Path(ge=1, le=10**12)], _actor: Reader) -> RedirectResponse:
    """Lead to an issue by its number."""
    return RedirectResponse(Desk(number).href, 303)


def _of_forms(house: House) -> dict[str, object]:
    """Give what filters and forms offer to choose from, in the words of golive.toml."""
    floor, settings = house.plan.floor, house.config.settings
    return {
        "areas": house.plan.areas,
        "categories": floor.categories,
        "severities": SEVERITIES,
        "states": _STATES,
        "teams": {t.id: t.name for t in floor.teams.values()},
        "vendors": {t.id: t.name for t in floor.teams.values() if t.tier == "vendor"},
        "patterns": list(floor.patterns),
        "contacts": settings.contacts,
        "bridge": settings.floor.bridge,
    }
