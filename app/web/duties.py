"""Who has the duty where, and who leads: taken, ended, extended, moved."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StrictBool

from app.commands import duties as commands
from app.commands.acts import done
from app.domain.floor.coverage import AHEAD, coverage
from app.domain.floor.duties import COMMAND_CENTER, Action, Duty
from app.domain.floor.huddles import next_huddle
from app.domain.floor.shift import Shift
from app.domain.plans import Plan
from app.domain.rollback.decisions import Person
from app.web.house import house_of
from app.web.issue_shapes import Id, Line
from app.web.moments import utc_text
from app.web.once import made_once
from app.web.security import Actor, at_desk, on_floor, person_of
from app.wire import Named, Strict

router = APIRouter(tags=["floor"])
OnFloor = Annotated[Actor, Depends(on_floor)]
Desk = Annotated[Actor, Depends(at_desk)]
OneId = Annotated[str, Field(max_length=48, pattern=r"^[^\x00-\x1f\x7f]*$")]


class DutyIn(Strict):
    """A duty that is taken; `also` keeps what the same person has in other areas, which else ends."""

    area: Id
    until_at: Named
    device: Line = ""
    name: Line = ""
    also: StrictBool = False
    no_patient: StrictBool = False


class LeadIn(Strict):
    """The lead of the command center that is taken."""

    until_at: Named
    name: Line = ""
    no_patient: StrictBool = False


class DutyEventIn(Strict):
    """What is done with a duty or the lead: `extend` needs `until_at`, `move` needs `area`."""

    action: Action
    until_at: Named | None = None
    area: OneId = ""
    device: Line = ""


class DutyOut(BaseModel):
    """A duty as it was answered; `area` is null of the lead."""

    uuid: str
    area: str | None
    who: str
    from_at: str
    until_at: str
    ended_at: str | None
    device: str


def told(duty: Duty) -> dict[str, Any]:
    """Give a duty as the interface writes it."""
    return {
        "uuid": duty.uuid,
        "area": duty.area or None,
        "who": duty.called,
        "from_at": utc_text(duty.from_at),
        "until_at": utc_text(duty.until_at),
        "ended_at": utc_text(duty.ended_at),
        "device": duty.device,
    }


def section(plan: Plan, shift: Shift, by: Person, now: Any) -> dict[str, Any]:
    """Give what a tablet shows of duties: who leads, who is there, which are one's own, and where nobody is now.

    It holds no moment of now: a tablet that asks again is told anew only when something happened.
    """
    lead = shift.lead(now)
    covers = coverage(plan.areas, shift.of_areas, plan.peaks, now, AHEAD)
    huddle_at = next_huddle(plan.go_live.huddles, plan.zone, now)
    return {
        "lead": told(lead) if lead is not None else None,
        "there": [told(d) | {"mine": d.by.token == by.token} for c in covers for d in c.there],
        "missing": [c.area for c in covers if c.missing],
        "next_huddle_at": utc_text(huddle_at),
    }


_BOTH: dict[int | str, dict[str, Any]] = {200: {"model": DutyOut}, 201: {"model": DutyOut}}


@router.put("/api/duties/{duty}", response_model=None, status_code=201, responses=_BOTH)
async def take(request: Request, response: Response, duty: UUID, wanted: DutyIn, actor: OnFloor) -> dict[str, Any]:
    """Take the duty of an area; the same again is answered 200 as it was the first time."""
    asked = commands.Wanted(**wanted.model_dump())
    return await _taken(request, response, duty, asked, actor)


@router.post("/api/duties/{duty}/events/{event}", response_model=None, responses={200: {"model": DutyOut}})
async def act(request: Request, duty: UUID, event: UUID, wanted: DutyEventIn, actor: OnFloor) -> dict[str, Any]:
    """End or extend a duty, or go on in another area; the same event again is answered as it was the first time."""
    return await _acted(request, duty, event, wanted, actor, lead=False)


@router.put("/api/leads/{lead}", response_model=None, status_code=201, responses=_BOTH)
async def lead(request: Request, response: Response, lead: UUID, wanted: LeadIn, actor: Desk) -> dict[str, Any]:
    """Take the lead of the command center from whoever had it; the same again is answered 200."""
    asked = commands.Wanted(COMMAND_CENTER, wanted.until_at, name=wanted.name, no_patient=wanted.no_patient)
    return await _taken(request, response, lead, asked, actor)


@router.post("/api/leads/{lead}/events/{event}", response_model=None, responses={200: {"model": DutyOut}})
async def act_on_lead(request: Request, lead: UUID, event: UUID, wanted: DutyEventIn, actor: Desk) -> dict[str, Any]:
    """End or extend the lead; the same event again is answered as it was the first time."""
    return await _acted(request, lead, event, wanted, actor, lead=True)


async def _taken(
    request: Request, response: Response, uuid: UUID, asked: commands.Wanted, actor: Actor
) -> dict[str, Any]:
    house = house_of(request)
    act = commands.taking(house.plan, str(uuid), asked, person_of(actor), house.clock.now())
    made = await made_once(house, response, act)
    return told(made)


async def _acted(
    request: Request, uuid: UUID, event: UUID, wanted: DutyEventIn, actor: Actor, *, lead: bool
) -> dict[str, Any]:
    house = house_of(request)
    change, by = commands.Change(**wanted.model_dump()), person_of(actor)
    act = commands.acting(house.plan, str(uuid), str(event), change, by, house.clock.now(), lead=lead)
    made = await done(house.db, act)
    house.on_acted()
    return told(made)
