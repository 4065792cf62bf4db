"""HL7 times: as precise as they are written, with their own zone or the feed's."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_TIME = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?:(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?)?)?)?)?(?P<zone>[+-]\d{4}|Z)?",
    re.ASCII,
)
_EARLIEST, _LATEST = 1970, 2200
_SENDER_AHEAD, _TOLD_WITHIN = timedelta(minutes=2), timedelta(hours=3)
_WESTMOST, _EASTMOST = timedelta(hours=-12), timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Hl7Time:
    """A moment in UTC; `zoned` when the value carried its own offset."""

    at: datetime
    zoned: bool


def hl7_time(text: str, zone: tzinfo, received_at: datetime | None = None) -> Hl7Time | None:
    """Give the moment of an HL7 time, None when it is impossible or not precise to the minute.

    A local time that happens twice (the night the clocks go back) is the later of the two when it was received soon
    after that one, else the first: a message cannot tell what has not happened yet, and a late one decides nothing.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None or match["minute"] is None:
        return None
    own = _offset(match["zone"])
    if match["zone"] and own is None:
        return None
    try:
        local = datetime(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"] or 0),
            int((match["fraction"] or "0").ljust(6, "0")[:6]),
            tzinfo=own or zone,
            fold=0,
        )
        at = local.astimezone(UTC)
        if own is None and received_at is not None:
            again = local.replace(fold=1).astimezone(UTC)
            at = again if at < again and -_SENDER_AHEAD <= received_at - again <= _TOLD_WITHIN else at
    except (ValueError, OverflowError):
        return None
    return Hl7Time(at, own is not None) if _EARLIEST <= at.year < _LATEST else None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    minutes = int(text[3:])
    offset = timedelta(hours=int(text[1:3]), minutes=minutes) * (-1 if text[0] == "-" else 1)
    return timezone(offset) if minutes < 60 and _WESTMOST <= offset <= _EASTMOST else None
