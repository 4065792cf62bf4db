"""Our own storage SCP, to which a PACS sends images by C-MOVE: it counts them and throws them away."""

import asyncio
import math
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.domain.measuring.samples import Outcome
from collectors.dicom import pdu
from collectors.dicom.accepting import Acceptor, Image
from collectors.dicom.pdu import Malformed
from collectors.dicom.wire import Closed, Wire
from collectors.outcomes import Failure

IDLE_S = 30.0
MOST_AT_ONCE = 16
LEFTOVER_S = 1.0  # for a peer that ends its association only after its last word on the C-MOVE
_PAUSE_S = 0.5
_FIRST_ID, _LAST_ID = 1000, 65535  # low numbers are what a peer sends that names no C-MOVE of ours


@dataclass(slots=True, eq=False)
class Arrivals:
    """What came for one C-MOVE, known by `message_id`; `first_s` is the monotonic moment of the first whole image."""

    message_id: int = 0
    calling: str = ""
    instances: int = 0
    size: int = 0
    first_s: float | None = None
    over: bool = False

    def count(self, size: int, arrived_s: float) -> None:
        """Count one image."""
        self.instances += 1
        self.size += size
        if self.first_s is None:
            self.first_s = arrived_s


class _Listener:
    """One open port: whoever asked for images that come here, now or of late, and the links that bring them."""

    def __init__(self) -> None:
        self.accepting: asyncio.Task[None] | None = None
        self._asked: dict[int, Arrivals] = {}
        self._links: dict[asyncio.Task[None], Arrivals | None] = {}

    def begin(self, calling: str) -> Arrivals:
        """Expect the images of a new C-MOVE, under a message id that none of late has had."""
        message_id = max(self._asked, default=_FIRST_ID - 1) + 1
        if message_id > _LAST_ID:
            self._asked = {a.message_id: a for a in self._asked.values() if not a.over}
            message_id = next(n for n in range(_FIRST_ID, _LAST_ID) if n not in self._asked)
        arrivals = self._asked[message_id] = Arrivals(message_id, calling)
        return arrivals

    def end(self, arrivals: Arrivals) -> None:
        """Expect no more; what a peer does not close itself by and by is closed."""
        arrivals.over = True
        loop = asyncio.get_running_loop()
        for task, owner in self._links.items():
            if owner is arrivals:
                loop.call_later(LEFTOVER_S, self._close_leftover, task, arrivals)

    def _close_leftover(self, task: asyncio.Task[None], arrivals: Arrivals) -> None:
        if self._links.get(task) is arrivals:
            task.cancel()

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
                if len(self._links) >= MOST_AT_ONCE:
                    link.close()
                    continue
                task = asyncio.create_task(self._serve(link))
                # Where images do not say whose they are, they are those of the attempt in which the peer connected.
                self._links[task] = next((a for a in reversed(self._asked.values()) if not a.over), None)
                task.add_done_callback(self._links.pop)

    async def _serve(self, link: socket.socket) -> None:
        wire, acceptor = Wire(math.inf), Acceptor()
        wire.take(link)
        try:
            over = False
            while not over:
                async with asyncio.timeout(IDLE_S):
                    step = acceptor.feed(await wire.receive())
                    for image in step.images:
                        self._count(image, wire.arrived_s)
                    if step.answer:
                        await wire.send(step.answer)
                over = step.over
        except Malformed:
            wire.try_send(pdu.abort())
        except asyncio.CancelledError:
            wire.try_send(pdu.abort())
            raise
        except (Closed, OSError):  # gone, or silent for too long
            return
        finally:
            wire.close()

    def _count(self, image: Image, arrived_s: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        told = self._asked.get(image.originator_id or 0)
        if told is not None and image.originator in ("", told.calling):
            self._links[task] = told
        owner = self._links[task]
        if owner is None or owner.over:
            raise Malformed("an image that nobody waits for")
        owner.count(image.size, arrived_s)

    async def close(self) -> None:
        """Close the port and whoever is connected."""
        tasks = [*self._links, *([self.accepting] if self.accepting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Destinations:
    """The listening ports of a collector, each opened at its first use and kept."""

    def __init__(self) -> None:
        self._listeners: dict[int, _Listener] = {}

    @asynccontextmanager
    async def receiving(self, port: int, calling: str = "") -> AsyncIterator[Arrivals]:
        """Count what arrives at a port for one C-MOVE, sent as `calling` under the given message id, in the block."""
        listener = self._listeners.setdefault(port, _Listener())
        if listener.accepting is None:
            listener.accepting = asyncio.create_task(listener.accept(_open(port)))
        arrivals = listener.begin(calling)
        try:
            yield arrivals
        finally:
            listener.end(arrivals)

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
