"""Durations, moments and counts in the words of screens."""

from datetime import datetime


def span(seconds: float) -> str:
    """Give a duration as people say it: "40 s", "12 min", "3 h 05 min", "2 d 4 h"."""
    whole = round(abs(seconds))
    sign = "−" if seconds < 0 and whole else ""
    if whole < 120:
        return f"{sign}{whole} s"
    if whole < 7200:
        return f"{sign}{whole // 60} min"
    hours, rest = divmod(whole, 3600)
    if hours < 48:
        return f"{sign}{hours} h {rest // 60:02d} min" if rest >= 60 else f"{sign}{hours} h"
    return f"{sign}{hours // 24} d {hours % 24} h" if hours % 24 else f"{sign}{hours // 24} d"


def window_words(seconds: float) -> str:
    """Give a window's length: "15 min", "4 h", "24 h"."""
    if seconds % 3600 == 0 and seconds >= 3600:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 60)} min" if seconds % 60 == 0 and seconds >= 60 else span(seconds)


def answer_time(seconds: float) -> str:
    """Give a response time with the digits that matter: "7 ms", "1.4 s", "42 min"."""
    if abs(seconds) < 0.9995:
        return f"{seconds * 1000:.0f} ms" if abs(seconds) >= 0.00095 else f"{seconds * 1000:.1f} ms"
    return f"{seconds:.1f} s" if abs(seconds) < 10 else span(seconds)


def local_clock(moment: datetime, now: datetime) -> str:
    """Give the time of day, with the date where it is another day."""
    return moment.strftime("%H:%M") if moment.date() == now.date() else moment.strftime("%-d %b %H:%M")


def counted(n: int, one: str, many: str = "") -> str:
    """Give a number with its noun: "1 answer", "31 answers"."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def apart_times(value: float, limit: float) -> tuple[str, str]:
    """Give two durations in one unit, with as many digits as tell them apart: "1.04 s" and "1.00 s"."""
    units = ((0.9995, 0.001, "ms"), (120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h"))
    size, unit = next(((size, unit) for below, size, unit in units if abs(limit) < below), (86_400, "d"))
    return fixed_apart(value / size, limit / size, unit)


def fixed_apart(value: float, limit: float, unit: str) -> tuple[str, str]:
    """Give two numbers of a unit with as many decimals as tell them apart."""
    digits = next((d for d in range(1, 6) if f"{value:.{d}f}" != f"{limit:.{d}f}"), 6)
    return f"{value:.{digits}f} {unit}".rstrip(), f"{limit:.{digits}f} {unit}".rstrip()
