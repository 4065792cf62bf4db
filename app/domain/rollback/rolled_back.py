"""After a roll-back the old system leads: what was rolled back is still measured and named, and raises nothing."""

from datetime import datetime

from app.domain.exams.exam_sights import STRAYS, milestones
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.standings import Series
from app.domain.plans import Plan
from app.domain.rollback.golive import GoLive, effective_t0


def is_rolled_back(plan: Plan, record: GoLive | None, now: datetime) -> bool:
    """Say whether the go-live was rolled back and nothing has gone live since."""
    if record is None or record.rolled_back_at is None:
        return False
    t0 = effective_t0(plan.go_live, record, now)
    return t0 is None or now < t0


def is_aside(series: Series, plan: Plan) -> bool:
    """Say whether a series is of what was rolled back: its systems, their feeds, and exams as these alone tell them.

    What still goes to the old system is no stray any more.
    """
    if series.system in plan.replaced or series.measure == STRAYS:
        return True
    feed = plan.feeds.get(dict(series.segment).get("feed", ""))
    if feed is not None:
        return feed.system in plan.replaced
    if CATALOGUE[series.measure].source is Source.PROBE:
        return False
    told_by = ([f for f in plan.feeds.values() if m in f.gives and not f.legacy] for m in milestones(series.measure))
    return any(feeds and all(f.system in plan.replaced for f in feeds) for feeds in told_by)
