"""Calls of the public interface that later versions bring: refused with a sentence, never pretended."""

from fastapi import APIRouter, Depends

from app.errors import NotBuilt
from app.web.security import leader, on_floor

router = APIRouter(tags=["later versions"])
LEADER, ON_FLOOR = [Depends(leader)], [Depends(on_floor)]


@router.get("/api/issues", status_code=501, dependencies=ON_FLOOR)
@router.put("/api/issues/{issue}", status_code=501, dependencies=ON_FLOOR)
@router.post("/api/issues/{issue}/events/{event}", status_code=501, dependencies=ON_FLOOR)
async def issues() -> None:
    """Log and follow issues of the floor, in a later version."""
    raise NotBuilt("issues of the floor are not built yet; nothing was stored")


@router.get("/api/trends", status_code=501, dependencies=LEADER)
async def trends() -> None:
    """Give trends, in a later version."""
    raise NotBuilt("trends are not built yet; /api/standings gives what is true now")
