"""A zip for the vendor of one issue or of a stretch of time: GET /api/evidence."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from app.clock import in_calendar
from app.commands import evidence as commands
from app.errors import Invalid
from app.store import journal
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import Actor, described, reader

router = APIRouter(tags=["floor"])


@router.get("/api/evidence", response_class=StreamingResponse, responses={200: {"content": {"application/zip": {}}}})
async def made(
    request: Request,
    actor: Annotated[Actor, Depends(reader)],
    issue: Annotated[int | None, Query(ge=1, le=2**53, description="its number; an hour before and after it")] = None,
    from_: Annotated[datetime | None, Query(alias="from", description="from when, with its offset from UTC")] = None,
    to: Annotated[datetime | None, Query(description="until when; without it until now")] = None,
) -> StreamingResponse:
    """Give samples, outcomes, clocks, triggers and configuration as a zip without patients, persons and typed words."""
    house = house_of(request)
    now, plan, config = house.clock.now(), house.plan, house.config
    asked, around = await house.db.read(commands.asking(plan, issue, _aware("from", from_), _aware("to", to), now))
    archive = commands.Archive(asked, around, config, plan, request.app.version, now)
    told = {"from": utc_text(asked.from_at), "to": utc_text(asked.to_at), "issue": asked.issue, "by": described(actor)}
    subject = around.issue.uuid if around.issue is not None else ""
    await house.db.write(lambda s: journal.append(s, house.site, now, actor.name, "evidence.export", subject, told))
    about = f"issue-{asked.issue}" if asked.issue is not None else f"{asked.from_at:%Y%m%dT%H%M}Z"
    named = {"Content-Disposition": f'attachment; filename="golive-{house.site}-{about}.zip"'}
    made = commands.pieces(archive, asked, plan, house.db.read)
    return StreamingResponse(made, media_type="application/zip", headers=named)


def _aware(field: str, at: datetime | None) -> datetime | None:
    """Give a moment whose offset was not told as UTC, and refuse one that no calendar has."""
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if at is not None and not in_calendar(at):
        raise Invalid(field, f"{at.isoformat()} lies outside of the calendar")
    return at
