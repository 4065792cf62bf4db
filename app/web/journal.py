"""The journal with its hashes: GET /api/journal."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.store import journal
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import reader

router = APIRouter(tags=["record"], dependencies=[Depends(reader)])


@router.get("/api/journal")
async def listed(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53, description="the sequence number after which entries are wanted")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> list[dict[str, Any]]:
    """Give entries in their order; each hash covers its entry and the hash before it."""
    house = house_of(request)
    entries = await house.db.read(lambda s: journal.after(s, house.site, after, limit))
    return [
        {
            "seq": e.seq,
            "at": utc_text(e.at, "microseconds"),  # as it stands under the hash
            "actor": e.actor,
            "act": e.act,
            "subject": e.subject,
            "body": e.body,
            "previous": e.previous,
            "hash": e.hash,
        }
        for e in entries
    ]
