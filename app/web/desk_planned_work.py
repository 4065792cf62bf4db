"""The desk's page of planned work; what people do there goes by the documented calls."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.push.desk import words as desk_words
from app.push.views import PLANNED_WORK
from app.web.desk_triggers import desk_page
from app.web.house import house_of
from app.web.security import Actor, reader

router = APIRouter(tags=["screens"], include_in_schema=False)


@router.get("/desk/planned-work")
async def planned_work(request: Request, actor: Annotated[Actor, Depends(reader)]) -> HTMLResponse:
    """Give what is planned, under way and lately over."""
    systems = house_of(request).plan.systems
    view, title = PLANNED_WORK, desk_words.PLANNED_WORK
    return await desk_page(request, actor, "desk_planned_work", view, title, systems=systems)
