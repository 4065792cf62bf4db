"""The kinds of value that golive.toml knows, each with the sentence that says what would be right."""

import ipaddress
import re
from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from app.clock import in_calendar
from app.settings.signs import written

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|min|[smhdw])(?![a-z])", re.ASCII)
_COST = re.compile(r"\s*(\d{1,7})\s+(studies|reports)\s*", re.ASCII)
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOURS = re.compile(r"([A-Z][a-z])(?:\s*-\s*([A-Z][a-z]))?\s+(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)", re.ASCII)

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$"  # series are named measure/system/area@vantage, triggers rule:area
AE_PATTERN = r"^[ -\[\]-~]+$"
UID_PATTERN = r"^[0-9]+(\.[0-9]+)*$"
HL7_FIELD_PATTERN = r"^[A-Z][A-Z0-9]{2}-\d+(\.\d+)?$"


class Table(BaseModel):
    """Base of every table: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def duration_s(text: Any) -> float:
    """Give the seconds of a duration such as "90s", "1h 30m" or "14d"."""
    if not isinstance(text, str):
        raise ValueError('is no duration (such as "10s")')
    at, total_s = 0, 0.0
    while match := _DURATION_PART.match(text, at):
        total_s += float(match[1]) * _UNITS_S[match[2]]
        at = match.end()
    if at == 0 or text[at:].strip():
        raise ValueError('is no duration (such as "10s")')
    return total_s


def _positive(seconds: Any) -> float:
    value = duration_s(seconds)
    if not 0 < value <= 3650 * 86400:
        raise ValueError("must be longer than nothing and at most ten years")
    return value


def cost_of(text: Any) -> tuple[int, str] | None:
    """Give number and kind of a cost such as "500 studies" or "200 reports", None for another text."""
    match = _COST.fullmatch(text) if isinstance(text, str) else None
    return (int(match[1]), match[2]) if match else None


def _time_or_cost(text: Any) -> float | str:
    if cost := cost_of(text):
        if not cost[0]:
            raise ValueError("must be more than nothing")
        return f"{cost[0]} {cost[1]}"
    try:
        return _positive(text)
    except ValueError as error:
        if isinstance(text, str) and _DURATION_PART.match(text, 0):
            raise
        raise ValueError('is neither a time after T0 ("12h") nor a cost ("500 studies", "200 reports")') from error


def _not_negative(text: Any) -> float:
    return 0.0 if duration_s(text) == 0 else _positive(text)


def _share(share: float) -> float:
    if not 0 < share < 1:
        raise ValueError("is no share (more than 0 and less than 1, such as 0.2 for a fifth)")
    return share


def parse_hours(text: str) -> list[tuple[int, time, time]]:
    """Give (weekday, from, until) of hours such as "Mo-Fr 07:00-18:00, Sa 08:00-12:00"; Monday is 0.

    Spans over midnight are given as two, and 24:00 is the last microsecond of the day.
    """
    found: list[tuple[int, time, time]] = []
    for part in text.split(","):
        match = _HOURS.fullmatch(part.strip())
        if match is None or match[1] not in _DAYS or (match[2] or "Mo") not in _DAYS:
            raise ValueError('is no hours of the week (such as "Mo-Fr 07:00-18:00, Sa 08:00-12:00")')
        first, last = _DAYS.index(match[1]), _DAYS.index(match[2] or match[1])
        start, end = _of_day(match[3], match[4]), _of_day(match[5], match[6])
        for day in ((first + i) % 7 for i in range((last - first) % 7 + 1)):
            if start < end:
                found.append((day, start, end))
            else:
                found.append((day, start, time.max))
                if end > time.min:
                    found.append(((day + 1) % 7, time.min, end))
    return found


def _of_day(hour: str, minute: str) -> time:
    if (hour, minute) == ("24", "00"):
        return time.max
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f'has no time of day at "{hour}:{minute}" (00:00 to 24:00)')
    return time(int(hour), int(minute))


def _hours(text: str) -> str:
    parse_hours(text)
    return text


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError('is no time of day (such as "07:30")')
    return text


def _times_of_day(texts: list[str]) -> list[str]:
    if twice := next((t for i, t in enumerate(texts) if t in texts[:i]), ""):
        raise ValueError(f'holds "{twice}" twice')
    return sorted(texts)


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare or (":" in bare) != (bare != host) or not re.fullmatch(r"\d{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError('is no address and port (such as "127.0.0.1:8000")')
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except Exception as error:  # ZoneInfo raises four kinds for a bad name
        raise ValueError('is no IANA time zone (such as "Europe/Berlin")') from error
    return name


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError('is no IP address or network (such as "10.0.0.5" or "10.0.0.0/24")') from error
    return text


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from error
    return text


def _a_day_at_least(seconds: float) -> float:
    if seconds < 86400:
        raise ValueError('is too short ("1d" at least): who waits for hours still waits')
    return seconds


def _moment(at: Any) -> Any:
    if isinstance(at, str):
        try:
            return datetime.fromisoformat(at)
        except ValueError:
            return at
    return at


def _in_calendar(at: datetime) -> datetime:
    if not in_calendar(at):
        raise ValueError("lies outside of the calendar")
    return at


def _link(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https", "tel", "sip", "sips") and not re.search(r"\s", url)
        whole = known and bool(parts.hostname if parts.scheme.startswith("http") else parts.path)
    except ValueError:  # such as half a pair of brackets
        whole = False
    if not whole:
        raise ValueError('is no link (such as "https://meet.example/bridge" or "tel:+4930123")')
    return url


def _web_link(url: str) -> str:
    if not url.startswith(("http://", "https://")) or "?" in url or "#" in url:
        raise ValueError('is no address of golive (such as "https://golive.hospital.example")')
    return _link(url)


def _phone(text: str) -> str:
    if not re.fullmatch(r"[+0-9#*(][0-9 ()/.,;#*x+-]{1,39}", text, re.ASCII) or not re.search(r"\d{2}", text):
        raise ValueError('is no telephone number (such as "4711" or "+49 30 123456")')
    return text


def _mail(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>\",;]{1,64}@[^\s@<>\",;]{1,180}", text):
        raise ValueError('is no mail address (such as "pacs@hospital.example")')
    return text


def _room(text: str) -> str:
    if text != text.strip() or not text:
        raise ValueError('is no room (such as "CT 2", without blanks around it)')
    return written(text)


def host_of(listen: str) -> str:
    """Give the bare host of an address and port."""
    return listen.rpartition(":")[0].strip("[]")


def port_of(listen: str) -> int:
    """Give the port of an address and port."""
    return int(listen.rpartition(":")[2])


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


Duration = Annotated[float, BeforeValidator(_positive)]
TimeOrCost = Annotated[float | str, BeforeValidator(_time_or_cost)]
DurationOrNone = Annotated[float, BeforeValidator(_not_negative)]
NotNegative = Annotated[int, Field(ge=0)]
Share = Annotated[float, AfterValidator(_share)]
DaysLong = Annotated[Duration, AfterValidator(_a_day_at_least)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_in_calendar)]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
AeTitle = Annotated[str, Field(min_length=1, max_length=16, pattern=AE_PATTERN)]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(written)]
Listen = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Network = Annotated[str, AfterValidator(_network)]
Expression = Annotated[str, AfterValidator(_expression)]
WebLink = Annotated[str, Field(max_length=200), AfterValidator(_web_link)]
Link = Annotated[str, Field(max_length=400), AfterValidator(_link)]
Phone = Annotated[str, AfterValidator(_phone)]
Mail = Annotated[str, AfterValidator(_mail)]
Room = Annotated[str, Field(max_length=40), AfterValidator(_room)]
HoursText = Annotated[str, AfterValidator(_hours)]
TimesOfDay = Annotated[
    list[Annotated[str, AfterValidator(_time_of_day)]], Field(max_length=24), AfterValidator(_times_of_day)
]
Uid = Annotated[str, Field(max_length=64, pattern=UID_PATTERN)]
DateText = Annotated[str, Field(pattern=r"^(today|any|[+-]\d{1,3}d|today(±|\+-)\d{1,2}d)$")]
