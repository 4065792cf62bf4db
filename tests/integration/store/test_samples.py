"""Samples: once each, refused where they contradict, found by when they came to be known."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.appended import Refused
from app.domain.measuring.samples import Kind, Outcome
from app.store import samples
from app.store.db import Database
from tests.integration.store.making import NOON, sample
from tests.integration.store.making import samples as many

SITE = "north"


def test_a_sample_comes_back_as_it_was(database: Database) -> None:
    full = sample(
        kind=Kind.IMAGE_LOAD,
        outcome=Outcome.REJECTED,
        detail="rejected 2/3/2 – voll",
        connect_s=0.1,
        tls_s=0.2,
        associate_s=0.3,
        metadata_s=0.4,
        first_s=0.5,
        total_s=0.6,
        matches=7,
        instances=8,
        instances_announced=9,
        bytes=2**53,
        stamp="kernel",
        quickack=True,
        planned=True,
        at=NOON + timedelta(microseconds=123456),
        known_at=NOON + timedelta(seconds=2),
    )
    bare = sample(area=None, total_s=None, at=NOON + timedelta(seconds=5))
    database.write_now(lambda s: samples.append(s, SITE, [full, bare]))
    assert database.read_now(lambda s: samples.since(s, SITE, NOON)) == [full, bare]


def test_a_repeat_changes_nothing_and_another_at_is_refused(database: Database) -> None:
    first = sample()
    other = dataclasses.replace(first, at=NOON + timedelta(seconds=1))
    fresh = sample(NOON + timedelta(seconds=3))
    database.write_now(lambda s: samples.append(s, SITE, [first]))
    result = database.write_now(lambda s: samples.append(s, SITE, [first, other, fresh]))
    assert (result.stored, result.repeated) == ([fresh], 1)
    assert result.refused == [Refused(first.id, "at", "this id came before with at = 2026-11-21T12:00:00Z")]
    assert len(database.read_now(lambda s: samples.since(s, SITE, NOON - timedelta(1)))) == 2


def test_repeats_within_one_batch_count_once(database: Database) -> None:
    first = sample()
    later = dataclasses.replace(first, at=NOON + timedelta(seconds=1))
    result = database.write_now(lambda s: samples.append(s, SITE, [first, first, later]))
    assert (len(result.stored), result.repeated, [r.field for r in result.refused]) == (1, 1, ["at"])


def test_the_same_id_at_another_hospital_is_another_sample(database: Database) -> None:
    one = sample()
    database.write_now(lambda s: samples.append(s, SITE, [one]))
    assert database.write_now(lambda s: samples.append(s, "south", [one])).stored == [one]
    assert len(database.read_now(lambda s: samples.since(s, SITE, NOON - timedelta(1)))) == 1


def test_an_id_is_known_across_days(database: Database) -> None:
    first = sample()
    moved = dataclasses.replace(first, at=NOON + timedelta(days=2))
    database.write_now(lambda s: samples.append(s, SITE, [first]))
    assert len(database.write_now(lambda s: samples.append(s, SITE, [moved])).refused) == 1


def test_large_batches_are_stored_and_recognised(database: Database) -> None:
    batch = many(5000)
    assert len(database.write_now(lambda s: samples.append(s, SITE, batch)).stored) == 5000
    assert database.write_now(lambda s: samples.append(s, SITE, batch)).repeated == 5000


def test_since_goes_by_when_it_was_known_not_by_when_it_was_taken(database: Database) -> None:
    late = sample(NOON - timedelta(hours=5), known_at=NOON + timedelta(seconds=2))
    early = sample(NOON, known_at=NOON + timedelta(seconds=1))
    old = sample(NOON, known_at=NOON)
    database.write_now(lambda s: samples.append(s, SITE, [late, early, old]))
    assert database.read_now(lambda s: samples.since(s, SITE, NOON)) == [early, late]


def test_newest_gives_the_newest_of_several_probes_together(database: Database) -> None:
    a, b, other = many(5), many(5, every_s=2.0, probe="echo"), many(5, probe="other")
    database.write_now(lambda s: samples.append(s, SITE, [*a, *b, *other]))
    found = database.read_now(lambda s: samples.newest(s, SITE, ["worklist-ct", "echo"], 4))
    assert [(x.probe, (x.at - NOON).total_seconds()) for x in found][:2] == [("echo", 8.0), ("echo", 6.0)]
    assert {(x.at - NOON).total_seconds() for x in found[2:]} == {4.0}


def test_text_that_no_database_takes_does_not_lose_the_batch(database: Database) -> None:
    odd = [sample(detail="NUL \x00 inside"), sample(detail="half \ud800 pair", at=NOON + timedelta(seconds=1))]
    database.write_now(lambda s: samples.append(s, SITE, odd))
    found = database.read_now(lambda s: samples.since(s, SITE, NOON - timedelta(1)))
    assert [x.detail for x in found] == ["NUL \ufffd inside", "half ? pair"]


def test_a_row_with_a_negative_duration_is_refused_by_the_database_itself(database: Database) -> None:
    with pytest.raises(Exception, match="not_negative") as caught:
        database.write_now(lambda s: samples.append(s, SITE, [sample(total_s=-1.0)]))
    assert not isinstance(caught.value, AssertionError)
    assert database.trouble == ""


def test_on_postgresql_only_days_far_from_now_go_to_the_default_partition(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url, SITE, tmp_path)
    database.open()
    now = datetime.now(UTC)
    near = [sample(now + timedelta(days=n)) for n in (-1, 0, 1, 2, 3)]
    database.write_now(lambda s: samples.append(s, SITE, [sample(NOON - timedelta(days=9000)), *near]))
    count = text("select count(*) from sample_default")
    assert database.read_now(lambda s: s.connection().execute(count).scalar_one()) == 1
    database.close()
