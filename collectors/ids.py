"""Identifiers that collectors make for what they send."""

import secrets
from datetime import datetime


def uuid7(now: datetime) -> str:
    """Give a UUIDv7 (RFC 9562): sorted by `now` to the millisecond, the rest random."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
