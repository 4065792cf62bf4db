"""The tablet's page, and in one document everything that it shows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from app.domain.floor.issue_board import IssueBoard
from app.domain.floor.issue_merging import merged
from app.domain.floor.issues import Issue
from app.store import issues, shift
from app.store.db import Session
from app.web import floor_sections as sections
from app.web import support_floor
from app.web.floor_look import Look, Section
from app.web.house import house_of
from app.web.security import Actor, on_floor, person_of

router = APIRouter(tags=["floor"])
Having = Mapping[str, tuple[int, tuple[str, ...]]]

SECTIONS: tuple[tuple[str, Section], ...] = (
    ("me", sections.me),
    ("place", sections.place),
    ("categories", sections.categories),
    ("contacts", sections.contacts),
    ("bridge", sections.bridge),
    ("facts", sections.facts),
    ("photos", sections.photos),
    ("patterns", sections.patterns),
    ("language", sections.language),
    ("timezone", sections.timezone),
    ("phase", sections.phase),
    ("answers", sections.answers),
    ("support", support_floor.support),
    ("announcements", sections.announced),
    ("questions", sections.asked),
    ("duty", sections.duty),
    ("handovers", sections.handed_over),
    ("known", sections.known),
    ("mine", sections.mine),
)


def _issues(s: Session, site: str, board: IssueBoard) -> tuple[Sequence[Issue], Having]:
    """Give every issue as the store has it: those in memory, and what came since they were read."""
    told = issues.last_sequence(s, site)
    if board.blind or board.sequence > told:
        found: Sequence[Issue] = issues.all(s, site)
        return found, merged(found)
    if board.sequence == told:
        return board.issues, board.merged
    now = {i.uuid: i for i in board.issues} | {i.uuid: i for i in issues.after(s, site, board.sequence)}
    return tuple(now.values()), merged(now.values())


@router.get("/api/floor", response_model=None, responses={200: {"model": dict[str, Any]}, 304: {}})
async def document(request: Request, actor: Annotated[Actor, Depends(on_floor)]) -> Response:
    """Give everything that a tablet shows, or 304 where it has that already."""
    house = house_of(request)
    settings, scene, now = house.config.settings, house.follow.scene(), house.clock.now()

    def read(s: Session) -> dict[str, Any]:
        found, having = _issues(s, house.site, scene.issues)
        look = Look(person_of(actor), now, settings, scene, found, having, shift.now(s, house.site, now))
        return {name: section(s, look) for name, section in SECTIONS}

    told = await house.db.read(read)
    # of what is shown, and never of the moment: a tablet that asks again gets nothing where nothing happened
    tag = f'"{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return JSONResponse(told, headers=headers)
