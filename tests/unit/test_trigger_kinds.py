"""What each kind of rule sees: exams beyond a limit, backlogs, systems without answer, silence, counts, and sets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.exams.exam_measures import linked
from app.domain.exams.exams import Exam, ExamEvent, Milestone
from app.domain.measuring.board import Board
from app.domain.measuring.samples import Kind
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse
from app.domain.plans import Armed, Counts, Plan, Rule
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_board import TriggerBoard
from app.domain.rollback.trigger_meters import meter_of
from app.domain.rollback.trigger_rules import instances
from app.domain.rollback.trigger_sights import Around, Share, by_series
from app.domain.rollback.trigger_tallies import Counted, Tally
from app.domain.rollback.triggers import Sight, State
from tests.unit.made import FEEDS, IMAGE, WORKLIST, at, exam, feed, plan, probe, sample

QUICK: dict[str, Any] = {"breach_after_s": 0.0, "blind_after_s": 300.0, "version": "v1"}
SLOW_REPORTS = Rule(
    "slow-reports", "Reports slow", "report.turnaround", slower_than_s=1800.0, share=0.2, recover_below=0.1,
    window_s=3600.0, at_least=5, **QUICK,
)  # fmt: skip
BACKLOG = Rule(
    "jam", "Reports wait", kind=Counts.BACKLOG, older_than_s=3600.0, limit=2, recover_limit=1, **QUICK
)  # fmt: skip
DOWN = Rule(
    "down", "PACS down", kind=Counts.AVAILABILITY, where=(("system", "pacs"),), window_s=600.0, down_for_s=60.0,
    at_least=3, **QUICK,
)  # fmt: skip
SILENCE = Rule(
    "no-reports", "No reports", kind=Counts.SILENCE, feed="ris-hl7", milestone="final", quiet_for_s=1800.0, **QUICK
)  # fmt: skip
STRAYS = Rule(
    "strays", "Old PACS", kind=Counts.COUNT, what="strays", limit=1, recover_limit=0, window_s=3600.0, **QUICK
)
UNREADABLE = replace(STRAYS, id="unreadable", what="quarantine", limit=2, recover_limit=1)
ECHO = probe("echo", Kind.ECHO, "pacs", area=None)
LEGACY = feed("old-list", "pacs-studies", frozenset({"available"}), 2, system="old", legacy=True)


class House:
    """A plan's triggers, fed by hand; what they come to is taken over at once."""

    def __init__(self, *rules: Rule, of: Plan | None = None, t0_s: float | None = -86400.0) -> None:
        self.plan = replace(of or plan(ECHO, IMAGE, feeds=(*FEEDS, LEGACY)), rules=rules)
        self.board, self.triggers = Board(self.plan), TriggerBoard(instances(rules, self.plan), 7200.0)
        self.rows: dict[tuple[str, str], Any] = {}
        self.stored: dict[str, Trigger] = {}
        self.t0_s, self.deaf = t0_s, False
        self.unreadable: list[datetime] | None = None

    def exams(self, *exams: Exam) -> "House":
        self.triggers.see_exams(linked(exams))
        return self

    def tells(
        self, seconds: float, milestone: str = "final", of: str = "ris-hl7", sender: str | None = None
    ) -> "House":
        event = ExamEvent(f"e{seconds}", of, "k1.x", Milestone(milestone), at(seconds), "OBR-22", at(seconds))
        event = replace(event, sender=sender)
        self.triggers.hear_events([event], at(seconds))
        return self

    def take(self, seconds: float, outcome: str = "ok", of: Any = ECHO) -> "House":
        one = sample(of, seconds, outcome)
        for series, attempt in self.board.take(one):
            self.triggers.hear(series, attempt, one.id)
        return self

    def look(self, seconds: float) -> "House":
        now = at(seconds)
        self.rows |= {(r.series.key, r.window): r for r in self.board.judged(now)}
        names = [*self.plan.probes, *([] if self.deaf else self.plan.feeds)]
        pulses = {("main", name): Pulse("idle", "", now) for name in names}
        standings = by_series(standings_now(self.rows.values(), self.plan, pulses, now))
        t0 = None if self.t0_s is None or self.t0_s > seconds else at(self.t0_s)
        found = self.triggers.evaluated(now, t0, standings, self.unreadable)
        self.stored |= {e.trigger.id: e.trigger for e in found}
        self.triggers.take_over(e.trigger for e in found)
        return self

    def sees(self, seconds: float, name: str = "") -> Share:
        self.look(seconds)
        return self.stored[name or next(iter(self.stored))].share

    def state(self, name: str = "") -> State:
        return self.stored[name or next(iter(self.stored))].latch.state


# --- a share of exams


def test_an_open_exam_counts_once_it_is_older_than_the_limit_and_not_before() -> None:
    waiting = [exam(f"w{i}", ended_at=0) for i in range(6)]
    house = House(SLOW_REPORTS).exams(*waiting)
    assert (house.sees(1800).n, house.sees(1800).sight) == (0, Sight.INSUFFICIENT)
    assert house.sees(1800).reason == "0 of 5 exams needed in 1 h"
    seen = house.sees(1801)
    assert (seen.n, seen.beyond, house.state()) == (6, 6, State.BREACHED)
    assert seen.reason == "6 of 6 exams longer than 30 min in 1 h: 100 %, between 61 % and 100 %; 20 % allowed"


def test_an_exam_read_in_time_counts_as_within_from_its_report_on() -> None:
    house = House(SLOW_REPORTS).exams(*(exam(f"r{i}", ended_at=0, final_at=20) for i in range(6)))
    assert house.sees(1199).n == 0
    seen = house.sees(1200)
    assert (seen.n, seen.beyond, seen.over, seen.recovered) == (6, 0, False, False)
    assert house.sees(1200 + 3600).n == 0  # it has left the window


def test_a_report_that_came_late_stays_beyond_at_the_moment_at_which_its_limit_ran_out() -> None:
    house = House(SLOW_REPORTS).exams(exam("late", ended_at=0, final_at=50))
    assert (house.sees(1801).beyond, house.sees(50 * 60).beyond, house.sees(1801 + 3600).n) == (1, 1, 0)


def test_the_evidence_of_exams_holds_their_tokens() -> None:
    house = House(SLOW_REPORTS).exams(*(exam(f"w{i}", ended_at=0) for i in range(5)), exam("r", ended_at=0, final_at=9))
    house.look(1801)
    evidence = dict(house.stored["slow-reports"].evidence or {})
    assert evidence["exams"] == ["r", "w0", "w1", "w2", "w3", "w4"]
    assert evidence["beyond_exams"] == ["w0", "w1", "w2", "w3", "w4"]
    assert (evidence["slower_than_s"], evidence["limit_share"], evidence["n"]) == (1800.0, 0.2, 6)


@pytest.mark.parametrize(
    "left_out",
    [
        exam("old", ended_at=-10),  # begun before T0
        exam("gone", ended_at=1, cancelled=True),
        exam("rule", ended_at=1, left_out="test patient"),
        exam("orphan", ended_at=None, final_at=2, without_order=True),
        exam("clocks", ended_at=10, final_at=5),  # a negative interval tells of clocks, not of reports
    ],
    ids=lambda e: e.exam,
)
def test_an_exam_that_cannot_speak_for_the_new_system_is_not_counted(left_out: Exam) -> None:
    house = House(SLOW_REPORTS, t0_s=0.0).exams(left_out)
    assert house.sees(4000).n == 0


def test_exams_begun_before_counting_began_anew_do_not_count() -> None:
    house = House(SLOW_REPORTS, t0_s=None).exams(exam("before", ended_at=-60), exam("after", ended_at=1))
    assert house.sees(3000).n == 1  # in shadow; the older one's limit ran out longer ago than the window
    house = House(replace(SLOW_REPORTS, window_s=7200.0), t0_s=None).exams(exam("before", ended_at=-1))
    assert house.sees(3000).n == 1
    house.t0_s = 3000.0
    assert house.sees(3001).n == 0


def test_a_t0_declared_for_an_earlier_moment_lets_its_exams_count() -> None:
    house = House(replace(SLOW_REPORTS, armed=Armed.ALWAYS), t0_s=600.0).exams(exam("x", ended_at=5))
    assert house.sees(3000).n == 0
    house.t0_s = 0.0
    assert house.sees(3001).n == 1


def test_an_exam_that_changes_counts_as_it_is_now_and_one_that_is_gone_no_longer() -> None:
    house = House(SLOW_REPORTS).exams(exam("x", ended_at=0), exam("y", ended_at=0))
    assert house.sees(1801).beyond == 2
    house.exams(exam("x", ended_at=0, final_at=20))
    assert (house.sees(1802).n, house.sees(1802).beyond) == (1, 0)
    house.exams()
    assert house.sees(1803).n == 0


def test_each_area_has_its_own_exams() -> None:
    house = House(replace(SLOW_REPORTS, per_area=True, at_least=2))
    house.exams(*(exam(f"e{i}", ended_at=0, area="er") for i in range(6)), exam("c", ended_at=0, final_at=5))
    house.look(1801)
    assert {name: (t.share.n, t.latch.state) for name, t in house.stored.items()} == {
        "slow-reports:ct": (1, State.WATCHING),
        "slow-reports:er": (6, State.BREACHED),
    }


def test_exams_are_chosen_by_modality_and_class() -> None:
    house = House(replace(SLOW_REPORTS, where=(("modality", "MR"), ("patient_class", "E"))))
    house.exams(exam("m", ended_at=0, modality="MR"), exam("c", ended_at=0), exam("i", ended_at=0, patient_class="I"))
    assert house.sees(1801).n == 1


def test_images_of_a_shared_study_close_the_exams_of_all_its_accessions() -> None:
    rule = replace(SLOW_REPORTS, measure="exam.end_to_available", slower_than_s=600.0, at_least=1)
    house = House(rule).exams(
        exam("a", ended_at=0, studies=("s",), available_at=5), exam("b", ended_at=0, studies=("s",))
    )
    assert (house.sees(700).n, house.sees(700).beyond) == (2, 0)


def test_orders_of_a_modality_that_no_worklist_holds_wait_for_nothing() -> None:
    rule = replace(SLOW_REPORTS, measure="order.to_worklist", slower_than_s=60.0, at_least=1)
    of = plan(WORKLIST, feeds=FEEDS)
    orders = [exam(f"o{i}", ordered_at=0, order_received_at=0) for i in range(3)]
    house = House(rule, of=of).exams(*orders)
    assert house.sees(100).n == 0
    house.exams(*orders, exam("seen", ordered_at=0, order_received_at=0, listed_at=0.5))
    assert (house.sees(100).n, house.sees(100).beyond) == (4, 3)


def test_exams_of_a_feed_that_is_not_heard_are_not_judged_and_a_breach_stays() -> None:
    house = House(SLOW_REPORTS).exams(*(exam(f"w{i}", ended_at=0) for i in range(6)))
    house.look(1801)
    house.deaf = True
    house.exams(*(exam(f"w{i}", ended_at=0, final_at=1) for i in range(6)))
    seen = house.sees(1900)
    assert (seen.sight, seen.reason, house.state()) == (
        Sight.BLIND, "not seen: not measured: ris-hl7 has not been heard yet", State.BREACHED,
    )  # fmt: skip


moments = st.integers(0, 7200)
lives = st.lists(st.tuples(moments, st.none() | moments), max_size=25)


@settings(max_examples=60, deadline=None)
@given(lives=lives, now=st.integers(0, 9000), t0=st.integers(-1, 3600), limit=st.integers(1, 3600))
def test_the_share_of_exams_is_what_counting_each_by_its_definition_gives(
    lives: list[tuple[int, int | None]], now: int, t0: int, limit: int
) -> None:
    rule = replace(SLOW_REPORTS, slower_than_s=float(limit), armed=Armed.ALWAYS)
    exams = [
        Exam(f"x{i}", ended_at=at(start), final_at=None if end is None else at(end))
        for i, (start, end) in enumerate(lives)
    ]
    house = House(rule, t0_s=float(t0), of=plan(feeds=FEEDS)).exams(*exams[::2])
    house.look(now / 2)
    seen = house.exams(*exams).sees(now)
    within = beyond = 0
    for start, end in lives:
        if start < t0 <= now or (end is not None and end < start):
            continue
        if end is not None and end - start <= limit:
            within += now - 3600 < end <= now
        else:
            beyond += now - 3600 <= start + limit < now
    assert (seen.n, seen.beyond) == (within + beyond, beyond)


# --- a backlog


def test_a_backlog_is_over_when_more_than_the_limit_wait_for_too_long_and_recovers_lower() -> None:
    house = House(BACKLOG).exams(*(exam(f"w{i}", ended_at=i) for i in range(5)))
    seen = house.sees(3600 + 61)
    assert (seen.value, seen.n, seen.over, seen.share) == (2, 5, False, None)
    assert seen.reason == "2 exams waiting for a report for over 60 min, 5 in all; 2 allowed"
    assert house.sees(3600 + 121).over
    assert house.state() is State.BREACHED
    house.exams(*(exam(f"w{i}", ended_at=i, final_at=70 if i < 2 else None) for i in range(5)))
    house.look(3600 + 130)
    assert (house.stored["jam"].share.value, house.state()) == (1, State.RECOVERING)


def test_an_exam_whose_report_is_perhaps_lost_is_no_backlog() -> None:
    house = House(BACKLOG).exams(exam("lost", ended_at=0))
    assert (house.sees(604800).value, house.sees(604800 + 2).value) == (1, 0)


# --- stuck reports

STUCK = replace(BACKLOG, id="stuck", title="Reports stuck", kind=Counts.COUNT, what="stuck_reports")


def test_reports_that_stay_preliminary_are_stuck_and_what_nobody_dictated_is_not() -> None:
    stuck = [exam(f"s{i}", ended_at=-60, preliminary_at=i) for i in range(3)]
    house = House(STUCK).exams(*stuck, exam("undictated", ended_at=-600), exam("read", preliminary_at=0, final_at=9))
    seen = house.sees(3600 + 61)
    assert (seen.value, seen.n, seen.over) == (2, 3, False)
    assert seen.reason == "2 reports preliminary for over 60 min, 3 in all; 2 allowed"
    assert house.sees(3600 + 121).over
    house.exams(*(replace(e, final_at=at(3700)) for e in stuck[:2]), stuck[2])
    assert (house.sees(3730).value, house.state()) == (1, State.RECOVERING)


def test_a_stuck_report_by_area_counts_in_its_area_and_from_t0_on() -> None:
    reports = [exam(f"{area}{i}", area=area, preliminary_at=i) for area, n in (("ct", 4), ("er", 1)) for i in range(n)]
    house = House(replace(STUCK, per_area=True)).exams(*reports, exam("old", preliminary_at=-1500))
    house.look(7200)
    assert {name: t.share.value for name, t in house.stored.items()} == {"stuck:ct": 4, "stuck:er": 1}
    assert {name: t.latch.state for name, t in house.stored.items()} == {
        "stuck:ct": State.BREACHED,
        "stuck:er": State.WATCHING,
    }


# --- availability


def test_a_system_that_answers_nobody_for_too_long_is_down_and_recovers_with_its_answers() -> None:
    house = House(DOWN)
    for second in range(0, 60, 10):
        house.take(second)
    for second in range(60, 130, 10):
        house.take(second, "timeout")
    seen = house.sees(120)
    assert (seen.value, seen.over, seen.n, seen.beyond) == (60.0, False, 13, 7)
    assert house.sees(121).over
    assert house.state() is State.BREACHED
    assert house.sees(121).reason == "no answer for 61 s of 10 min, 7 of 13 attempts failed; 60 s allowed"
    house.take(130)
    assert house.sees(131).recovered is False  # it was down for a minute of the ten
    for second in range(140, 710, 10):
        house.take(second)
    house.look(700)
    assert house.state() is State.RECOVERING


def test_a_system_of_which_one_service_fails_is_not_down() -> None:
    house = House(DOWN)
    for second in range(0, 300, 10):
        house.take(second).take(second + 5, "refused", of=IMAGE)
    assert (house.sees(300).value, house.sees(300).over) == (0.0, False)


def test_time_without_attempts_is_not_time_without_answers() -> None:
    house = House(DOWN).take(0, "refused").take(1, "refused").take(400, "refused").take(401, "refused")
    assert house.sees(402).value == 3.0


def test_availability_reads_no_other_system() -> None:
    house = House(replace(DOWN, where=(("system", "ris"),)), of=plan(ECHO, WORKLIST))
    for second in range(0, 300, 10):
        house.take(second, "refused").take(second, of=WORKLIST)
    assert (house.sees(300).beyond, house.sees(300).value) == (0, 0.0)


attempts = st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=30, unique_by=lambda a: a[0])


@given(attempts=attempts, now=st.integers(0, 500))
def test_down_seconds_are_those_between_failures_in_whatever_order_they_are_told(
    attempts: list[tuple[int, bool]], now: int
) -> None:
    tally = Tally(200.0, 50.0)
    for second, failed in attempts:
        tally.add(Counted(at(second), str(second), failed))
    tally.expire(at(now), None)
    held = [a for a in sorted(attempts) if a[0] > now - 200]
    pairs = [(one, other) for one, other in pairwise(held) if one[1] and other[1]]
    expected = sum(b[0] - a[0] for a, b in pairs if b[0] - a[0] <= 50)
    if pairs and pairs[-1][1] == held[-1] and 0 < now - held[-1][0] <= 50:
        expected += now - held[-1][0]
    assert tally.down_s(at(now)) == expected


# --- silence


def live(house: House, start: int, end: int, step: int = 40) -> House:
    for second in range(start, end, step):
        house.look(second)
    return house


def test_orders_do_not_hide_that_results_stopped() -> None:
    house = live(House(SILENCE).tells(0), 0, 1800)
    for second in range(0, 1900, 60):
        house.tells(second, "ordered")
    assert house.sees(1800).over is False
    seen = house.sees(1801)
    assert (seen.over, seen.value, house.state()) == (True, 1800.0, State.BREACHED)
    assert seen.reason == "no final message from ris-hl7 for 30 min; 30 min allowed"
    assert house.tells(1810).sees(1811).recovered
    assert house.state() is State.RECOVERING


def test_any_message_ends_the_silence_of_a_whole_feed() -> None:
    house = live(House(replace(SILENCE, milestone="")).tells(0).tells(600, "ordered"), 0, 2400)
    assert house.sees(2400).over is False
    assert house.sees(2401).over


def test_after_a_gap_of_its_own_golive_listens_anew_before_it_says_silent() -> None:
    house = live(House(SILENCE).tells(0), 0, 1000)
    seen = house.sees(5000)  # asleep for an hour: what came meanwhile is perhaps still on its way
    assert (seen.sight, seen.reason) == (
        Sight.INSUFFICIENT, "listening for 0 s only, and nothing heard; 30 min allowed",
    )  # fmt: skip
    live(house, 5000, 6800)
    assert house.sees(6800).sight is Sight.INSUFFICIENT
    assert house.sees(6801).over


def test_a_restart_within_the_limit_needs_no_listening_anew() -> None:
    assert House(SILENCE).tells(-600).sees(0).sight is Sight.OK


def test_a_feed_that_is_not_heard_is_blind_not_silent() -> None:
    house = live(House(SILENCE).tells(0), 0, 1000)
    house.deaf = True
    seen = house.sees(1010)
    assert (seen.sight, seen.reason) == (Sight.BLIND, "not seen: not measured: ris-hl7 has not been heard yet")


def test_a_quiet_feed_is_silent_and_not_blind() -> None:
    house = live(House(SILENCE).tells(0), 0, 22000, 40)
    assert (house.sees(22000).sight, house.state()) == (Sight.OK, State.BREACHED)


@pytest.mark.parametrize(
    ("wanted", "silent"),
    [("VOICE", True), ("voice*", True), ("VOICE@NORTH", True), ("RIS", False), ("*@NORTH", False), ("", False)],
)
def test_one_sender_that_stopped_is_not_hidden_by_others(wanted: str, silent: bool) -> None:
    house = House(replace(SILENCE, sender=wanted)).tells(0, sender="VOICE@NORTH")
    for second in range(0, 3601, 20):
        house.tells(second, sender="RIS@NORTH").look(second)
    assert (house.state() is State.BREACHED) is silent
    if wanted == "VOICE":
        assert house.sees(3600).reason.startswith("no final message from VOICE by ris-hl7 for 60 min")


def test_a_silence_is_not_stored_each_second() -> None:
    house = live(House(SILENCE).tells(0), 0, 140, 10)
    before = dict(house.stored)
    house.look(131).look(132)
    assert house.stored["no-reports"] is before["no-reports"]


# --- counts


def test_strays_are_counted_from_t0_on_and_in_the_window() -> None:
    house = House(STRAYS, t0_s=0.0)
    house.exams(
        exam("before", ended_at=-5, stray_at=2),  # done before T0: it may still arrive there
        exam("a", ended_at=1, stray_at=3),
        exam("b", ended_at=1, stray_at=4),
        exam("none", ended_at=1),
    )
    assert house.sees(200).value == 1
    seen = house.sees(240)
    assert (seen.value, seen.over, seen.reason) == (2, True, "2 studies in 1 h went to the old PACS; 1 allowed")
    assert house.sees(240 + 3600).value == 0


def test_strays_before_go_live_are_not_counted_and_without_a_feed_of_the_old_system_nobody_sees_them() -> None:
    assert House(STRAYS, t0_s=None).sees(0).reason == "counted from go-live on"
    seen = House(STRAYS, of=plan(feeds=FEEDS)).sees(0)
    assert (seen.sight, seen.reason) == (Sight.BLIND, "not seen: nothing measures it")


def test_unreadable_messages_are_counted_in_the_window() -> None:
    house = House(UNREADABLE)
    assert house.sees(0).sight is Sight.BLIND
    house.unreadable = [at(0), at(10), at(20), at(9999)]
    seen = house.sees(30)
    assert (seen.value, seen.over, seen.reason) == (3, True, "3 messages in 1 h could not be read; 2 allowed")
    assert house.sees(3610).recovered


def test_open_issues_of_a_severity_are_counted_and_issues_that_nobody_read_are_blind() -> None:
    meter = meter_of(instances([replace(STRAYS, what="issues", severity=1, limit=1, recover_limit=0)], plan(ECHO))[0])
    assert meter.look(Around(at(9), None), None).sight is Sight.BLIND
    around = Around(at(9), None, issues=[(1, at(0)), (2, at(1)), (1, at(5))])
    seen = meter.look(around, None)
    assert (seen.value, seen.over, seen.reason) == (2, True, "2 open SEV1 issues; 1 allowed")
    later = meter.look(around, at(0))  # a decision at the first one: only what came after it counts
    assert (later.value, later.over, later.recovered) == (1, False, False)
    none = meter.look(Around(at(9), None, issues=[(2, at(1))]), None)
    assert (none.value, none.recovered, none.sight) == (0, True, Sight.OK)
    every = meter_of(instances([replace(STRAYS, what="issues", severity=None, limit=2)], plan(ECHO))[0])
    assert every.look(around, None).over


# --- all and any

OVER, FINE, GOOD = (Sight.OK, True, False), (Sight.OK, False, False), (Sight.OK, False, True)
FEW, BLIND = (Sight.INSUFFICIENT, False, False), (Sight.BLIND, False, False)


def composed(kind: Counts, *told: tuple[Sight, bool, bool]) -> Share:
    """Give what `all` or `any` of counts of unreadable messages sees, whose parts see what they are told."""
    parts = [replace(UNREADABLE, id=f"p{i}", title=f"P{i}") for i in range(len(told))]
    whole = Rule("set", "Set", kind=kind, of=tuple(p.id for p in parts), **QUICK)
    house = House(*parts, whole)
    meter = house.triggers._meters["set"]
    for part, (sight, over, recovered) in zip(meter._parts, told, strict=True):  # type: ignore[attr-defined]
        seen = Share(0, 0, None, None, None, sight, sight.value, 0.0, over, recovered)
        part.look = lambda *_, seen=seen: seen
    return house.sees(0, "set")


@pytest.mark.parametrize("told", list(product((OVER, FINE, GOOD, FEW, BLIND), repeat=2)))
def test_all_is_over_where_each_is_and_no_better_than_its_blindest(told: Any) -> None:
    seen = composed(Counts.ALL, *told)
    if BLIND in told:
        assert seen.sight is Sight.BLIND
    elif FEW in told:
        assert seen.sight is Sight.INSUFFICIENT
    else:
        assert (seen.sight, seen.over, seen.recovered) == (Sight.OK, told == (OVER, OVER), GOOD in told)


@pytest.mark.parametrize("told", list(product((OVER, FINE, GOOD, FEW, BLIND), repeat=2)))
def test_any_is_over_where_one_is_whatever_the_others_and_else_no_better_than_its_blindest(told: Any) -> None:
    seen = composed(Counts.ANY, *told)
    if OVER in told:
        assert (seen.sight, seen.over) == (Sight.OK, True)
    elif BLIND in told:
        assert seen.sight is Sight.BLIND
    elif FEW in told:
        assert seen.sight is Sight.INSUFFICIENT
    else:
        assert (seen.over, seen.recovered) == (False, told == (GOOD, GOOD))


def test_any_names_what_it_does_not_see_beside_what_is_over() -> None:
    assert composed(Counts.ANY, OVER, BLIND).reason == "P0: ok; not seen: P1"


def test_a_set_counts_for_itself_and_names_its_parts() -> None:
    both = Rule("both", "Nobody reads", kind=Counts.ALL, of=("jam", "no-reports"), **QUICK)
    house = House(BACKLOG, SILENCE, both).tells(0).exams(*(exam(f"w{i}", ended_at=0) for i in range(4)))
    live(house, 0, 3600)
    assert (house.state("no-reports"), house.state("jam"), house.state("both")) == (
        State.BREACHED, State.WATCHING, State.WATCHING,
    )  # fmt: skip
    house.look(3601)
    assert house.state("both") is State.BREACHED
    evidence: Mapping[str, Any] = house.stored["both"].evidence or {}
    assert set(evidence["of"]) == {"jam", "no-reports"}
    assert len(evidence["of"]["jam"]["exams"]) == 4
    assert "Reports wait: 4 exams waiting" in house.stored["both"].share.reason


def test_a_set_per_area_joins_the_same_areas_and_one_of_the_whole_any_of_them() -> None:
    slow = replace(SLOW_REPORTS, per_area=True, at_least=1)
    each = Rule("each", "Each", kind=Counts.ALL, of=("slow-reports", "unreadable"), per_area=True, **QUICK)
    whole = replace(each, id="whole", per_area=False)
    house = House(slow, UNREADABLE, each, whole)
    house.unreadable = [at(0)] * 5
    house.exams(*(exam(f"e{i}", ended_at=0, area="er") for i in range(6)), exam("c", ended_at=0, final_at=25))
    house.look(1801)
    states = {name: t.latch.state for name, t in house.stored.items()}
    assert (states["each:er"], states["each:ct"], states["whole"]) == (
        State.BREACHED, State.WATCHING, State.BREACHED,
    )  # fmt: skip


# --- what cannot ever see enough


def test_a_rule_whose_probes_are_too_rare_says_that_it_can_never_see_enough() -> None:
    slow = replace(WORKLIST, kept_s=16.0)
    rule = Rule("w", "W", "worklist.response", slower_than_s=5.0, share=0.2, recover_below=0.1, at_least=20, **QUICK)
    (fine,) = instances([replace(rule, at_least=18)], plan(slow))
    (never,) = instances([rule], plan(slow))
    assert fine.never == ""
    assert never.never == (
        "can never see 20 attempts in 5 min: 18 at most (1 probe, one try each 16 s when answers are slow)"
    )
    house = House(rule, of=plan(slow)).take(0, of=slow)
    assert house.sees(1).reason == never.never
    two = [slow, replace(slow, id="er", area="er")]
    assert instances([rule], plan(*two))[0].never == ""
    assert [i.never != "" for i in instances([replace(rule, per_area=True)], plan(*two))] == [True, True]


def test_what_can_never_see_enough_says_so_also_where_nothing_is_seen_yet() -> None:
    slow = replace(WORKLIST, kept_s=16.0)
    rule = Rule("w", "W", "worklist.response", slower_than_s=5.0, share=0.2, recover_below=0.1, at_least=20, **QUICK)
    down = replace(DOWN, where=(("system", "ris"),), at_least=38)
    every = (rule, down, Rule("any", "Any", kind=Counts.ANY, of=("w",), **QUICK))
    house = House(*every, of=plan(slow))
    for name in ("w", "down", "any"):
        seen = house.sees(1, name)
        assert (seen.sight, "; can never see" in seen.reason) == (Sight.BLIND, True), seen.reason
    for tick in range(25):
        house.take(10 * tick, of=slow)
    seen = house.sees(241, "w")
    assert (seen.n, seen.sight, "; can never see 20 attempts in 5 min" in seen.reason) == (25, Sight.OK, True)


def test_a_rule_that_nothing_measures_stands_blind_for_every_area_and_never_vanishes() -> None:
    rule = Rule("w", "W", "echo.response", slower_than_s=5.0, share=0.2, recover_below=0.1, per_area=True, **QUICK)
    here = replace(plan(WORKLIST), areas={"ct": "CT", "er": "ER"})
    found = instances([rule], here)
    assert [(i.id, i.never) for i in found] == [
        ("w:ct", "can never see an attempt: no probe gives echo.response"),
        ("w:er", "can never see an attempt: no probe gives echo.response"),
    ]
    assert [i.id for i in instances([replace(rule, where=(("area", "er"),))], here)] == ["w:er"]
    assert [i.never for i in instances([replace(rule, per_area=False)], here)] == [found[0].never]
    assert House(rule, of=here).sees(1, "w:ct").sight is Sight.BLIND


def test_timedelta_arithmetic_of_a_late_exam_is_exact() -> None:
    limit = timedelta(seconds=1800)
    house = House(SLOW_REPORTS).exams(exam("edge", ended_at=0, final_at=30))
    assert (house.sees(limit.total_seconds()).n, house.sees(1800).beyond) == (1, 0)


def test_a_rule_that_can_never_be_seen_to_recover_says_so() -> None:
    rule = Rule("w", "W", "worklist.response", slower_than_s=5.0, share=0.2, recover_below=0.1, **QUICK)
    (stuck,) = instances([rule], plan(WORKLIST))
    assert stuck.stuck == (
        "can never be seen to recover: none beyond of 30 attempts may still be 11 % (recover_below 10 %)"
    )
    assert instances([replace(rule, recover_below=0.12)], plan(WORKLIST))[0].stuck == ""
