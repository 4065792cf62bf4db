"""Announcements to the floor: made, listed, withdrawn."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StrictBool

from app.commands import announcements as commands
from app.commands.acts import done
from app.domain.floor.announcements import Action, Announcement
from app.domain.floor.shift import Shift
from app.store import announcements
from app.web.house import house_of
from app.web.issue_shapes import Id
from app.web.moments import utc_text
from app.web.once import made_once
from app.web.security import Actor, at_desk, on_floor, person_of
from app.wire import Named, Strict

router = APIRouter(tags=["floor"])
OnFloor = Annotated[Actor, Depends(on_floor)]
Desk = Annotated[Actor, Depends(at_desk)]


class AnnouncementIn(Strict):
    """An announcement; no areas mean all, without `until_at` it stays until it is withdrawn."""

    text: Annotated[str, Field(max_length=400, pattern=r"^[^\x00]*$")]
    areas: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    until_at: Named | None = None
    no_patient: StrictBool = False


class AnnouncementEventIn(Strict):
    """What is done with an announcement."""

    action: Action


class AnnouncementOut(BaseModel):
    """An announcement as it was answered."""

    uuid: str
    text: str
    areas: list[str]
    by: str
    at: str
    until_at: str | None
    withdrawn_at: str | None


def told(one: Announcement) -> dict[str, Any]:
    """Give an announcement as the interface writes it."""
    return {
        "uuid": one.uuid,
        "text": one.text,
        "areas": list(one.areas),
        "by": one.by.called,
        "at": utc_text(one.at),
        "until_at": utc_text(one.until_at),
        "withdrawn_at": utc_text(one.withdrawn_at),
    }


def section(shift: Shift, now: Any) -> list[dict[str, Any]]:
    """Give what tablets show of announcements, the newest first; each says for which areas it is."""
    return [told(a) for a in reversed(shift.announcements) if a.is_live(now)]


@router.get("/api/announcements", response_model=None, responses={200: {"model": list[AnnouncementOut]}})
async def every(request: Request, actor: OnFloor) -> list[dict[str, Any]]:
    """Give what is announced now, the newest first."""
    house = house_of(request)
    now = house.clock.now()
    found = await house.db.read(lambda s: announcements.since(s, house.site, now))
    return section(Shift(announcements=tuple(found)), now)


@router.put(
    "/api/announcements/{announcement}",
    response_model=None,
    status_code=201,
    responses={200: {"model": AnnouncementOut}, 201: {"model": AnnouncementOut}},
)
async def announce(
    request: Request, response: Response, announcement: UUID, wanted: AnnouncementIn, actor: Desk
) -> dict[str, Any]:
    """Announce something to the floor; the same again is answered 200 as it was the first time."""
    house = house_of(request)
    asked = commands.Wanted(wanted.text, tuple(wanted.areas), wanted.until_at, wanted.no_patient)
    act = commands.announcing(house.plan, str(announcement), asked, person_of(actor), house.clock.now())
    made = await made_once(house, response, act)
    return told(made)


@router.post(
    "/api/announcements/{announcement}/events/{event}",
    response_model=None,
    responses={200: {"model": AnnouncementOut}},
)
async def act(
    request: Request, announcement: UUID, event: UUID, wanted: AnnouncementEventIn, actor: Desk
) -> dict[str, Any]:
    """Withdraw an announcement; the same event again is answered as it was the first time."""
    house = house_of(request)
    told_by = (person_of(actor), house.clock.now())
    made = await done(house.db, commands.acting(house.plan, str(announcement), str(event), wanted.action, *told_by))
    house.on_acted()
    return told(made)
