"""What a sender may send twice: done once and told to the screens then, and answered 200 the second time, not 201."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Response

from app.commands.acts import done
from app.store.db import Session
from app.web.house import House

T = TypeVar("T")


async def made_once(house: House, response: Response, act: Callable[[Session], tuple[T, bool]]) -> T:
    """Give what an act made or had made before; it says itself whether that is new."""
    made, is_new = await done(house.db, act)
    if is_new:
        house.on_acted()
    else:
        response.status_code = 200
    return made
