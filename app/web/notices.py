"""Who outside was told what, and what became of it: GET /api/notices."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.store import notices
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import reader

router = APIRouter(tags=["record"], dependencies=[Depends(reader)])


@router.get("/api/notices")
async def listed(
    request: Request,
    subject: Annotated[
        str | None,
        Query(max_length=100, pattern=r"^[^\x00]*$", description="only about this trigger, decision or site"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[dict[str, Any]]:
    """Give what was or is to be told outside, newest first: to which channel, about what, and what became of it."""
    house = house_of(request)
    found = await house.db.read(lambda s: notices.newest(s, house.site, limit, subject))
    return [_row(kept) for kept in found]


def _row(kept: notices.Kept) -> dict[str, Any]:
    notice = kept.notice
    return {
        "id": notice.id,
        "channel": notice.channel,
        "occasion": notice.occasion.value,
        "subject": notice.subject,
        "number": notice.number,
        "reminder": notice.reminder,
        "happened_at": utc_text(notice.happened_at),
        "title": notice.title,
        "text": notice.text,
        "stage": kept.stage.value,
        "attempts": kept.attempts,
        "made_at": utc_text(kept.made_at),
        "ended_at": utc_text(kept.ended_at),
        "problem": kept.problem or None,
    }
