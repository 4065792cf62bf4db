"""Upkeep over a real store: hours and days of exams are closed as an independent estimate says, whatever comes late."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.clock import SteadyClock
from app.commands import configuration
from app.domain.exams.closed import Closed
from app.domain.exams.exams import ExamEvent, Milestone
from app.domain.measuring.percentiles import enough
from app.running.upkeep import Upkeep
from app.store import closed, exams, golives, marks
from app.store.db import Database
from tests.integration.store.making import event
from tests.unit.made import FEEDS, WORKLIST, plan
from tests.unit.test_exam_measures import by_hand

PLAN = plan(WORKLIST, feeds=FEEDS)
START = datetime(2026, 11, 18, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = START + 2 * DAY + 90 * timedelta(minutes=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    found = Database("sqlite:///golive.db", "north", tmp_path)
    found.open()
    yield found
    found.close()


class House:
    """A store, lives told to it, and its upkeep at a moment that is set."""

    def __init__(self, db: Database) -> None:
        self.db, self.lives = db, dict[str, tuple[datetime, datetime | None]]()

    def tell(self, lives: dict[str, tuple[datetime, datetime | None]]) -> None:
        self.lives |= lives
        told = [_told(Milestone.ENDED, ended, exam) for exam, (ended, _) in lives.items()]
        told += [_told(Milestone.FINAL, final, exam) for exam, (_, final) in lives.items() if final]
        self.db.write_now(lambda s: exams.append(s, "north", told, PLAN.feed_order))

    def close(self, now: datetime) -> None:
        asyncio.run(Upkeep(lambda: PLAN, self.db, SteadyClock(now)).close_hours())

    def rows(self, step_s: int) -> dict[datetime, Closed]:
        found = self.db.read_now(
            lambda s: closed.quantiles(s, "north", "report.turnaround", step_s, START - DAY, NOW + DAY)
        )
        return {row.at: row for row in found}

    def assert_right(self, now: datetime, t0: datetime | None = None) -> None:
        for step_s in (3600, 86400):
            step, rows = timedelta(seconds=step_s), self.rows(step_s)
            at = START
            while at + step <= now:
                _assert_tells(rows.pop(at, None), [x for x in self.lives.values() if at <= x[0] < at + step], now, t0)
                at += step
            assert rows == {}


def _told(milestone: Milestone, at: datetime, exam: str) -> ExamEvent:
    return event(milestone, at, exam, feed="ris-hl7", message_at=at, modality="CT")


def _assert_tells(
    row: Closed | None, lives: list[tuple[datetime, datetime | None]], now: datetime, t0: datetime | None
) -> None:
    if t0 is not None and lives and min(x[0] for x in lives) < t0 <= max(x[0] for x in lives):
        lives = [x for x in lives if x[0] >= t0]
    done = [(final - ended).total_seconds() for ended, final in lives if final is not None]
    waiting = [(now - ended).total_seconds() for ended, final in lives if final is None]
    if row is None:
        assert not lives
        return
    assert (row.n, row.open) == (len(done), len(waiting))
    for q, value in ((0.5, row.p50), (0.9, row.p90), (0.95, row.p95)):
        assert value == (by_hand(done, waiting, q) if enough(round(q * 1000), row.n) else None)


@pytest.fixture
def house(db: Database) -> House:
    found, chance = House(db), random.Random(5)
    lives: dict[str, tuple[datetime, datetime | None]] = {}
    for n in range(900):
        ended = START + chance.random() * (NOW - START)
        final = ended + timedelta(minutes=round(chance.lognormvariate(4, 1)))
        lives[f"k1.{n:03}"] = (ended, final if final <= NOW and chance.random() < 0.9 else None)
    found.tell(lives)
    return found


def test_closed_hours_and_days_are_as_an_independent_estimate_says(house: House) -> None:
    house.close(NOW)
    house.assert_right(NOW)
    assert sum(row.n for row in house.rows(86400).values()) > 600
    assert any(row.open for row in house.rows(3600).values())


def test_what_comes_late_changes_its_hour_and_its_day_and_nothing_is_done_twice(house: House) -> None:
    house.close(NOW)
    late = {x: (ended, NOW - timedelta(minutes=3)) for x, (ended, final) in house.lives.items() if final is None}
    house.tell(late)
    house.close(NOW)
    house.assert_right(NOW)
    before = house.db.read_now(lambda s: closed.due(s, "north", NOW + timedelta(days=9)))
    house.close(NOW)
    assert house.db.read_now(lambda s: closed.due(s, "north", NOW + timedelta(days=9))) == before


def test_hours_in_which_somebody_still_waits_follow_the_clock_until_time_cannot_change_them(house: House) -> None:
    for later in (1, 3, 30):
        house.close(NOW)
        now = NOW + later * HOUR + timedelta(minutes=1)
        house.close(now)
        house.assert_right(now)
    assert house.db.read_now(lambda s: closed.due(s, "north", now + timedelta(days=9))) == {}


def test_a_declared_t0_divides_its_own_hour_and_day(house: House) -> None:
    house.close(NOW)
    t0 = START + 30 * HOUR + timedelta(minutes=20)
    house.db.write_now(lambda s: golives.declare(s, "north", t0, NOW, "Ada"))
    house.close(NOW)
    house.assert_right(NOW, t0)


def test_exams_stored_by_an_older_golive_are_closed_after_its_upgrade(house: House) -> None:
    house.close(NOW)
    house.db.write_now(lambda s: closed.keep(s, "north", [], [], closed.due(s, "north", NOW + DAY * 9), {}))
    house.db.write_now(lambda s: marks.set(s, "north", configuration.FOLDED_BY, "{}"))
    asyncio.run(configuration.fold_again(house.db, PLAN))
    assert house.db.read_now(lambda s: len(closed.due(s, "north", NOW))) == 30
    house.close(NOW)
    house.assert_right(NOW)
