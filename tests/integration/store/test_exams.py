"""Exam events and the exams folded from them, in one transaction."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.commands.configuration import FOLD_RULES, FOLDED_BY, fold_again
from app.domain.exams.exams import Exam, Milestone, fold
from app.store import exams, marks
from app.store.db import Database, Session
from app.store.sets import run, table
from tests.integration.store.making import NOON, event
from tests.unit.made import plan

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


EXAM, PLAN = table("exam"), replace(plan(), site=SITE)
BY_RULES_1 = json.dumps({})  # the first rules had no number: only the feeds' order was written


def as_stored_before(database: Database, token: str, change: Callable[[dict[str, Any]], None], mark: str) -> None:
    """Make a stored exam what an earlier golive would have left of it."""
    mine = EXAM.c.token == token

    def act(s: Session) -> None:
        body = json.loads(run(s, select(EXAM.c.body).where(mine)).scalar_one())
        change(body)
        run(s, update(EXAM).where(mine).values(body=json.dumps(body), closed=False))
        marks.set(s, SITE, FOLDED_BY, mark)

    database.write_now(act)


def only(database: Database, token: str) -> Exam:
    [found] = database.read_now(lambda s: exams.get_many(s, SITE, [token]))
    return found


def test_an_orphan_stored_under_the_former_name_is_one_again_after_the_start(database: Database) -> None:
    events = [event(Milestone.PRELIMINARY, NOON - 9 * MINUTE), event(Milestone.AVAILABLE, NOON, "k1.bb", feed="pacs")]
    database.write_now(lambda s: exams.append(s, SITE, events, ORDER))

    def renamed(body: dict[str, Any]) -> None:
        body["orphan"] = body.pop("without_order")

    for token in ("k1.aa", "k1.bb"):
        as_stored_before(database, token, renamed, BY_RULES_1)
    assert [(only(database, t).orphan, only(database, t).open) for t in ("k1.aa", "k1.bb")] == [(False, True)] * 2

    asyncio.run(fold_again(database, PLAN))
    result, listed = only(database, "k1.aa"), only(database, "k1.bb")
    assert (result.orphan, result.counted, result.open) == (True, False, False)
    assert (listed.orphan, listed.counted, listed.open) == (False, False, False)  # a list's entry is no result
    assert database.read_now(lambda s: exams.current(s, SITE, NOON + MINUTE)) == []


def test_stored_exams_are_folded_anew_when_the_rules_change_and_only_then(database: Database) -> None:
    told = [event(Milestone.ORDERED, left_out="never reported: C-ARM*"), event(Milestone.BEGUN, NOON + MINUTE)]
    database.write_now(lambda s: exams.append(s, SITE, told, ORDER))

    def taken_in(body: dict[str, Any]) -> None:
        body["left_out"] = None

    now_mark = json.dumps({"rules": FOLD_RULES, "feeds": {}}, sort_keys=True)
    as_stored_before(database, "k1.aa", taken_in, now_mark)
    asyncio.run(fold_again(database, PLAN))
    assert only(database, "k1.aa").left_out is None
    before = json.dumps({"rules": FOLD_RULES - 1, "feeds": {}}, sort_keys=True)
    as_stored_before(database, "k1.aa", taken_in, before)
    asyncio.run(fold_again(database, PLAN))
    assert only(database, "k1.aa").left_out == "never reported: C-ARM*"  # stored without "" it keeps its meaning
    assert database.read_now(lambda s: marks.get(s, SITE, FOLDED_BY)) == now_mark


def test_an_exam_taken_in_again_is_open_in_the_store(database: Database) -> None:
    arm = event(Milestone.ORDERED, NOON - 9 * MINUTE, left_out="never reported: C-ARM*")
    database.write_now(lambda s: exams.append(s, SITE, [arm], ORDER))
    assert database.read_now(lambda s: exams.current(s, SITE, NOON)) == []
    database.write_now(lambda s: exams.append(s, SITE, [event(Milestone.ENDED, NOON - MINUTE, left_out="")], ORDER))
    [taken_in] = database.read_now(lambda s: exams.current(s, SITE, NOON))
    assert (taken_in.open, taken_in.left_out) == (True, None)


def test_a_message_that_comes_again_in_the_second_hour_of_the_autumn_night_is_a_repeat(database: Database) -> None:
    by_bytes = "0193a1b2-0000-8000-8000-000000000001"  # a UUIDv8, as golive's HL7 feeds make them
    first = event(Milestone.FINAL, id=by_bytes)
    again = event(Milestone.FINAL, NOON + 60 * MINUTE, id=by_bytes)
    result = database.write_now(lambda s: exams.append(s, SITE, [first], ORDER))
    assert len(result.stored) == 1
    result = database.write_now(lambda s: exams.append(s, SITE, [again], ORDER))
    assert (result.repeated, result.refused) == (1, [])
    assert only(database, "k1.aa").final_at == NOON
