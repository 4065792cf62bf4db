"""One sender's connection: what it sends is read in bounded memory and bounded time."""

import asyncio
import socket
from dataclasses import dataclass, field

from collectors.feeds.mllp import Framer

READ_BYTES = 64 * 1024
LARGE_BYTES = 64 * 1024  # a frame that grows beyond this needs one of few permits, so that memory stays bounded


@dataclass(slots=True, eq=False)
class Connection:
    """One sender's connection; `quiet_since_s` is when its last frame ended, `large` the permits of its listener."""

    sock: socket.socket
    peer: str
    quiet_since_s: float
    large: asyncio.Semaphore
    framer: Framer = field(default_factory=Framer)
    task: asyncio.Task[None] | None = None
    busy: bool = False
    permit: bool = False

    async def receive(self, half_frame_s: float) -> bool:
        """Read once more; a frame that has begun must go on by LARGE_BYTES within the time for half frames."""
        loop = asyncio.get_running_loop()
        if not self.framer.inside:
            data = await loop.sock_recv(self.sock, READ_BYTES)
            self.framer.feed(data)
            return bool(data)
        await self._permit()
        try:
            async with asyncio.timeout(half_frame_s):
                missing = LARGE_BYTES
                while missing > 0 and self.framer.partial:
                    data = await loop.sock_recv(self.sock, READ_BYTES)
                    if not data:
                        return False
                    self.framer.feed(data)
                    missing -= len(data)
        except TimeoutError:
            raise TimeoutError("half a frame, and then nothing") from None
        return True

    async def _permit(self) -> None:
        if not self.permit and self.framer.waiting > LARGE_BYTES:
            await self.large.acquire()
            self.permit = True

    def release(self) -> None:
        """Let another connection read a large frame; nothing when this one may not."""
        if self.permit:
            self.permit = False
            self.large.release()
