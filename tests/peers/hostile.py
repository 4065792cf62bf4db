"""Peers that speak DICOM badly on purpose; each is told as the bytes it sends after each thing it hears."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Self

IMPLICIT = b"1.2.840.10008.1.2"
Script = Callable[[socket.socket], None]


def item(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(body)) + body


def pdu(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBI", kind, 0, len(body)) + body


def accept(*contexts: tuple[int, int], max_pdu: int = 16384) -> bytes:
    """An A-ASSOCIATE-AC with (context id, result); context 1 accepted without any."""
    body = struct.pack(">HH16s16s32s", 1, 0, b"PEER".ljust(16), b"GOLIVE".ljust(16), b"")
    body += item(0x10, b"1.2.840.10008.3.1.1.1")
    for number, result in contexts or ((1, 0),):
        body += item(0x21, bytes((number, 0, result, 0)) + item(0x40, IMPLICIT))
    return pdu(2, body + item(0x50, item(0x51, struct.pack(">I", max_pdu))))


def reject(result: int, source: int, reason: int) -> bytes:
    return pdu(3, bytes((0, result, source, reason)))


def command(*elements: tuple[int, int | bytes]) -> bytes:
    body = b""
    for tag, value in elements:
        raw = struct.pack("<H", value) if isinstance(value, int) else value
        body += struct.pack("<HHI", 0, tag, len(raw)) + raw
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def value(data: bytes, control: int, context: int = 1) -> bytes:
    return struct.pack(">IBB", len(data) + 2, context, control) + data


def answer(kind: int, status: int, data: bytes | None = None, *, to: int = 1, context: int = 1) -> bytes:
    """A whole answer: command of `kind` (0x8020 for a find) and, for a pending one, its data set."""
    head = command((0x0100, kind), (0x0120, to), (0x0800, 0x0101 if data is None else 1), (0x0900, status))
    out = pdu(4, value(head, 3, context))
    return out if data is None else out + pdu(4, value(data, 2, context))


def element(tag: int, data: bytes) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(data)) + data


class Hostile(contextlib.AbstractContextManager["Hostile"]):
    """Plays `script` to each connection in a thread of its own."""

    aet = "PEER"

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script, self._tls = script, tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._open.append(connection)
                threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            self._script(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for s in (self._socket, *self._open):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()


def says(*words: bytes, hold: bool = True) -> Script:
    """Hear something before each of `words`, say it, then keep the connection open in silence (or close it)."""

    def script(connection: socket.socket) -> None:
        for each in words:
            connection.recv(65536)
            connection.sendall(each)
        while hold and connection.recv(65536):
            continue
        connection.close()

    return script


def repeats(first: bytes, again: Iterable[bytes]) -> Script:
    """Accept, then send without end."""

    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(first)
        connection.recv(65536)
        for each in again:
            connection.sendall(each)

    return script
