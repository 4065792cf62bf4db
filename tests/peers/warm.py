"""Processes of golive from a Python that has loaded its modules already: a fork of it begins where `python -m` is
after a second and a half, and tests begin hundreds.

Each process is as real as one from the shell: a pid, a session, descriptors and an environment of its own, and
SIGKILL ends it. What differs is only how it came to its modules; the tests of the command line start a bare Python.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from tests.peers.nursery import NUMBER, read
from tests.peers.process import die_with_parent

HOUSE = Path(__file__).parents[2]


class Warm:
    """A started process, asked in the words of `subprocess.Popen`."""

    def __init__(self, nursery: "Nursery", pid: int, command: str, pipes: Mapping[str, IO[str]]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin, self.stdout = pipes.get("stdin"), pipes.get("stdout")
        self._nursery, self._command, self._ended = nursery, command, os.pidfd_open(pid)

    def poll(self) -> int | None:
        return self._after(0)

    def wait(self, timeout: float | None = None) -> int:
        if (code := self._after(timeout)) is None:
            raise subprocess.TimeoutExpired(self._command, timeout or 0)
        return code

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def _after(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = self._nursery.reap(self.pid)
            os.close(self._ended)
        return self.returncode


class Nursery:
    """The loaded Python of this test process; it ends with it, and so does what it forked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.peers.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command,
            cwd=HOUSE,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            preexec_fn=die_with_parent,
        )
        theirs.close()
        self._socket = ours

    def start(
        self,
        module: str,
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        pipes: bool = False,
    ) -> Warm:
        """Begin `python -m module arguments`: what it says goes to `log` or, as what it is told, through pipes."""
        word = {"module": module, "arguments": arguments, "cwd": str(cwd or Path.cwd()), "env": dict(env or os.environ)}
        with contextlib.ExitStack() as open_here:
            ends: dict[str, IO[str]] = {}
            if pipes:
                told, tell = os.pipe()
                hear, said = os.pipe()
                ends = {"stdin": os.fdopen(tell, "w"), "stdout": os.fdopen(hear)}
                descriptors = [told, said, 2]
                open_here.callback(os.close, told)
                open_here.callback(os.close, said)
            else:
                nothing = open_here.enter_context(Path(os.devnull).open("rb"))
                out = open_here.enter_context((log or Path(os.devnull)).open("ab"))
                descriptors = [nothing.fileno(), out.fileno(), out.fileno()]
            pid = self._ask({"start": word}, descriptors)
        return Warm(self, pid, f"{module} {' '.join(arguments)}", ends)

    def run(
        self, module: str, *arguments: str, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m module arguments` to its end, and give what it said."""
        word = {"module": module, "arguments": arguments, "cwd": str(cwd), "env": dict(env)}
        with Path(os.devnull).open("rb") as nothing, TemporaryFile() as out, TemporaryFile() as err:
            command = [module, *arguments]
            started = Warm(
                self, self._ask({"start": word}, [f.fileno() for f in (nothing, out, err)]), str(command), {}
            )
            try:
                code = started.wait(timeout)
            finally:
                started.kill()
                started.wait()
            texts = [(file.seek(0), file.read().decode())[1] for file in (out, err)]
        return subprocess.CompletedProcess(command, code, *texts)

    def reap(self, pid: int) -> int:
        """Give the code with which a forked process that has ended did so, as Popen counts."""
        return os.waitstatus_to_exitcode(self._ask({"reap": pid}))

    def close(self) -> None:
        """End it, and with it what it forked."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _ask(self, what: Mapping[str, Any], descriptors: Sequence[int] = ()) -> int:
        body = json.dumps(what).encode()
        with self._lock:
            socket.send_fds(self._socket, [NUMBER.pack(len(body))], list(descriptors))
            self._socket.sendall(body)
            answer = read(self._socket, NUMBER.size)
        return int(NUMBER.unpack(answer)[0])


_nursery: Nursery | None = None
_making = threading.Lock()


def nursery() -> Nursery:
    """Give this process's loaded Python, begun with the first need of it."""
    global _nursery
    with _making:
        if _nursery is None:
            # the kernel ends a child with the thread that began it
            assert threading.current_thread() is threading.main_thread(), "begin the first in the main thread"
            _nursery = Nursery()
            atexit.register(_nursery.close)
        return _nursery
