"""`golive feed explain`: what a feed sends and what golive makes of it; counts, fill rates and shapes, never values."""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.clock import utc_now
from app.domain.measuring.feed_messages import Candidate, Explained, FeedMessage
from app.domain.measuring.feed_messages import explain as explained
from app.errors import Missing, Unavailable
from app.settings import Config, Feed
from collectors.feeds.hl7_reading import read_message
from collectors.feeds.shapes import carries_zone

PURPOSES = {
    "accession": ("IPC-1", "OBR-18", "OBR-3", "OBR-2", "ORC-3", "ORC-2"),
    "area": ("OBR-24", "PV1-3.1", "MSH-4"),
    "time": ("ORC-9", "OBR-7", "OBR-8", "OBR-22", "OBX-14", "MSH-7"),
}
_FRAME = re.compile(rb"\x0b(.*?)\x1c\r?", re.DOTALL)
_BEGIN = re.compile(rb"(?:\A|(?<=[\r\n]))(?=MSH[^A-Za-z0-9\s])")
_ENVELOPE = re.compile(rb"(?:\A|(?<=[\r\n]))(?:FHS|BHS|BTS|FTS)[^\r\n]*")


@dataclass(frozen=True, slots=True)
class FeedExplained:
    """What was found, and where; `unreadable` counts reasons."""

    source: str
    found: Explained
    unreadable: tuple[tuple[str, int], ...] = ()


def of_feed_or_file(
    config: Config, what: str, as_feed: str, received: Callable[[str], Sequence[FeedMessage]]
) -> FeedExplained:
    """Explain what a feed has received, or a file of messages read by the rules of a feed."""
    feeds = {f.id: f for f in config.settings.feeds}
    if what in feeds:
        return FeedExplained(what, explained(received(what)))
    known = ", ".join(feeds) or "none"
    if as_feed and as_feed not in feeds:
        raise Missing(f'there is no feed "{as_feed}" in {config.file} (there are: {known})')
    file = Path(what)
    if not file.is_file():
        raise Missing(f'"{what}" is neither a feed of {config.file} (there are: {known}) nor a file')
    spoken = [f for f in feeds.values() if f.kind == "hl7-mllp"]
    rules = feeds[as_feed] if as_feed else spoken[0] if spoken else Feed(id="file", kind="hl7-mllp")
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from error
    return of_messages(config, str(file), raw, rules, utc_now())


def of_messages(config: Config, source: str, raw: bytes, feed: Feed, now: datetime) -> FeedExplained:
    """Explain the messages of a file: framed as on the wire, or one after the other, each from its MSH on."""
    key = secrets.token_hex(16)  # what it makes is looked at by nobody
    messages: list[FeedMessage] = []
    unreadable: Counter[str] = Counter()
    for message in split(raw):
        items = read_message(message, feed, config.settings, key, now)
        messages += [FeedMessage(m.id, m.feed, m.at, m.message_at, m.key, m.verdict, m.shapes) for m in items.messages]
        unreadable.update(u.reason for u in items.unreadable)
    return FeedExplained(source, explained(messages), tuple(unreadable.most_common()))


def split(raw: bytes) -> Iterator[bytes]:
    """Give the messages of a file; what stands before the first MSH is a message of its own that cannot be read."""
    for framed in _FRAME.findall(raw) if raw.lstrip()[:1] == b"\x0b" else (raw,):
        for message in _BEGIN.split(_ENVELOPE.sub(b"", framed)):
            if message.strip():
                yield message.strip(b"\r\n\x0b\x1c") + b"\r"


def as_json(whole: FeedExplained) -> dict[str, Any]:
    """Give it for programs."""
    return {
        "source": whole.source,
        "messages": whole.found.messages,
        "kinds": [
            {**_codes(t.key), "count": t.count, "verdict": t.verdict, "ignored": t.verdict.startswith("ignored")}
            for t in whole.found.told
        ],
        "fields": [
            {
                "for": purpose,
                "field": c.field,
                "filled": round(c.filled_share, 4),
                "shapes": [{"shape": s, "count": n} for s, n in c.shapes],
                "carries_zone": _zone(c) if purpose == "time" else None,
            }
            for purpose, c in _candidates(whole)
        ],
        "unreadable": [{"reason": reason, "count": n} for reason, n in whole.unreadable],
    }


def text(whole: FeedExplained) -> str:
    """Give it for people."""
    found = whole.found
    lines = [f"{whole.source}: {found.messages} messages"]
    if found.told:
        rows = [("count", "MSH-9 ORC-1/ORC-5 OBR-25", "becomes")]
        lines += ["", *_aligned(rows + [(str(t.count), t.key, t.verdict) for t in found.told])]
    if whole.unreadable:
        lines += ["", "could not be read:", *(f"  {n} × {reason}" for reason, n in whole.unreadable)]
    fields = [("for", "field", "filled", "commonest shapes", "")]
    for purpose, c in _candidates(whole):
        shapes = "  ".join(f"{shape} ({n})" for shape, n in c.shapes[:3])
        zone = {"always": "with zone", "sometimes": "some with zone", "never": "without zone"}.get(_zone(c) or "", "")
        fields.append((purpose, c.field, f"{c.filled_share:.0%}", shapes, zone if purpose == "time" else ""))
    if len(fields) > 1:
        lines += ["", *_aligned(fields)]
    return "\n".join(lines) + "\n"


def _candidates(whole: FeedExplained) -> list[tuple[str, Candidate]]:
    there = {c.field: c for c in whole.found.candidates}
    known = [(purpose, there.pop(name)) for purpose, names in PURPOSES.items() for name in names if name in there]
    return known + [("other", c) for c in there.values()]


def _zone(candidate: Candidate) -> str | None:
    """Say whether a field's times carry their offset from UTC; None when the field is never filled."""
    carrying = {carries_zone(shape) for shape, _ in candidate.shapes}
    return None if not carrying else "sometimes" if len(carrying) == 2 else "always" if True in carrying else "never"


def _codes(key: str) -> dict[str, Any]:
    """Give a kind's codes one by one; those of a message with several orders are its first order's."""
    message, _, orders = key.partition(" ")
    match = re.fullmatch(r"([^/]*)/(\S*) (\S*)", orders.split(", ")[0])
    codes = [None if c in ("-", "") else c for c in match.groups()] if match else [None] * 3
    known = message if match or not key.startswith("no ") else None
    return {"key": key, "message": known, "orc_1": codes[0], "orc_5": codes[1], "obr_25": codes[2]}


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
