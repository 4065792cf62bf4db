"""Exam measures: open exams count, T0 divides, and a reading stop shows."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.exams.exam_board import ExamBoard
from app.domain.exams.exam_gauges import gauges
from app.domain.exams.exam_measures import View, intervals, linked
from app.domain.exams.exams import Exam, ExamEvent, Milestone
from app.domain.measuring.feed_measures import FeedWatch
from app.domain.measuring.feed_measures import judged as feed_judged
from app.domain.measuring.standings import Judged
from app.domain.plans import MeasurePlan, Plan
from tests.unit.made import FEEDS, T, at, exam, feed, plan

PLAN = plan(feeds=FEEDS)


def view(minute: float, t0_minute: float | None = None) -> View:
    return View(PLAN, at(60 * minute), None if t0_minute is None else at(60 * t0_minute))


def numbers(exams: list[Exam], seen: View, window: str = "day") -> dict[str, Judged]:
    rows = intervals(linked(exams), seen) + gauges(linked(exams), seen)
    return {r.series.key: r for r in rows if r.window in (window, "")}


def by_hand(closed: list[float], still_open: list[float], share: float = 0.5) -> float | None:
    survive, at_risk = 1.0, len(closed) + len(still_open)
    for t, is_open in sorted([(c, 0) for c in closed] + [(o, 1) for o in still_open]):
        if not is_open:
            survive *= 1 - 1 / at_risk
            if survive <= 1 - share + 1e-12:
                return t
        at_risk -= 1
    return None


LIVES = st.lists(st.tuples(st.integers(-300, 0), st.one_of(st.none(), st.integers(1, 200))), max_size=40)


@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_turnaround_is_kaplan_meier_over_read_and_open_exams(lives: list[tuple[int, int | None]]) -> None:
    exams = [
        exam(f"e{i}", ended_at=start, final_at=start + took if took and start + took <= 0 else None)
        for i, (start, took) in enumerate(lives)
    ]
    closed = [60.0 * took for start, took in lives if took and start + took <= 0]
    waiting = [-60.0 * start for start, took in lives if not took or start + took > 0]
    row = numbers(exams, view(0))["report.turnaround"]
    assert (row.n, row.open) == (len(closed), len(waiting))
    assert row.p50 == (by_hand(closed, waiting) if len(closed) >= 5 else None)


def test_the_whole_each_area_and_each_segment_have_their_own_number() -> None:
    exams = [exam(f"c{i}", ended_at=-60, final_at=-30) for i in range(6)]
    exams += [exam(f"m{i}", ended_at=-60, final_at=-10, modality="MR", area="er", patient_class="I") for i in range(6)]
    rows = numbers(exams, view(0))
    assert rows["report.turnaround"].n == 12
    assert rows["report.turnaround/-/ct"].p50 == 1800.0
    assert rows["report.turnaround/-/-/modality=MR,patient_class=I"].p50 == 3000.0


def test_after_t0_no_number_holds_an_exam_from_before_it() -> None:
    old = [exam(f"old{i}", ordered_at=-200, ended_at=-60 - i, final_at=10 + i) for i in range(30)]
    stuck = [exam(f"stuck{i}", ordered_at=-200, ended_at=-90 - i) for i in range(4)]
    new = [exam(f"new{i}", ordered_at=1, ended_at=5 + i, final_at=35 + i) for i in range(3)]
    waiting = [exam(f"wait{i}", ordered_at=1, ended_at=20 + i) for i in range(9)]
    rows = numbers(old + stuck + new + waiting, view(60, t0_minute=0))
    row = rows["report.turnaround"]
    assert (row.n, row.open, row.p50, row.straddling, row.straddling_oldest_s) == (3, 9, None, 4, 60.0 * (60 + 93))
    assert row.note.startswith("12 since go-live, 3 read; 4 from before go-live still open")
    assert rows["report.rate"].value == 3.0
    assert rows["exam.backlog"].value == 9.0
    assert (rows["exam.backlog"].straddling, rows["exam.oldest_waiting"].value) == (4, 2400.0)


def test_cancelled_orphaned_and_left_out_exams_are_in_no_number() -> None:
    out = [
        exam("a", ended_at=-60, final_at=-30, cancelled=True),
        exam("b", ended_at=-60, no_show=True),
        exam("c", final_at=-30, without_order=True),
        exam("d", ended_at=-60, left_out="never reported"),
    ]
    rows = numbers(out, view(0))
    assert all((r.n, r.open or 0, r.value or 0.0) == (0, 0, 0.0) for r in rows.values())


def test_the_window_holds_the_exams_that_started_in_it() -> None:
    exams = [exam(f"a{i}", ended_at=-300, final_at=-5) for i in range(6)]
    exams += [exam(f"b{i}", ended_at=-200, final_at=-190) for i in range(7)]
    assert numbers(exams, view(0), "now")["report.turnaround"].n == 7
    assert numbers(exams, view(0), "day")["report.turnaround"].n == 13
    own = View(plan(measures={"report.turnaround": MeasurePlan(window_s=14400.0)}), T, None)
    assert numbers(exams, own, "day")["report.turnaround"].n == 7


def test_a_report_that_is_final_at_once_awaits_no_preliminary_one() -> None:
    exams = [exam(f"p{i}", ended_at=-90, preliminary_at=-80, final_at=-60) for i in range(5)]
    exams += [exam(f"f{i}", ended_at=-90, final_at=-85) for i in range(5)]
    row = numbers(exams, view(0))["report.preliminary"]
    assert (row.n, row.open, row.p50) == (5, 0, 600.0)


def test_a_negative_interval_is_counted_as_it_is_and_said() -> None:
    exams = [exam(f"e{i}", ended_at=-60, final_at=-62) for i in range(5)]
    row = numbers(exams, view(0))["report.turnaround"]
    assert (row.p50, row.note) == (-120.0, "5 in 24 h, 5 read; 5 with clocks that disagree")


def test_accessions_of_one_study_share_its_images() -> None:
    exams = [
        exam("a", ended_at=-60, available_at=-50, studies=("s1",)),
        exam("b", ended_at=-58, studies=("s1", "s2")),
        exam("c", ended_at=-58, studies=("s3",)),
    ]
    assert [e.available_at for e in linked(exams)] == [at(-3000), at(-3000), None]


def test_order_to_worklist_begins_with_the_receipt_and_only_for_today() -> None:
    listed = [exam(f"e{i}", ordered_at=-70, order_received_at=-60, listed_at=-59 + i) for i in range(5)]
    for_tomorrow = [exam("t", ordered_at=-70, order_received_at=-60, scheduled_at=1440)]
    never_listed = [exam("n", ordered_at=-70, order_received_at=-60, begun_at=-20)]
    row = numbers(listed + for_tomorrow + never_listed, view(0))["order.to_worklist"]
    assert (row.n, row.open, row.p50) == (5, 0, 180.0)


def test_a_median_that_is_not_reached_says_how_long_the_oldest_waits() -> None:
    exams = [exam(f"r{i}", ended_at=-100, final_at=-90) for i in range(5)]
    exams += [exam(f"w{i}", ended_at=-100) for i in range(20)]
    row = numbers(exams, view(0))["report.turnaround"]
    assert (row.p50, row.value, row.beyond_s) == (None, None, 6000.0)


def test_matching_is_not_believed_until_it_has_once_been_80_per_cent() -> None:
    def matched(found: int, trusted: bool) -> float | None:
        exams = [exam(f"e{i}", ended_at=-60, available_at=-50 if i < found else None) for i in range(10)]
        rows = gauges(exams, view(0), trusted=trusted)
        return next(r.value for r in rows if r.series.measure == "exam.matched")

    assert [matched(7, False), matched(8, False), matched(7, True)] == [None, 0.8, 0.7]


def test_strays_are_counted_from_go_live_on_by_modality_and_station() -> None:
    legacy = feed("old-list", "pacs-studies", frozenset({"available"}), 2, system="old", legacy=True)
    house = plan(feeds=(*FEEDS, legacy))
    exams = [exam("a", stray_at=-5), exam("b", stray_at=5, station="CT2"), exam("c", stray_at=6, without_order=True)]
    exams += [exam(f"n{i}", available_at=7) for i in range(7)]
    rows = gauges(exams, View(house, at(600), at(0)))
    strays = {r.series.key: (r.value, r.n) for r in rows if r.series.measure == "legacy.stray"}
    assert strays == {
        "legacy.stray/old": (2.0, 9),
        "legacy.stray/old/-/modality=CT,station=CT2": (1.0, 9),
        "legacy.stray/old/-/modality=CT": (1.0, 9),
    }


def test_strays_are_named_by_where_they_come_from_and_only_those_of_exams_done_since_go_live() -> None:
    legacy = feed("old-list", "pacs-studies", frozenset({"available"}), 2, system="old", legacy=True)
    house = plan(feeds=(*FEEDS, legacy))

    def note(*exams: Exam) -> str:
        rows = gauges(exams, View(house, at(600), at(0)))
        return next(r.note for r in rows if r.series.key == "legacy.stray/old")

    done_before = exam("b", ended_at=-2, stray_at=3, station="CT1")
    assert note(done_before, exam("n", available_at=7)) == "0 of 1 study since go-live went to the old PACS"
    strays = [exam(f"c{i}", ended_at=1, stray_at=5, station="CT2") for i in range(4)]
    strays += [exam("m", stray_at=5, modality="MR", station="MR1"), done_before]
    assert note(*strays) == "5 studies since go-live went to the old PACS: CT from CT2 4, MR from MR1 1"
    many = [exam(f"x{i}", stray_at=5, station=f"CT{i}") for i in range(7)]
    assert note(*many, exam("y", stray_at=5, modality=None)).endswith("CT from CT3 1, others 3")


def hospital(minute: int, stop_minute: int) -> list[Exam]:
    """Give the exams of a day with one each five minutes, read after 30 min; reading stops at a minute."""
    exams = []
    for start in range(-1200, minute + 1, 5):
        read = start + 30
        done = read <= minute and read < stop_minute
        exams.append(exam(f"e{start}", ended_at=start, final_at=read if done else None))
    return exams


def test_a_reading_stop_of_an_hour_shows_within_30_minutes() -> None:
    def at_minute(minute: int) -> dict[str, Judged]:
        return numbers(hospital(minute, stop_minute=0), view(minute), "now")

    calm, half_hour, hour = at_minute(-1), at_minute(29), at_minute(60)
    assert (calm["report.rate"].value, half_hour["report.rate"].value, hour["report.rate"].value) == (12.0, 6.0, 0.0)
    assert (calm["exam.backlog"].value, half_hour["exam.backlog"].value) == (6.0, 12.0)
    assert (calm["exam.oldest_waiting"].value, half_hour["exam.oldest_waiting"].value) == (1740.0, 3540.0)
    calm_now, jam_now = calm["report.turnaround"], half_hour["report.turnaround"]
    assert (calm_now.p50, calm_now.p95) == (1800.0, 1800.0)
    assert jam_now.p90 is None
    assert jam_now.beyond_s == 3540.0
    assert "the oldest for 59 min" in half_hour["exam.backlog"].note


def test_exams_per_hour_go_on_while_reading_stops() -> None:
    rows = numbers(hospital(60, stop_minute=0), view(60))
    assert rows["exam.rate"].value == 12.0


def test_a_rate_minutes_after_go_live_is_scaled_and_before_five_not_told() -> None:
    exams = [exam(f"e{i}", ended_at=i, final_at=i + 1) for i in range(10)]
    assert numbers(exams, view(30, t0_minute=0))["report.rate"].value == 20.0
    early = numbers(exams[:3], view(4, t0_minute=0))["report.rate"]
    assert (early.value, early.note) == (None, "go-live was only minutes ago")


# --- feeds, and the board between two judgements


def test_a_feed_has_age_rate_and_clock_offset() -> None:
    watch = FeedWatch(FEEDS[0], at(-7200))
    for i in range(30):
        watch.hear(at(-60 * i), at(-60 * i))
        watch.offset(at(-60 * i), at(-60 * i - 3))
    age, rate, offset = feed_judged(watch, at(90))
    assert (age.value, rate.value, offset.value, offset.n) == (90.0, 30.0, 3.0, 30)
    assert offset.note == "its clock is 3 s behind ours, or its messages take that long"


def test_a_collector_whose_clock_is_an_hour_behind_is_not_quiet() -> None:
    watch = FeedWatch(FEEDS[0], at(-60))
    watch.hear(at(0), at(-3600))
    assert watch.heard_at == at(0)


def told(token: str, seconds: float) -> ExamEvent:
    return ExamEvent(f"id-{token}-{seconds}", "ris-hl7", token, Milestone.ENDED, at(seconds), "OBR-8", at(seconds))


def board_rows(board: ExamBoard, now: datetime) -> dict[tuple[str, str], Judged]:
    return {(r.series.key, r.window): r for r in board.judged(now, None, board.feeds_judged(now))}


def test_what_a_first_look_finds_in_a_list_is_no_rush_of_this_minute() -> None:
    board = ExamBoard(PLAN, at(-3600))
    for i in range(10):
        look = replace(told(f"k1.{i}", 0), feed="pacs-list", at_field="first look", message_at=at(-1200.0 * i))
        board.hear([look], [], at(0))
    rate = board_rows(board, at(1))["feed.rate/pacs/-/feed=pacs-list", ""]
    assert (rate.value, rate.n) == (3.0, 10)


def test_only_what_changed_is_given_again_until_ten_seconds_are_over() -> None:
    board = ExamBoard(PLAN, T)
    board.put([exam("a", ended_at=-10)])
    assert ("report.turnaround", "day") in board_rows(board, at(0))
    assert board_rows(board, at(1)) == {}
    board.put([exam("b", ended_at=-5, modality="MR")])
    assert ("report.turnaround/-/-/modality=MR,patient_class=E", "now") in board_rows(board, at(2))
    assert ("exam.oldest_waiting", "") in board_rows(board, at(11))


def test_a_group_that_holds_nothing_any_more_is_given_once_emptied() -> None:
    board = ExamBoard(PLAN, T)
    board.put([exam("a", ended_at=-10)])
    board_rows(board, at(0))
    board.replace([])
    key = ("report.turnaround/-/ct", "day")
    emptied = board_rows(board, at(1))[key]
    assert (emptied.n, emptied.open) == (0, None)
    assert key not in board_rows(board, at(20))


def test_events_touch_their_exams_and_let_their_feed_be_heard() -> None:
    board = ExamBoard(PLAN, T)
    board.hear([told("k1.b", 5), told("k1.a", 4), told("k1.a", 6)], [], at(7))
    assert (board.touched(), board.touched()) == (["k1.a", "k1.b"], [])
    age = board_rows(board, at(10))[("feed.age/-/-/feed=ris-hl7", "")]
    assert (age.value, age.known_at, age.n) == (3.0, at(7), 3)


def test_orders_of_a_modality_that_no_worklist_probe_asks_for_wait_for_nothing() -> None:
    exams = [exam(f"e{i}", ordered_at=-70, order_received_at=-60, listed_at=-59) for i in range(5)]
    exams += [exam(f"m{i}", ordered_at=-70, order_received_at=-60, modality="MR") for i in range(9)]
    row = numbers(exams, view(0))["order.to_worklist"]
    assert (row.n, row.open) == (5, 0)


def test_the_rate_carries_who_waits_and_since_when_no_report_came() -> None:
    exams = [exam(f"e{i}", ended_at=1, final_at=None if i else 9) for i in range(4)]
    for last, t0, since in ((9, 0, 9), (9, 20, 20), (9, None, 9)):
        rows = gauges(exams, view(30, t0), unreported_since=at(60 * last))
        rate = next(r for r in rows if r.series.key == "report.rate")
        assert (rate.known_at, rate.open) == (at(60 * since), 0 if t0 == 20 else 3)
    assert next(r for r in gauges(exams, view(30)) if r.series.key == "report.rate").known_at is None


def test_what_counts_as_unreported_begins_when_a_feed_speaks_reports_or_speaks_again() -> None:
    watch = FeedWatch(FEEDS[0], at(0))
    moments = []
    for minute, final in ((1, False), (5, True), (6, False), (20, False), (80, False), (81, False), (82, True)):
        watch.hear(at(60 * minute), at(60 * minute), final=final)
        assert watch.unreported_since is not None
        moments.append((watch.unreported_since - T).total_seconds() / 60)
    assert moments == [1, 5, 5, 5, 80, 80, 82]


def test_a_feed_never_heard_keeps_when_listening_began_over_a_restart() -> None:
    key = ("feed.age/-/-/feed=ris-hl7", "")
    first = board_rows(ExamBoard(PLAN, T), at(60))[key]
    assert (first.as_of, first.known_at) == (T, None)
    again = ExamBoard(PLAN, at(600))
    again.restore([first])
    assert board_rows(again, at(660))[key].as_of == T


def test_an_exam_from_the_future_has_waited_no_time_yet() -> None:
    row = numbers([exam(f"e{i}", ended_at=5) for i in range(5)], view(0))["exam.oldest_waiting"]
    assert (row.value, row.note) == (0.0, "5 exams without a report, the oldest for 0 s")


def test_images_that_arrived_while_golive_was_not_looking_are_in_no_time_but_named() -> None:
    seen = [exam(f"s{i}", ended_at=-90, available_at=-90 + i) for i in range(1, 6)]
    unseen = [exam(f"u{i}", ended_at=-90, available_at=-30, arrived_unseen=True) for i in range(4)]
    waiting = [exam("w", ended_at=-20)]
    row = numbers(seen + unseen + waiting, view(0))["exam.end_to_available"]
    assert (row.n, row.open, row.p50) == (5, 1, numbers(seen + waiting, view(0))["exam.end_to_available"].p50)
    assert row.note == "6 in 24 h, 5 in the PACS; 4 more arrived while golive was not looking"
    after = numbers(seen + unseen, view(60, t0_minute=0))["exam.end_to_available"]
    assert (after.n, after.straddling, after.note) == (0, 0, "0 since go-live, 0 in the PACS")
    assert numbers(unseen, view(0))["exam.matched"].note.startswith("4 of 4 ended exams found")


def test_an_order_that_was_listed_before_golive_looked_has_no_time_but_is_named() -> None:
    seen = [exam(f"s{i}", ordered_at=-90, order_received_at=-90, listed_at=-90 + i) for i in range(1, 6)]
    unseen = [exam(f"u{i}", ordered_at=-90, order_received_at=-90, listed_at=-1, listed_unseen=True) for i in range(4)]
    row = numbers(seen + unseen, view(0))["order.to_worklist"]
    assert (row.n, row.open, row.p50) == (5, 0, 180.0)
    assert row.note == "5 in 24 h, 5 in the worklist; 4 more were there before golive looked"


def test_an_accession_beside_one_whose_images_arrived_unseen_has_no_time_either() -> None:
    filed = exam("a", ended_at=-90, available_at=-30, arrived_unseen=True, studies=("k1.s",))
    beside = exam("b", ended_at=-90, studies=("k1.s",))
    row = numbers([filed, beside], view(0))["exam.end_to_available"]
    assert (row.n, row.open, row.note.split("; ")[1]) == (0, 0, "2 more arrived while golive was not looking")


DAYS = 1440.0


def test_a_report_that_never_came_is_counted_apart_and_hides_no_other_wait() -> None:
    lost = [exam(f"lost{i}", ended_at=-9 * DAYS - i) for i in range(3)]
    edge = [exam("edge", ended_at=-7 * DAYS)]
    waiting = [exam(f"w{i}", ended_at=-200 - i) for i in range(6)]
    rows = numbers(lost + waiting, view(0))
    backlog, oldest = rows["exam.backlog"], rows["exam.oldest_waiting"]
    assert (backlog.value, backlog.open, backlog.perhaps_lost, backlog.n) == (6.0, 6, 3, 6)
    assert (oldest.value, oldest.perhaps_lost) == (60.0 * 205, 3)
    said = "6 exams without a report, the oldest for 3 h 25 min; 3 more for over 7 d, perhaps lost"
    assert (backlog.note, oldest.note) == (said, said)
    assert numbers(edge + waiting, view(0))["exam.oldest_waiting"].value == 7 * 86400.0


def test_lost_reports_alone_are_no_number_of_a_good_day_without_their_words() -> None:
    lost = [exam(f"lost{i}", ended_at=-9 * DAYS) for i in range(8)]
    row = numbers(lost, view(0))["exam.backlog"]
    assert (row.n, row.value, row.perhaps_lost) == (0, 0.0, 8)
    assert row.note == "0 exams without a report; 8 more for over 7 d, perhaps lost; 0 exams of 5 needed"


def test_the_site_says_after_how_long_a_report_is_perhaps_lost() -> None:
    patient = View(replace_plan(lost_after_s=21 * 86400.0), T, None)
    rows = numbers([exam("old", ended_at=-9 * DAYS), exam("lost", ended_at=-22 * DAYS)], patient)
    row = rows["exam.oldest_waiting"]
    assert (row.value, row.perhaps_lost) == (9 * 86400.0, 1)
    assert "1 more for over 21 d, perhaps lost" in row.note


def replace_plan(**more: float) -> Plan:
    return replace(PLAN, **more)  # type: ignore[arg-type]  # fields by name


def test_lost_reports_of_before_go_live_hide_no_other_that_straddles_it() -> None:
    lost = [exam(f"lost{i}", ordered_at=-30 * DAYS, ended_at=-9 * DAYS) for i in range(2)]
    stuck = [exam(f"s{i}", ended_at=-90) for i in range(4)]
    rows = numbers(lost + stuck, view(60, t0_minute=0))
    row = rows["report.turnaround"]
    assert row.note.endswith("; 4 from before go-live still open, oldest 2 h 30 min; 2 more for over 7 d, perhaps lost")
    assert (row.straddling, row.straddling_oldest_s) == (6, 60.0 * (9 * DAYS + 60))
    backlog = rows["exam.backlog"]
    assert (backlog.straddling, backlog.perhaps_lost) == (4, 2)
    assert "4 more from before go-live; 2 more for over 7 d, perhaps lost" in backlog.note
    order = rows["report.order_to_final"]
    assert order.note.endswith("; 2 from before go-live still open, oldest 30 d 1 h")  # a far appointment is not lost


def test_a_report_that_never_came_counts_in_turnaround_no_longer_than_its_window() -> None:
    read = [exam(f"r{i}", ended_at=-300 - i, final_at=-240 - i) for i in range(20)]
    lost_today = [exam("today", ended_at=-DAYS + 1)]
    lost_before = [exam(f"b{i}", ended_at=-DAYS - 1 - i) for i in range(30)]
    row = numbers(read + lost_today + lost_before, view(0))["report.turnaround"]
    assert (row.n, row.open, row.p50, row.straddling) == (20, 1, 3600.0, 0)


def test_a_stop_of_reading_is_not_seen_in_exams_whose_reports_were_lost() -> None:
    lost = [exam(f"lost{i}", ended_at=-9 * DAYS - i) for i in range(40)]
    waiting = [exam(f"w{i}", ended_at=-20) for i in range(6)]
    rows = gauges(lost + waiting, view(0), unreported_since=at(-3600))
    assert next(r.open for r in rows if r.series.key == "report.rate") == 6


def test_wild_message_times_do_not_move_the_clock_offset_and_are_said() -> None:
    watch = FeedWatch(FEEDS[0], at(-7200))
    for i in range(60):
        watch.offset(at(i), at(i - 3))
        watch.offset(at(i), at(i - 10 * 365 * 86400 if i % 2 else i + 90 * 86400))
    offset = feed_judged(watch, at(90))[2]
    assert (offset.value, offset.last, offset.n) == (3.0, 3.0, 60)
    assert offset.note.endswith("; 50 of the newest 100 messages carry a time that cannot be right")
    alone = FeedWatch(FEEDS[0], at(-7200))
    for i in range(9):
        alone.offset(at(i), at(i - 7 * 365 * 86400))
    offset = feed_judged(alone, at(90))[2]
    assert (offset.value, offset.n) == (None, 0)
    assert "9 of the newest 9 messages carry a time that cannot be right" in offset.note


def test_wild_message_times_from_before_a_restart_are_no_offset_either() -> None:
    board = ExamBoard(PLAN, T)
    board.messages_before("ris-hl7", [2.0, 4.0, -9e6, 4.0, 5e9, 4.0, 4.0])
    row = board_rows(board, at(1))["clock.offset/-/-/feed=ris-hl7", ""]
    assert (row.value, row.n, row.last) == (4.0, 5, 2.0)
