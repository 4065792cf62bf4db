"""A TCP proxy as bad as wireless between lead-lined rooms: it cuts, delays, doubles and repeats whole HTTP requests."""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import Coroutine, Mapping
from typing import Any, Self

from tests.peers.ports import free_port

# what becomes of a request; a cut takes the connection away from whoever asked
FATES = {
    "passed": 0.52,
    "cut before": 0.06,  # nothing of it reached the server
    "cut while asking": 0.06,  # half of it did
    "cut after": 0.06,  # all of it did, and nobody waits for the answer
    "cut in the answer": 0.06,  # it is done, and half of the answer comes
    "delayed": 0.06,
    "doubled": 0.06,  # the same bytes at the same time over a second connection
    "repeated": 0.06,  # the same bytes again, when newer ones have long been answered
    "answered late": 0.06,  # mostly when nobody waits any more
}
DELAY_S, AGAIN_S, LATE_S = (0.05, 1.0), (0.2, 6.0), (1.5, 6.0)


async def whole(reader: asyncio.StreamReader) -> bytes:
    """Give one whole request or answer with its head, b"" where the other side ended before it; it tells its length."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ConnectionError("cut in a head") from error
        return b""
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    try:
        return head + await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("cut in a body") from error


class CuttingProxy:
    """Carries HTTP from `port` to `target`, each request by one of the fates; what it saw is kept to be looked at.

    `said` has every body that the server gave a request as done, `refused` how often it gave which other status. While
    it is `fair` all pass, and what begins as one of `cuts` never gets through.
    """

    def __init__(self, target: int, dice: random.Random, fates: Mapping[str, float] = FATES) -> None:
        self.target, self.port = target, free_port()
        self.fates: Counter[str] = Counter()
        self.said: dict[bytes, set[bytes]] = defaultdict(set)
        self.refused: Counter[int] = Counter()
        self.fair, self.cuts = False, tuple[bytes, ...]()
        self._dice, self._names, self._shares = dice, list(fates), list(fates.values())
        self._behind: set[asyncio.Task[Any]] = set()
        self._links: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=2048)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._behind:
            task.cancel()
        for writer in self._links.values():  # a server's own task that is cancelled complains: let it find the end
            writer.transport.abort()
        await asyncio.gather(*self._behind, *self._links, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until nothing that was cut off or is to be repeated is still under way."""
        while self._behind:
            await asyncio.gather(*self._behind, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            self._links[task] = writer
            task.add_done_callback(lambda done: self._links.pop(done, None))
        try:
            while request := await whole(reader):
                fate = self._fate(request)
                self.fates[fate] += 1
                if not await self._treated(fate, request, writer):
                    return
        except OSError:
            return  # the server is gone, or who asked is: either way the connection ends
        finally:
            writer.transport.abort()

    def _fate(self, request: bytes) -> str:
        if self.fair or request.startswith(self.cuts):
            return "passed" if self.fair else "cut before"
        (fate,) = self._dice.choices(self._names, self._shares)
        return fate

    async def _treated(self, fate: str, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Carry a request as its fate has it, and say whether the connection lives on."""
        if fate == "cut before":
            return False
        if fate == "cut while asking":
            await self._begun(request)
            return False
        if fate == "cut after":
            self._later(self._asked(request))
            return False
        if fate == "delayed":
            await asyncio.sleep(self._dice.uniform(*DELAY_S))
        if fate == "doubled":
            self._later(self._asked(request))
        answer = await self._asked(request)
        if fate == "repeated":
            self._later(self._again(request))
        if fate == "answered late":
            await asyncio.sleep(self._dice.uniform(*LATE_S))
        if fate == "cut in the answer":
            writer.write(answer[: len(answer) // 2])
            await writer.drain()
            return False
        writer.write(answer)
        await writer.drain()
        return True

    def _later(self, asking: Coroutine[Any, Any, None] | Coroutine[Any, Any, bytes]) -> None:
        task = asyncio.create_task(asking)
        self._behind.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._behind.discard(task)
        if not task.cancelled():
            task.exception()  # the server was away: nobody waits for it

    async def _again(self, request: bytes) -> None:
        await asyncio.sleep(self._dice.uniform(*AGAIN_S))
        await self._asked(request)

    async def _begun(self, request: bytes) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", self.target)
        writer.write(request[: len(request) * 3 // 4])
        with contextlib.suppress(OSError):
            await writer.drain()
        await asyncio.sleep(0)
        writer.close()

    async def _asked(self, request: bytes) -> bytes:
        """Ask the server over a connection of its own, and give the whole answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            writer.write(request)
            await writer.drain()
            answer = await whole(reader)
        finally:
            writer.transport.abort()
        if not answer:
            raise ConnectionError("ended without an answer")
        self._heard(request, answer)
        return answer

    def _heard(self, request: bytes, answer: bytes) -> None:
        status = int(answer.split(b" ", 2)[1])
        if status < 300:
            self.said[request.split(b"\r\n", 1)[0]].add(answer.partition(b"\r\n\r\n")[2])
        else:
            self.refused[status] += 1
