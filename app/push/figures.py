"""Numbers as screens show them: at most three significant digits, the unit beside them."""

from dataclasses import dataclass

from app.domain.measuring.states import apart

DASH = "—"
_PLAIN_UNITS = {"MB/s": "MB/s", "exams": "", "studies": ""}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and its unit, apart so that the unit can be smaller."""

    number: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.number}{'' if self.unit.startswith('/') else ' '}{self.unit}".rstrip()


NOTHING = Figure(DASH)


def figure(value: float | None, unit: str) -> Figure:
    """Give a value of a measure's unit as shown; a missing one is a dash."""
    if value is None:
        return NOTHING
    if unit == "s":
        return duration(value)
    if unit == "share":
        return Figure(_share(value), "%")
    if unit == "per h":  # a count: decimals only where it is less than one
        return Figure(whole(value) if value >= 1 or value == 0 else significant(value), "/h")
    return Figure(
        whole(value) if unit in ("exams", "studies") or value == 0 else significant(value), _PLAIN_UNITS.get(unit, unit)
    )


def duration(seconds: float) -> Figure:
    """Give a duration in the unit that people would use: ms, s, min, h or d."""
    sign, size = ("−", -seconds) if seconds < 0 else ("", seconds)
    if size < 0.9995:
        return Figure(sign + significant(size * 1000), "ms")
    if size < 99.5:
        return Figure(sign + significant(size), "s")
    if size < 5970:
        return Figure(sign + significant(size / 60), "min")
    minutes = round(size / 60)
    if minutes < 600:
        return Figure(f"{sign}{minutes // 60}:{minutes % 60:02d}", "h")
    if size < 172_800:
        return Figure(sign + significant(size / 3600), "h")
    return Figure(sign + significant(size / 86400), "d")


def told_apart(value: float, limit: float, unit: str) -> tuple[Figure, Figure]:
    """Give a value and its limit as shown, with more digits where they would look the same."""
    shown, told = figure(value, unit), figure(limit, unit)
    if shown != told or value == limit:
        return shown, told
    found = apart(value, limit, unit)
    return Figure(*found[0].split(" ", 1)), Figure(*found[1].split(" ", 1))


def beyond(seconds: float) -> Figure:
    """Give a duration that is only known to be longer than a timeout."""
    limit = duration(seconds)
    return Figure(f"> {limit.number}", limit.unit)


def significant(value: float) -> str:
    """Give two digits of a small number and three of a large one: 7.2, 41, 412, 1.8; counts above that whole."""
    size = abs(value)
    if size >= 99.5:
        return whole(value)
    if size >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 0.095 or value == 0 else f"{value:.2f}"


def whole(value: float) -> str:
    """Give a count, with thousands apart."""
    return f"{value:,.0f}"


def percent(part: int, of: int) -> str:
    """Give a share of attempts as a person reads it; one of many is never 0 %."""
    if not part or not of:
        return "0"
    share = 100 * part / of
    return "< 1 %" if share < 1 else f"{share:.0f} %"


def _share(value: float) -> str:
    if value >= 1:
        return "100"
    # 99.96 % answered is not all answered: it is cut, not rounded
    return f"{int(value * 1000) / 10:.1f}"


def clock(seconds: float) -> str:
    """Give a span as a running clock: 36:19, 01:23:41, 3 d 04:10:00."""
    left = int(abs(seconds))
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, second = divmod(left, 60)
    if days:
        return f"{days} d {hours:02d}:{minutes:02d}:{second:02d}"
    return f"{hours:02d}:{minutes:02d}:{second:02d}" if hours else f"{minutes:02d}:{second:02d}"
