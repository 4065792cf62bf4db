"""A server process of a test: a folder and process group of its own, frozen and thawed at will, gone at the end."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import pytest

from tests.peers.process import die_with_parent

START_S = 20.0


def program(name: str) -> str:
    """Give the path of a program; without it the test fails under CI and is left out elsewhere."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found:
        return found
    words = f"{name} is not installed: run ./install peers"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


class Server(contextlib.AbstractContextManager["Server"]):
    """Base of the peers: `port` is where it speaks DICOM, `aet` its title."""

    aet: str
    port: int

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="golive-peer-"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str | int | Path) -> None:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "TCP_NODELAY": "1"},
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        end = time.monotonic() + START_S
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{command[0]} did not start: {self.log()[-400:]}")
            time.sleep(0.02)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def freeze(self) -> None:
        """Stop it, and wait until each of its threads stands: on a busy machine some run on for a moment."""
        self._signal(signal.SIGSTOP)
        end = time.monotonic() + START_S
        while self._runs():
            assert time.monotonic() < end, "it does not stop"
            time.sleep(0.002)

    def _runs(self) -> bool:
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/stat") if self._process else ()
        return any(task.read_text().rpartition(")")[2].split()[0] not in "TtZ" for task in tasks)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def _signal(self, number: int) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
