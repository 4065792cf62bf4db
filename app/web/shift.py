"""The shift as a call: who leads, who is there, gaps, huddles, and what the floor says."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from app.domain.floor.coverage import AHEAD, coverage
from app.domain.floor.huddles import last_huddle, next_huddle
from app.store import shift
from app.web import announcements, duties, handovers, questions
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import reader

router = APIRouter(tags=["floor"])


class ShiftOut(BaseModel):
    """The shift now; `gaps` are of the next 12 hours."""

    lead: duties.DutyOut | None
    areas: list[dict[str, Any]]
    last_huddle_at: datetime | None
    next_huddle_at: datetime | None
    announcements: list[announcements.AnnouncementOut]
    floor_says: dict[str, questions.AnswerOut]
    handover: handovers.HandoverOut | None


@router.get("/api/shift", response_model=None, dependencies=[Depends(reader)], responses={200: {"model": ShiftOut}})
async def now(request: Request) -> dict[str, Any]:
    """Give who leads, who has the duty where, where nobody will be, the huddles, and what the floor says."""
    house = house_of(request)
    plan, at = house.plan, house.clock.now()
    found = await house.db.read(lambda s: shift.now(s, house.site, at))
    lead = found.lead(at)
    return {
        "lead": duties.told(lead) if lead is not None else None,
        "areas": [
            {
                "area": c.area,
                "peak": c.peak,
                "there": [duties.told(d) for d in c.there],
                "gaps": [{"from_at": utc_text(a), "until_at": utc_text(b)} for a, b in c.gaps],
            }
            for c in coverage(plan.areas, found.of_areas, plan.peaks, at, AHEAD)
        ],
        "last_huddle_at": utc_text(last_huddle(plan.go_live.huddles, plan.zone, at)),
        "next_huddle_at": utc_text(next_huddle(plan.go_live.huddles, plan.zone, at)),
        "announcements": announcements.section(found, at),
        "floor_says": questions.floor_says(plan, found, at),
        "handover": handovers.told(found.handover) if found.handover is not None else None,
    }
