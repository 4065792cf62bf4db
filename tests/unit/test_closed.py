"""Hours and days that are over: which exams count in each, what the estimate says, and when it is made anew."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.exams.closed import DAY_S, HOUR_S, Closed, Step, again_at, close, steps_of
from app.domain.exams.exam_measures import View
from app.domain.exams.exams import Exam
from app.domain.measuring.percentiles import enough
from tests.unit.made import FEEDS, T, at, exam, plan
from tests.unit.test_exam_measures import by_hand

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = plan(feeds=FEEDS)
BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


def closed(
    exams: list[Exam], now: datetime, hour: datetime = T, t0: datetime | None = None
) -> tuple[dict[tuple[str, int, datetime], Closed], set[Step]]:
    rows, moving = close(exams, [s for s in steps_of([hour], UTC) if s.until <= now], View(PLAN, now, t0))
    return {(row.key, row.step_s, row.at): row for row in rows}, moving


def turnaround(rows: dict[tuple[str, int, datetime], Closed], step_s: int = HOUR_S, of: str = "") -> Closed | None:
    at = T if step_s == HOUR_S else T.replace(hour=0)
    return rows.get(("report.turnaround" + of, step_s, at))


def test_an_hour_holds_the_exams_whose_start_lies_in_it_as_an_independent_estimate_says() -> None:
    chance = random.Random(11)
    inside, closed_s, open_s = [], [], []
    now = T + 5 * HOUR
    for n in range(60):
        start = chance.uniform(0, 59.9)
        took = chance.uniform(5, 400)
        ended, final = at(60 * start), at(60 * (start + took))
        done = final <= now
        inside.append(exam(f"in-{n}", ended_at=start, final_at=start + took if done else None))
        (closed_s if done else open_s).append(((final if done else now) - ended).total_seconds())
    outside = [exam("before", ended_at=-0.1, final_at=3), exam("after", ended_at=60, final_at=61)]
    row = turnaround(closed(inside + outside, now)[0])
    assert row is not None
    assert (row.n, row.open) == (len(closed_s), len(open_s))
    assert row.open > 5
    for q, value in ((500, row.p50), (900, row.p90), (950, row.p95)):
        assert value == (by_hand(closed_s, open_s, q / 1000) if enough(q, row.n) else None)


def test_a_day_waits_for_its_end_and_holds_all_its_hours() -> None:
    exams = [exam(f"e{n}", ended_at=60 * n - 240, final_at=60 * n - 200) for n in range(8)]
    hours_only, _ = closed(exams, T + 2 * HOUR)
    assert turnaround(hours_only, DAY_S) is None
    row = turnaround(closed(exams, T.replace(hour=0) + DAY)[0], DAY_S)
    assert row is not None
    assert (row.n, row.p50) == (8, 2400.0)


def test_each_area_and_segment_has_rows_of_its_own() -> None:
    exams = [exam(f"e{n}", ended_at=n, final_at=n + 30, patient_class="EI"[n % 2]) for n in range(10)]
    rows, _ = closed(exams, T + 2 * HOUR)
    found = {key: row.n for (key, step_s, _), row in rows.items() if step_s == HOUR_S and "turnaround" in key}
    assert found == {
        "report.turnaround": 10,
        "report.turnaround/-/ct": 10,
        "report.turnaround/-/-/modality=CT,patient_class=E": 5,
        "report.turnaround/-/-/modality=CT,patient_class=I": 5,
    }


def test_a_step_that_holds_t0_counts_only_what_began_from_it_on_and_those_before_stay() -> None:
    exams = [exam(f"e{n}", ended_at=6 * n, final_at=6 * n + 10) for n in range(10)]
    t0 = at(60 * 30)
    row = turnaround(closed(exams, T + 2 * HOUR, t0=t0)[0])
    assert row is not None
    assert row.n == 5
    row = turnaround(closed(exams, T + 3 * HOUR, t0=T + 2 * HOUR)[0])
    assert row is not None
    assert row.n == 10


@pytest.mark.parametrize(
    ("closed_min", "open_since_min", "moves"),
    [
        ([10, 20], None, False),  # nobody waits
        ([10, 20], 5, True),  # waits for less than another took: the estimate may still move
        ([10, 20], 40, False),  # has outlasted all: only an event can change it, and that marks the hour
        ([], 5, False),
    ],
)
def test_an_hour_moves_while_an_exam_waits_that_has_not_outlasted_the_others(
    closed_min: list[int], open_since_min: int | None, moves: bool
) -> None:
    exams = [exam(f"e{n}", ended_at=1, final_at=1 + took) for n, took in enumerate(closed_min)]
    if open_since_min is not None:
        exams.append(replace(exam("open"), ended_at=T + HOUR - timedelta(minutes=open_since_min)))
    hour = steps_of([T], UTC)[0]
    _, moving = closed(exams, T + HOUR)
    assert (hour in moving) == moves


def test_an_hour_is_due_again_at_its_days_end_and_each_hour_while_it_moves() -> None:
    hour, day = steps = steps_of([T], UTC)
    now = T + 2 * HOUR
    assert again_at([T], steps, set(), now) == {T: day.until}
    assert again_at([T], steps, {hour}, now) == {T: now + HOUR}
    assert again_at([T], steps, {day}, day.until) == {T: day.until + HOUR}
    assert again_at([T], steps, set(), day.until) == {}


@pytest.mark.parametrize(
    ("zone", "moment", "days"),
    [
        (BERLIN, datetime(2026, 10, 25, 12, tzinfo=UTC), [(datetime(2026, 10, 24, 22, tzinfo=UTC), 25)]),
        (BERLIN, datetime(2026, 3, 29, 12, tzinfo=UTC), [(datetime(2026, 3, 28, 23, tzinfo=UTC), 23)]),
        (BERLIN, datetime(2026, 11, 21, 23, tzinfo=UTC), [(datetime(2026, 11, 21, 23, tzinfo=UTC), 24)]),
        (
            KOLKATA,  # midnight is at half past 18
            datetime(2026, 11, 21, 18, tzinfo=UTC),
            [(datetime(2026, 11, 20, 18, 30, tzinfo=UTC), 24), (datetime(2026, 11, 21, 18, 30, tzinfo=UTC), 24)],
        ),
    ],
)
def test_days_are_the_sites_own(zone: ZoneInfo, moment: datetime, days: list[tuple[datetime, int]]) -> None:
    found = [step for step in steps_of([moment], zone) if step.step_s == DAY_S]
    assert [(day.at, (day.until - day.at) / HOUR) for day in found] == days
