"""A simulated past stored in bulk, as if it had been received day by day; only before a demo's server starts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from app.domain.exams.exams import ExamEvent
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.samples import Sample
from app.domain.measuring.series import rolled_up
from app.domain.plans import Plan
from app.errors import Conflict
from app.store import exams, feed_messages, marks, retention, rollups, samples
from app.store.db import Database, Session

Batch = tuple[datetime, Sequence[Sample], Sequence[ExamEvent], Sequence[FeedMessage]]
_PIECE = 2000
T = TypeVar("T")


def claim(db: Database, *, fresh: bool) -> None:
    """Mark a fresh database as a simulation's for good, or refuse one that is a real site's."""

    def act(s: Session) -> None:
        if not fresh and marks.get(s, db.site, marks.SIMULATION) is None:
            raise Conflict(f"{db.address} holds a site's own data: a simulation is never mixed with them")
        marks.set(s, db.site, marks.SIMULATION, "true")

    db.write_now(act)


def pour(db: Database, plan: Plan, batches: Iterable[Batch], told: Callable[[datetime, int], None]) -> int:
    """Store the batches in their order, each rolled up and forgotten as of its own moment; give how many items.

    `told` hears after each batch up to which moment the past is stored, and how many items that makes.
    """
    count = 0
    for now, taken, events, messages in batches:
        for piece in _pieces(taken):
            db.write_now(partial(samples.append, site=plan.site, samples=piece))
        for several in _pieces(events):
            db.write_now(partial(exams.append, site=plan.site, events=several, feed_order=plan.feed_order))
        for part in _pieces(messages):
            db.write_now(partial(feed_messages.append, site=plan.site, rows=part))
        _settle(db, plan, now)
        count += len(taken) + len(events) + len(messages)
        told(now, count)
    return count


def _settle(db: Database, plan: Plan, now: datetime) -> None:
    """Roll up and forget as the running server does each hour and day."""
    while db.write_now(lambda s: rollups.catch_up(s, plan.site, now, lambda sample: rolled_up(sample, plan), 500)):
        pass
    while db.write_now(lambda s: retention.drop_old(s, plan.site, now)):
        pass


def _pieces(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[i : i + _PIECE] for i in range(0, len(items), _PIECE))
