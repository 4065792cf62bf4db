"""From a host's name to its addresses, without ever holding up the event loop or its end."""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from typing import Any

LOOK_UP = "name look-up"  # a phase of its own, so that a dead name server looks like no firewall


async def resolve(host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
    """Give the addresses of a host in the order in which they are to be tried; an address needs no look-up.

    A look-up has a thread of its own that nobody waits for: a dead name server must not hold up the collector's end.
    """
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[tuple[socket.AddressFamily, Any]]] = loop.create_future()
        threading.Thread(target=_look_up, args=(host, port, loop, found), daemon=True).start()
        return await found
    return [(socket.AF_INET if version == 4 else socket.AF_INET6, (host, port))]


def _look_up(host: str, port: int, loop: asyncio.AbstractEventLoop, found: asyncio.Future[Any]) -> None:
    addresses: list[tuple[socket.AddressFamily, Any]] = []
    failed: OSError | None = None
    try:
        addresses = [(x[0], x[4]) for x in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError:
        failed = socket.gaierror(socket.EAI_NONAME, "not a host name")
    except OSError as error:
        failed = error

    def tell() -> None:
        if not found.done():
            found.set_exception(failed) if failed else found.set_result(addresses)

    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
        loop.call_soon_threadsafe(tell)
