"""The floor on the wall: which issues it names and how, what it leaves out, and who is there."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.floor.issue_board import IssueBoard, of_issues
from app.domain.floor.issues import Status
from app.domain.measuring.overall import overall
from app.domain.rollback.decisions import Person
from app.push.fragments import wall
from app.push.scene import Scene
from app.push.wall.foot import foot
from app.push.wall.gravest import gravest
from app.push.wall.head import strip
from app.push.wall.issues import issues, room
from app.push.wall.rows import areas
from tests.browser.issue_scenes import BOARDS, SIGHTS, TYPED, issue
from tests.browser.scenes import NOON, SCENES
from tests.unit.walls import named, scene_of


def seen(name: str = "calm", board: str = "bad", floor: str = "unset", **more: Any) -> Scene:
    """A scene whose whole is what its issues make of it."""
    of = BOARDS[board](NOON)
    plain = scene_of(SCENES[name](NOON), issues=of, floor=SIGHTS[floor](NOON), **more)
    whole = overall(plain.standings, plain.plan, {}, NOON, of_issues(of, plain.plan))
    feeds = ("feed ", "North")  # nobody sends heartbeats here
    reasons = tuple(r for r in whole.reasons if not r.startswith(feeds))
    return replace(plain, overall="act" if board == "bad" else plain.overall, reasons=reasons)


def test_the_five_gravest_are_named_by_category_and_place_with_owner_and_age() -> None:
    shown = issues(seen())
    assert [(r.severity, r.name, r.where, r.about[0], r.safety, r.late) for r in shown.rows] == [
        (1, "Worklist", "CT 2", "RIS team", False, False),
        (3, "Images slow", "X-ray", "Beatrix Longname-Supe…", True, False),
        (2, "Worklist", "MR", "unassigned", False, True),
        (2, "Priors do not open", "ED reading room, desk 4", "PACS team", False, False),
        (2, "Images missing", "CT", "Ann Desk", False, False),
    ]
    assert shown.rows[0].about == ("RIS team", "#41", "3 reports")
    assert shown.rows[3].about[-1] == "with the vendor"
    assert shown.rows[4].about[-1] == "known"
    assert [r.since.clock for r in shown.rows if r.since][:2] == ["07:11:41", "07:19:41"]
    assert shown.more == "and 8 more"


def test_an_issue_counts_the_reports_of_what_was_merged_into_it() -> None:
    board = BOARDS["bad"](NOON)
    again = replace(board.open[0], uuid="again", number=90, me_too=(), status=Status.DUPLICATE)
    again = replace(again, duplicate_of=board.open[0].uuid, reporter=Person("Bo", "floor", "another"))
    found = issues(replace(seen(), issues=replace(board, issues=(*board.issues, again))))
    assert found.rows[0].about == ("RIS team", "#41", "4 reports")


def test_nothing_that_anybody_typed_is_on_the_wall() -> None:
    board = BOARDS["bad"](NOON)
    found = [replace(i, report=replace(i.report, workaround=TYPED, function=TYPED, device=TYPED)) for i in board.issues]
    found += [issue(NOON, 90, 1, "worklist", "ct", 400, owner="patient Hans Mustermann", resolution=TYPED)]
    html = "".join(f.html for f in wall(replace(seen(), issues=IssueBoard(tuple(found), {}, 90, ""))))
    assert "Mustermann" not in html
    assert "assigned" in html


def test_areas_count_by_severity_and_a_grave_issue_keeps_its_area_on_screen() -> None:
    shown = areas(seen(floor="trouble"))
    lines = {a.name: a for a in shown.areas}
    assert lines["CT"].issues == (1, 1, 0, 0)
    assert lines["Main reading"].issues == (0, 0, 2, 3)
    assert (lines["CT"].state, lines["ED reading"].state, lines["Cardiology"].state) == ("down", "degraded", "ok")
    assert not any(line.spare for line in shown.areas if line.issues and any(line.issues[:2]))
    assert [name for name, line in lines.items() if line.unstaffed] == ["MR", "Cardiology"]
    assert shown.parts == ("13 open", "1 late", "9 unassigned", "1 to verify")


def test_issues_that_cannot_be_seen_are_no_zeros() -> None:
    scene = replace(seen(), issues=BOARDS["bad"](NOON).blinded("golive's database cannot be read"))
    shown = areas(scene)
    assert all(line.issues is None for line in shown.areas)
    assert issues(scene).blind == "golive's database cannot be read"
    said = {i.name: (i.said, i.abnormal) for i in foot(scene).items}
    assert said["Open issues"] == ("◌ not seen", True)
    html = {f.dom_id: f.html for f in wall(scene)}
    assert "not seen: golive" in html["issues"]
    assert "No open issue" not in html["issues"]


def test_the_strip_names_the_gravest_issue_with_place_and_owner() -> None:
    shown = strip(seen())
    assert (shown.word, [(r.text, r.where) for r in shown.reasons]) == (
        "Act",
        [
            ("SEV 1: Worklist", "CT 2 · RIS team · #41 · 3 reports"),
            ("Patient safety: Images slow", "X-ray · Beatrix Longname-Supe… · #42"),
        ],
    )


def test_a_sev2_alone_is_watched_and_stands_in_its_own_list_only() -> None:
    one = IssueBoard((issue(NOON, 35, 2, "worklist", "mr", 31),), {}, 35, "")
    plain = scene_of(SCENES["calm"](NOON), issues=one)
    scene = replace(plain, overall="watch", reasons=("issue no. 35: SEV2: Worklist, MR; new",))
    assert [(r.text, r.where) for r in strip(scene).reasons] == [("SEV 2: Worklist", "MR · unassigned · #35")]
    assert gravest(scene).rows == ()


@pytest.mark.parametrize("name", sorted(SCENES))
@pytest.mark.parametrize("board", sorted(BOARDS))
def test_faults_and_issues_share_the_room_gravest_first_and_neither_is_left_out_between(name: str, board: str) -> None:
    scene = seen(name, board)
    worst, reported = gravest(scene), issues(scene)
    found = room(scene, worst)
    assert found.near_faults + len(reported.rows) <= 7 or not reported.rows
    assert found.far_faults + found.far_issues == min(3, len(worst.rows) + len(reported.rows))
    assert (found.mid_faults > 0) == bool(worst.rows)
    assert (found.mid_issues > 0) == bool(reported.rows)
    if board == "bad":
        assert found.far_issues >= 2  # SEV1 and patient safety come before any outage


def test_an_outage_stands_before_a_sev2() -> None:
    scene = seen("frozen-pacs")
    found = room(scene, gravest(scene))
    assert (found.far_faults, found.far_issues) == (1, 2)


def test_what_tablets_hold_and_which_are_silent_are_told_apart() -> None:
    said = [(i.name, i.said, i.before, i.abnormal) for i in foot(seen(floor="trouble")).items]
    assert ("", "2 tablets silent", ", longest ", True) in said
    assert ("", "3 tablets hold 7 unsent items", ", oldest ", True) in said
    assert ("Support", "2 wait", ", longest ", False) in said
    assert ("In charge", "nobody", " ", False) in said
    assert ("Super-users", "6 of 8 areas, ○ nobody in 2", " ", True) in said
    calm = {i.name: i.said for i in foot(seen(floor="staffed")).items}
    assert (calm["Unsent on tablets"], calm["Support"], calm["In charge"]) == ("none", "nobody waits", "Dr. Ada Chief")
    assert (calm["Super-users"], calm["Huddle"]) == ("8 of 8 areas", "07:59")


def test_while_golive_cannot_be_read_nobody_is_said_to_be_there() -> None:
    said = {i.name: i.said for i in foot(seen(floor="trouble", trouble="golive's database cannot be read")).items}
    for name in ("In charge", "Super-users", "Support", "Unsent on tablets"):
        assert said[name] == "◌ not seen"


def test_where_nobody_set_it_up_the_wall_says_so() -> None:
    said = {i.name: i.said for i in foot(named("calm")).items}
    for name in ("In charge", "Huddle", "Super-users", "Unsent on tablets", "Support"):
        assert said[name] == "not set up"


@pytest.mark.parametrize("board", sorted(BOARDS))
def test_a_wall_with_issues_stays_below_40_kb(board: str) -> None:
    messages = [f.message for f in wall(seen("all-areas-wrong", board, "trouble"))]
    assert sum(len(m.encode()) for m in messages) < 40_000
