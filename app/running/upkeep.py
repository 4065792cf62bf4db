"""The store's upkeep: hours rolled up and closed, old days forgotten, in short acts between the others' writes."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from app.clock import SteadyClock, monotonic_s
from app.domain.exams.closed import again_at, close, steps_of
from app.domain.exams.exam_measures import View, linked
from app.domain.measuring.series import rolled_up
from app.domain.plans import Plan
from app.domain.rollback.golive import effective_t0
from app.steps import Steps
from app.store import closed, exams, golives, retention, rollups
from app.store.db import Database, Session

log = logging.getLogger("golive.upkeep")

EVERY_S, BETWEEN_ACTS_S = 60.0, 0.05
FORGET_EACH_S = 3600.0


class Upkeep:
    """Keeps the store in order; `plan` gives the plan in effect, `most_bytes` how large the database may become.

    `size_bytes` is what the database takes on its disk, `used_bytes` what of it is in use, both as of the last minute.
    """

    def __init__(
        self,
        plan: Callable[[], Plan],
        db: Database,
        clock: SteadyClock,
        most_bytes: Callable[[], int | None] = lambda: None,
        count_bug: Callable[[], None] = lambda: None,
    ) -> None:
        self._plan, self._db, self._clock, self._most_bytes = plan, db, clock, most_bytes
        self.steps = Steps(log, "the store's upkeep waits", count_bug)
        self.size_bytes = self.used_bytes = 0

    async def run(self) -> None:
        """Keep order until cancelled."""
        forgot_s = -FORGET_EACH_S
        while True:
            await self.steps.do("size of the database", self._measure)
            await asyncio.sleep(EVERY_S)
            await self.steps.do("hourly roll-ups", self._roll_up)
            await self.steps.do("closed hours of exams", self.close_hours)
            if monotonic_s() - forgot_s >= FORGET_EACH_S:
                forgot_s = monotonic_s()
                await self.steps.do("forgetting of old days", self._forget)

    async def _measure(self) -> None:
        self.size_bytes = await self._db.read(retention.size_bytes)
        self.used_bytes = await self._db.read(retention.used_bytes)

    async def _roll_up(self) -> None:
        plan, now = self._plan(), self._clock.now()
        await self._until_done(lambda s: rollups.catch_up(s, plan.site, now, lambda sample: rolled_up(sample, plan)))

    async def _forget(self) -> None:
        site, now, most = self._plan().site, self._clock.now(), self._most_bytes()
        await self._until_done(lambda s: retention.drop_old(s, site, now, most_bytes=most))

    async def _until_done(self, act: Callable[[Session], int]) -> None:
        while True:
            if not await self._db.write(act):
                return
            await asyncio.sleep(BETWEEN_ACTS_S)

    async def close_hours(self) -> None:
        """Make the numbers of all exam hours and days anew that are due, a day's at a time; read first, then write."""
        plan = self._plan()
        t0 = await self._db.read(lambda s: _t0(s, plan, self._clock.now()))
        await self._db.write(lambda s: closed.divide(s, plan.site, t0))
        while True:
            act = await self._db.read(lambda s: _closing(s, View(plan, self._clock.now(), t0)))
            if act is None:
                return
            await self._db.write(act)
            await asyncio.sleep(BETWEEN_ACTS_S)


def _t0(session: Session, plan: Plan, now: datetime) -> datetime | None:
    t0 = effective_t0(plan.go_live, golives.current(session, plan.site), now)
    return t0 if t0 is not None and t0 <= now else None


def _closing(session: Session, view: View) -> Callable[[Session], None] | None:
    """Give the act that stores the next due hours' numbers, None when no hour is due."""
    site, marks = view.plan.site, closed.due(session, view.plan.site, view.now)
    if not marks:
        return None
    steps = steps_of(marks, view.plan.zone)
    over = [step for step in steps if step.until <= view.now]
    from_, to = min(step.at for step in steps), max(step.until for step in steps)
    rows, moving = close(linked(exams.begun_within(session, site, from_, to)), over, view)
    later = again_at(marks, steps, moving, view.now)
    return lambda s: closed.keep(s, site, over, rows, marks, later)
