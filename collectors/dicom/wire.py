"""One TCP connection to a DICOM peer, with TLS or without, whose every arrival carries the kernel's moment.

All moments are seconds of the monotonic clock. The kernel stamps a segment when it arrives (SO_TIMESTAMPNS), however
late the event loop reads it; TLS is done in memory on the same socket, so its records carry that stamp too. Where the
system gives none, the moment after the read serves.
"""

import asyncio
import socket
import ssl
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.clock import monotonic_s, wall_ns
from app.settings import TlsClient
from collectors.dicom.sockets import STAMP, connected, prepared

_PIECE = 262144
_LATEST_S = 60.0  # a stamp further back than this says that somebody set the wall clock
NEXT_ADDRESS_S = 0.25
_TURNS = 32  # reads that never wait before the other probes get a turn


class Closed(ConnectionError):
    """The peer closed the connection."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a peer listens; `folder` is where the relative paths of `tls` start."""

    host: str
    port: int
    tls: TlsClient | None = None
    folder: Path = Path()


class Wire:
    """Bytes out and in; `arrived_s` is when the newest bytes came, `kernel` whether the kernel says so."""

    def __init__(self, deadline_s: float, quickack: bool = False) -> None:
        self.deadline_s = deadline_s
        self.connect_s: float | None = None
        self.tls_s: float | None = None
        self.arrived_s = 0.0
        self.kernel = False
        self._quickack = quickack
        self._loop = asyncio.get_running_loop()
        self._sock: socket.socket | None = None
        self.tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._turns = 0

    @property
    def is_open(self) -> bool:
        return self._sock is not None

    @property
    def sock(self) -> socket.socket:
        if self._sock is None:
            raise Closed("closed by us")
        return self._sock

    def take(self, sock: socket.socket) -> None:
        """Carry a connection that somebody else made to us."""
        self._sock = prepared(sock)

    async def connect(self, addresses: list[tuple[socket.AddressFamily, Any]]) -> None:
        """Connect to the address that takes us first; `connect_s` is that one's.

        Each but the first begins as soon as the one before fails, or is silent for a moment (RFC 8305): a way that
        swallows everything, such as a broken IPv6, must not take the whole attempt.
        """
        if len(addresses) == 1:
            self._sock, self.connect_s = await connected(*addresses[0])
            return
        waiting, tries = list(addresses), list[asyncio.Task[tuple[socket.socket, float]]]()
        try:
            while self._sock is None:
                if waiting:
                    tries.append(asyncio.create_task(connected(*waiting.pop(0))))
                under_way = [t for t in tries if not t.done()]
                if under_way:
                    patience_s = NEXT_ADDRESS_S if waiting else None
                    await asyncio.wait(under_way, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
                won = next((t for t in tries if t.done() and not t.exception()), None)
                if won:
                    self._sock, self.connect_s = won.result()
                elif not waiting and all(t.done() for t in tries):
                    tries[-1].result()
        finally:
            for one in tries:
                one.cancel()
            for sock, _ in [r for r in await asyncio.gather(*tries, return_exceptions=True) if isinstance(r, tuple)]:
                if sock is not self._sock:
                    sock.close()

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Shake hands for TLS."""
        began_s = monotonic_s()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                self._incoming.write(await self._receive())
            except ssl.SSLError:
                self._try_flush()
                raise
            else:
                await self._flush()
                self.tls_s = monotonic_s() - began_s
                return

    async def send(self, data: bytes) -> float:
        """Send all of `data`; give the moment at which its last byte was handed to the socket."""
        if self.tls is None:
            return await self._send(data)
        self.tls.write(data)
        return await self._flush()

    def try_send(self, data: bytes) -> None:
        """Send what goes without waiting, for the last word on a connection that is given up."""
        try:
            if self.tls is None:
                self.sock.send(data)
            else:
                self.tls.write(data)
                self._try_flush()
        except (OSError, ValueError):
            return

    async def receive(self) -> bytes:
        """Give the next bytes that came; raises Closed at their end."""
        if self.tls is None:
            return await self._receive()
        while True:
            try:
                data = self.tls.read(_PIECE)
            except ssl.SSLWantReadError:
                await self._flush()
                self._incoming.write(await self._receive())
                continue
            except ssl.SSLZeroReturnError as error:
                raise Closed("closed by the peer") from error
            if not data:
                raise Closed("closed by the peer")
            return data

    def close(self) -> None:
        """Give the descriptor back."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _try_flush(self) -> None:
        data = self._outgoing.read()
        if data and self._sock is not None:
            self._sock.send(data)

    async def _flush(self) -> float:
        return await self._send(self._outgoing.read())

    async def _send(self, data: bytes) -> float:
        rest = memoryview(data)
        handed_s = monotonic_s()
        while rest:
            handed_s = monotonic_s()
            try:
                rest = rest[self.sock.send(rest) :]
            except (BlockingIOError, InterruptedError):
                await self._ready(self._loop.add_writer, self._loop.remove_writer)
        return handed_s

    async def _receive(self) -> bytes:
        while True:
            if monotonic_s() > self.deadline_s:  # a peer that sends without end never lets a timer fire
                raise TimeoutError
            self._turns += 1
            if self._turns % _TURNS == 0:
                await asyncio.sleep(0)
            if self._quickack and hasattr(socket, "TCP_QUICKACK"):
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            try:
                data, ancillary, flags, _ = self.sock.recvmsg(_PIECE, 64)
            except (BlockingIOError, InterruptedError):
                await self._ready(self._loop.add_reader, self._loop.remove_reader)
                continue
            if not data:
                raise Closed("closed by the peer")
            self._stamp(ancillary, flags)
            return data

    def _stamp(self, ancillary: list[tuple[int, int, bytes]], flags: int) -> None:
        read_s, read_ns = monotonic_s(), wall_ns()
        self.arrived_s, self.kernel = read_s, False
        if flags & socket.MSG_CTRUNC:
            return
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == STAMP and len(value) >= 16:
                seconds, nanoseconds = struct.unpack("qq", value[:16])
                late_s = (read_ns - seconds * 10**9 - nanoseconds) / 1e9
                if 0 <= late_s < _LATEST_S:
                    self.arrived_s, self.kernel = read_s - late_s, True

    async def _ready(self, add: Any, remove: Any) -> None:
        future: asyncio.Future[None] = self._loop.create_future()
        add(self.sock.fileno(), _set, future)
        try:
            await future
        finally:
            if self._sock is not None:
                remove(self._sock.fileno())


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():  # a timeout may have cancelled the wait
        future.set_result(None)
