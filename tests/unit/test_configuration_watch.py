"""A golive.toml that changed is noticed, also one that changed while golive started."""

import asyncio
from pathlib import Path

from app.commands.configuration import stamp_of, watch


def test_a_file_that_changed_before_the_watch_began_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "golive.toml"
    file.write_text("as it was read")
    seen = stamp_of(file)
    file.write_text("as it is since")

    async def lived() -> None:
        read_again, asked = asyncio.Event(), asyncio.Event()

        async def again() -> None:
            read_again.set()

        async def nothing() -> None:
            pass

        watching = asyncio.create_task(watch(file, seen, asked, again, nothing))
        await asyncio.wait_for(read_again.wait(), 5)
        watching.cancel()

    asyncio.run(lived())
