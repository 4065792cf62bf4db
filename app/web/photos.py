"""Photos of issues: added by tablets where the site allows it, and seen by the desk alone."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from app.commands import photos as commands
from app.commands.acts import done
from app.domain.floor.photos import MOST_BYTES, fits
from app.errors import Forbidden, Missing
from app.store import photos
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import Actor, at_desk, on_floor, person_of

router = APIRouter(tags=["floor"])
PATH = re.compile(r"/api/issues/[^/]+/photos/[^/]+")
READ_ON_BYTES = 64 * 2**20
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class PhotoOut(BaseModel):
    """A photo as it is known without looking at it."""

    sha256: str
    received_at: datetime
    by: str
    size_bytes: int


class PhotoReceiptOut(BaseModel):
    """The receipt of a photo: of which issue it is."""

    sha256: str
    uuid: str
    number: int


async def _body(request: Request) -> bytes:
    """Give the photo; of one that is too large the rest is read and thrown away, so that its sender hears why."""
    body, n = bytearray(), 0
    async for chunk in request.stream():
        n += len(chunk)
        if n <= MOST_BYTES:
            body += chunk
        elif n > READ_ON_BYTES:
            break
    fits(n)
    return bytes(body)


@router.put(
    "/api/issues/{issue}/photos/{sha256}",
    response_model=None,
    status_code=201,
    responses={200: {"model": PhotoReceiptOut}, 201: {"model": PhotoReceiptOut}},
    openapi_extra={"requestBody": {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def add(
    request: Request, response: Response, issue: UUID, sha256: Hash, actor: Annotated[Actor, Depends(on_floor)]
) -> dict[str, Any]:
    """Add a photo to an issue; the same again is answered 200, and nothing changes."""
    house, by = house_of(request), person_of(actor)
    if not house.config.settings.floor.photos:
        raise Forbidden("photos are switched off here; [floor] photos = true allows them")
    act = commands.adding(house.site, str(issue), sha256, await _body(request), by, house.clock.now())
    number, is_new = await done(house.db, act)
    if not is_new:
        response.status_code = 200
    return {"sha256": sha256, "uuid": str(issue), "number": number}


@router.get(
    "/api/issues/{issue}/photos",
    response_model=None,
    dependencies=[Depends(at_desk)],
    responses={200: {"model": list[PhotoOut]}},
)
async def every(request: Request, issue: UUID) -> list[dict[str, Any]]:
    """Give the photos of an issue, the oldest first, without the pictures."""
    house = house_of(request)
    found = await house.db.read(lambda s: photos.of(s, house.site, str(issue)))
    return [
        {"sha256": p.sha256, "received_at": utc_text(p.received_at), "by": p.by, "size_bytes": p.size_bytes}
        for p in found
    ]


@router.get(
    "/api/issues/{issue}/photos/{sha256}",
    response_class=Response,
    dependencies=[Depends(at_desk)],
    responses={200: {"content": {"image/jpeg": {}}}},
)
async def one(request: Request, issue: UUID, sha256: Hash) -> Response:
    """Give a photo itself."""
    house = house_of(request)
    found = await house.db.read(lambda s: photos.picture(s, house.site, str(issue), sha256))
    if found is None:
        raise Missing("the issue has no such photo")
    return Response(found, media_type="image/jpeg")
