"""What is kept of an item that could not be taken: its shape and the reason, never a word of what it said."""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.quarantine import Unreadable
from app.wire import ExamEventIn, FeedMessageIn, HeartbeatIn, Refusal, SampleIn, UnreadableIn

_QUOTED = re.compile(r'"([^"]*)"')
_ITEM = re.compile(r"(samples|exam_events|messages|unreadable|heartbeats)\[\d+\]")


@dataclass(frozen=True, slots=True)
class Sent:
    """An item as it was sent: by which feed or source, in which batch and list."""

    of: str
    batch: str
    list: str
    raw: Any


def put_aside(sent: Sent, reason: str, site_key: str, at: datetime) -> Unreadable:
    """Give what quarantine keeps; its id comes from batch and bytes, so that a batch sent twice is counted once."""
    body = json.dumps(sent.raw, sort_keys=True, ensure_ascii=True, default=str).encode()
    hashed = hmac.new(site_key.encode(), body, hashlib.sha256).hexdigest()
    id_ = _id(sent.of, sent.batch, hashed)
    return Unreadable(id_, sent.of, at, reason, shape_of(sent.raw), "", hashed, f"ingest {sent.list}", len(body))


def without_values(field: str, problem: str, names: Collection[str]) -> str:
    """Give what is wrong without a word of what was sent; `names` are the configuration's own and stay."""
    known = field.split(".")[0]
    if known not in _FIELDS and not _ITEM.fullmatch(field):
        known = "an unknown field"
    said = _QUOTED.sub(lambda q: q[0] if q[1] in names else f"a name of {len(q[1])}", problem)
    return f"{known}: {said}".replace("\0", "")[:400]


def contradiction(source: str, refusal: Refusal, at: datetime) -> Unreadable:
    """Give what quarantine keeps of an item whose id came before with another moment."""
    reason = f"{refusal.field}: {refusal.problem}"[:400]
    return Unreadable(_id(source, refusal.id, refusal.field), source, at, reason, message_type="ingest")


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def shape_of(raw: Any) -> str:
    """Give what an item looked like without a word of what it said: names of known fields, types and lengths."""
    if isinstance(raw, dict):
        return "{" + ", ".join(f"{_field_name(k)}: {_kind(v)}" for k, v in list(raw.items())[:40]) + "}"
    return _kind(raw)


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "null" if value is None else "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return f"text of {len(value)}"
    return (
        f"list of {len(value)}"
        if isinstance(value, Sequence)
        else f"object of {len(value)}"
        if isinstance(value, Mapping)
        else "?"
    )


_FIELDS = frozenset().union(
    *(m.model_fields for m in (SampleIn, ExamEventIn, HeartbeatIn, UnreadableIn, FeedMessageIn))
)


def _field_name(name: str) -> str:
    return name if name in _FIELDS else f"unknown name of {len(name)}"
