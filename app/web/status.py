"""The whole at a glance: GET /api/status."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from app.push.scene import Scene
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import leader
from app.wire import StatusOut

router = APIRouter(tags=["now"], dependencies=[Depends(leader)])


@router.get("/api/status", response_model=None, responses={200: {"model": StatusOut}})
async def status(request: Request) -> JSONResponse:
    """Give phase, way back and overall state, with every ground for it, gravest first."""
    house = house_of(request)
    return JSONResponse(told(house.follow.scene()))


def told(scene: Scene) -> dict[str, Any]:
    """Give the status of a scene, as the wall shows it."""
    moment = scene.moment
    return {
        "site": scene.plan.site,
        "now": utc_text(scene.shown_at),
        "phase": moment.phase,
        "declared_at": utc_text(moment.t0),
        "since_go_live_s": moment.since_go_live_s,
        "decision_left_s": moment.decision_left_s,
        "rollback": moment.rollback,
        "overall": scene.overall,
        "reasons": list(scene.reasons),
        "simulation": scene.plan.simulation,
    }
