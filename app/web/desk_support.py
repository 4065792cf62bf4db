"""The desk's page of support now; what people do there goes by the documented calls."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.push.desk import support_words
from app.push.views import SUPPORT
from app.web.desk_triggers import desk_page
from app.web.house import house_of
from app.web.security import Actor, reader

router = APIRouter(tags=["screens"], include_in_schema=False)


@router.get("/desk/support")
async def support(request: Request, actor: Annotated[Actor, Depends(reader)]) -> HTMLResponse:
    """Give who waits for support, what became of the others, and the curve."""
    house = house_of(request)
    settings = house.config.settings.support
    return await desk_page(
        request,
        actor,
        "desk_support",
        SUPPORT,
        support_words.TITLE,
        categories=house.plan.floor.categories,
        patterns=list(house.plan.floor.patterns),
        supporters=settings.supporters if settings else [],
        breakouts=settings.breakouts if settings else [],
        lobby=settings.lobby if settings else "",
    )
