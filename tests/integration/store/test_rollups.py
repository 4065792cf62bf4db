"""Hours in few numbers: exact in n, failed, sum, least and most, within two digits in percentiles; late samples too."""

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from app.domain.measuring.percentiles import nearest_rank
from app.domain.measuring.rollups import Rollup, merge
from app.domain.measuring.samples import Outcome, Sample
from app.store import retention, rollups, samples
from app.store.db import Database
from tests.integration.store.making import NOON, sample

SITE = "north"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + timedelta(hours=6)


def series_of(s: Sample) -> list[tuple[str, float | None, bool, str]]:
    return [("worklist.response/ris/ct", s.total_s, s.outcome is not Outcome.OK, "s")]


def taken(count: int, seed: int, start: datetime = NOON, over: timedelta = HOUR, **more: object) -> list[Sample]:
    chance = random.Random(seed)
    made = []
    for n in range(count):
        failed = chance.random() < 0.05
        made.append(
            sample(
                start + over * (n / count),
                total_s=None if failed else chance.lognormvariate(-3, 1),
                outcome=Outcome.TIMEOUT if failed else Outcome.OK,
                **more,
            )
        )
    return made


def store(database: Database, made: Sequence[Sample]) -> None:
    database.write_now(lambda s: samples.append(s, SITE, made))


def catch_up(database: Database, now: datetime = LATER) -> int:
    return database.write_now(lambda s: rollups.catch_up(s, SITE, now, series_of))


def hours(database: Database, from_: datetime = NOON, to: datetime = LATER) -> list[Rollup]:
    return database.read_now(lambda s: rollups.hours(s, SITE, "worklist.response/ris/ct", from_, to))


def assert_tells(rollup: Rollup, made: Sequence[Sample]) -> None:
    values, failed = [s.total_s for s in made if s.total_s is not None], sum(s.total_s is None for s in made)
    assert (rollup.n, rollup.failed) == (len(made), failed)
    assert (rollup.least, rollup.most) == (min(values), max(values))
    assert math.isclose(rollup.total, sum(values), rel_tol=1e-9)
    for told, q in ((rollup.p50, 0.5), (rollup.p90, 0.9), (rollup.p95, 0.95)):
        exact = nearest_rank(values, q, failed)
        assert told is exact is None or told == pytest.approx(exact, rel=0.01)


def test_a_rolled_up_hour_tells_what_its_samples_tell(database: Database) -> None:
    first, second = taken(400, 1), taken(300, 2, NOON + HOUR)
    store(database, [*first, *second])
    assert catch_up(database) == 2
    assert catch_up(database) == 0
    found = hours(database)
    assert [r.hour for r in found] == [NOON, NOON + HOUR]
    assert_tells(found[0], first)
    assert_tells(found[1], second)
    assert_tells(merge(found), [*first, *second])


def test_an_hour_that_is_not_over_waits(database: Database) -> None:
    store(database, taken(50, 3))
    assert catch_up(database, NOON + HOUR - timedelta(seconds=1)) == 0
    assert hours(database) == []
    assert catch_up(database, NOON + HOUR) == 1


def test_late_samples_are_counted_in_their_hour(database: Database) -> None:
    made = taken(300, 4)
    store(database, made[::2])
    catch_up(database)
    store(database, made[1::2])
    assert catch_up(database) == 1
    assert_tells(hours(database)[0], made)


def test_two_probes_of_one_series_are_one_hour(database: Database) -> None:
    one, other = taken(100, 5), taken(120, 6, probe="worklist-ct-2")
    store(database, [*one, *other])
    catch_up(database)
    late = taken(10, 7, NOON, timedelta(minutes=1))
    store(database, late)
    assert catch_up(database) == 1
    [hour] = hours(database)
    assert_tells(hour, [*one, *other, *late])


def test_percentiles_among_failures_and_of_too_few_are_none(database: Database) -> None:
    made = [sample(NOON + timedelta(seconds=n), total_s=0.1) for n in range(17)]
    made += [sample(NOON + timedelta(minutes=1, seconds=n), total_s=None, outcome=Outcome.TIMEOUT) for n in range(3)]
    store(database, made)
    catch_up(database)
    [hour] = hours(database)
    assert (hour.n, hour.failed, hour.p90, hour.p95) == (20, 3, None, None)
    assert hour.p50 == pytest.approx(0.1, rel=0.01)


def test_few_marks_at_once_keep_the_act_short(database: Database) -> None:
    store(database, [sample(NOON + HOUR * n) for n in range(5)])
    steps = [database.write_now(lambda s: rollups.catch_up(s, SITE, LATER, series_of, 2)) for _ in range(4)]
    assert steps == [2, 2, 1, 0]


def test_a_probe_that_is_no_longer_configured_keeps_its_roll_ups(database: Database) -> None:
    made = taken(50, 8)
    store(database, made)
    catch_up(database)
    store(database, [sample(NOON + timedelta(seconds=1))])
    database.write_now(lambda s: rollups.catch_up(s, SITE, LATER, lambda _: []))
    assert_tells(hours(database)[0], made)


def drop(database: Database, now: datetime) -> int:
    pieces = 0
    while database.write_now(lambda s: retention.drop_old(s, SITE, now)):
        pieces += 1
    return pieces


def kept(database: Database) -> int:
    return len(database.read_now(lambda s: samples.since(s, SITE, NOON - timedelta(days=999))))


def test_raw_samples_go_after_seven_days_and_roll_ups_stay(database: Database) -> None:
    made = taken(400, 9, over=timedelta(hours=3))
    store(database, made)
    while catch_up(database):
        pass
    assert drop(database, NOON + timedelta(days=7)) == 0
    assert drop(database, NOON + timedelta(days=8)) > 0
    assert kept(database) == 0
    assert sum(r.n for r in hours(database)) == 400


def test_beyond_its_size_the_oldest_samples_go_early_but_none_that_wait_and_none_of_the_last_day(
    database: Database,
) -> None:
    days = [taken(100, seed, NOON + seed * DAY) for seed in range(4)]
    for made in days:
        store(database, made)
    now = NOON + 4 * DAY
    database.write_now(lambda s: retention.drop_old(s, SITE, now, most_bytes=1))
    assert kept(database) == 400, "nothing goes before its roll-up"
    while catch_up(database, now):
        pass
    while database.write_now(lambda s: retention.drop_old(s, SITE, now, most_bytes=10**12)):
        pass
    assert kept(database) == 400, "it is small enough"
    while database.write_now(lambda s: retention.drop_old(s, SITE, now, most_bytes=1)):
        pass
    assert kept(database) == 100
    assert sum(r.n for r in hours(database, NOON, now)) == 400


def test_a_day_that_still_waits_for_its_roll_up_is_not_dropped(database: Database) -> None:
    made = taken(100, 10)
    store(database, made)
    assert drop(database, NOON + timedelta(days=30)) == 0
    assert kept(database) == 100
    catch_up(database)
    assert drop(database, NOON + timedelta(days=30)) == 1
    assert_tells(hours(database)[0], made)


def test_samples_that_come_after_their_day_was_dropped_are_added_once(database: Database) -> None:
    made = taken(300, 11)
    early, late, later = made[:200], made[200:250], made[250:]
    store(database, early)
    catch_up(database)
    drop(database, NOON + timedelta(days=9))
    for part in (late, later):
        store(database, part)
        assert catch_up(database) == 1
        assert kept(database) == 0
    [hour] = hours(database)
    assert_tells(hour, made)


def test_another_hospital_in_the_same_database_loses_nothing(database: Database) -> None:
    store(database, taken(20, 12))
    database.write_now(lambda s: samples.append(s, "south", taken(30, 13)))
    catch_up(database)
    assert drop(database, NOON + timedelta(days=9)) == 1
    assert kept(database) == 0
    assert len(database.read_now(lambda s: samples.since(s, "south", NOON - timedelta(days=1)))) == 30


def test_a_late_sample_counts_once_also_while_its_hour_is_being_dropped(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_ROWS_AT_ONCE", 100)
    made = {f"p{n}": taken(60, n, probe=f"p{n}") for n in range(4)}
    late = taken(2, 99, probe="p0") + taken(2, 98, probe="p3")
    for batch in made.values():
        store(database, batch)
    catch_up(database)
    database.write_now(lambda s: retention.drop_old(s, SITE, NOON + timedelta(days=9)))
    assert kept(database) == (180 if database.is_sqlite else 0)
    store(database, late)
    assert catch_up(database) == 2
    drop(database, NOON + timedelta(days=9))
    [hour] = hours(database)
    assert hour.n == 4 * 60 + 4
    assert kept(database) == 0
