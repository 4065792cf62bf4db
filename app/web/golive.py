"""The go-live itself: declared, delayed or called off by a named person."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from app.commands import golive as commands
from app.commands.acts import done
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import Act, GoLiveAct
from app.store import golives
from app.web.house import House, house_of
from app.web.moments import utc_text
from app.web.security import Actor, at_desk, person_of, reader
from app.wire import Named, Strict

router = APIRouter(tags=["rollback"])


class ByHand(StrEnum):
    """What people do with the go-live; it is rolled back by a decision alone."""

    DECLARE = "declare"
    DELAY = "delay"
    CALL_OFF = "call_off"


class GoLiveActIn(Strict):
    """An act on the go-live; `at` is T0 (now without it) or the new plan."""

    action: ByHand
    at: Named | None = None
    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class GoLiveActOut(BaseModel):
    """The act as it stands on record."""

    uuid: str
    action: str
    at: datetime
    done_at: datetime
    by: str
    reason: str


@router.get("/api/go-live", dependencies=[Depends(reader)])
async def told(request: Request) -> dict[str, Any]:
    """Give the phase, T0, what is planned, and every act that led to it."""
    house = house_of(request)
    moment = house.follow.scene().moment
    done = await house.db.read(lambda s: golives.acts(s, house.site))
    return {
        "phase": moment.phase,
        "declared_at": utc_text(moment.t0),
        "planned_at": utc_text(moment.planned_at),
        "words": moment.planned_words,
        "acts": [_told(act) for act in done],
    }


def _told(act: GoLiveAct) -> dict[str, Any]:
    return {
        "action": act.act.value,
        "at": utc_text(act.at),
        "done_at": utc_text(act.done_at),
        "by": act.by,
        "reason": act.reason,
    }


@router.post("/api/go-live/acts/{act}", response_model=None, responses={200: {"model": GoLiveActOut}})
async def do(request: Request, act: UUID, wanted: GoLiveActIn, actor: Annotated[Actor, Depends(at_desk)]) -> Any:
    """Declare, delay or call off the go-live; the same act again is answered as it was the first time."""
    return await act_on(house_of(request), str(act), wanted, person_of(actor))


async def act_on(house: House, uuid: str, wanted: GoLiveActIn, by: Person) -> dict[str, Any]:
    """Do it, tell the judge and the screens, and give what stands on record."""
    plan, kind = house.plan.go_live, Act(wanted.action.value)
    made: GoLiveAct = await done(
        house.db,
        commands.acting(house.site, plan, uuid, kind, wanted.at, wanted.reason, by, house.clock.now()),
    )
    house.on_acted()
    return {"uuid": uuid, **_told(made)}
