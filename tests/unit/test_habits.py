"""How a feed usually speaks, and when a silence of it is longer than its own hours make likely."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.measuring.habits import LEAST_WEEKS, WEEK, Habit, Heard, habit_of
from app.domain.rollback.triggers import Sight, State
from tests.unit.made import T, at
from tests.unit.test_trigger_kinds import SILENCE, House

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
RULE = replace(SILENCE, milestone="", quiet_for_s=600.0, unlikely_below=0.001)


def spoken(weeks: int, until: datetime = T, by_day: int = 30, by_night: int = 0) -> list[datetime]:
    """Give a feed that speaks so often an hour from seven to seven, and so often at night."""
    found, hour = [], until - weeks * WEEK
    while hour < until:
        n = by_day if 7 <= hour.hour < 19 else by_night
        found += [hour + timedelta(minutes=60 * i / n) for i in range(n)]
        hour += timedelta(hours=1)
    return found


def habit(moments: list[datetime], until: datetime = T) -> Habit:
    found = habit_of(moments, min(moments), until, ZoneInfo("UTC"))
    assert found is not None
    return found


def test_a_habit_takes_three_whole_weeks_and_counts_minutes_not_messages() -> None:
    assert habit_of(spoken(2), T - 2.9 * WEEK, T, ZoneInfo("UTC")) is None
    assert habit_of([], None, T, ZoneInfo("UTC")) is None
    burst = [at(-s / 10) for s in range(100)]  # a hundred messages within a minute
    found = habit([*spoken(LEAST_WEEKS), *burst])
    assert (found.weeks, sum(found.minutes), found.minutes[12]) == (3, 7 * 12 * 30, 30.0)


def test_the_quietest_of_the_weeks_counts_so_that_a_holiday_is_no_alarm() -> None:
    whole = spoken(4)
    day = [m for m in whole if not T - WEEK <= m < T - WEEK + timedelta(days=1)]
    found = habit(day)
    expected = {h for h in range(168) if found.minutes[h] == 0 and 7 <= h % 24 < 19}
    assert expected == {5 * 24 + h for h in range(12, 19)} | {6 * 24 + h for h in range(7, 12)}


def test_what_was_to_come_since_a_moment_follows_the_hours() -> None:
    found = habit(spoken(3))
    assert found.expected(at(0), at(1800)) == pytest.approx(15)
    assert found.expected(at(0), at(3600)) == pytest.approx(30)
    night = T.replace(hour=22)
    assert found.expected(night, night + timedelta(hours=8)) == 0
    assert found.expected(night, night + timedelta(hours=9, minutes=30)) == pytest.approx(15)


def test_a_habit_lives_by_the_local_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = habit_of([MONDAY + timedelta(hours=7) - k * WEEK for k in range(3)], T - 9 * WEEK, T, berlin)
    assert found is not None
    assert found.minutes[8] == 0  # the fourth week had none
    found = habit_of([MONDAY + timedelta(hours=7) - k * WEEK for k in range(4)], T - 9 * WEEK, T, berlin)
    assert found is not None
    assert found.minutes[8] == 1


def knowing(rule: object = RULE, weeks: int = 3) -> House:
    house = House(rule)  # type: ignore[arg-type]
    heard = [Heard("ris-hl7", "final", "RIS", moment) for moment in spoken(weeks)]
    house.triggers.know(heard, {"ris-hl7": T - weeks * WEEK}, T)
    return house


def live(house: House, start: int, end: int) -> House:
    for second in range(start, end, 20):
        house.look(second)
    return house


def test_by_day_a_silence_is_called_sooner_than_at_night() -> None:
    house = live(knowing().tells(0), 0, 820)  # 6.9 minutes of thirty an hour are 828 s
    assert (house.state(), house.sees(820).sight) == (State.WATCHING, Sight.OK)
    live(house, 820, 900)
    assert house.state() is State.BREACHED
    assert house.sees(900).reason == (
        "no message from ris-hl7 for 15 min; called when its chance by the same hours of 3 weeks is below 0.1 %"
    )
    night = 10 * 3600  # ten hours later it is 22:00
    sleeping = live(knowing().tells(night), night, night + 9 * 3600)
    assert (sleeping.state(), sleeping.sees(night + 9 * 3600).sight) == (State.WATCHING, Sight.OK)
    assert live(sleeping, night + 9 * 3600, night + 9 * 3600 + 900).state() is State.BREACHED


def test_until_there_are_three_weeks_the_plain_limit_counts() -> None:
    house = live(knowing(weeks=2).tells(0), 0, 640)
    assert house.state() is State.BREACHED
    assert house.sees(620).reason.endswith("; 10 min allowed")
    assert live(knowing(replace(RULE, unlikely_below=None)).tells(0), 0, 640).state() is State.BREACHED


def test_the_habit_is_that_of_the_rules_own_milestone_and_sender() -> None:
    nobody = knowing(replace(RULE, sender="VOICE"))
    assert live(nobody.tells(0, sender="VOICE"), 0, 7200).state() is State.WATCHING  # it never spoke at these hours
