"""What tablets tell of themselves: the manifest of what they hold, and who reads which are silent."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import AfterValidator, BaseModel, Field, StrictBool

from app.commands import tablets as commands
from app.commands.acts import done
from app.domain.floor.tablets import Tablet
from app.settings.signs import seen
from app.store import journal, tablets
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import Actor, on_floor, person_of, reader
from app.wire import Named, Strict

router = APIRouter(tags=["floor"])
MOST_HELD = 1000
Device = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Short = Annotated[str, Field(max_length=48, pattern=r"^[^\x00-\x1f\x7f]*$"), AfterValidator(seen)]


class ManifestIn(Strict):
    """What a tablet holds without a receipt; `sent_at` is the tablet's own clock as it says so."""

    held: Annotated[list[UUID], Field(max_length=MOST_HELD)]
    oldest_at: Named | None = None
    sent_at: Named | None = None
    version: Short = ""
    on_duty: StrictBool = False
    area: Short = ""


class ManifestOut(BaseModel):
    """Those of the held records that the server does not have, its time, and by which journal it goes on."""

    missing: list[str]
    now: datetime
    journal: str


class TabletOut(BaseModel):
    """A tablet as it told last; `silent_s` is null unless it is on duty and was not heard of."""

    device: str
    at: datetime
    held: int
    oldest_at: datetime | None
    version: str
    on_duty: bool
    area: str
    name: str
    silent_s: float | None


def _told(tablet: Tablet, now: datetime) -> dict[str, Any]:
    return {
        "device": tablet.device, "at": utc_text(tablet.at), "held": tablet.held,
        "oldest_at": utc_text(tablet.oldest_at), "version": tablet.version, "on_duty": tablet.on_duty,
        "area": tablet.area, "name": tablet.name, "silent_s": tablet.silent_s(now),
    }  # fmt: skip


@router.get(
    "/api/tablets",
    response_model=None,
    dependencies=[Depends(reader)],
    responses={200: {"model": list[TabletOut]}},
)
async def every(request: Request) -> list[dict[str, Any]]:
    """Give every tablet that was heard of in the last seven days, as it told last."""
    house = house_of(request)
    now = house.clock.now()
    return [_told(tablet, now) for tablet in await house.db.read(lambda s: tablets.every(s, house.site))]


@router.post("/api/tablets/{device}", response_model=None, responses={200: {"model": ManifestOut}})
async def tell(
    request: Request, device: Device, wanted: ManifestIn, actor: Annotated[Actor, Depends(on_floor)]
) -> dict[str, Any]:
    """Take what a tablet holds unsent, in place of what it told before, and say what of it the server lacks."""
    house = house_of(request)
    now = house.clock.now()
    act = commands.telling(
        house.site,
        device,
        [str(uuid) for uuid in wanted.held],
        wanted.oldest_at,
        wanted.sent_at,
        person_of(actor),
        now,
        version=wanted.version,
        on_duty=wanted.on_duty,
        area=wanted.area,
    )
    missing = await done(house.db, act)
    first = await house.db.read(lambda s: journal.first_hash(s, house.site))
    return {"missing": missing, "now": utc_text(now), "journal": first[:16]}
