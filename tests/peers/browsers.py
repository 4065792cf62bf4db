"""Many websocket clients in one loop, without a browser: who got what, and when."""

import asyncio
import base64
import os
import socket
import struct
import time


class Client(asyncio.Protocol):
    """One raw client of /live; `arrived` maps each awaited text to the moment (perf_counter) when it first came."""

    def __init__(self, path: str, port: int, cookie: str = "") -> None:
        self.path, self.port, self.cookie = path, port, cookie
        self.buffer = bytearray()
        self.open = asyncio.get_running_loop().create_future()
        self.frames = self.bytes = 0
        self.awaited: bytes = b""
        self.seen_at: float | None = None
        self.closed_code: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        origin = f"http://127.0.0.1:{self.port}"
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Origin: {origin}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        transport.write(
            ("\r\n".join(lines + ([f"Cookie: {self.cookie}"] if self.cookie else [])) + "\r\n\r\n").encode()
        )

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open.done():
            head, mark, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not mark:
                return
            self.buffer = bytearray(rest)
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.open.set_exception(ConnectionError(head.split(b"\r\n")[0].decode()))
                return
            self.open.set_result(None)
        self._frames()

    def _frames(self) -> None:
        while len(self.buffer) >= 2:
            kind, size, at = self.buffer[0] & 15, self.buffer[1] & 127, 2
            if size == 126:
                if len(self.buffer) < 4:
                    return
                size, at = struct.unpack(">H", self.buffer[2:4])[0], 4
            elif size == 127:
                if len(self.buffer) < 10:
                    return
                size, at = struct.unpack(">Q", self.buffer[2:10])[0], 10
            if len(self.buffer) < at + size:
                return
            body = bytes(self.buffer[at : at + size])
            del self.buffer[: at + size]
            self._frame(kind, body)

    def _frame(self, kind: int, body: bytes) -> None:
        if kind == 1:
            self.frames += 1
            self.bytes += len(body)
            if self.awaited and self.seen_at is None and self.awaited in body:
                self.seen_at = time.perf_counter()
        elif kind == 8:
            self.closed_code = struct.unpack(">H", body[:2])[0] if len(body) >= 2 else 1005
        elif kind == 9:
            self.transport.write(bytes([0x8A, 0x80 | len(body)]) + b"\0\0\0\0" + body)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed before the handshake"))

    def wait_for_text(self, text: str) -> None:
        """From now on note when `text` first comes."""
        self.awaited, self.seen_at = text.encode(), None


async def connect(port: int, count: int, view: str = "wall", cookie: str = "") -> list[Client]:
    """Give `count` open clients."""
    loop, clients = asyncio.get_running_loop(), []
    for start in range(0, count, 50):
        batch = [
            loop.create_connection(lambda: Client(f"/live?view={view}", port, cookie), "127.0.0.1", port)
            for _ in range(start, min(start + 50, count))
        ]
        made = [protocol for _, protocol in await asyncio.gather(*batch)]
        await asyncio.gather(*(asyncio.wait_for(c.open, 20) for c in made))
        clients += made
    return clients


def never_reading(port: int, count: int, view: str = "wall") -> list[socket.socket]:
    """Give `count` clients that shake hands and then never read again; the caller closes them."""
    stuck = []
    for _ in range(count):
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        link.sendall(
            (
                f"GET /live?view={view} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
                f"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        assert b" 101 " in link.recv(200)
        stuck.append(link)
    return stuck
