"""Calls of the public interface that later versions bring: refused with a sentence, never pretended."""

from fastapi import APIRouter, Depends

from app.errors import NotBuilt
from app.web.security import leader

router = APIRouter(tags=["later versions"])
LEADER = [Depends(leader)]


@router.get("/api/trends", status_code=501, dependencies=LEADER)
async def trends() -> None:
    """Give trends, in a later version."""
    raise NotBuilt("trends are not built yet; /api/standings gives what is true now")
