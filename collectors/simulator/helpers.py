"""The two helper processes of a demo: one plays the hospital, one collects from it in the hospital's own time."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from app.clock import Pace, live_at
from app.settings import load, load_secrets
from app.telemetry import log_to_stderr
from collectors.parent import die_with_parent
from collectors.simulator import play as playing
from collectors.simulator.part import pace_text, read_pace, read_part

PLAYER = (sys.executable, "-m", "collectors.simulator", "play")


def collector_command(file: Path, pace: Pace) -> list[str]:
    """Give the command line of a simulation's collector."""
    return [sys.executable, "-m", "collectors.simulator", "collect", str(file), pace_text(pace)]


def play() -> None:
    """Play the part that the first line of the input tells, until the input ends or SIGTERM comes.

    It is started before its part is known: it loads while the demo still pours.
    """
    log_to_stderr("simulator")
    asyncio.run(_play(_first_line()))


def collect(file: str, pace: str) -> None:
    """Collect as a real site's collector does, but in the hospital's time."""
    from collectors.collect import collect as collecting  # late: the player need not load it

    die_with_parent()
    log_to_stderr("collector")
    live_at(read_pace(pace))
    config = load(Path(file))
    asyncio.run(collecting(config, load_secrets(config, os.environ, make=False)))


async def _play(text: str) -> None:
    part = read_part(text)
    live_at(part.pace)
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await playing.play(part, _say)


def _first_line() -> str:
    """Read without a buffer: what follows belongs to whoever reads next."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    if not line:
        sys.exit(0)  # whoever started us changed their mind
    return line.decode()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
