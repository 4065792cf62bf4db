"""The loaded Python from which `tests.peers.warm` starts processes: it forks, tells their pids and how they ended."""

import gc
import importlib
import json
import os
import runpy
import socket
import struct
import sys
from typing import Any

from app.push.fragments import environment
from tests.peers.process import die_with_parent

LOADED = (
    "alembic.command",
    "app.cli.golive",
    "app.cli.serving",
    "app.main",
    "app.running.housekeeping",
    "app.running.serving",
    "app.telemetry",
    "tests.browser.desk_scenes",
    "tests.browser.issue_scenes",
    "tests.browser.scenes",
    "uvicorn.protocols.http.h11_impl",
)
NUMBER = struct.Struct("!I")


def read(connection: socket.socket, size: int) -> bytes:
    """Give so many bytes of a connection, or raise EOFError when it ends before."""
    got = b""
    while len(got) < size:
        if not (more := connection.recv(size - len(got))):
            raise EOFError(f"{len(got)} of {size} bytes")
        got += more
    return got


def attend(connection: socket.socket) -> None:
    """Fork and tell until nobody asks any more; in a fork, be the module that was asked for."""
    while True:
        head, descriptors, _, _ = socket.recv_fds(connection, NUMBER.size, 3)
        if not head:
            return
        asked = json.loads(read(connection, NUMBER.unpack(head)[0]))
        if pid := asked.get("reap"):
            connection.sendall(NUMBER.pack(os.waitpid(pid, 0)[1]))
            continue
        stands, standing = os.pipe()
        if not (pid := os.fork()):
            connection.close()
            os.close(stands)
            settle(asked["start"], descriptors)
            os.close(standing)
            return be(asked["start"])
        os.close(standing)
        os.read(stands, 1)  # it has its own session, and dies with us
        for descriptor in (stands, *descriptors):
            os.close(descriptor)
        connection.sendall(NUMBER.pack(pid))


def settle(word: dict[str, Any], descriptors: list[int]) -> None:
    """Give a fork what a started program has: a session, its three descriptors, a folder, an environment."""
    die_with_parent()
    os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(word["cwd"])
    os.environ.clear()
    os.environ.update(word["env"])


def be(word: dict[str, Any]) -> None:
    """Run a module as the shell's `python -m` does, and end as it ends."""
    sys.argv = [word["module"], *word["arguments"]]
    gc.enable()
    runpy.run_module(word["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    environment()  # the templates are compiled once for all: where tests run, Python often may keep nothing
    gc.collect()
    gc.freeze()  # what all share is not looked through, and so not copied, by each
    attend(socket.socket(fileno=int(sys.argv[1])))
