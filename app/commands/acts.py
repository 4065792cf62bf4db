"""An act of a person on the database: done within seconds, or the person is told that it may be done yet."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from app.errors import Unavailable
from app.store.db import Database, Session

T = TypeVar("T")
ANSWER_WITHIN_S = 10.0


async def done(db: Database, act: Callable[[Session], T]) -> T:
    """Give what an act came to, after its commit."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await db.write(act)
    except TimeoutError as error:
        raise Unavailable("the database does not answer; it may be done yet: send the same again, same id") from error
