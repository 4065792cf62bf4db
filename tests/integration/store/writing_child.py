"""A process that writes for as long as it lives and says on stdout what was acknowledged: run with URL and folder."""

import asyncio
import sys
from functools import partial
from itertools import count
from pathlib import Path

from app.store import journal, samples
from app.store.db import Database, Session
from tests.integration.store.making import NOON, sample


def one_write(session: Session, name: str) -> None:
    samples.append(session, "north", [sample(id=name)])
    journal.append(session, "north", NOON, "child", "act", name, {})


async def write(database: Database, names: "count[int]") -> None:
    for number in names:
        name = f"write-{number:08d}"
        await database.write(partial(one_write, name=name))
        sys.stdout.write(name + "\n")
        sys.stdout.flush()


async def main(url: str, folder: Path, start: int) -> None:
    database = Database(url, "north", folder)
    database.open()
    names = count(start)
    await asyncio.gather(*(write(database, names) for _ in range(8)))


asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
