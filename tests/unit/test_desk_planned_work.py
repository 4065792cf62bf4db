"""The desk's list of planned work without a browser: what stands first, and in which words."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from app.domain.measuring.standings import State
from app.domain.rollback.planned_work import Action, PlannedWork, Stage
from app.push.beside import Beside
from app.push.desk import form_words as desk_form_words
from app.push.desk import words as desk_words
from app.push.desk.planned_work import LISTED, WorkList, work_list
from app.push.scene import Scene, unix_ms
from app.push.views import PLANNED_WORK, for_readers, fragments_of, is_view
from tests.browser.scenes import NOON, SCENES
from tests.unit.test_fragments import Outline
from tests.unit.walls import scene_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def work(id_: str, from_min: float, until_min: float, **more: object) -> PlannedWork:
    made = PlannedWork(id_, "ris", NOON + from_min * MINUTE, NOON + until_min * MINUTE, "Ann Desk", f"why {id_}")
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def ended(made: PlannedWork, ago_min: float, *, withdrawn: bool = False) -> PlannedWork:
    at = NOON - ago_min * MINUTE
    until = made.until if withdrawn else at
    return replace(made, ended_by="Bo", ended_at=at, ended_why="it is done", withdrawn=withdrawn, until=until)


def scene() -> Scene:
    return scene_of(SCENES["calm"](NOON))


def down(since_min: float) -> Scene:
    """Give a scene in which the RIS has not answered for so long."""
    calm = scene()
    standings = [
        replace(
            s,
            state=State.DOWN,
            judged=replace(s.judged, newest_ok=(False,), failing_since=NOON - since_min * MINUTE),
        )
        if s.series.measure == "worklist.response" and s.series.system == "ris"
        else s
        for s in calm.standings
    ]
    return replace(calm, standings=tuple(standings))


def listed(*works: PlannedWork, at: Scene | None = None) -> WorkList:
    return work_list(at or scene(), works)


def test_what_is_under_way_comes_first_by_its_end_and_then_what_begins_soonest() -> None:
    told = listed(work("later", 300, 400), work("soon", 5, 60), work("long", -60, 600), work("short", -5, 30))
    assert [row.id for row in told.open] == ["short", "long", "soon", "later"]
    assert told.counted == "2 under way · 2 planned"
    short, soon = told.open[0], told.open[2]
    assert (short.shape, short.word, short.times) == (
        "‖", "under way", "07:18 – 07:53",
    )  # fmt: skip
    assert (short.until and short.until.at_ms) == short.until_ms
    assert (soon.word, soon.until and soon.until.at_ms) == (
        "planned",
        unix_ms(NOON + 5 * MINUTE),
    )
    assert all(row.changes for row in told.open)


def test_what_is_over_says_by_whom_and_why_the_newest_first() -> None:
    told = listed(
        work("itself", -120, -30),
        ended(work("ended", -60, 60), 10),
        ended(work("withdrawn", 60, 120), 20, withdrawn=True),
    )
    assert told.open == ()
    assert [(row.id, row.word, row.ended) for row in told.over] == [
        ("ended", "ended", "ended by Bo at 07:13: it is done"),
        ("withdrawn", "withdrawn", "withdrawn by Bo at 07:03: it is done"),
        ("itself", "over", ""),
    ]
    assert not any(row.changes or row.until for row in told.over)


def test_of_what_is_over_the_last_days_are_listed_and_the_rest_counted() -> None:
    told = listed(
        *(work(f"w{i}", -60 - i, -30 - i) for i in range(LISTED + 3)), work("old", -60 * 24 * 9, -60 * 24 * 8)
    )
    assert len(told.over) == LISTED
    assert told.more == 4


def test_work_that_overran_stands_above_all_with_what_is_seen() -> None:
    told = listed(work("now", -5, 30, system="pacs"), work("late", -120, -2), at=down(1.9))
    assert [(row.id, row.word, row.shape) for row in told.open] == [("late", "overran", "▲"), ("now", "under way", "‖")]
    late = told.open[0]
    assert late.overrun.startswith("over at 07:21, 2 min ago, and no good answer since")
    assert not late.changes
    assert listed(work("late", -120, -2)).open == ()


def test_a_moment_of_another_day_carries_its_date() -> None:
    assert listed(work("far", 60 * 24, 60 * 25)).open[0].times == "22 Nov 07:23 – 08:23"


def test_every_stage_and_act_has_its_words() -> None:
    assert set(desk_words.WORK_STAGES) == {stage.value for stage in Stage} | {"overrun"}
    assert {value for value, *_ in desk_form_words.WORK_CHOICES} == {action.value for action in Action}
    assert {f"work_{action.value}" for action in Action} <= desk_form_words.SAID.keys()


def fragments(works: Sequence[PlannedWork]) -> dict[str, str]:
    return {f.dom_id: f.html for f in fragments_of(PLANNED_WORK, scene(), Beside(works=tuple(works)))}


def test_the_view_is_for_readers_and_each_fragment_one_closed_element() -> None:
    assert is_view(PLANNED_WORK)
    assert for_readers(PLANNED_WORK)
    works = [work("now", -5, 30), work("soon", 5, 30), ended(work("ended", -60, 60), 10)]
    for dom_id, html in fragments(works).items():
        outline = Outline()
        outline.feed(html)
        assert (outline.open, outline.roots, outline.ids[0], outline.inline) == ([], 1, dom_id, [])


def test_no_form_lies_in_a_fragment_and_what_a_person_wrote_is_no_markup() -> None:
    html = "".join(fragments([work("now", -5, 30, why="<script>alert(1)</script>", by="<b>")]).values())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<(form|input|textarea|select)\b", html)


def test_only_what_can_be_changed_has_a_button() -> None:
    html = fragments([work("now", -5, 30), work("soon", 5, 30), work("over", -60, -30)])["works"]
    assert re.findall(r'data-change="(\w+)"', html) == ["now", "soon"]
    assert "No work is planned" in fragments([])["works"]
