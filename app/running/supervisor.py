"""The collector beside the app: a child process that is started again when it dies, and never outlives us."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

log = logging.getLogger("golive.supervisor")

AGAIN_AFTER_S = 1.0
STOPS_WITHIN_S = 2.0


def collector_command(file: Path, source: str) -> list[str]:
    """Give the command line of a site's collector."""
    return [sys.executable, "-m", "collectors", "-c", str(file), "--source", source]


class Supervisor:
    """Keeps one child running: 1 s after it died it is started again; one that only stands still is left alone.

    The child is in our process group and learns our process id by GOLIVE_SUPERVISED: it must die with us, also by
    SIGKILL.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] = os.environ) -> None:
        self._command, self._environ = list(command), {**environ, "GOLIVE_SUPERVISED": str(os.getpid())}
        self._stopping, self._wanted = asyncio.Event(), asyncio.Event()
        self.pid: int | None = None

    async def run(self) -> None:
        """Start it, and again whenever it ended, until `stop`."""
        while not self._stopping.is_set():
            died = await self._once()
            if died and not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), AGAIN_AFTER_S)

    def stop(self) -> None:
        """Have `run` end: the child is asked to, and after 2 s made to."""
        self._stopping.set()
        self._wanted.set()

    def restart(self) -> None:
        """Have the child end in the same way and start anew at once, as when its file has changed."""
        self._wanted.set()

    async def _once(self) -> bool:
        """Run one child to its end; say whether it ended by itself."""
        self._wanted.clear()
        try:
            child = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, env=self._environ
            )
        except OSError as error:
            log.error("the collector cannot be started: %s", error.strerror)
            return True
        self.pid = child.pid
        ended, wanted = asyncio.ensure_future(child.wait()), asyncio.ensure_future(self._wanted.wait())
        try:
            if self._stopping.is_set():  # while it was being started
                return False
            done, _ = await asyncio.wait({ended, wanted}, return_when=asyncio.FIRST_COMPLETED)
            if ended in done:
                log.warning("the collector ended with %s and is started again", child.returncode)
            return ended in done
        finally:
            wanted.cancel()
            if not ended.done():
                await _end(child, ended)
            self.pid = None


async def _end(child: asyncio.subprocess.Process, ended: asyncio.Future[int]) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    done, _ = await asyncio.wait({ended}, timeout=STOPS_WITHIN_S)
    if not done:
        log.warning("the collector did not stop within %g s and is killed", STOPS_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await ended
