"""The wall: its page, its type scale as a stylesheet, its own test, and what an old browser gets."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from app.domain.measuring.measures import HEADLINES
from app.push import words
from app.push.fragments import page
from app.push.wall.tiles import dom_id
from app.push.wall.type_scale import DIAGONAL_IN, DISTANCE_M, Scale, scale, stylesheet
from app.web.house import house_of
from app.web.security import Actor, screen

router = APIRouter(tags=["screens"], include_in_schema=False)

Distance = Annotated[float, Query(ge=0.5, le=30)]
Diagonal = Annotated[float, Query(ge=10, le=200)]
Looker = Annotated[Actor, Depends(screen)]
RULER_ARCMIN = (30, 24, 20, 16, 12)


@router.get("/wall")
async def wall(
    request: Request,
    _: Looker,
    distance_m: Distance = DISTANCE_M,
    diagonal_in: Diagonal = DIAGONAL_IN,
    test: str | None = None,
) -> HTMLResponse:
    """Give the wall as it is now, for people so far away from a screen of this size."""
    of = scale(distance_m, diagonal_in)
    href = "/wall/scale.css?" + urlencode({"distance_m": f"{distance_m:g}", "diagonal_in": f"{diagonal_in:g}"})
    house = house_of(request)
    if test is not None:
        return HTMLResponse(_test_page(of, distance_m, diagonal_in, href, house.plan.simulation))
    html = page(
        "wall",
        parts={f.dom_id: f.html for f in house.follow.snapshot("wall")},
        tile_ids=[dom_id(m) for m in HEADLINES],
        site_name=house.plan.site_name,
        simulation=house.plan.simulation,
        scale=of,
        scale_href=href,
    )
    return HTMLResponse(html)


def _test_page(of: Scale, distance_m: float, diagonal_in: float, href: str, simulation: bool) -> str:
    per_arcmin_vh = of.wanted_vh / 16
    ruler = [(arcmin, round(arcmin * per_arcmin_vh, 2)) for arcmin in RULER_ARCMIN]
    return page(
        "wall_test",
        scale=of,
        scale_href=href,
        distance_m=distance_m,
        diagonal_in=diagonal_in,
        ruler=ruler,
        shapes=words.RULER_SHAPES,
        simulation=simulation,
        ruler_href=href.replace("/wall/scale.css", "/wall/ruler.css"),
    )


@router.get("/wall/scale.css")
async def scale_css(distance_m: Distance = DISTANCE_M, diagonal_in: Diagonal = DIAGONAL_IN) -> PlainTextResponse:
    """Give the type scale; a stylesheet of its own, because no style stands inside a page."""
    return PlainTextResponse(stylesheet(scale(distance_m, diagonal_in)), media_type="text/css")


@router.get("/wall/ruler.css")
async def ruler_css(distance_m: Distance = DISTANCE_M, diagonal_in: Diagonal = DIAGONAL_IN) -> PlainTextResponse:
    """Give the sizes of the test page's ruler."""
    per_arcmin_vh = scale(distance_m, diagonal_in).wanted_vh / 16
    lines = [f".arc-{arcmin}{{font-size:{arcmin * per_arcmin_vh:.3f}vh}}" for arcmin in RULER_ARCMIN]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/css")


@router.get("/wall/old-browser")
async def old_browser(request: Request, lacks: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Name what a browser lacks that cannot show the wall; the page needs nothing that such a browser lacks."""
    named = [words.LACKS[name] for name in lacks.split(",") if name in words.LACKS]
    return HTMLResponse(page("old_browser", lacks=named, simulation=house_of(request).plan.simulation))
