"""A TCP proxy that delays, refuses, swallows, or stalls in the middle of an answer, each settable while it runs."""

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any, Self

from tests.peers.ports import free_port


class Proxy(contextlib.AbstractContextManager["Proxy"]):
    """Carries connections from `port` to `target`.

    `up` and `down` are delays in seconds; the first `free` pieces of a connection's answers pass at once, so that one
    can let an association be accepted without delay. `mode` is pass, refuse or swallow. `stall_after` is the number of
    bytes of the answers, after the free pieces, that pass before nothing does any more.
    """

    def __init__(self, target: int, **values: Any) -> None:
        self.target, self.port = target, free_port()
        self.up, self.down, self.free, self.mode = 0.0, 0.0, 0, "pass"
        self.stall_after: int | None = None
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.set(**values)

    def set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def went_up(self, data: bytes, connection: object) -> None:
        """For those who count: a piece of what is asked."""

    def went_down(self, data: bytes, connection: object) -> None:
        """For those who count: a piece of an answer."""

    async def _listen(self) -> None:
        if self._server and self.mode == "refuse":
            self._server.close()
            self._server = None
        elif not self._server and self.mode != "refuse":
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        far_writer: asyncio.StreamWriter | None = None
        try:
            if self.mode == "swallow":
                while await reader.read(65536):
                    continue
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            ways = (self._carry(reader, far_writer, "up", writer), self._carry(far_reader, writer, "down", writer))
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            return
        finally:
            for each in (writer, far_writer):
                if each is not None:
                    each.transport.abort()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, connection: object
    ) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(_deliver(line, writer))
        free, left = (self.free, self.stall_after) if way == "down" else (0, None)
        data = b"."
        while data:
            try:
                data = await reader.read(262144)
            except OSError:
                data = b""
            (self.went_up if way == "up" else self.went_down)(data, connection)
            if left is not None and free <= 0:
                data, left = (data[:left], left - len(data[:left])) if data else (data, left)
                if not data:
                    await asyncio.Event().wait()
            line.put_nowait((time.monotonic() + (0.0 if free > 0 else getattr(self, way)), data))
            free -= 1
        await delivering

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        for _ in range(2):  # a connection that was just being taken begins its task some turns later
            for task in (others := asyncio.all_tasks() - {asyncio.current_task()}):
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for _ in range(3):  # aborted transports close on the next turns of the loop
                await asyncio.sleep(0)


async def _deliver(line: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
    while True:
        due, data = await line.get()
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if not data:
            writer.close()
            return
        with contextlib.suppress(OSError):
            writer.write(data)
