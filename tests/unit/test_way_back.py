"""What a roll-back costs now, and whether there is anything to go back to."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.measuring.samples import Kind
from app.domain.measuring.standings import Judged, Series, Standing, State
from app.domain.plans import Plan
from app.domain.rollback.way_back import Amount, cost_of, way_back
from tests.unit.made import FEEDS, T, exam, feed, plan, probe

PLAN = replace(plan(feeds=FEEDS), legacy=("old",))
OLD_LIST = feed("old-list", "pacs-studies", frozenset({"available"}), 2, system="old", legacy=True)


def standing(measure: str, state: State, system: str | None = None, of: str = "", reason: str = "it says") -> Standing:
    series = Series(measure, system, None, (("feed", of),) if of else ())
    return Standing(Judged(series, "s", 900.0), state, reason, None)


def heard(state: State = State.OK, other: State = State.OK) -> list[Standing]:
    return [standing("feed.age", state, of="ris-hl7"), standing("feed.age", other, of="pacs-list")]


def test_a_roll_back_costs_what_the_new_system_alone_holds_since_t0() -> None:
    exams = [
        exam("before", begun_at=-60, ended_at=-50, available_at=-40, final_at=-10, studies=("s0",)),
        exam("read since", begun_at=-60, ended_at=-50, available_at=-40, final_at=5, studies=("s1",)),
        exam("whole", begun_at=1, ended_at=10, available_at=12, preliminary_at=15, final_at=20, studies=("s2",)),
        exam("shares its study", begun_at=1, available_at=12, studies=("s2",)),
        exam("in both", begun_at=2, ended_at=9, available_at=11, stray_at=11, studies=("s3",)),
        exam("under way", begun_at=30),
        exam("reported without being ended", begun_at=30, preliminary_at=35),
        exam("begun and gone", begun_at=30, cancelled=True),
        exam("without order", available_at=31, final_at=33, without_order=True),
        exam("a test patient", begun_at=1, available_at=2, final_at=3, left_out="test patient"),
    ]
    cost = cost_of(exams, T, PLAN, heard())
    assert (cost.studies, cost.reports, cost.in_progress) == (Amount(2), Amount(4), Amount(1))


@pytest.mark.parametrize("state", [State.BLIND, State.STALE, State.DOWN])
def test_while_a_feed_is_not_seen_the_numbers_that_it_tells_are_at_least_so_many(state: State) -> None:
    cost = cost_of([exam("a", begun_at=1)], T, PLAN, heard(state))
    assert (cost.in_progress, cost.reports) == (Amount(1, ("ris-hl7",)), Amount(0, ("ris-hl7",)))
    assert cost.studies == Amount(0)


def test_a_feed_of_which_nothing_is_known_yet_is_not_seen() -> None:
    assert cost_of([], T, PLAN, []).reports == Amount(0, ("ris-hl7",))


def test_what_no_feed_tells_is_no_number_and_the_old_systems_list_tells_nothing_of_the_new_one() -> None:
    of: Plan = replace(plan(feeds=(OLD_LIST,)), legacy=("old",))
    assert cost_of([exam("a", available_at=1)], T, of, heard()).studies == Amount(None)


ECHO, LOAD = ("echo.response", "old"), ("own.load", "old")


@pytest.mark.parametrize(
    ("told", "answer", "reason"),
    [
        ([], "unknown", "nothing measures Old PACS"),
        ([(*ECHO, State.OK)], "yes", "Old PACS answers as expected"),
        ([(*ECHO, State.DEGRADED)], "yes", "it says"),
        ([(*ECHO, State.DOWN)], "no", "it says"),
        ([(*ECHO, State.BLIND)], "unknown", "it says"),
        ([(*ECHO, State.STALE)], "unknown", "it says"),
        ([(*ECHO, State.MAINTENANCE)], "unknown", "it says"),
        ([(*ECHO, State.INSUFFICIENT)], "unknown", "it says"),
        ([(*ECHO, State.NOT_EXPECTED)], "unknown", "nothing measures Old PACS"),
        ([(*ECHO, State.OK), ("query.response", "old", State.DOWN)], "no", "query.response/old"),
        ([(*ECHO, State.OK), ("query.response", "old", State.BLIND)], "unknown", "query.response/old"),
        ([(*ECHO, State.OK), ("query.response", "old", State.INSUFFICIENT)], "yes", "as expected"),
        ([(*ECHO, State.OK), ("feed.age", None, State.BLIND, "old-list")], "unknown", "feed.age"),
        ([(*ECHO, State.OK), ("feed.age", None, State.BLIND, "ris-hl7")], "yes", "as expected"),
        ([("echo.response", "pacs", State.OK)], "unknown", "nothing measures"),
        ([(*LOAD, State.OK)], "unknown", "nothing measures"),
        ([(*ECHO, State.OK), (*LOAD, State.BLIND)], "yes", "as expected"),
        ([("legacy.stray", "old", State.OK)], "unknown", "nothing measures"),
    ],
)
def test_whether_there_is_a_way_back_is_what_is_measured_of_the_old_system(
    told: list[tuple[Any, ...]], answer: str, reason: str
) -> None:
    of = replace(plan(probe("echo-old", Kind.ECHO, "old"), feeds=(*FEEDS, OLD_LIST)), legacy=("old",))
    found = way_back(of, [standing(t[0], t[2], t[1], *t[3:]) for t in told])
    assert (found.answer, reason in found.reason) == (answer, True)


def test_without_an_old_system_the_way_back_is_unknown() -> None:
    assert way_back(plan(), []).reason == "no system of the kind legacy is set up"
