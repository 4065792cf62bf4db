"""Exam events and the exams folded from them, in one transaction."""

import random
from datetime import timedelta

import pytest

from app.domain.exams import Exam, Milestone, fold
from app.store import exams
from app.store.db import Database
from tests.integration.store.making import NOON, event

SITE, ORDER = "north", {"ris": 0, "pacs": 1}
MINUTE = timedelta(minutes=1)


def test_an_exam_is_what_its_events_fold_to(database: Database) -> None:
    events = [
        event(Milestone.ORDERED, NOON, modality="CT", patient_class="E", area="ct"),
        event(Milestone.ENDED, NOON + 30 * MINUTE, study="k1.ss"),
        event(Milestone.AVAILABLE, NOON + 31 * MINUTE, feed="pacs", instances=300),
        event(Milestone.FINAL, NOON + 90 * MINUTE),
    ]
    for one in events:
        database.write_now(lambda s, one=one: exams.append(s, SITE, [one], ORDER))
    assert database.read_now(lambda s: exams.get_many(s, SITE, ["k1.aa", "k1.none"])) == [fold(events, ORDER)]
    assert database.read_now(lambda s: exams.events_of(s, SITE, "k1.aa")) == events


def test_doubled_and_shuffled_events_converge(database: Database) -> None:
    chance = random.Random(7)
    events = [
        event(m, NOON + n * MINUTE, exam=f"k1.{e}", message_at=NOON + n * MINUTE)
        for e in range(40)
        for n, m in enumerate((Milestone.ORDERED, Milestone.BEGUN, Milestone.ENDED, Milestone.FINAL))
    ]
    told = events * 2
    chance.shuffle(told)
    stored = 0
    for start in range(0, len(told), 17):
        part = told[start : start + 17]
        stored += len(database.write_now(lambda s, part=part: exams.append(s, SITE, part, ORDER)).stored)
    wanted = {f"k1.{e}": fold([x for x in events if x.exam == f"k1.{e}"], ORDER) for e in range(40)}
    found = database.read_now(lambda s: exams.current(s, SITE, NOON))
    assert stored == len(events)
    assert {x.exam: x for x in found} == wanted


def test_the_same_id_with_another_at_is_refused(database: Database) -> None:
    first = event(Milestone.FINAL)
    other = event(Milestone.FINAL, NOON + MINUTE, id=first.id)
    result = database.write_now(lambda s: exams.append(s, SITE, [first, other, first], ORDER))
    assert (len(result.stored), result.repeated, [r.field for r in result.refused]) == (1, 1, ["at"])


def test_an_open_exam_stays_current_however_old(database: Database) -> None:
    old, long_ago = NOON - timedelta(days=30), "k1.old"
    closed = [event(Milestone.ENDED, old, "k1.closed"), event(Milestone.FINAL, old + MINUTE, "k1.closed")]
    database.write_now(lambda s: exams.append(s, SITE, [event(Milestone.ENDED, old, long_ago), *closed], ORDER))

    def current() -> list[str]:
        return sorted(x.exam for x in database.read_now(lambda s: exams.current(s, SITE, NOON - timedelta(days=1))))

    assert current() == [long_ago]
    addendum = event(Milestone.ADDENDUM, NOON, "k1.closed")
    database.write_now(lambda s: exams.append(s, SITE, [addendum], ORDER))
    assert current() == ["k1.closed", long_ago]


def test_a_cancelled_exam_is_no_longer_open_and_a_revived_one_is(database: Database) -> None:
    before = NOON - timedelta(days=3)
    database.write_now(
        lambda s: exams.append(
            s,
            SITE,
            [event(Milestone.ORDERED, before), event(Milestone.CANCELLED, before + MINUTE)],
            ORDER,
        )
    )
    assert database.read_now(lambda s: exams.current(s, SITE, NOON)) == []
    database.write_now(lambda s: exams.append(s, SITE, [event(Milestone.BEGUN, before + 2 * MINUTE)], ORDER))
    [revived] = database.read_now(lambda s: exams.current(s, SITE, NOON))
    assert revived.open


def test_a_study_names_all_its_exams(database: Database) -> None:
    events = [event(Milestone.AVAILABLE, NOON, f"k1.{n}", study="k1.both") for n in (1, 2)]
    events.append(event(Milestone.AVAILABLE, NOON, "k1.3", study="k1.other"))
    database.write_now(lambda s: exams.append(s, SITE, events, ORDER))
    found = database.read_now(lambda s: exams.studies(s, SITE, ["k1.both", "k1.none"]))
    assert found == {"k1.both": ["k1.1", "k1.2"]}


def test_folding_anew_follows_the_order_of_the_feeds(database: Database) -> None:
    events = [event(Milestone.ENDED, NOON, feed="ris"), event(Milestone.ENDED, NOON + MINUTE, feed="pacs")]
    database.write_now(lambda s: exams.append(s, SITE, events, ORDER))

    def ended() -> object:
        found: list[Exam] = database.read_now(lambda s: exams.get_many(s, SITE, ["k1.aa"]))
        return found[0].ended_at

    assert ended() == NOON
    assert database.write_now(lambda s: exams.refold(s, SITE, {"pacs": 0, "ris": 1})) == "k1.aa"
    assert database.write_now(lambda s: exams.refold(s, SITE, {"pacs": 0, "ris": 1}, "k1.aa")) == ""
    assert ended() == NOON + MINUTE


@pytest.mark.parametrize("count", [1, 3])
def test_events_of_a_moment_on_are_found_by_receipt(database: Database, count: int) -> None:
    events = [event(Milestone.ORDERED, NOON + n * MINUTE, f"k1.{n}") for n in range(3)]
    database.write_now(lambda s: exams.append(s, SITE, events, ORDER))
    since = NOON + (3 - count) * MINUTE
    assert database.read_now(lambda s: exams.received_since(s, SITE, since)) == events[3 - count :]


def test_a_resend_without_a_time_of_its_own_is_a_repeat_and_the_first_receipt_stays(database: Database) -> None:
    first = event(Milestone.FINAL, at_field="received")
    later = event(Milestone.FINAL, NOON + MINUTE, id=first.id, at_field="received")
    database.write_now(lambda s: exams.append(s, SITE, [first], ORDER))
    again = database.write_now(lambda s: exams.append(s, SITE, [later], ORDER))
    assert (again.repeated, again.refused, again.stored) == (1, [], [])
    assert [e.at for e in database.read_now(lambda s: exams.events_of(s, SITE, "k1.aa"))] == [NOON]
