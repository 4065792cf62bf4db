"""What could not be read: GET /api/quarantine."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.domain.quarantine import Unreadable
from app.store import quarantine
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import reader

router = APIRouter(tags=["ingest"], dependencies=[Depends(reader)])


@router.get("/api/quarantine")
async def listed(request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> list[dict[str, Any]]:
    """Give what could not be read, newest first: reason and shape, never a body."""
    house = house_of(request)
    rows = await house.db.read(lambda s: quarantine.newest(s, house.site, limit))
    return [_row(r) for r in rows]


def _row(r: Unreadable) -> dict[str, Any]:
    return {
        "id": r.id,
        "feed": r.feed,
        "at": utc_text(r.at),
        "reason": r.reason,
        "shape": r.shape,
        "message_type": r.message_type,
        "length": r.length,
        "control_hash": r.control_hash,
        "bytes_hash": r.bytes_hash,
    }
