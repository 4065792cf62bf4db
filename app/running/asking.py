"""The clock of "ask the floor": looks whether a turn has come that nobody asked at yet."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from app.clock import SteadyClock
from app.commands.questions import asking_by_itself, to_ask
from app.domain.floor.questions import turn
from app.domain.plans import Plan
from app.steps import Steps
from app.store.db import Database

log = logging.getLogger("golive.asking")
EACH_S = 5.0
WRITE_LIMIT_S = 30.0


class Asking:
    """Asks at each turn once: the row of the question says that it was asked, whoever was killed in between."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        db: Database,
        clock: SteadyClock,
        asked: Callable[[], None],
        count_bug: Callable[[], None],
    ) -> None:
        self._plan, self._db, self._clock, self._asked = plan, db, clock, asked
        self._done: datetime | None = None
        self.steps = Steps(log, "asking waits", count_bug)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.steps.do("asking", self.look)
            await asyncio.sleep(EACH_S)

    async def look(self) -> None:
        """Ask where a turn has come."""
        plan, now = self._plan(), self._clock.now()
        every_s = plan.floor.ask_every_s
        due = turn(now, every_s, plan.zone) if every_s else None
        if due is None or due == self._done:
            return
        async with asyncio.timeout(WRITE_LIMIT_S):
            if await self._db.read(lambda s: to_ask(s, plan, due, now)):
                await self._db.write(asking_by_itself(plan, due, now))
                self._done = due
                self._asked()
