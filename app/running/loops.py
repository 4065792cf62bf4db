"""Loops that must go on: one that crashes is logged, counted, named as down and started again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress

log = logging.getLogger("golive.loops")
AGAIN_AFTER_S = 1.0
Run = Callable[[], Awaitable[None]]


class Loop:
    """One loop under watch; `down` gets its name and the reason while it is not running."""

    def __init__(self, name: str, run: Run, down: MutableMapping[str, str], crashed: Callable[[str], None]) -> None:
        self.name = name
        self._run, self._down, self._crashed = run, down, crashed
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, or begin anew."""
        self._task = asyncio.create_task(self._watched(), name=self.name)

    async def stop(self) -> None:
        """End it and wait until it has ended."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def restart(self) -> None:
        """End it and begin anew, as when what it works on was exchanged."""
        await self.stop()
        self.start()

    async def _watched(self) -> None:
        while True:
            try:
                await self._run()
                why = "it ended by itself"
            except Exception as error:  # whatever it is: the house must not go on without this loop
                why = f"it crashed ({type(error).__name__})"
                log.exception("the loop %s crashed", self.name)
            self._crashed(self.name)
            self._down[self.name] = f"{why} and is started again"
            await asyncio.sleep(AGAIN_AFTER_S)
            self._down.pop(self.name, None)
