"""How moments are written in answers."""

from datetime import UTC, datetime
from typing import overload


@overload
def utc_text(at: datetime, timespec: str = ...) -> str: ...
@overload
def utc_text(at: None, timespec: str = ...) -> None: ...
def utc_text(at: datetime | None, timespec: str = "milliseconds") -> str | None:
    """Give a moment as RFC 3339 UTC, with milliseconds where nothing else is wanted; None as None."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
