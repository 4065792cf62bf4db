"""golive's end of the program that carries notices: jobs go in, what became of each comes out, and never too late."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Unavailable

log = logging.getLogger("golive.notices")

COMMAND = (sys.executable, "-m", "app.running.carrying")
STARTS_WITHIN_S = 30.0
LATE_S = 3.0  # how much longer than its time a job is waited for before the whole program is ended
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is carried."""

    title: str
    text: str
    severity: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of it: `problem` is "" where the service took it, `hung` says that it did not answer in time."""

    problem: str = ""
    hung: bool = False


class Carrier:
    """Carries for every channel at once; the program is started with the first need of it, and again when it ended."""

    def __init__(self, environ: Mapping[str, str] = os.environ, command: tuple[str, ...] = COMMAND) -> None:
        self._environ = {k: v for k, v in environ.items() if not k.startswith("GOLIVE_")}
        self._command = command
        self._child: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[Carried]] = {}
        self._n = 0

    @property
    def pid(self) -> int | None:
        """Give the program's process id while it runs."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    async def start(self) -> None:
        """Have the program ready, so that the first message does not wait for it."""
        async with self._starting:
            if self.pid is not None and self._reading is not None and not self._reading.done():
                return
            await self._end()
            try:
                child = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env=self._environ,
                    limit=_LONGEST_LINE,
                    start_new_session=True,  # a group of its own, so that its forks end with it
                )
            except OSError as error:
                raise Unavailable(f"the program that carries notices cannot be started: {error.strerror}") from error
            self._child = child
            assert child.stdout is not None  # asked for above
            try:
                async with asyncio.timeout(STARTS_WITHIN_S):
                    ready = await child.stdout.readline()
            except TimeoutError:
                ready = b""
            if not ready:
                await self._end()
                raise Unavailable("the program that carries notices does not begin")
            self._reading = asyncio.create_task(self._attend(child, child.stdout), name="notices carried")

    async def carry(self, address: str, parcel: Parcel, timeout_s: float) -> Carried:
        """Give a message to the service at an address, and what became of it within `timeout_s`."""
        what = {"title": parcel.title, "text": parcel.text, "severity": parcel.severity}
        return await self._do({"url": address, **what}, timeout_s)

    async def known(self, address: str) -> Carried:
        """Say whether an address is one of a service that apprise knows; nothing is sent."""
        return await self._do({"url": address}, STARTS_WITHIN_S)

    async def close(self) -> None:
        """End the program, and with it what it still carries."""
        async with self._starting:
            await self._end()

    async def _do(self, job: dict[str, Any], timeout_s: float) -> Carried:
        await self.start()
        self._n += 1
        n = self._n
        done: asyncio.Future[Carried] = asyncio.get_running_loop().create_future()
        self._waiting[n] = done
        try:
            child = self._child
            if child is None or child.stdin is None:
                return Carried("the program that carries notices ended")
            child.stdin.write(json.dumps({"n": n, "timeout_s": timeout_s, **job}).encode() + b"\n")
            async with asyncio.timeout(timeout_s + LATE_S):
                await child.stdin.drain()
                return await done
        except TimeoutError:
            log.warning("the program that carries notices does not answer and is started again")
            await self.close()
            return Carried("the program that carries notices did not answer in time", hung=True)
        except (ConnectionError, OSError):
            return Carried("the program that carries notices ended")
        finally:
            self._waiting.pop(n, None)

    async def _attend(self, child: asyncio.subprocess.Process, told: asyncio.StreamReader) -> None:
        """Take what the program tells until it has ended, and end what it leaves behind."""
        try:
            while line := await told.readline():
                said = json.loads(line)
                done = self._waiting.get(said["n"])
                if done is not None and not done.done():
                    done.set_result(Carried(said["problem"], said["hung"]))
        finally:
            _end_group(child)
            for done in self._waiting.values():
                if not done.done():
                    done.set_result(Carried("the program that carries notices ended"))

    async def _end(self) -> None:
        child, self._child = self._child, None
        reading, self._reading = self._reading, None
        if child is not None:
            if child.stdin is not None:
                child.stdin.close()
            _end_group(child)
            await child.wait()
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


def _end_group(child: asyncio.subprocess.Process) -> None:
    """End the program and what it forked, also where it has ended itself already."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
