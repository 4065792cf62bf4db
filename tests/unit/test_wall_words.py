"""One truth in all words of the wall: strip, rows, tiles, "Gravest now" and the last line say the same."""

from dataclasses import replace
from datetime import timedelta

from app.domain.measuring.standings import Standing, State
from app.domain.plans import FeedPlan
from app.push.figures import figure
from app.push.wall.foot import foot
from app.push.wall.gravest import gravest, quiet_words
from app.push.wall.head import strip
from app.push.wall.rows import areas, systems
from app.push.wall.tiles import tile
from tests.browser.scenes import NOON, calm, feed_down, instead, other, probe, turnaround
from tests.unit.walls import named, scene_of

BEGAN = NOON - timedelta(minutes=2)
DOWN = {"down": True, "failing_since": BEGAN, "newest_ok": (False, False, False), "last_outcome": "timeout"}


def studies_fail(now_answered: int = 3) -> list[Standing]:
    """Give whole studies of the PACS that run into their timeout while its echo is answered."""
    found = [
        probe(NOON, "image.study", "pacs", a, State.DOWN, reason="no answer for 2 min", **DOWN) for a in ("ct", "mr")
    ]
    echo_at = NOON - timedelta(seconds=now_answered)
    return instead(calm(NOON), *found, probe(NOON, "echo.response", "pacs", None, known_at=echo_at, as_of=echo_at))


def row(standings: list[Standing], name: str) -> tuple[str, str]:
    found = next(r for r in systems(scene_of(standings)).rows if r.name == name)
    return found.shape, found.said


def test_a_row_names_what_fails_of_a_system_that_answers_otherwise() -> None:
    scene = scene_of(studies_fail())
    assert row(studies_fail(), "New PACS") == ("■", "whole study: no answer")
    assert [r.name for r in gravest(scene).rows] == ["Whole study: no answer"]
    assert [(r.shape, r.text) for r in strip(scene).reasons] == [("■", "Whole study: no answer")]


def test_a_system_of_which_nothing_was_answered_since_gives_no_answer() -> None:
    silent = [
        replace(s, judged=replace(s.judged, known_at=BEGAN)) if s.series.system == "pacs" else s for s in calm(NOON)
    ]
    down = instead(silent, *(s for s in studies_fail() if s.state is State.DOWN))
    assert row(down, "New PACS") == ("■", "no answer")
    assert gravest(scene_of(down)).rows[0].name == "New PACS: no answer"


def test_a_wrong_answer_is_an_answer() -> None:
    wrong = probe(NOON, "echo.response", "pacs", None, State.DOWN, **(DOWN | {"last_outcome": "wrong_answer"}))
    silent = [
        replace(s, judged=replace(s.judged, known_at=BEGAN)) if s.series.system == "pacs" else s for s in calm(NOON)
    ]
    down = [*instead(silent, *(s for s in studies_fail() if s.state is State.DOWN)), wrong]
    assert row(down, "New PACS")[1].startswith("whole study: no answer")


def test_a_study_list_without_an_answer_is_no_dead_system() -> None:
    age = next(s for s in calm(NOON) if s.series.measure == "feed.age" and s.series.system == "pacs")
    scene = scene_of(instead(studies_fail(), feed_down(age, NOON - timedelta(seconds=5))))
    assert "New PACS: no answer" not in [r.name for r in gravest(scene).rows]


def test_before_the_first_answer_strip_list_and_last_line_say_that_nothing_is_measured_yet() -> None:
    first = [
        replace(s, state=State.INSUFFICIENT, reason="first attempt under way; 0 of 5 answers needed")
        for s in calm(NOON)
        if s.series.measure == "worklist.response"
    ]
    scene = scene_of(first)
    scene = replace(scene, plan=replace(scene.plan, systems={"ris": "RIS"}, feeds={}))
    assert scene.overall == "blind"
    assert quiet_words(scene) == "Nothing measured yet"
    said = {i.name: (i.said, i.abnormal) for i in foot(scene).items}
    assert said["Systems and feeds"] == ("0 of 1 in order, 1 not measured yet", False)


def test_the_list_never_says_nothing_while_the_whole_is_not_in_order() -> None:
    late = replace(turnaround(NOON, State.DEGRADED), judged=replace(turnaround(NOON).judged, window="day"))
    scene = scene_of([*calm(NOON), late])
    assert scene.overall == "watch"
    assert [r.name for r in gravest(scene).rows] == [scene.reasons[0]]


def test_in_order_says_which_headlines_are_not_measured() -> None:
    scene = scene_of([s for s in calm(NOON) if s.series.measure in ("worklist.response", "availability")])
    assert strip(scene).means == "all that is asked is answered and as expected; not measured: " + (
        "report turnaround, first image, whole study"
    )
    assert strip(named("calm")).means == "every required probe and feed is seen and as expected"


def test_without_feeds_no_exam_waits_and_none_is_oldest() -> None:
    absent = [
        replace(other(NOON, m, 0.0, unit), state=State.BLIND, reason="not measured: no source")
        for m, unit in (("exam.backlog", "exams"), ("exam.oldest_waiting", "s"))
    ]
    assert row(instead(calm(NOON), *absent), "Exams waiting") == ("", "not measured")
    assert systems(scene_of(instead(calm(NOON), *absent))).grave == 0


def test_where_nobody_waits_nobody_is_oldest() -> None:
    none = [other(NOON, "exam.backlog", 0.0, "exams"), other(NOON, "exam.oldest_waiting", 0.0, "s")]
    assert row(instead(calm(NOON), *none), "Exams waiting") == ("", "0")


def test_an_order_that_a_silent_feed_cannot_tell_is_no_fault_of_its_own() -> None:
    stale = replace(
        other(NOON, "order.to_worklist", None, "s"),
        state=State.STALE,
        reason="the feed is quiet: nothing received for 10 min",
    )
    scene = named("silent-hl7")
    assert [r.name for r in gravest(replace(scene, standings=(*scene.standings, stale))).rows] == [
        "HL7 from RIS: silent"
    ]


def parts_above() -> list[Standing]:
    above = turnaround(NOON, State.DEGRADED, value=5700.0, p50=5700.0, outside_since=BEGAN, reason="p50 95 min")
    return [
        replace(above, judged=replace(above.judged, series=replace(above.series, segment=segment)))
        for segment in (
            (("modality", "MR"), ("patient_class", "O")),
            (("modality", "CT"), ("patient_class", "E")),
            (("patient_class", "I"),),
            (("modality", "XX"),),
        )
    ]


def test_a_tile_that_is_a_whole_counts_its_parts_that_are_not_ok() -> None:
    shown = tile(scene_of([*calm(NOON), *parts_above()]), "report.turnaround")
    assert (shown.state, shown.others, shown.others_shape) == ("ok", "4 groups not ok", "▲")


def test_segments_are_said_in_words_of_the_house() -> None:
    line = gravest(scene_of([*calm(NOON), *parts_above()])).rows[0]
    assert line.said == "CT emergency, MR outpatients, XX (class unknown) and 1 more"


def test_the_cause_of_an_outage_stands_first_and_whole_without_its_age() -> None:
    refused = DOWN | {
        "last_outcome": "rejected",
        "last_detail": "local limit exceeded (2/3/2)",
        "failing_run": 8,
        "reason": "turns the connection away: local limit exceeded (2/3/2); failing for 114 s (8 attempts in a row)",
    }
    down = [probe(NOON, "image.study", "pacs", a, State.DOWN, **refused) for a in ("ct", "mr")]
    line = gravest(scene_of(instead(calm(NOON), *down))).rows[0]
    assert (line.name, line.detail) == (
        "Whole study: rejected",
        "turns the connection away: local limit exceeded (2/3/2), 8 attempts in a row",
    )


def test_a_number_above_its_limit_never_reads_as_its_limit() -> None:
    over = probe(NOON, "worklist.response", "ris", "ct", State.DEGRADED, value=2.004, p90=2.004)
    scene = scene_of(instead(calm(NOON), over))
    shown = tile(scene, "worklist.response")
    assert (str(shown.number), shown.expected) == ("2.004 s", "up to 2.000 s expected")
    assert str(areas(scene).areas[0].cells[0].value) == "2.004 s"


def test_a_stray_is_above_what_should_come_and_counted() -> None:
    stray = replace(other(NOON, "legacy.stray", 2.0, "studies", "old"), state=State.DEGRADED, reason="2 studies since")
    line = gravest(scene_of([*calm(NOON), stray])).rows[0]
    assert (line.name, line.shape) == ("Strays to the old PACS: 2 studies", "▲")


def test_a_row_in_larger_type_says_down_where_there_is_no_room_for_how() -> None:
    found = next(r for r in systems(scene_of(studies_fail())).rows if r.name == "New PACS")
    assert (found.said, found.brief) == ("whole study: no answer", "whole study down")


def test_a_count_per_hour_has_no_decimals() -> None:
    assert [str(figure(v, "per h")) for v in (2.0, 0.5, 0.0, 412.4)] == ["2/h", "0.5/h", "0/h", "412/h"]


def test_exams_that_wait_say_how_many_more_they_are_than_half_an_hour_ago() -> None:
    def waiting(before: float) -> Standing:
        one = other(NOON, "exam.backlog", 66.0, "exams")
        points = tuple((int((NOON - timedelta(minutes=ago)).timestamp()), before) for ago in (34, 33, 31))
        return replace(one, judged=replace(one.judged, spark=points))

    assert row(instead(calm(NOON), waiting(37.0)), "Exams waiting") == ("", "66, +29 in 30 min")
    assert row(instead(calm(NOON), waiting(60.0)), "Exams waiting") == ("", "66 · oldest 3 h 10 min")


def old_list(**stray: object) -> list[Standing]:
    age = replace(
        other(NOON, "feed.age", None, "s", "old", "old-list"), state=State.INSUFFICIENT, reason="0 of 5 needed"
    )
    age = replace(age, judged=replace(age.judged, n=0))
    found = [*calm(NOON), age, other(NOON, "feed.rate", 0.0, "per h", "old", "old-list")]
    return [*found, replace(other(NOON, "legacy.stray", 0.0, "studies", "old"), **stray)] if stray else found


def of_old_list(standings: list[Standing]) -> tuple[str, str, bool]:
    scene = scene_of(standings)
    feed = FeedPlan(
        "old-list", "pacs-studies", "old", frozenset({"available"}), 2, legacy=True, name="Studies in old PACS"
    )
    scene = replace(scene, plan=replace(scene.plan, feeds=scene.plan.feeds | {feed.id: feed}))
    found = next(r for r in systems(scene).rows if r.name == "Studies in old PACS")
    return found.shape, found.said, found.since is None


def test_an_old_system_that_receives_nothing_is_in_order_and_has_no_last_event() -> None:
    assert of_old_list(old_list()) == ("", "nothing received", True)


def test_the_row_of_the_old_system_says_that_it_receives_strays() -> None:
    stray = other(NOON, "legacy.stray", 2.0, "studies", "old")
    assert of_old_list(old_list(judged=stray.judged, state=State.DEGRADED))[:2] == ("▲", "2 strays")
