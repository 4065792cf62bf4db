"""Our own storage SCP, to which a PACS sends images by C-MOVE: it counts them and throws them away."""

import asyncio
import math
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.domain.samples import Outcome
from collectors.dicom import pdu
from collectors.dicom.accepting import Acceptor
from collectors.dicom.pdu import Malformed
from collectors.dicom.wire import Closed, Wire
from collectors.outcomes import Failure

IDLE_S = 30.0
MOST_AT_ONCE = 16
_PAUSE_S = 0.5


@dataclass(slots=True)
class Arrivals:
    """What came since an attempt began; `first_s` is the monotonic moment at which the first image was whole."""

    instances: int = 0
    size: int = 0
    first_s: float | None = None

    def count(self, size: int, arrived_s: float) -> None:
        """Count one image."""
        self.instances += 1
        self.size += size
        if self.first_s is None:
            self.first_s = arrived_s


@dataclass(slots=True)
class _Listener:
    arrivals: Arrivals = field(default_factory=Arrivals)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    accepting: asyncio.Task[None] | None = None
    links: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, sock: socket.socket) -> None:
        """Take everybody who connects, so many at once."""
        loop = asyncio.get_running_loop()
        with sock:
            while True:
                try:
                    link, _ = await loop.sock_accept(sock)
                except OSError:  # such as no descriptor left: others end meanwhile
                    await asyncio.sleep(_PAUSE_S)
                    continue
                if len(self.links) >= MOST_AT_ONCE:
                    link.close()
                    continue
                task = asyncio.create_task(self._serve(link))
                self.links.add(task)
                task.add_done_callback(self.links.discard)

    async def _serve(self, link: socket.socket) -> None:
        wire, acceptor = Wire(math.inf), Acceptor()
        wire.take(link)
        try:
            over = False
            while not over:
                async with asyncio.timeout(IDLE_S):
                    step = acceptor.feed(await wire.receive())
                    for size in step.images:
                        self.arrivals.count(size, wire.arrived_s)
                    if step.answer:
                        await wire.send(step.answer)
                over = step.over
        except Malformed:
            wire.try_send(pdu.abort())
        except (Closed, OSError):  # gone, or silent for too long
            return
        finally:
            wire.close()

    async def close(self) -> None:
        """Close the port and whoever is connected."""
        tasks = [*self.links, *([self.accepting] if self.accepting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Destinations:
    """The listening ports of a collector, each opened at its first use and kept."""

    def __init__(self) -> None:
        self._listeners: dict[int, _Listener] = {}

    @asynccontextmanager
    async def receiving(self, port: int) -> AsyncIterator[Arrivals]:
        """Count what arrives at a port while the block runs; one attempt at a time for each port."""
        listener = self._listeners.setdefault(port, _Listener())
        async with listener.one_at_a_time:
            if listener.accepting is None:
                listener.accepting = asyncio.create_task(listener.accept(_open(port)))
            listener.arrivals = Arrivals()
            yield listener.arrivals

    async def close(self) -> None:
        """Close all ports."""
        listeners = list(self._listeners.values())
        self._listeners.clear()
        for listener in listeners:
            await listener.close()


def _open(port: int) -> socket.socket:
    try:
        sock = socket.create_server(("", port), backlog=MOST_AT_ONCE)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise Failure(Outcome.UNREACHABLE, f"our own port {port} cannot be opened: {why}") from error
    sock.setblocking(False)
    return sock
