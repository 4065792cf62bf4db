"""Every rollback rule evaluated beside what it counts, and what that came to kept."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from app.domain.measuring.sights import standings_now
from app.domain.measuring.signs import Pulses
from app.domain.measuring.standings import Judged
from app.domain.plans import Plan
from app.domain.rollback.planned_work import PlannedWork, by_system
from app.domain.rollback.trigger_board import TriggerBoard
from app.domain.rollback.trigger_sights import by_series
from app.judge.numbers import WRITE_LIMIT_S
from app.store import issues, planned_work, quarantine, triggers
from app.store.db import Database, Session

T0 = Callable[[Session], datetime | None]
Beside = tuple[datetime | None, list[datetime] | None, list[PlannedWork], list[tuple[int, datetime]] | None]


async def evaluated(
    rules: TriggerBoard, plan: Plan, db: Database, now: datetime, t0: T0, newest: Collection[Judged], pulses: Pulses
) -> bool:
    """Evaluate and store every trigger and say whether one changed; where somebody else was faster, take that over."""
    site = plan.site
    t0_at, quarantined, works, open_ = await db.read(partial(_beside, rules=rules, plan=plan, now=now, t0=t0))
    standing = standings_now(newest, plan, pulses, now, works=works)
    planned = by_system(works, plan.zone, now)
    found = rules.evaluated(now, t0_at, by_series(standing), quarantined, planned, works, open_)
    if not found:
        return False

    def act(session: Session) -> list[str]:
        return [e.trigger.id for e in found if not triggers.keep(session, site, e.trigger, e.before, e.transitions)]

    async with asyncio.timeout(WRITE_LIMIT_S):
        slower = set(await db.write(act))
    rules.take_over(e.trigger for e in found if e.trigger.id not in slower)
    for name in slower:
        rules.take_over(await db.read(partial(triggers.get, site=site, trigger=name)))
    return True


def _beside(session: Session, rules: TriggerBoard, plan: Plan, now: datetime, t0: T0) -> Beside:
    """Give T0 once it has come, what could not be read and open issues where a rule counts them, planned work."""
    t0_at, back_s = t0(session), rules.quarantine_back_s
    since = now - timedelta(seconds=back_s)
    quarantined = quarantine.moments(session, plan.site, since) if back_s else None
    works = planned_work.since(session, plan, now - timedelta(seconds=rules.work_back_s))
    open_ = issues.open_now(session, plan.site) if rules.counts_issues else None
    return t0_at if t0_at is not None and t0_at <= now else None, quarantined, works, open_
