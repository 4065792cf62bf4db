"""The HTTP client for services outside: most sites call none, and a start need not wait for what these alone need."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx import AsyncClient


async def outside_client() -> "AsyncClient":
    """Give a client; in a thread, for to load it and its certificates takes 0.1 s, in which no screen would be told."""
    return await asyncio.to_thread(_made)


def _made() -> "AsyncClient":
    from httpx import AsyncClient

    return AsyncClient()
