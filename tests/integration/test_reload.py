"""A changed golive.toml that cannot be used changes nothing, and says why."""

import asyncio
import os
from pathlib import Path

from app.clock import utc_now
from app.commands import configuration
from app.settings import load
from app.store import journal
from app.store.db import Database
from tests.unit.test_settings import HEAD


def test_a_pipe_in_the_place_of_the_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(HEAD)
    config = load(file, {})
    file.unlink()
    os.mkfifo(file)
    db = Database("sqlite:///golive.db", "north", tmp_path)
    db.open()

    async def again() -> configuration.Reread:
        async with asyncio.timeout(5):
            return await configuration.reread(db, config, {}, utc_now())

    found = asyncio.run(again())
    assert (found.config, "is no file that can be read again" in found.trouble) == (None, True)
    acts = [entry.act for entry in db.read_now(lambda s: journal.after(s, "north", 0, 10))]
    assert acts == ["configuration.refuse"]
    db.close()
