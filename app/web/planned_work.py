"""Planned work on systems: listed, planned, and ended, extended or withdrawn before its time."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.commands import planned_work as commands
from app.commands.acts import done
from app.domain.measuring.overall import overruns
from app.domain.rollback.planned_work import Action, PlannedWork, stage_of
from app.store import planned_work
from app.web.house import House, house_of
from app.web.moments import utc_text
from app.web.once import made_once
from app.web.security import Actor, at_desk, person_of, reader
from app.wire import Named, Strict

router = APIRouter(tags=["rollback"])
Why = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Desk = Annotated[Actor, Depends(at_desk)]


class PlannedWorkIn(Strict):
    """Work that is planned on a system; without `from` it begins now."""

    system: Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[^\x00]+$")]
    from_: Annotated[Named | None, Field(alias="from")] = None
    until: Named
    why: Why = ""


class WorkEventIn(Strict):
    """What is done with planned work; `until` is the new end of an extension."""

    action: Action
    until: Named | None = None
    why: Why = ""


class PlannedWorkOut(BaseModel):
    """Planned work as it is now; `overrun` says that the system still does not answer after its end, "" else."""

    uuid: str
    system: str
    from_: Annotated[datetime, Field(alias="from")]
    until: datetime
    by: str
    why: str
    source: str
    state: str
    ended_by: str | None
    ended_at: datetime | None
    ended_why: str | None
    overrun: str


def _told(work: PlannedWork, house: House) -> dict[str, Any]:
    scene = house.follow.scene()
    return {
        "uuid": work.id,
        "system": work.system,
        "from": utc_text(work.from_at),
        "until": utc_text(work.until),
        "by": work.by,
        "why": work.why,
        "source": "golive.toml" if work.of_file else "desk",
        "state": stage_of(work, house.clock.now()).value,
        "ended_by": work.ended_by or None,
        "ended_at": utc_text(work.ended_at),
        "ended_why": work.ended_why or None,
        "overrun": next((why for w, why in overruns([work], scene.standings, scene.plan, scene.now)), ""),
    }


@router.get(
    "/api/planned-work",
    response_model=None,
    dependencies=[Depends(reader)],
    responses={200: {"model": list[PlannedWorkOut]}},
)
async def every(request: Request) -> list[dict[str, Any]]:
    """Give what is planned, under way, or ended within the last 30 days, by its beginning."""
    house = house_of(request)
    now = house.clock.now()
    return [_told(work, house) for work in await house.db.read(lambda s: planned_work.known(s, house.plan, now))]


@router.put(
    "/api/planned-work/{work}",
    response_model=None,
    status_code=201,
    responses={200: {"model": PlannedWorkOut}, 201: {"model": PlannedWorkOut}},
)
async def plan(request: Request, response: Response, work: UUID, wanted: PlannedWorkIn, actor: Desk) -> dict[str, Any]:
    """Plan work on a system; the same again is answered 200 as it was the first time."""
    house = house_of(request)
    told = (wanted.system, wanted.from_, wanted.until, wanted.why)
    act = commands.planning(house.plan, str(work), *told, person_of(actor), house.clock.now())
    made = await made_once(house, response, act)
    return _told(made, house)


@router.post("/api/planned-work/{work}/events/{event}", response_model=None, responses={200: {"model": PlannedWorkOut}})
async def act(request: Request, work: UUID, event: UUID, wanted: WorkEventIn, actor: Desk) -> dict[str, Any]:
    """End, extend or withdraw planned work; the same event again is answered as it was the first time."""
    house = house_of(request)
    told = (wanted.action, wanted.until, wanted.why, person_of(actor), house.clock.now())
    made = await done(house.db, commands.acting(house.plan, str(work), str(event), *told))
    house.on_acted()
    return _told(made, house)
