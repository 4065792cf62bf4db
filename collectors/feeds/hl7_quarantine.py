"""What could not be read, told without a word of it: reason, outline, keyed hashes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.wire import FeedMessageIn, UnreadableIn
from collectors.feeds.hl7_codes import clean_type
from collectors.feeds.hl7_message import begins, header
from collectors.feeds.shapes import outline
from collectors.identity import event_id, hidden
from collectors.items import FeedItems

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class About:
    """The frame that could not be read, and where it came from."""

    raw: bytes
    digest: bytes
    feed: str
    site_key: str
    received_at: datetime


def items(
    about: About, reason: str, index: int = 0, key: str = "", shapes: Mapping[str, str] | None = None
) -> FeedItems:
    """Give the quarantine entry of a frame and the record that it was received, with what is known of its kind."""
    fields = header(about.raw)
    kind = "^".join(_text(fields, 9).split("^")[:2]).upper()
    unreadable = UnreadableIn(
        id=event_id(about.site_key, about.feed, about.digest, "unreadable", str(index)),
        feed=about.feed,
        at=about.received_at,
        reason=reason[:400],
        shape=outline(begins(about.raw), fields[1] if fields else b"|"),
        control_hash=hidden(about.site_key, "control", fields[10]) if len(fields) > 10 else "",
        bytes_hash=hidden(about.site_key, "bytes", about.digest) if about.raw else "",
        message_type=clean_type(kind) if kind else "",
        length=len(about.raw),
    )
    message = FeedMessageIn(
        id=receipt_id(about.site_key, about.feed, about.digest, index, about.received_at),
        feed=about.feed,
        at=about.received_at,
        key=key or (clean_type(kind) if kind else "no MSH-9"),
        verdict=f"quarantined: {reason}"[:400],
        shapes=dict(shapes or {}),
    )
    return FeedItems(messages=(message,), unreadable=(unreadable,))


def receipt_id(site_key: str, feed: str, digest: bytes, index: int, received_at: datetime) -> str:
    """Give the id of a receipt: a message that comes again tells nothing new, but it was received twice."""
    return event_id(site_key, feed, digest, "message", str(index), received_at.isoformat())


def log_bug(feed: str, bug: Exception) -> None:
    """Log a fault of golive's own: kind and place, never its text, which may quote the message."""
    place = bug.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
    _LOG.error("golive could not read a message", feed=feed, kind=type(bug).__name__, where=where)


def _text(fields: list[bytes], n: int) -> str:
    return fields[n].decode("latin-1") if n < len(fields) else ""
