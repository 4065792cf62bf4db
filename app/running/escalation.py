"""The clock of escalation: looks twice a second for deadlines that have passed, also while golive was away."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from app.clock import SteadyClock
from app.commands.escalation import firing
from app.domain.floor.escalation import Timer
from app.domain.plans import Plan
from app.errors import GoLiveError
from app.steps import Steps
from app.store import escalation
from app.store.db import Database

log = logging.getLogger("golive.escalation")
EACH_S = 0.5
AT_ONCE = 100
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
            if await self._fire(plan, due, now):
                self._fired()

    async def _fire(self, plan: Plan, due: Sequence[Timer], now: datetime) -> int:
        """Fire all in one commit; where a mistake of ours stops one of them, each by itself, so that it stops no other.

        The mistake is raised once the others have fired.
        """
        async with asyncio.timeout(WRITE_LIMIT_S):
            try:
                return await self._db.write(firing(plan, due, now))
            except GoLiveError:
                raise
            except Exception:
                acts = (self._db.write(firing(plan, [timer], now)) for timer in due)
                found = await asyncio.gather(*acts, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return sum(n for n in found if isinstance(n, int))
