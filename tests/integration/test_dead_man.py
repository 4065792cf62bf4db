"""The sentinel against a real database and a real judge: it arrives while they live, and says where it got stuck."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from app.clock import SteadyClock
from app.judge import Judge
from app.running.dead_man import Sentinel
from app.store import marks
from app.store.db import Database
from app.store.heartbeats import Heartbeats
from tests.unit.made import T, plan

SITE = "north"


class House:
    """A judge on a database of its own, and screens that show what it passed on."""

    def __init__(self, folder: Path) -> None:
        self.db = Database("sqlite:///golive.db", SITE, folder)
        self.db.open()
        self.changed = asyncio.Event()
        self.judge = Judge(plan(), self.db, Heartbeats(), SteadyClock(T), self.changed.set)

    async def shows(self, word: str) -> None:
        while await self.db.read(lambda s: marks.get(s, SITE, marks.SENTINEL_JUDGED)) != word:
            self.changed.clear()
            await self.changed.wait()

    def sentinel(self, eyes: Callable[[], str] = lambda: "") -> Sentinel:
        return Sentinel(self.db, SITE, self.judge.pass_on, self.shows, eyes, within_s=1.0)


async def stuck(house: House, sentinel: Sentinel, judging: bool = True) -> str:
    task = asyncio.create_task(house.judge.run()) if judging else None
    try:
        return await sentinel.stuck()
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def test_a_sentinel_arrives_while_the_judge_lives_each_time_anew(tmp_path: Path) -> None:
    async def live() -> None:
        house = House(tmp_path)
        try:
            assert [await stuck(house, house.sentinel()) for _ in range(2)] == ["", ""]
        finally:
            house.db.close()

    asyncio.run(live())


def test_a_sentinel_says_where_it_got_stuck(tmp_path: Path) -> None:
    async def live() -> None:
        house = House(tmp_path)
        try:
            assert await stuck(house, house.sentinel(), judging=False) == "the judge did not pass the sentinel on"
            assert await stuck(house, house.sentinel(lambda: "nobody looks")) == "nobody looks"
            blind = Sentinel(house.db, SITE, house.judge.pass_on, lambda _: asyncio.sleep(60), within_s=1.0)
            assert await stuck(house, blind) == "the screens do not show the sentinel"
            house.judge.steps.broken["rollback triggers"] = "KeyError"
            house.judge.steps.do = keep_broken  # type: ignore[method-assign]  # a mistake that no turn repairs
            assert await stuck(house, house.sentinel()) == "the judge did not pass the sentinel on"
        finally:
            house.db.close()
        assert "closed" in await stuck(house, house.sentinel(), judging=False)

    asyncio.run(live())


async def keep_broken(_name: str, _act: object) -> None:
    """Do nothing, so that what is broken stays so."""
