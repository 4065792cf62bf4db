"""Ports for tests: below the range that the kernel gives to outgoing connections, and a range of its own per worker.

A port that was merely free a moment ago can be taken by any connection of another worker before a server binds it.
"""

import os
import socket
from itertools import count

FIRST, EACH = 20_000, 2_000  # eight workers fit below 32768, where Linux begins to give ports away
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 6
_numbers = count(os.getpid() * 7)


def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody listens on, and that this process has not given for a long time."""
    for _ in range(EACH):
        port = FIRST + _worker * EACH + next(_numbers) % EACH
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
