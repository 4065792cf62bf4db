"""The wall's lists as plain values: systems and feeds, areas, what is gravest, and what is nearest to its limit."""

from datetime import timedelta

from app.domain.standings import State
from app.push.nearest import nearest
from app.push.wall_rows import areas, gravest, systems
from tests.browser.scenes import NOON, SCENES, probe
from tests.unit.walls import named, scene_of


def test_one_fault_in_many_areas_is_one_line() -> None:
    rows = gravest(named("frozen-pacs"))
    assert [(r.name, r.said) for r in rows.rows] == [
        ("Whole study, first image: no answer", "New PACS · CT, ED reading, MR and 1 more")
    ]


def test_a_system_that_answers_nobody_is_one_line_whatever_asks_it() -> None:
    since = NOON - timedelta(seconds=90)
    echo = probe(
        NOON, "echo.response", "pacs", None, State.DOWN, down=True, failing_since=since, last_outcome="timeout"
    )
    rows = gravest(scene_of([*SCENES["frozen-pacs"](NOON), echo])).rows
    assert [(r.name, r.said) for r in rows] == [("New PACS: no answer", "whole study, first image, echo response")]
    assert rows[0].since is not None
    assert rows[0].since.clock == "07:22:11"


def test_a_calm_wall_says_what_is_nearest_to_its_limit() -> None:
    scene = named("calm")
    first = nearest(scene, 0)[0]
    assert (first.name, first.said, first.value) == (
        "Report turnaround",
        "81 %",
        "median 47 min, up to 58 min expected",
    )
    assert [len(nearest(scene, grave)) for grave in (0, 1, 2, 3)] == [5, 4, 3, 0]
    assert nearest(named("calm", trouble="the disk is gone"), 0) == ()


def test_a_feed_without_a_name_is_named_by_what_it_is() -> None:
    assert [r.name for r in systems(named("calm")).rows][4:6] == ["HL7 from RIS", "Study list · New PACS"]


def test_a_store_that_is_gone_is_one_line_and_blind() -> None:
    scene = named("calm", trouble="golive's database cannot be read since 07:23:41: disk is gone")
    assert [(r.name, r.state, r.detail) for r in gravest(scene).rows] == [("Everything", "blind", scene.trouble)]


def test_systems_tell_what_is_wrong_and_since_when() -> None:
    rows = {r.name: r for r in systems(named("slow-worklist")).rows}
    assert (rows["RIS"].said, rows["RIS"].state) == ("worklist response above", "degraded")
    assert rows["RIS"].since is not None
    assert (rows["New PACS"].said, rows["HL7 from RIS"].said, rows["Exams waiting"].said) == (
        "answers · 99.9 %",
        "412 /h",
        "31 · oldest 3:10 h",
    )


def test_areas_show_a_number_only_where_there_is_one() -> None:
    lines, more = areas(named("blind"))
    ct = lines[0]
    assert (ct.name, [str(c.value) for c in ct.cells], more) == ("CT", ["733 ms", "1.3 s", "blind"], 0)
