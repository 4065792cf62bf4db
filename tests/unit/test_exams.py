"""Exams folded from their events: whatever the order, however often told."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.exams.exam_measures import interval_s, negative_intervals
from app.domain.exams.exams import AFTER_GAP, LISTED_BEFORE, Exam, ExamEvent, Milestone, fold

T = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
ORDER = {"ris": 0, "pacs": 1, "old": -3}
_number = iter(range(10**9))


def told(
    milestone: str, minute: float, said: float | None = None, feed: str = "ris", id: str = "", **more: str | int
) -> ExamEvent:
    at = T + timedelta(minutes=minute)
    said_at = T + timedelta(minutes=minute if said is None else said)
    name = id or f"event-{next(_number):09}"
    return ExamEvent(name, feed, "k1.a", Milestone(milestone), at, "OBR-22", said_at, said_at, **more)  # type: ignore[arg-type]  # attributes by name


def minutes(exam: Exam, milestone: str) -> float | None:
    at = exam.at(milestone)
    return None if at is None else (at - T).total_seconds() / 60


EVENTS = st.lists(
    st.builds(
        told,
        st.sampled_from([m.value for m in Milestone]),
        st.integers(0, 20),
        st.integers(0, 20),
        st.sampled_from(["ris", "pacs", "old", "unknown"]),
        modality=st.sampled_from(["CT", "MR"]),
        area=st.sampled_from(["ct", "mr"]),
        study=st.sampled_from(["s1", "s2"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.randoms())
def test_disorder_and_repeats_change_nothing(events: list[ExamEvent], chance: random.Random) -> None:
    again = events + chance.sample(events, len(events) // 2)
    chance.shuffle(again)
    assert fold(again, ORDER) == fold(events, ORDER)


def test_the_earliest_final_counts_and_an_addendum_never_moves_it() -> None:
    exam = fold(
        [told("ended", 0), told("final", 30), told("final", 40), told("addendum", 50), told("addendum", 20)], ORDER
    )
    assert minutes(exam, "final") == 30
    assert minutes(exam, "last_final") == 50
    assert exam.addenda == 2


def test_a_corrected_report_stands_for_the_final_one_that_was_never_told() -> None:
    only = [told("ended", 0), told("addendum", 50), told("addendum", 70)]
    assert (minutes(fold(only, ORDER), "final"), fold(only, ORDER).addenda) == (50, 1)
    both = fold([*only, told("final", 60)], ORDER)
    assert (minutes(both, "final"), both.addenda) == (60, 2)


def test_a_correction_of_the_end_corrects_it() -> None:
    exam = fold([told("ended", 10, said=10), told("ended", 5, said=12), told("ended", 20, said=11)], ORDER)
    assert minutes(exam, "ended") == 5


def test_of_two_messages_of_one_moment_the_greater_id_counts() -> None:
    exam = fold([told("begun", 7, said=9, id="event-b"), told("begun", 3, said=9, id="event-a")], ORDER)
    assert minutes(exam, "begun") == 7


def test_the_feed_that_stands_first_in_golive_toml_counts() -> None:
    exam = fold(
        [told("ended", 3, feed="pacs"), told("ended", 8, said=1, feed="ris"), told("ended", 1, feed="zzz")], ORDER
    )
    assert minutes(exam, "ended") == 8


def test_attributes_come_from_the_newest_event_that_carries_them() -> None:
    exam = fold(
        [
            told("ordered", 0, said=5, modality="CT", area="ct"),
            told("ended", 9, said=9, modality="MR"),
            told("final", 3, said=7, area="er"),
        ],
        ORDER,
    )
    assert (exam.modality, exam.area) == ("MR", "er")


def test_a_cancelled_exam_leaves_until_a_later_message_revives_it() -> None:
    life = [told("ordered", 0), told("ended", 5), told("final", 9), told("cancelled", 6, said=9)]
    assert fold(life, ORDER).cancelled  # a tie stays cancelled
    assert not fold(life, ORDER).counted
    assert fold([*life, told("scheduled", 60, said=8)], ORDER).cancelled
    assert not fold([*life, told("scheduled", 60, said=10)], ORDER).cancelled


def test_a_message_time_that_cannot_be_right_orders_nothing_whoever_told_it() -> None:
    for wild in (timedelta(days=2), timedelta(days=-400)):
        cancelled = replace(told("cancelled", 9), message_at=T + wild)
        life = [told("ordered", 0), told("ended", 5), cancelled]
        assert fold(life, ORDER).cancelled
        assert not fold([*life, told("scheduled", 60, said=10)], ORDER).cancelled


def test_a_polled_list_takes_no_cancellation_back() -> None:
    life = [told("ordered", 0), told("cancelled", 6)]
    assert fold([*life, told("available", 8, feed="pacs"), told("listed", 9, feed="pacs")], ORDER).cancelled


def test_who_did_not_come_is_not_counted_until_a_later_message() -> None:
    life = [told("ordered", 0), told("no_show", 20)]
    assert (fold(life, ORDER).no_show, fold(life, ORDER).open) == (True, False)
    assert fold([*life, told("arrived", 25)], ORDER).open


def test_a_result_without_an_order_is_an_orphan() -> None:
    assert fold([told("final", 3)], ORDER).orphan
    listed = fold([told("available", 3, feed="pacs"), told("listed", 1)], ORDER)
    assert (listed.orphan, listed.counted) == (False, False)  # no result, and no exam either
    assert not fold([told("final", 3), told("ended", 1)], ORDER).orphan


def test_what_a_rule_leaves_out_is_open_to_nobody() -> None:
    exam = fold([told("ordered", 0), told("ended", 5, left_out="never reported: C-ARM*")], ORDER)
    assert (exam.left_out, exam.counted, exam.open) == ("never reported: C-ARM*", False, False)


def test_the_newest_telling_of_a_rule_counts_so_that_a_correction_takes_it_back() -> None:
    arm = told("ordered", 0, said=5, left_out="never reported: C-ARM*")
    for more, left_out in (
        ([told("scheduled", 9, left_out="")], None),  # the procedure is another now
        ([told("scheduled", 2, left_out="")], arm.left_out),  # it was another before
        ([told("final", 9)], arm.left_out),  # a telling that knows nothing of rules takes nothing back
        ([told("scheduled", 9, left_out=""), told("ended", 12, left_out="test patient")], "test patient"),
    ):
        exam = fold([arm, *more], ORDER)
        assert (exam.left_out, exam.counted) == (left_out, left_out is None)


def test_studies_of_the_old_system_are_strays_and_no_milestone() -> None:
    exam = fold([told("ended", 0), told("available", 4, feed="old")], ORDER)
    assert (exam.available_at, exam.stray_at) == (None, T + timedelta(minutes=4))


def test_a_negative_interval_is_flagged_and_stays_negative() -> None:
    exam = fold([told("ended", 10), told("final", 8)], ORDER)
    assert interval_s(exam, "ended", "final") == -120.0
    assert negative_intervals(exam) == (("ended", "final"),)


def test_one_id_with_two_contents_folds_alike_in_any_order() -> None:
    one = told("ended", 10, id="event-same")
    other = replace(one, at=T)
    assert fold([one, other], ORDER) == fold([other, one], ORDER)


def test_a_study_that_stood_there_at_every_first_look_came_before_the_first_of_them() -> None:
    def looked(minute: float, name: str) -> ExamEvent:
        return replace(told("available", minute, said=1, feed="pacs", id=name), at_field="first look")

    for names in (("event-a", "event-b"), ("event-b", "event-a")):
        first, again = looked(60, names[0]), looked(360, names[1])
        assert minutes(fold([told("ended", 0), first, again], ORDER), "available") == 60
    seen = told("available", 5, said=5, feed="pacs")
    assert minutes(fold([told("ended", 0), looked(60, "event-a"), seen], ORDER), "available") == 5


def images(minute: float, count: int, field: str = "count stood still", study: str = "k1.s") -> ExamEvent:
    said = 1 if field == "first look" else minute
    return replace(told("available", minute, said, "pacs", study=study, instances=count), at_field=field)


@pytest.mark.parametrize(
    ("tellings", "minute", "unseen"),
    [
        ([images(5, 3)], 5, False),
        ([images(60, 3, "first look")], 60, True),
        ([images(60, 3, "StudyTime")], 60, True),
        ([images(60, 3, AFTER_GAP)], 60, True),
        ([images(60, 3, AFTER_GAP), images(360, 3, "first look")], 60, True),
        ([images(5, 3), images(60, 3, "first look")], 5, False),  # the list of a collector that was started again
        ([images(5, 3), images(60, 5, "first look")], 60, True),  # late images, and nobody looked when they came
        ([images(5, 3), images(60, 5, "first look"), images(360, 5, "first look")], 60, True),
        ([images(5, 3), images(60, 5, AFTER_GAP)], 60, True),
        ([images(60, 3, "first look"), images(70, 5)], 70, False),  # late images that were seen to come
        ([images(5, 3), images(60, 2, "first look", "k1.t")], 60, True),  # a second study of the exam
        ([images(5, 3), images(8, 2, study="k1.t"), images(60, 3, "first look")], 8, False),
        ([images(60, 3, "first look"), images(90, 2, "first look", "k1.t")], 90, True),
    ],
)
def test_an_arrival_that_nobody_saw_is_known_as_such(tellings: list[ExamEvent], minute: float, unseen: bool) -> None:
    for events in (tellings, tellings[::-1]):
        exam = fold([told("ended", 0), *events], ORDER)
        assert (minutes(exam, "available"), exam.arrived_unseen) == (minute, unseen)


@pytest.mark.parametrize(
    ("minutes_", "unseen"), [([(5, LISTED_BEFORE)], True), ([(5, LISTED_BEFORE), (9, "worklist")], True),
                             ([(3, "worklist"), (5, LISTED_BEFORE)], False)],
)  # fmt: skip
def test_an_order_in_the_first_answer_was_listed_before_golive_looked(
    minutes_: list[tuple[int, str]], unseen: bool
) -> None:
    events = [replace(told("listed", m, feed="ct"), at_field=field) for m, field in minutes_]
    assert fold([told("ordered", 0), *events], ORDER).listed_unseen is unseen
