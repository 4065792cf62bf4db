"""The numbers of issues as standings: never good without enough of them, and no better seen than what they count by."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.domain.floor.issue_standings import (
    FIRST_RESPONSE,
    MEASURES,
    PER_100_EXAMS,
    REOPENED,
    SOLVE,
    UNVERIFIED,
    judged,
    of_issues,
)
from app.domain.floor.issues import Issue, Status
from app.domain.measuring.overall import overall
from app.domain.measuring.signs import Signs
from app.domain.measuring.standings import Judged, Series, Standing, State
from app.domain.plans import FeedPlan, MeasurePlan
from app.push.wall.faults import faults
from tests.unit.made import WORKLIST, plan
from tests.unit.test_issues import T, issue
from tests.unit.walls import scene_of

NOW = T + timedelta(hours=2)
FEED = FeedPlan("hl7", "hl7-mllp", "ris", frozenset({"ended", "final"}), 0)
PLAN = replace(plan(WORKLIST), areas={"ct": "CT"}, feeds={"hl7": FEED}, measures={FIRST_RESPONSE: MeasurePlan(600.0)})


def answered(n: int, minutes: float, **more: Any) -> Issue:
    return issue(uuid=f"i{n}", number=n, first_response_at=T + timedelta(minutes=minutes), **more)


def stand(
    issues: list[Issue], exams: int | None = 200, seen: State = State.OK, t0: Any = None, age_s: float = 0.0
) -> dict[str, Standing]:
    rows = {(r.series.key, ""): r for r in judged(issues, exams, PLAN, NOW - timedelta(seconds=age_s), t0)}
    ended = Standing(Judged(Series("report.turnaround"), "s", 86_400.0, window="day"), seen, "the feed is silent", 0.0)
    signs = Signs(PLAN, {}, {}, NOW, {}, {}, set(), None)
    return {s.series.measure: s for s in of_issues(rows, [ended], signs)}


def test_without_issues_nothing_is_good() -> None:
    found = stand([])
    assert {s.state for s in found.values()} == {State.INSUFFICIENT, State.OK}
    assert [m for m, s in found.items() if s.state is State.OK] == [PER_100_EXAMS]
    assert found[PER_100_EXAMS].judged.value == 0.0
    assert found[FIRST_RESPONSE].reason == "0 issues in 24 h, 0 answered; 0 of 5 needed"


def test_who_waits_counts_so_that_a_jam_never_looks_fast() -> None:
    fast = [answered(n, 2) for n in range(6)]
    good = stand(fast)[FIRST_RESPONSE]
    assert (good.state, good.judged.value, good.judged.n) == (State.OK, 120.0, 6)
    jammed = stand([*fast, *(issue(uuid=f"w{n}", number=50 + n) for n in range(9))])[FIRST_RESPONSE]
    assert (jammed.state, jammed.judged.value, jammed.judged.beyond_s) == (State.DEGRADED, None, 7200.0)
    assert jammed.reason == "median over 2 h, expected below 10 min"


def test_shares_are_of_what_was_solved_and_closed() -> None:
    ended = {"ended_at": T + timedelta(minutes=30), "fixed_at": T + timedelta(minutes=20)}
    closed = [issue(Status.CLOSED, f"c{n}", n, verified_at=T if n < 3 else None, **ended) for n in range(6)]
    again = [issue(Status.TRIAGED, f"r{n}", 20 + n, reopened=1) for n in range(2)]
    found = stand([*closed, *again])
    assert (found[REOPENED].judged.n, found[REOPENED].judged.value) == (8, 0.25)
    assert (found[UNVERIFIED].judged.n, found[UNVERIFIED].judged.value) == (6, 0.5)
    assert found[UNVERIFIED].reason == "6 issues of 7 d closed, 3 verified by nobody on the floor"
    assert found[SOLVE].judged.value == 1200.0
    assert stand(closed[:4])[UNVERIFIED].judged.value is None


def test_issues_per_exam_are_seen_no_better_than_the_exams() -> None:
    some = [answered(n, 2) for n in range(4)]
    assert stand(some, 200)[PER_100_EXAMS].judged.value == 2.0
    few = stand(some, 3)[PER_100_EXAMS]
    assert (few.state, few.reason) == (State.INSUFFICIENT, "4 issues in 24 h, 3 exams ended; 3 of 5 needed")
    assert stand(some, None)[PER_100_EXAMS].state is State.INSUFFICIENT
    blind = stand(some, 200, State.BLIND)[PER_100_EXAMS]
    assert (blind.state, blind.reason) == (State.BLIND, "exams that ended: the feed is silent")


def test_after_t0_only_issues_since_then_count_and_an_old_count_is_blind() -> None:
    found = stand([answered(n, 2) for n in range(6)], t0=T + timedelta(minutes=1))
    assert found[FIRST_RESPONSE].judged.n == 0
    old = stand([answered(n, 2) for n in range(6)], age_s=120.0)
    assert {s.state for s in old.values()} == {State.BLIND}
    assert set(old) == set(MEASURES)


def test_exams_that_are_not_seen_are_one_fault_and_one_ground_whatever_is_counted_by_them() -> None:
    blind = stand([answered(n, 2) for n in range(4)], 200, State.BLIND)[PER_100_EXAMS]
    others = [s for s in stand([answered(n, 2) for n in range(6)]).values() if s.series.measure != PER_100_EXAMS]
    told = overall([blind, *others], PLAN, {}, NOW)
    assert not [g for g in told.grounds if "per 100 exams" in g.subject]
    assert [f for f in faults(scene_of([blind])) if f.cause[0] != "collector"] == []
