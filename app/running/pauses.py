"""When Python walks all its objects for garbage: rarely, and never all that was there from the start.

Everything stands still meanwhile: 170 ms with a thousand browsers, where a push has 200 ms to reach the last of them.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

EVERY_S = 600.0
AT_LATEST = 500  # collections of the middle generation, some 3.5 million new objects: the bound when time has not come


@contextmanager
def none_while_loading() -> Iterator[None]:
    """Walk nothing while modules are loaded: all of what they make stays, and each walk would find more of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def keep_rare() -> None:
    """Leave what is loaded by now out of all walks, and walk the rest every ten minutes, until cancelled."""
    gc.collect()
    gc.freeze()
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, AT_LATEST)
    try:
        while True:
            await asyncio.sleep(EVERY_S)
            gc.collect()
    finally:
        gc.set_threshold(young, middle, old)
        gc.unfreeze()
