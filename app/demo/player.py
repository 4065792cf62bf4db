"""The process that plays the simulated hospital: begun, spoken with, and ended with the demo."""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rich.console import Console

from app.errors import Unavailable
from collectors.simulator.helpers import PLAYER
from collectors.simulator.part import Part
from collectors.simulator.play import READY, scenario_said

READY_WITHIN_S = 30.0
ENDS_WITHIN_S = 1.0


@asynccontextmanager
async def playing() -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the process that plays the hospital, and end it."""
    pipe = asyncio.subprocess.PIPE
    player = await asyncio.create_subprocess_exec(*PLAYER, stdin=pipe, stdout=pipe)
    try:
        yield player
    finally:
        with contextlib.suppress(ProcessLookupError):
            player.terminate()
        try:
            await asyncio.wait_for(player.wait(), ENDS_WITHIN_S)
        except TimeoutError:
            player.kill()
            await player.wait()


async def begin(player: asyncio.subprocess.Process, part: Part) -> None:
    """Tell the player its part and wait until its systems listen."""
    assert player.stdin is not None
    assert player.stdout is not None
    player.stdin.write(part.text().encode() + b"\n")
    try:
        said = await asyncio.wait_for(player.stdout.readline(), READY_WITHIN_S)
    except TimeoutError as error:
        raise Unavailable(f"the simulated hospital did not start within {READY_WITHIN_S:g} s") from error
    if said.decode().strip() != READY:
        raise Unavailable("the simulated hospital could not start")


async def talk(player: asyncio.subprocess.Process, console: Console, changed: Callable[[str], None]) -> None:
    """Pass on what is typed to the player, and what it says to the terminal; `changed` hears of another scenario."""
    loop = asyncio.get_running_loop()
    assert player.stdin is not None
    assert player.stdout is not None
    typed = player.stdin

    def heard(data: bytes) -> None:
        typed.write(data)

    threading.Thread(target=_read_input, args=(loop, heard), daemon=True).start()
    while line := await player.stdout.readline():
        said = line.decode().rstrip()
        console.print(said, highlight=False)
        if name := scenario_said(said):
            changed(name)


def _read_input(loop: asyncio.AbstractEventLoop, heard: Callable[[bytes], None]) -> None:
    """Read the terminal unbuffered; nothing when we are in the background, where reading would stop us."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        if sys.stdin is None or (os.isatty(0) and os.tcgetpgrp(0) != os.getpgrp()):
            return
        while data := os.read(0, 4096):
            loop.call_soon_threadsafe(heard, data)
