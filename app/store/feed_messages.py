"""What the feeds received: their age, rate and clock offset, and the table of `feed explain`."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from app.domain.appended import Appended
from app.domain.measuring.feed_messages import Explained, FeedMessage, explain
from app.store import codec
from app.store.sets import Shape, append_new, rows_of, run

SHAPE: Shape[FeedMessage] = Shape(FeedMessage, "feed_message", {"shapes": codec.dumps}, {"shapes": json.loads})
_MESSAGE = SHAPE.table


def append(session: Session, site: str, rows: Sequence[FeedMessage]) -> Appended[FeedMessage]:
    """Store messages that are new."""
    return append_new(session, site, SHAPE, rows, rows)


def newest_received(session: Session, site: str) -> dict[str, datetime]:
    """Give when each feed last received anything."""
    ask = select(_MESSAGE.c.feed, func.max(_MESSAGE.c.at)).where(_MESSAGE.c.site == site).group_by(_MESSAGE.c.feed)
    return dict(tuple(row) for row in rows_of(session, ask))


def counts(session: Session, site: str, feed: str, since: datetime) -> int:
    """Count what a feed received at or after a moment."""
    its = (_MESSAGE.c.site == site) & (_MESSAGE.c.feed == feed) & (_MESSAGE.c.at >= since)
    return int(run(session, select(func.count()).select_from(_MESSAGE).where(its)).scalar_one())


def newest_offsets(session: Session, site: str, feed: str, limit: int = 100) -> list[float]:
    """Give receive time minus message time in seconds of the newest messages that carry one, newest first."""
    its = (_MESSAGE.c.site == site) & (_MESSAGE.c.feed == feed) & _MESSAGE.c.message_at.is_not(None)
    ask = select(_MESSAGE.c.at, _MESSAGE.c.message_at).where(its).order_by(_MESSAGE.c.at.desc()).limit(limit)
    return [(row.at - row.message_at).total_seconds() for row in rows_of(session, ask)]


def newest(session: Session, site: str, feed: str, limit: int) -> list[FeedMessage]:
    """Give what a feed received last, newest first."""
    its = (_MESSAGE.c.site == site) & (_MESSAGE.c.feed == feed)
    ask = select(*SHAPE.columns).where(its).order_by(_MESSAGE.c.at.desc(), _MESSAGE.c.id).limit(limit)
    return SHAPE.items(session, ask)


def table(session: Session, site: str, feed: str, limit: int = 20_000) -> Explained:
    """Give what `feed explain` says of the newest messages of a feed."""
    return explain(newest(session, site, feed, limit))
