"""What commands of golive's own machine ask of the running server, by its admin token alone."""

import pathlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from app.clock import utc_now
from app.commands import access, backup
from app.domain.rollback.decisions import Person
from app.errors import Invalid
from app.store import tokens
from app.web.golive import GoLiveActIn, act_on
from app.web.house import house_of
from app.web.issue_shapes import Line
from app.web.moments import utc_text
from app.web.security import Actor, local_admin

router = APIRouter(prefix="/api/internal", tags=["this machine"])
Local = Annotated[Actor, Depends(local_admin)]
Text = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f]*$")]


class Body(BaseModel):
    """Base of what a command sends."""

    model_config = ConfigDict(extra="forbid")


class NewToken(Body):
    """A token that is wanted."""

    role: Text
    name: Text = ""


class GoLiveActHere(GoLiveActIn):
    """An act on the go-live, and who does it."""

    uuid: UUID
    name: Line


class BackupTo(Body):
    """The file that a backup goes to, on golive's machine."""

    file: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]


@router.post("/tokens", status_code=201)
async def create_token(request: Request, wanted: NewToken, actor: Local) -> dict[str, str]:
    """Make a token; its clear text is in this answer and nowhere else."""
    house = house_of(request)
    return await house.db.write(access.creating_a_token(house.site, wanted.role, wanted.name, utc_now(), actor.name))


@router.get("/tokens")
async def list_tokens(request: Request, _actor: Local) -> list[dict[str, Any]]:
    """Give all tokens without their clear text."""
    house = house_of(request)
    found = await house.db.read(lambda s: tokens.list(s, house.site))
    return [
        {
            "id": t.id,
            "role": t.role.value,
            "name": t.name,
            "created_at": utc_text(t.created_at),
            "revoked_at": utc_text(t.revoked_at),
        }
        for t in found
    ]


@router.delete("/tokens/{token}", status_code=204)
async def revoke_token(
    request: Request, token: Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$")], actor: Local
) -> None:
    """Take a token away, at once and with its sessions."""
    house = house_of(request)
    await house.db.write(access.revoking_a_token(house.site, token, utc_now(), actor.name))
    house.recognised.forget()


@router.post("/go-live")
async def go_live(request: Request, wanted: GoLiveActHere, actor: Local) -> dict[str, Any]:
    """Declare, delay or call off the go-live by a person at this machine."""
    by = Person(wanted.name, actor.role, actor.name)
    sent = GoLiveActIn(action=wanted.action, at=wanted.at, reason=wanted.reason)
    return await act_on(house_of(request), str(wanted.uuid), sent, by)


@router.post("/backup")
async def back_up(request: Request, to: BackupTo, actor: Local) -> dict[str, Any]:
    """Copy the running database into a file of this machine that does not exist yet."""
    house = house_of(request)
    file = pathlib.Path(to.file)
    if not file.is_absolute():
        raise Invalid("file", "give a whole path, from / on")
    made = await backup.back_up(house.db, house.site, file, at=utc_now(), by=actor.name)
    return {"file": str(made.file), "bytes": made.size, "sha256": made.sha256}
