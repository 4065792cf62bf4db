"""TCP sockets that measure: connected, stamped by the kernel, and what it knows of their handshake."""

import asyncio
import socket
import struct
import sys
from typing import Any

from app.clock import monotonic_s

STAMP = 35  # SO_TIMESTAMPNS = SCM_TIMESTAMPNS on Linux; Python has no name for it
_STAMPED = sys.platform == "linux"


async def connected(family: socket.AddressFamily, address: Any) -> tuple[socket.socket, float]:
    """Give a connection to one address and how long its handshake took."""
    sock = prepared(socket.socket(family, socket.SOCK_STREAM))
    began_s = monotonic_s()
    try:
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock, _handshake_s(sock, monotonic_s() - began_s)


def prepared(sock: socket.socket) -> socket.socket:
    """Have a socket never wait, send at once and stamp what arrives."""
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if _STAMPED:
        sock.setsockopt(socket.SOL_SOCKET, STAMP, 1)
    return sock


def _handshake_s(sock: socket.socket, seen_s: float) -> float:
    """Give the time of the TCP handshake as the kernel saw it, for the event loop may wake late from it."""
    if not _STAMPED:
        return seen_s
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    if len(info) < 104:
        return seen_s
    (round_trip_us,), (resent,) = struct.unpack_from("I", info, 68), struct.unpack_from("I", info, 100)
    return min(seen_s, round_trip_us / 1e6) if round_trip_us and not resent else seen_s
