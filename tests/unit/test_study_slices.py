"""How a list of studies is asked for, and when a study is there."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collectors.feeds.study_looks import Looks
from collectors.feeds.study_slices import Slice, Slices, suspicious
from collectors.feeds.study_watch import Seen, StudyWatch

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY, DAY = date(2026, 11, 21), timedelta(days=1)


def test_at_first_whole_days_are_asked_newest_first() -> None:
    assert Slices().due(NOW, DAY) == [Slice(TODAY), Slice(TODAY - DAY)]
    assert Slice(TODAY).times == ""


def test_a_list_of_round_length_is_asked_again_in_finer_pieces() -> None:
    slices = Slices()
    slices.due(NOW, DAY)
    hours = slices.answered(Slice(TODAY), 100, by_time=True)
    assert (len(hours), hours[3].times) == (24, "030000-035959")
    tens = slices.answered(hours[3], 500, by_time=True)
    assert [t.times for t in tens][:2] == ["030000-030959", "031000-031959"]
    assert slices.answered(hours[4], 99, by_time=True) == []
    assert [suspicious(n) for n in (0, 10, 50, 64, 99, 100, 101, 128, 500)] == [
        False, False, True, True, False, True, False, True, True,
    ]  # fmt: skip


def test_a_minute_that_is_still_round_is_said() -> None:
    slices = Slices()
    slices.due(NOW, DAY)
    hours = slices.answered(Slice(TODAY), 500, by_time=True)
    tens = slices.answered(hours[0], 500, by_time=True)
    minutes = slices.answered(tens[0], 500, by_time=True)
    assert slices.answered(minutes[0], 500, by_time=True) == []
    assert slices.cut_off == {minutes[0]}


def test_a_pacs_that_does_not_know_times_is_not_asked_in_pieces() -> None:
    slices = Slices()
    slices.due(NOW, DAY)
    assert slices.answered(Slice(TODAY), 500, by_time=False) == []
    assert slices.cut_off == {Slice(TODAY)}


def test_old_pieces_are_asked_in_turn_and_those_with_unsettled_studies_always() -> None:
    slices = Slices()
    slices.due(NOW, DAY)
    hours = slices.answered(Slice(TODAY), 201, by_time=True)
    rounds = [set(slices.due(NOW, DAY, [hours[2]])) for _ in range(10)]
    assert all({hours[12], hours[13], hours[14], hours[2]} <= r for r in rounds)
    assert max(len(r) for r in rounds) <= 9
    assert set(hours[:12]) <= set().union(*rounds)


def test_past_days_are_forgotten_and_a_new_day_begins_whole() -> None:
    slices = Slices()
    slices.due(NOW, DAY)
    slices.answered(Slice(TODAY - DAY), 100, by_time=True)
    assert set(slices.due(NOW + DAY, DAY)) == {Slice(TODAY), Slice(TODAY + DAY)}


def study(images: int, accession: str = "A1") -> Seen:
    return Seen("1.2.3", ((accession, ""),), images, "CT", None, TODAY, 0)


def test_a_study_is_there_when_its_images_have_stood_still_and_dated_by_their_last_change() -> None:
    watch = StudyWatch(60)
    for second, images in ((0, 1), (20, 5), (40, 9), (60, 9), (90, 9)):
        watch.see([study(images)], NOW + timedelta(seconds=second), first_look=False)
        assert watch.settled(NOW + timedelta(seconds=second)) == []
    (settled,) = watch.settled(NOW + timedelta(seconds=100))
    assert (settled.at, settled.study.instances) == (NOW + timedelta(seconds=40), 9)
    assert watch.settled(NOW + timedelta(seconds=200)) == []
    assert watch.unsettled() == []


def test_late_images_and_a_corrected_number_are_told_again() -> None:
    watch = StudyWatch(60)
    watch.see([study(9)], NOW, first_look=True)
    assert watch.settled(NOW + timedelta(seconds=60))[0].first_look
    watch.see([study(10)], NOW + timedelta(minutes=5), first_look=False)
    (late,) = watch.settled(NOW + timedelta(minutes=7))
    assert (late.at, late.first_look) == (NOW + timedelta(minutes=5), False)
    watch.see([study(10, "A2")], NOW + timedelta(minutes=9), first_look=False)
    (corrected,) = watch.settled(NOW + timedelta(minutes=9))
    assert (corrected.at, corrected.study.accessions) == (NOW + timedelta(minutes=5), (("A2", ""),))


def test_studies_of_past_days_are_forgotten() -> None:
    watch = StudyWatch(60)
    watch.see([study(9)], NOW, first_look=True)
    watch.forget_before(TODAY + DAY)
    assert watch.unsettled() == []


def test_what_is_new_after_a_gap_is_known_as_such_until_it_changes_again() -> None:
    watch = StudyWatch(60)
    watch.see([study(9)], NOW, first_look=False, after_gap=True)
    (found,) = watch.settled(NOW + timedelta(minutes=1))
    assert (found.after_gap, found.first_look) == (True, False)
    watch.see([study(9)], NOW + timedelta(minutes=30), first_look=False, after_gap=True)
    assert watch.settled(NOW + timedelta(minutes=40)) == []
    watch.see([study(10)], NOW + timedelta(minutes=50), first_look=False)
    assert [s.after_gap for s in watch.settled(NOW + timedelta(minutes=51))] == [False]


@pytest.mark.parametrize(
    ("every_s", "rounds", "gap_s", "is_gap"),
    [
        (30.0, 1, 60.0, False),
        (30.0, 1, 61.0, True),
        (30.0, 10, 600.0, False),  # an old piece is asked in every tenth round
        (30.0, 10, 601.0, True),
        (1.0, 1, 10.0, False),
        (1.0, 1, 10.5, True),
    ],
)
def test_two_cadences_without_an_answer_are_no_gap_and_more_are(
    every_s: float, rounds: int, gap_s: float, is_gap: bool
) -> None:
    looks, piece = Looks(every_s), Slice(TODAY)
    assert not looks.gap_before(piece, 5.0, rounds)
    looks.answered(piece, [], 7.0)
    assert looks.gap_before(piece, 7.0 + gap_s, rounds) == is_gap


def test_finer_pieces_keep_the_past_of_the_whole_and_a_piece_that_begins_has_been_looked_at() -> None:
    slices, looks = Slices(), Looks(30.0)
    slices.due(NOW, DAY)
    looks.answered(Slice(TODAY), [], 0.0)
    looks.round_done(slices.leaves, slices.ahead(NOW), 1.0)
    hours = slices.answered(Slice(TODAY), 100, by_time=True)
    looks.answered(Slice(TODAY), hours, 100.0)
    assert looks.gap_before(hours[13], 100.0, 1)
    looks.answered(hours[13], [], 101.0)
    looks.round_done(slices.leaves, slices.ahead(NOW), 102.0)
    for round_s in range(130, 3700, 30):
        looks.round_done(slices.leaves, slices.ahead(NOW), round_s)
    assert not looks.gap_before(hours[15], 3715.0, 1)
    assert looks.gap_before(hours[13], 3715.0, 1)
    assert not looks.gap_before(Slice(TODAY + DAY), 3715.0, 1)
    assert [slices.rounds(hours[h], NOW) for h in (10, 11, 14, 15)] == [10, 1, 1, 10]
