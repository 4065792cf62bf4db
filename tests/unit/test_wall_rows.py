"""The wall's lists as plain values: systems and feeds, areas, what is gravest, and what is nearest to its limit."""

from dataclasses import replace
from datetime import timedelta

from app.domain.measuring.overall import Ground, subject_of
from app.domain.measuring.standings import Series, State
from app.push.scene import place
from app.push.wall.gravest import gravest
from app.push.wall.head import strip
from app.push.wall.nearest import nearest
from app.push.wall.rows import MID_ROWS, Row, areas, systems
from tests.browser.scenes import NOON, SCENES, instead, probe
from tests.unit.walls import named, scene_of


def lines(name: str) -> list[tuple[str, str]]:
    return [(r.name, r.said) for r in gravest(named(name)).rows]


def clock(row: Row) -> str:
    return row.since.clock if row.since else ""


def test_one_fault_in_many_areas_is_one_line() -> None:
    assert lines("frozen-pacs") == [("New PACS: no answer", "whole study, first image")]
    assert lines("slow-worklist") == [("Worklist response: above", "RIS · CT, MR")]


def test_an_outage_is_one_line_with_its_feed_its_exams_and_what_has_failed_once() -> None:
    assert lines("outage") == [("New PACS: no answer", "whole study, first image and 3 more")]


def test_an_outage_is_as_old_as_its_first_failure_wherever_it_is_told() -> None:
    scene = named("outage")
    rows = {r.name: r for r in systems(scene).rows}
    first = gravest(scene).rows[0]
    assert {clock(r) for r in (first, rows["New PACS"], rows["Study list of New PACS"])} == {"07:22:39"}
    assert (rows["New PACS"].said, rows["Study list of New PACS"].said) == ("no answer", "no answer")
    reasons = [(r.text, r.since, r.where) for r in strip(scene).reasons]
    assert reasons == [(first.name, first.since, first.said)]


def test_a_slow_system_is_as_old_in_its_row_as_in_what_is_gravest() -> None:
    later = NOON - timedelta(minutes=2)
    slow = [
        probe(NOON, "worklist.response", "ris", area, State.DEGRADED, value=value, outside_since=since)
        for area, value, since in (("ct", 9.0, later), ("mr", 5.0, later - timedelta(minutes=1)))
    ]
    scene = scene_of(instead(SCENES["calm"](NOON), *slow))
    rows = {r.name: r for r in systems(scene).rows}
    assert clock(rows["RIS"]) == clock(gravest(scene).rows[0]) == "07:20:41"


def test_a_probe_that_is_answered_wrongly_is_no_outage_of_its_system() -> None:
    since = NOON - timedelta(hours=2)
    wrong = probe(
        NOON, "worklist.response", "ris", "ct", State.DOWN, failing_since=since, down=True, last_outcome="wrong_answer"
    )
    now = NOON - timedelta(seconds=30)
    gone = probe(
        NOON, "worklist.response", "ris", "mr", State.DOWN, failing_since=now, down=True, last_outcome="timeout"
    )
    rows = gravest(scene_of(instead(SCENES["calm"](NOON), wrong, gone))).rows
    assert [(r.name, r.said, clock(r)) for r in rows] == [
        ("Worklist response: wrong answer", "RIS · CT", "05:23:41"),
        ("Worklist response: no answer", "RIS · MR", "07:23:11"),
    ]


def test_a_silent_feed_says_in_plain_words_since_when_and_takes_its_exams_with_it() -> None:
    scene = named("silent-hl7")
    row = next(r for r in systems(scene).rows if r.name == "HL7 from RIS")
    assert (row.shape, row.said, clock(row)) == ("◌", "silent", "04:48:41")
    assert [(r.name, r.said, clock(r)) for r in gravest(scene).rows] == [
        ("HL7 from RIS: silent", "report turnaround, exams waiting", "04:48:41")
    ]


def test_a_silent_collector_is_one_line() -> None:
    scene = named("silent-collector")
    assert [(r.name, clock(r)) for r in gravest(scene).rows] == [("Collector main: silent", "07:22:49")]
    assert strip(scene).reasons[0].text == "Collector main: silent"


def test_an_area_that_failed_once_inside_its_range_does_not_look_above() -> None:
    once = probe(NOON, "image.first", "pacs", "ct", State.DEGRADED, newest_ok=(False, True, True))
    cell = areas(scene_of(instead(SCENES["calm"](NOON), once))).areas[0].cells[1]
    assert (cell.shape, str(cell.value)) == ("✕", "failing")
    slow = areas(named("slow-worklist")).areas[0].cells[0]
    assert (slow.shape, str(slow.value), slow.word) == ("▲", "6.4 s", "above")


def test_in_larger_type_only_what_is_in_order_makes_room() -> None:
    for name in SCENES:
        for rows in (systems(named(name)).rows, areas(named(name)).areas):
            assert not [r for r in rows if r.spare and State(r.state) is State.DEGRADED], name
            assert not [r for r in rows if r.spare and State(r.state) in (State.DOWN, State.BLIND, State.STALE)], name
    calm = areas(named("calm"))
    assert (sum(not r.spare for r in calm.areas), calm.more, calm.mid_more) == (MID_ROWS - 1, "", "and 2 more")


def test_what_finds_no_room_says_how_much_of_it_is_not_in_order() -> None:
    scene = named("silent-collector")
    plan = replace(scene.plan, areas={f"a{i}": f"Area {i}" for i in range(12)})
    standings = tuple(probe(NOON, "image.first", "pacs", f"a{i}", State.BLIND) for i in range(12))
    assert areas(replace(scene, plan=plan, standings=standings)).more == "and 5 more, 5 not in order"


def test_a_calm_wall_says_what_is_nearest_to_its_limit() -> None:
    scene = named("calm")
    first = nearest(scene, 0)[0]
    assert (first.name, first.said, first.value) == (
        "Report turnaround",
        "81 %",
        "median 47 min, up to 58 min expected",
    )
    assert [len(nearest(scene, grave)) for grave in (0, 1, 2, 3)] == [5, 3, 1, 0]
    assert nearest(named("calm", trouble="the disk is gone"), 0) == ()


def test_a_feed_without_a_name_is_named_by_what_it_is() -> None:
    assert [r.name for r in systems(named("calm")).rows][4:6] == ["HL7 from RIS", "Study list of New PACS"]


def test_a_store_that_is_gone_is_one_line_and_blind() -> None:
    scene = named("calm", trouble="golive's database cannot be read since 07:23:41: disk is gone")
    assert [(r.name, r.state, r.detail) for r in gravest(scene).rows] == [("Everything", "blind", scene.trouble)]


def test_systems_tell_what_is_wrong_and_since_when() -> None:
    rows = {r.name: r for r in systems(named("slow-worklist")).rows}
    assert (rows["RIS"].said, rows["RIS"].state) == ("worklist above", "degraded")
    assert rows["RIS"].since is not None
    assert (rows["New PACS"].said, rows["HL7 from RIS"].said, rows["Exams waiting"].said) == (
        "answers · 99.9 %",
        "412/h",
        "31 · oldest 3 h 10 min",
    )


def test_areas_show_a_number_only_where_there_is_one() -> None:
    found = areas(named("blind"))
    ct = found.areas[0]
    assert (ct.name, [str(c.value) for c in ct.cells], found.more) == ("CT", ["733 ms", "1.3 s", "blind"], "")


def test_exams_whose_report_is_perhaps_lost_stand_beside_those_that_wait() -> None:
    calm = SCENES["calm"](NOON)
    backlog = next(s for s in calm if s.series.measure == "exam.backlog")
    lost = replace(backlog, judged=replace(backlog.judged, perhaps_lost=3))
    said = {r.name: r.said for r in systems(scene_of(instead(calm, lost))).rows}
    assert (said["Exams waiting"], said["Reports perhaps lost"]) == ("31 · oldest 3 h 10 min", "3")
    assert "Reports perhaps lost" not in {r.name for r in systems(named("calm")).rows}


def test_a_segment_of_unknown_class_does_not_read_like_all_of_its_modality() -> None:
    plan = named("calm").plan
    ct, er, mixed = (("modality", "CT"),), (("patient_class", "E"),), (("modality", "CT"), ("patient_class", "E"))
    for measure, segment, parts in (
        ("report.turnaround", ct, "CT (class unknown)"),
        ("report.turnaround", er, "emergency (modality unknown)"),
        ("report.turnaround", mixed, "CT emergency"),
        ("legacy.stray", ct, "CT from an unknown station"),
        ("legacy.stray", (("modality", "CT"), ("station", "CT2")), "CT from CT2"),
        ("feed.age", (("feed", "ris-hl7"),), "HL7 from RIS"),
        ("report.turnaround", (), ""),
    ):
        series = Series(measure, segment=segment)
        assert place(plan, series) == parts
        assert subject_of(series, plan).split(", ")[1:] == [p for p in parts.split(" · ") if p]


def test_who_outside_is_not_reached_is_seen_beside_whatever_else_is_wrong() -> None:
    told = Ground("watch", "notices to pager", "not taken: it did not answer in time; 2 waiting", NOON)
    alone = gravest(named("calm", outside=(told,))).rows
    assert [(r.name, r.detail, clock(r)) for r in alone] == [
        ("Notices to pager: not taken", "it did not answer in time; 2 waiting", "07:23:41"),
    ]  # fmt: skip
    more = replace(told, subject="dead man", text="not pinged: its address answered 503")
    among = gravest(named("everything-wrong", outside=(told, more)))
    assert among.total > len(among.rows)
    assert "Notices to pager: not taken" in [r.name for r in among.rows]
    assert gravest(named("everything-wrong", trouble="no database", outside=(told,))).total == 1
