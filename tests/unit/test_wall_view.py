"""The wall as plain values: which series a tile shows, and what it says of it."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from app.domain.measuring.standings import State
from app.domain.rollback.golive import Act, GoLiveAct, folded, moment_of
from app.push.figures import beyond, clock, duration, figure, percent
from app.push.wall.drawing import band, spark
from app.push.wall.foot import foot
from app.push.wall.gravest import gravest
from app.push.wall.head import strip, tick
from app.push.wall.tiles import headline, tile
from app.push.wall.type_scale import scale, stylesheet
from app.push.words import inside
from tests.browser.scenes import NOON, blind_study, calm, first_hour, frozen_pacs, instead, probe, turnaround
from tests.unit.walls import named, scene_of


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0.0 ms"),
        (0.00042, "0.4 ms"),
        (0.0072, "7.2 ms"),
        (0.757, "757 ms"),
        (0.9996, "1.0 s"),
        (6.44, "6.4 s"),
        (61.5, "62 s"),
        (2820.0, "47 min"),
        (10_680.0, "2:58 h"),
        (45_720.0, "13 h"),
        (200_000.0, "2.3 d"),
        (-12.0, "−12 s"),
    ],
)
def test_durations_take_the_unit_people_use_and_three_digits_at_most(seconds: float, said: str) -> None:
    assert str(duration(seconds)) == said


def test_other_units_and_what_is_missing() -> None:
    assert [str(figure(0.9996, "share")), str(figure(1.0, "share")), str(figure(5420.0, "exams"))] == [
        "99.9 %",
        "100 %",
        "5,420",
    ]
    assert [str(figure(None, "s")), str(beyond(8.0)), str(figure(1180.0, "per h"))] == ["—", "> 8.0 s", "1,180/h"]


def test_one_failure_of_many_is_never_zero_per_cent() -> None:
    assert [percent(0, 90), percent(1, 900), percent(4, 88)] == ["0", "< 1 %", "5 %"]


def test_a_clock_shows_hours_and_days_only_when_there_are_some() -> None:
    assert [clock(2179), clock(38_179), clock(2 * 86400 + 61)] == ["36:19", "10:36:19", "2 d 00:01:01"]


def test_a_tile_shows_the_gravest_series_and_counts_the_others_that_are_not_ok() -> None:
    shown = tile(named("slow-worklist"), "worklist.response")
    assert (shown.state, shown.series, shown.tag, str(shown.number)) == (
        "degraded",
        "worklist.response/ris/ct",
        "above",
        "6.4 s",
    )
    assert (shown.place, shown.others) == ("RIS · CT", "1 other not ok")


def test_among_equal_states_the_largest_share_of_its_limit_is_shown() -> None:
    standings = [
        replace(probe(NOON, "worklist.response", "ris", "ct", value=1.0), upper=2.0),
        replace(probe(NOON, "worklist.response", "ris", "mr", value=0.9), upper=1.0),
    ]
    chosen, others = headline(scene_of(tuple(standings)), "worklist.response")
    assert chosen is not None
    assert (chosen.series.area, others) == ("mr", [])


def test_down_is_shown_before_blind_and_blind_before_degraded() -> None:
    order = (
        State.DOWN,
        State.BLIND,
        State.STALE,
        State.DEGRADED,
        State.INSUFFICIENT,
        State.MAINTENANCE,
        State.OK,
        State.NOT_EXPECTED,
    )
    for first, second in pairwise(order):
        standings = (probe(NOON, "image.first", "pacs", "ct", second), probe(NOON, "image.first", "pacs", "mr", first))
        chosen, _ = headline(scene_of(standings), "image.first")
        assert chosen is not None
        assert chosen.state is first


def test_an_exam_measure_shows_its_whole_of_the_last_hours_never_a_part_or_the_day() -> None:
    day = replace(turnaround(NOON, State.DEGRADED), judged=replace(turnaround(NOON).judged, window="day"))
    part_series = replace(turnaround(NOON).series, segment=(("modality", "CT"),))
    part = replace(turnaround(NOON, State.DEGRADED), judged=replace(turnaround(NOON).judged, series=part_series))
    chosen, others = headline(scene_of((day, part, turnaround(NOON))), "report.turnaround")
    assert chosen is not None
    assert (chosen.state, chosen.judged.window, chosen.series.segment, others) == (State.OK, "now", (), [part])


def test_a_blind_tile_shows_a_dash_and_its_last_value_small() -> None:
    shown = tile(named("blind"), "image.study")
    assert (str(shown.number), shown.state, shown.band and shown.band.mark) == ("—", "blind", None)
    assert [(f.label, str(f.value)) for f in shown.facts] == [("last", "7.9 s"), ("failed", "0")]
    assert shown.tag_since is not None
    assert shown.tag_since.clock == "07:19:29"


def test_a_down_tile_says_how_it_fails_instead_of_an_old_number() -> None:
    shown = tile(named("frozen-pacs"), "image.first")
    assert (str(shown.number), shown.in_words, shown.percentile, shown.others) == (
        "no answer",
        True,
        "",
        "3 others not ok",
    )


def test_too_few_exams_show_how_many_there_are_never_a_number() -> None:
    shown = tile(named("first-hour"), "report.turnaround")
    assert (str(shown.number), shown.reason) == ("3 of 5", "12 since go-live, 3 read; 44 begun before are still open")


def test_a_percentile_among_failures_is_beyond_the_timeout() -> None:
    slow = probe(NOON, "worklist.response", "ris", "ct", State.DEGRADED, value=None, p90=None, beyond_s=8.0)
    shown = tile(scene_of(instead(calm(NOON), slow)), "worklist.response")
    assert (str(shown.number), shown.tag, shown.band and shown.band.beyond) == ("> 8.0 s", "above", True)


def test_a_measure_without_any_source_says_so() -> None:
    shown = tile(scene_of([]), "image.study")
    assert (shown.state, str(shown.number), shown.reason) == (
        "unmeasured",
        "—",
        "nothing is set up that measures this",
    )


def test_what_nothing_can_measure_is_no_trouble() -> None:
    absent = replace(turnaround(NOON, State.BLIND), reason="not measured: no source")
    scene = scene_of(instead(calm(NOON), absent))
    assert (tile(scene, "report.turnaround").state, gravest(scene).total) == ("unmeasured", 0)


def test_a_feed_that_was_never_heard_is_trouble() -> None:
    unheard = replace(turnaround(NOON, State.BLIND), reason="not measured: ris-hl7 has not been heard yet")
    scene = scene_of(instead(calm(NOON), unheard))
    assert (tile(scene, "report.turnaround").state, gravest(scene).total) == ("blind", 1)


def test_the_same_moment_gives_the_same_words_whatever_the_fraction_of_a_second() -> None:
    scene = named("slow-worklist")
    later = replace(scene, shown_at=scene.shown_at + timedelta(microseconds=412))
    assert tile(scene, "worklist.response") == tile(later, "worklist.response")


def test_the_band_keeps_range_and_value_on_the_bar() -> None:
    inside, far, none = band(1.0, 0.5, 2.0), band(40.0, 0.5, 2.0), band(1.0, None, None)
    assert inside is not None
    assert (inside.start, inside.width, inside.mark) == (15.0, 45.0, 30.0)
    assert far is not None
    assert (far.mark, far.start + far.width) == (94.0, 4.7)
    assert none is None


def test_a_gap_in_the_hour_stays_a_gap_and_a_lonely_minute_is_a_dot() -> None:
    end = 1_795_240_000 // 60 * 60
    points = [(end - 60 * ago, None if ago in (2, 3, 5) else 1.0) for ago in range(8)]
    drawn = spark(points, end + 30, None, 2.0)
    assert drawn is not None
    assert drawn.line.count("M") == 3
    assert "h0" in drawn.line
    assert drawn.newest.startswith("M595.0 ")


def test_the_line_stops_where_measuring_stopped() -> None:
    end = 1_795_240_000 // 60 * 60
    drawn = spark([(end - 600 - 60 * ago, 1.0) for ago in range(5)], end, None, None)
    assert drawn is not None
    assert (drawn.newest[:5], drawn.band_y) == ("M495.", None)
    assert spark([(end - 4000, 1.0)], end, None, None) is None


def test_a_few_points_are_no_line() -> None:
    end = 1_795_240_000 // 60 * 60
    assert spark([(end - 60 * ago, 1.0) for ago in range(4)], end, None, 2.0) is None


def test_an_open_exam_younger_than_its_limit_lies_inside_the_range() -> None:
    young, old = (
        tile(scene_of([turnaround(NOON, value=None, p50=None, beyond_s=s)]), "report.turnaround").band
        for s in (1740.0, 3500.0)
    )
    assert young is not None
    assert old is not None
    assert (young.mark, young.beyond, old.mark, old.beyond) == (30.0, False, 98.5, True)


def test_an_exam_number_that_may_yet_grow_says_so_in_words() -> None:
    shown = tile(scene_of([turnaround(NOON, value=None, p50=None, beyond_s=2880.0)]), "report.turnaround")
    assert (str(shown.number), shown.at_least) == ("48 min", True)


def test_a_value_inside_its_range_whose_newest_attempt_failed_is_failing_not_above() -> None:
    once = probe(NOON, "image.first", "pacs", "ct", State.DEGRADED, newest_ok=(False, True, True))
    shown = tile(scene_of(instead(calm(NOON), once)), "image.first")
    assert (shown.shape, shown.tag, shown.failing) == ("✕", "failing", True)


def test_the_strip_begins_with_what_nobody_can_say_yet() -> None:
    shown = strip(scene_of(first_hour(NOON)))
    assert (shown.shape, shown.word) == ("◌", "Too few yet to say")
    assert [r.text for r in shown.reasons] == ["report turnaround, first image, whole study; the rest is in order"]


def test_the_strip_names_the_gravest_grounds_and_both_moments() -> None:
    shown = strip(named("slow-worklist"))
    assert (shown.word, [(r.text, r.where) for r in shown.reasons]) == (
        "Watch",
        [("Worklist response: above", "RIS · CT, MR")],
    )
    assert [(p.title, p.clock, p.passed) for p in shown.points] == [
        ("Decision point", "08:00", False),
        ("Point of no return", "18:00", False),
    ]


def test_a_blind_whole_names_first_what_is_not_seen() -> None:
    down = [s for s in frozen_pacs(NOON) if s.series.measure == "image.first"]
    shown = strip(scene_of(instead(blind_study(NOON), *down)))
    assert (shown.word, [r.text for r in shown.reasons]) == ("Blind", ["Whole study: blind", "First image: no answer"])


def test_inside_a_sentence_a_title_keeps_its_abbreviations() -> None:
    assert [inside(t) for t in ("Time to PACS", "HL7 from RIS", "CT", "First image")] == [
        "time to PACS",
        "HL7 from RIS",
        "CT",
        "first image",
    ]


def test_the_clock_runs_from_t0_and_counts_the_decision_window_down() -> None:
    shown = tick(named("calm"))
    assert (shown.t, shown.phase, shown.clock) == ("T+ 01:23:41", "Decision window", "07:23:41")
    assert shown.left is not None
    assert shown.left == strip(named("calm")).points[0].until


def test_each_second_beats_another_way() -> None:
    scene = named("calm")
    assert {tick(scene).beat, tick(replace(scene, now=scene.now + timedelta(seconds=1))).beat} == {"a", "b"}


def test_at_an_even_speed_each_tick_beats_another_way_too() -> None:
    scene = named("calm")
    fast = replace(scene, plan=replace(scene.plan, speed=60.0))
    beats = [tick(replace(fast, now=fast.now + timedelta(seconds=60 * i))).beat for i in range(3)]
    assert beats in (["a", "b", "a"], ["b", "a", "b"])


def test_the_footer_says_what_is_not_set_up_and_what_could_not_be_read() -> None:
    said = {i.name: i.said for i in foot(named("calm")).items}
    assert (said["In charge"], said["Unreadable messages, 24 h"], said["golive's own queries"]) == (
        "not set up",
        "3",
        "4,060/h",
    )
    assert said["Not set up"] == "rollback triggers, people in charge"


def test_while_blind_nobody_knows_how_much_golive_itself_asks() -> None:
    said = {i.name: i.said for i in foot(named("silent-collector")).items}
    assert said["golive's own queries"] == "—"


def test_state_is_readable_at_five_metres_and_secondary_facts_leave_in_order() -> None:
    near, mid, far, beyond_it = scale(2.5, 65), scale(3.2, 65), scale(5, 65), scale(12, 40)
    assert (near.layout, near.gone) == ("near", ())
    assert (mid.layout, mid.gone) == ("mid", ("provenance",))
    assert (far.layout, far.gone) == ("far", ("provenance", "spark", "percentiles", "owner", "systems", "areas"))
    assert far.state_vh == pytest.approx(3.95, abs=0.02)
    assert beyond_it.readable_m < 12
    assert beyond_it.state_vh < beyond_it.wanted_vh


def test_the_scale_is_a_stylesheet_of_variables_and_of_what_left() -> None:
    css = stylesheet(scale(5, 65))
    assert css.startswith(":root{--state:3.9")
    assert ".tile .line{display:none}" in css


@pytest.mark.parametrize(
    ("kinds", "clock_says", "phase", "planned"),
    [
        ([Act.DECLARE, Act.ROLL_BACK], "T–", "Rolled back", ""),
        ([Act.CALL_OFF], "T–", "Before go-live", "called off 07:13"),
        ([Act.DELAY], "T− 01:00:00", "Before go-live", "planned 08:23, in 60 min"),
    ],
)
def test_the_clock_counts_to_what_is_planned_now_and_stands_where_nothing_is(
    kinds: list[Act], clock_says: str, phase: str, planned: str
) -> None:
    scene = scene_of(calm(NOON))
    plan, done_at = scene.plan.go_live, NOON - timedelta(minutes=10)
    at = {Act.DECLARE: plan.at, Act.DELAY: NOON + timedelta(hours=1)}
    record = folded(GoLiveAct(k, at.get(k, done_at), done_at, "Ann", "why", plan.at) for k in kinds)
    moment = moment_of(plan, record, NOON, zone_now=NOON.astimezone(scene.plan.zone))
    told = tick(replace(scene, moment=moment))
    assert (told.t + told.t_seconds, told.phase, told.planned) == (clock_says, phase, planned)
