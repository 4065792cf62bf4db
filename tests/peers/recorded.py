"""What a real peer answered, byte for byte, and a peer that says it again: as it was, or as somebody spoilt it."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

Turns = list[bytes]  # each is said after something was heard


@dataclass(frozen=True, slots=True)
class Said:
    """What a peer says, piece by piece, and what it does when all is said: hold, close or reset the connection."""

    turns: Turns
    end: str = "hold"
    at_once: bool = False  # all of it as soon as the first word is heard
    pieces: int = 0  # so many first bytes come one by one


def record(target: int, talk: Callable[[int], object]) -> Turns:
    """Let `talk` speak through a port of ours to the peer on `target`; give what that peer answered."""
    turns: Turns = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def carry() -> None:
            ours, _ = server.accept()
            with ours, socket.create_connection(("127.0.0.1", target)) as far:
                threading.Thread(target=_listen, args=(far, ours, turns), daemon=True).start()
                while heard := ours.recv(65536):
                    turns.append(b"")
                    far.sendall(heard)

        carrying = threading.Thread(target=carry, daemon=True)
        carrying.start()
        talk(int(server.getsockname()[1]))
        carrying.join(5)
    return [turn for turn in turns if turn]


def _listen(far: socket.socket, ours: socket.socket, turns: Turns) -> None:
    with contextlib.suppress(OSError):
        while data := far.recv(65536):
            turns[-1] += data
            ours.sendall(data)


class Recorded(contextlib.AbstractContextManager["Recorded"]):
    """Plays to each connection what `script` gives for the called and the calling AE title of its request."""

    def __init__(self, script: Callable[[str, str], Said]) -> None:
        self._script = script
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.played = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(30):
                await self._play(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(42)
        said = self._script(*(head[i : i + 16].decode("ascii", "replace").strip() for i in (10, 26)))
        self.played += 1
        left = said.pieces
        for turn in said.turns:
            if not (said.at_once and turn is not said.turns[0]) and not await reader.read(65536):
                return
            while left > 0 and turn and not writer.is_closing():
                writer.write(turn[:1])
                await asyncio.sleep(0.0002)
                turn, left = turn[1:], left - 1
            writer.write(turn)
            await writer.drain()
        if said.end == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif said.end == "hold":
            while await reader.read(65536):
                continue

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
