"""What triggers need to know of how feeds usually speak, read from the store."""

from datetime import datetime

from app.domain.measuring.habits import MOST_WEEKS, WEEK
from app.domain.plans import Plan
from app.domain.rollback.golive import effective_t0
from app.domain.rollback.trigger_board import TriggerBoard
from app.store import exams, golives
from app.store.db import Session


def learn(session: Session, plan: Plan, rules: TriggerBoard, now: datetime) -> None:
    """Let rules of silence know the weeks before T0, or before `now` until then: what comes later may be the fault."""
    feeds = rules.feeds_by_habit
    if not feeds:
        return
    t0 = effective_t0(plan.go_live, golives.current(session, plan.site), now)
    until = min(now, t0) if t0 is not None else now
    began = {feed: exams.first_received(session, plan.site, feed) for feed in feeds}
    heard = exams.heard_between(session, plan.site, sorted(feeds), until - MOST_WEEKS * WEEK, until)
    rules.know(heard, began, until)
