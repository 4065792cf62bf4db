"""What every series is now: GET /api/standings."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse

from app.domain.measuring.standings import Standing
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import leader
from app.wire import StandingOut

router = APIRouter(tags=["now"], dependencies=[Depends(leader)])
Wanted = Annotated[str, Query(max_length=100, description="only series of this one; unknown ones have none")]


@router.get("/api/standings", response_model=None, responses={200: {"model": list[StandingOut]}})
async def standings(
    request: Request,
    measure: Wanted = "",
    system: Wanted = "",
    area: Wanted = "",
    window: Annotated[Literal["day", "now"], Query(description="of exam measures: last 24 h or last 4 h")] = "day",
) -> JSONResponse:
    """Give the standings that match, by name."""
    house = house_of(request)
    scene = house.follow.scene()
    chosen = [
        s
        for s in scene.standings
        if (not measure or s.series.measure == measure)
        and (not system or s.series.system == system)
        and (not area or s.series.area == area)
        and s.judged.window in ("", window)
    ]
    main = house.plan.main_vantage
    return JSONResponse([told(s, main) for s in sorted(chosen, key=lambda s: s.series.key)])


def told(standing: Standing, main_vantage: str) -> dict[str, Any]:
    """Give a standing as the interface writes it; the keys stand in its order."""
    judged, series = standing.judged, standing.series
    return {
        "series": series.key,
        "measure": series.measure,
        "system": series.system,
        "area": series.area,
        "segment": dict(series.segment) or None,
        "vantage": series.vantage or main_vantage,
        "state": standing.state.value,
        "reason": standing.reason,
        "unit": judged.unit,
        "n": judged.n,
        "failed": judged.failed,
        "p50": judged.p50,
        "p90": judged.p90,
        "p95": judged.p95,
        "beyond_s": judged.beyond_s,
        "last": judged.last,
        "value": judged.value,
        "open": judged.open,
        "straddling": judged.straddling,
        "straddling_oldest_s": judged.straddling_oldest_s,
        "perhaps_lost": judged.perhaps_lost,
        "window_s": judged.window_s,
        "as_of": utc_text(judged.as_of),
        "age_s": None if standing.age_s is None else round(standing.age_s, 3),
        "expected": None if standing.upper is None else {"low": standing.lower or 0.0, "high": standing.upper},
        "verdict": None,
    }
