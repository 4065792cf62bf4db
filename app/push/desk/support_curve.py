"""The six weeks of support as values of SVG attributes and of tables, beside the published curve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.support_counts import (
    DAYS,
    PUBLISHED,
    PUBLISHED_USERS,
    Click,
    Day,
    Mean,
    by_area,
    by_day,
    by_hour,
    by_reason,
    means,
    per_100,
)
from app.push.desk import support_words as words
from app.push.scene import Scene

LEFT, RIGHT, TOP, BOTTOM = 56.0, 990.0, 36.0, 210.0  # the box of the plot within the picture, 1000 wide and 250 high
GAP = 0.25  # of a slot
HOURS_TOP, HOURS_BOTTOM = 22.0, 96.0
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day or an hour: its place and height, and of which kind it is."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of the published curve with its words."""

    x1: float
    x2: float
    y: float
    said: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis with its words."""

    place: float
    said: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The picture of the days and of the hours, and the tables that say the same."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    published: tuple[Line, ...]
    heights: tuple[Mark, ...]
    times: tuple[Mark, ...]
    hours: tuple[Bar, ...]
    total: int
    users: int | None
    weeks: tuple[tuple[str, ...], ...]
    days: tuple[tuple[str, str, str], ...]
    areas: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]


def curve(scene: Scene, clicks: Iterable[Click], begins_at: datetime, since_t0: bool) -> Curve | None:
    """Give the six weeks from go-live on, or the last six; None where support is not set up."""
    rules = scene.plan.support
    if rules is None:
        return None
    plan, found = scene.plan, list(clicks)
    days = by_day(found, begins_at, scene.now, plan.zone)
    users = rules.users
    compared = since_t0 and users is not None
    heights = [_height(d, users) for d in days]
    lines = [100 * p.per_day / PUBLISHED_USERS for p in PUBLISHED] if compared else []
    top, step = _axis(max([*heights, *lines, 1.0]))
    slot = (RIGHT - LEFT) / DAYS
    hours = by_hour(found, plan.zone)
    return Curve(
        words.SINCE_T0 if since_t0 else words.BEFORE_T0,
        words.PER_100 if users else words.A_DAY,
        tuple(_bar(d, h, top, slot) for d, h in zip(days, heights, strict=True)),
        tuple(_published(value, i, top, slot) for i, value in enumerate(lines)),
        tuple(Mark(_y(n * step, top), f"{n * step:g}") for n in range(int(top / step) + 1)),
        tuple(Mark(LEFT + n * slot, _week_words(days, n)) for n in range(0, DAYS, 7)),
        tuple(_hour(hour, n, max([*hours, 1])) for hour, n in enumerate(hours)),
        len(found),
        users,
        tuple(_week(m) for m in means(days, users)) if since_t0 else (),
        tuple((d.day.strftime("%a %-d %b"), str(d.n), _said(per_100(d.n, users))) for d in reversed(days)),
        tuple((plan.areas.get(area, area) or words.NO_AREA, str(n)) for area, n in by_area(found)),
        tuple((plan.floor.categories.get(why, why) or words.NO_REASON, str(n)) for why, n in by_reason(found)),
    )


def _height(day: Day, users: int | None) -> float:
    of_users = per_100(day.n, users)
    return float(day.n) if of_users is None else of_users


def _axis(highest: float) -> tuple[float, float]:
    """Give the top of an axis that begins at zero, and the step of its lines: three to six of them."""
    power = 1.0
    while highest / power > 50:
        power *= 10
    while highest / power <= 5:
        power /= 10
    step = next((s * power for s in (*_STEPS, 10) if highest / (s * power) <= 6), 10 * power)
    lines = -int(-highest // step)
    return lines * step, step


def _y(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)


def _bar(day: Day, height: float, top: float, slot: float) -> Bar:
    kind = "so-far" if not day.whole else "working" if day.working else "weekend"
    y = _y(height, top)
    width = round(slot * (1 - GAP), 1)
    return Bar(round(LEFT + (day.number + GAP / 2) * slot, 1), y, width, round(BOTTOM - y, 1), kind, str(day.n))


def _published(value: float, index: int, top: float, slot: float) -> Line:
    told = PUBLISHED[index]
    x1, x2 = LEFT + told.first_day * slot, LEFT + (told.last_day + 1) * slot
    return Line(
        round(x1, 1),
        round(x2, 1),
        _y(value, top),
        words.PUBLISHED.format(per_100=f"{value:.1f}", weeks=_weeks(told.first_day, told.last_day)),
    )


def _weeks(first_day: int, last_day: int) -> str:
    return words.WEEKS.format(first=first_day // 7 + 1, last=last_day // 7 + 1).lower()


def _week_words(days: Sequence[Day], number: int) -> str:
    return days[number].day.strftime("%-d %b") if number < len(days) else ""


def _hour(hour: int, n: int, most: int) -> Bar:
    slot = (RIGHT - LEFT) / 24
    height = round((HOURS_BOTTOM - HOURS_TOP) * n / most, 1)
    x, width = round(LEFT + (hour + GAP / 2) * slot, 1), round(slot * (1 - GAP), 1)
    return Bar(x, round(HOURS_BOTTOM - height, 1), width, height, "working", str(n) if n else "")


def _week(mean: Mean) -> tuple[str, ...]:
    numbers = (mean.per_day, mean.per_100, mean.published_per_day, mean.published_per_100)
    weeks = words.WEEKS.format(first=mean.first_week, last=mean.last_week)
    return weeks, str(mean.days), *map(_said, numbers)


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
