"""The sheets of rooms as a page to print."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.push.floor.qr_sheets import sheets
from app.push.floor.qr_words import WORDS
from app.push.fragments import page
from app.web.house import house_of
from app.web.security import reader

router = APIRouter(tags=["screens"], include_in_schema=False)


@router.get("/desk/qr", dependencies=[Depends(reader)])
async def every(request: Request) -> HTMLResponse:
    """Give a sheet for each room, a page each when printed."""
    house = house_of(request)
    settings = house.config.settings
    base = settings.floor.url or str(request.base_url)
    html = page(
        "qr",
        sheets=sheets(settings, base),
        words=WORDS[settings.floor.language],
        language=settings.floor.language,
        site_name=settings.site.name,
        simulation=house.plan.simulation,
    )
    return HTMLResponse(html)
