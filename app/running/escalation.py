"""The clock of escalation: looks twice a second for deadlines that have passed, also while golive was away."""

import asyncio
import logging
from collections.abc import Callable

from app.clock import SteadyClock
from app.commands.escalation import firing
from app.domain.plans import Plan
from app.steps import Steps
from app.store import escalation
from app.store.db import Database

log = logging.getLogger("golive.escalation")
EACH_S = 0.5
AT_ONCE = 200
WRITE_LIMIT_S = 30.0


class Escalation:
    """Fires each timer once: the rows say which ones are left, whoever was killed in between."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        db: Database,
        clock: SteadyClock,
        fired: Callable[[], None],
        count_bug: Callable[[], None],
    ) -> None:
        self._plan, self._db, self._clock, self._fired = plan, db, clock, fired
        self.steps = Steps(log, "escalation waits", count_bug)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.steps.do("escalation", self.look)
            await asyncio.sleep(EACH_S)

    async def look(self) -> None:
        """Fire what is due."""
        while True:
            plan, now = self._plan(), self._clock.now()
            due = await self._db.read(lambda s: escalation.due(s, plan.site, now, AT_ONCE))  # noqa: B023
            if not due:
                return
            async with asyncio.timeout(WRITE_LIMIT_S):
                done = await asyncio.gather(*(self._db.write(firing(plan, timer, now)) for timer in due))
            if any(done):
                self._fired()
