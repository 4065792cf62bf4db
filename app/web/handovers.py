"""Hand-overs of shifts: made with a note, and read by who comes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, StrictBool

from app.commands import handovers as commands
from app.domain.floor.handovers import Asked, Handover
from app.store import handovers
from app.web.house import house_of
from app.web.issue_shapes import Line
from app.web.moments import utc_text
from app.web.once import made_once
from app.web.security import Actor, on_floor, person_of
from app.wire import Named, Strict

router = APIRouter(tags=["floor"])
OnFloor = Annotated[Actor, Depends(on_floor)]
Note = Annotated[str, Field(max_length=600, pattern=r"^[^\x00]*$")]


class HandoverIn(Strict):
    """A hand-over: the note, who takes over until when; without `from` the actor leaves, without `area` everywhere.

    With `device` only what that tablet has, and also late, when the tablet had no network.
    """

    conditions: Note = ""
    actions: Note = ""
    needs: Note = ""
    to: Line = ""
    until_at: Named
    from_: Annotated[Line, Field(alias="from")] = ""
    area: Annotated[str, Field(max_length=48, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    device: Line = ""
    no_patient: StrictBool = False

    def asked(self) -> Asked:
        """Give it as the domain knows it."""
        return Asked(
            self.conditions, self.actions, self.needs, self.to, self.until_at, self.from_, self.area, self.no_patient,
            self.device,
        )  # fmt: skip


class HandoverOut(BaseModel):
    """A hand-over with what went over: the numbers of issues, the areas of duties, and whether the lead did."""

    uuid: str
    at: str
    by: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    until_at: str
    area: str | None
    conditions: str
    actions: str
    needs: str
    issues: list[int]
    duties: list[str]
    lead: bool


def told(made: Handover) -> dict[str, Any]:
    """Give a hand-over as the interface writes it."""
    return {
        "uuid": made.uuid,
        "at": utc_text(made.at),
        "by": made.by.called,
        "from": made.leaves,
        "to": made.takes_over,
        "until_at": utc_text(made.asked.until_at),
        "area": made.asked.area or None,
        "conditions": made.asked.conditions,
        "actions": made.asked.actions,
        "needs": made.asked.needs,
        "issues": list(made.issues),
        "duties": list(made.areas),
        "lead": made.lead,
    }


@router.get("/api/handovers", response_model=None, responses={200: {"model": list[HandoverOut]}})
async def every(
    request: Request, actor: OnFloor, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> list[dict[str, Any]]:
    """Give the newest hand-overs, the last one first."""
    house = house_of(request)
    return [told(h) for h in await house.db.read(lambda s: handovers.newest(s, house.site, limit))]


@router.put(
    "/api/handovers/{handover}",
    response_model=None,
    status_code=201,
    responses={200: {"model": HandoverOut}, 201: {"model": HandoverOut}},
)
async def hand_over(
    request: Request, response: Response, handover: UUID, wanted: HandoverIn, actor: OnFloor
) -> dict[str, Any]:
    """Hand a shift over with all that is open; the same again is answered 200 as it was the first time."""
    house = house_of(request)
    act = commands.handing_over(house.plan, str(handover), wanted.asked(), person_of(actor), house.clock.now())
    made = await made_once(house, response, act)
    return told(made)
