"""What the desk shows of issues, as plain values: a queue of hundreds, lives, deadlines, the minute, the timeline."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.floor.floor_sight import FloorSight, Tablets
from app.domain.floor.issue_board import Deadline, IssueBoard
from app.domain.floor.issue_life import changes_since
from app.domain.floor.issues import GOLIVE, Action, Event, Issue, Status, folded
from app.domain.floor.tablets import Tablet
from app.domain.journal import Entry
from app.domain.rollback.decisions import Person
from app.push.beside import IssueBeside
from app.push.desk.alarms import alarms
from app.push.desk.issue import due, issue_view, life_line
from app.push.desk.issue_minute import minute_of
from app.push.desk.issue_timeline import course
from app.push.desk.queue import queue_view
from app.push.desk.view import Desk, desk_of_view
from app.push.scene import Scene, unix_ms
from tests.unit.test_desk_push_law import Desk as Store
from tests.unit.test_issue_queue import FLOOR, T, issue

ANN = Person("Ann", "desk", "token-ann")
NOBODY = IssueBoard(blind="")


def scene(*issues: Issue, **more: Any) -> Scene:
    store = Store()
    store.clock.at = T + timedelta(hours=1)
    now = store.follow.scene()
    deadlines = more.pop("deadlines", {})
    plan = replace(now.plan, floor=FLOOR, areas={"ct": "CT", "er": "ER"})
    return replace(now, plan=plan, issues=IssueBoard(issues, deadlines, 0, ""), **more)


def test_of_many_issues_a_hundred_are_shown_and_the_others_counted() -> None:
    shown = queue_view(scene(*(issue(n, 2 if n < 90 else 4) for n in range(1, 151))), Desk(41, me="Ann"))
    assert (shown.n, len(shown.rows), shown.more) == (150, 100, "50 more, all SEV 4")
    assert [row.number for row in shown.rows if row.chosen] == [41]
    assert {tab.id: tab.n for tab in shown.tabs} == {"all": 150, "mine": 0, "unassigned": 150, "verify": 0}
    assert shown.rows[0].href == "/desk?issue=1"


def test_what_tablets_hold_and_which_are_silent_is_told_apart_and_old_issues_are_said_to_be_old() -> None:
    told = FloorSight(tablets=Tablets(2, 5, T, 1, T))
    shown = queue_view(scene(issue(1), floor=told), Desk())
    assert [one.said for one in shown.unsent] == [
        "5 items not here yet, on 2 tablets",
        "1 tablet silent: what they hold is unknown",
    ]
    blind = replace(scene(), issues=NOBODY.blinded("it does not answer"))
    assert "it does not answer" in queue_view(blind, Desk()).blind


@pytest.mark.parametrize(
    ("minutes_ago", "on_duty", "trouble", "silent"),
    [(6, True, "", True), (1, True, "", False), (6, False, "", False), (6, True, "it does not answer", False)],
)
def test_a_reporters_tablet_on_duty_that_is_silent_is_told_with_its_age(
    minutes_ago: float, on_duty: bool, trouble: str, silent: bool
) -> None:
    now = replace(scene(issue(1)), trouble=trouble)
    heard_at = now.now - timedelta(minutes=minutes_ago)
    view = issue_view(now, Desk(1), IssueBeside(tablet=Tablet("tablet-7", heard_at, on_duty=on_duty)))
    assert view is not None
    assert (view.silent.at_ms if view.silent else None) == (unix_ms(heard_at) if silent else None)


@pytest.mark.parametrize(
    ("status", "more", "line"),
    [
        (Status.NEW, {}, "[new] triaged in progress fixed verified closed"),
        (Status.IN_PROGRESS, {}, "new triaged [in progress] fixed verified closed"),
        (Status.CLOSED, {}, "new triaged in progress fixed [closed]"),
        (Status.CLOSED, {"verified_at": T}, "new triaged in progress fixed verified [closed]"),
        (Status.DUPLICATE, {}, "new [duplicate]"),
        (Status.KNOWN, {}, "new [known]"),
    ],
)
def test_the_line_of_a_life_says_where_it_is(status: Status, more: dict[str, Any], line: str) -> None:
    stages = life_line(issue(1, status=status, **more))
    assert " ".join(f"[{s.word}]" if s.at == "now" else s.word for s in stages) == line


def test_a_deadline_says_to_whom_it_goes_and_who_was_too_late() -> None:
    one, late, heard = issue(1), issue(2, tier=1), issue(3, acknowledged_at=T)
    deadlines = {one.uuid: Deadline(T + timedelta(minutes=70)), late.uuid: Deadline(None, T + timedelta(minutes=30))}
    now = scene(one, late, heard, deadlines=deadlines)
    assert [(due(now, i).said, due(now, i).late) for i in (one, late, heard)] == [
        ("goes on to the desk at 09:10", False),
        ("nobody took it up by 08:30, at the desk, goes no further by itself", True),
        ("taken up, goes no further by itself", False),
    ]


def test_a_grave_issue_rings_until_somebody_acknowledges_and_a_known_one_does_not() -> None:
    rings = alarms(scene(issue(1, 1), issue(2, safety=True), issue(3, 1), issue(4, 1, acknowledged_at=T), issue(5, 2)))
    assert [(r.kind, r.title, r.name) for r in rings] == [
        ("issue", "SEV 1", "#1 Worklist · CT"),
        ("issue", "SEV 1", "#3 Worklist · CT"),
        ("issue", "", "and 1 more that nobody has acknowledged"),
    ]
    assert alarms(scene(issue(1, 1, status=Status.KNOWN), issue(2, 1, status=Status.FIXED))) == ()


def standing(measure: str, state: str, area: str | None = None, **more: Any) -> dict[str, Any]:
    told = {"value": 0.5, "unit": "s", "n": 40, "age_s": 3.0, "expected": None, "reason": "", "beyond_s": None}
    where = {"series": f"{measure}/ris/{area or '-'}", "system": "ris", "area": area, "window_s": 900}
    return {"measure": measure, "state": state, **told, **where, **more}


def test_the_minute_has_first_what_was_out_of_its_range_and_never_a_number_that_nobody_saw() -> None:
    kept = [
        standing("echo.response", "ok"),
        standing("query.response", "blind", "ct"),
        standing("worklist.response", "degraded", "ct", value=5.8, expected={"low": 0.4, "high": 1.2}),
        standing("report.turnaround", "blind", reason="not measured: no source"),
        standing("exam.rate", "blind"),
        standing("issue.solve", "ok"),
    ]
    shown = minute_of(scene().plan, {"standings": kept}, "07:11")
    assert [(r.name, str(r.value), r.expected, r.said) for r in shown.rows] == [
        ("Worklist response, CT", "5.8 s", "400 ms–1.2 s", "above range"),
        ("Study query response, CT", "—", "no range yet", "blind"),
        ("Echo response, RIS", "500 ms", "no range yet", "as expected"),
    ]
    assert (shown.blind, shown.more) == ("Exams, RIS", "1 measure without a source here")


def entry(seq: int, act: str, minute: int, subject: str = "", actor: str = "golive", **body: Any) -> Entry:
    return Entry(seq, T + timedelta(minutes=minute), actor, act, subject, body, "", "")


def test_one_timeline_has_the_issue_and_what_happened_around_it() -> None:
    one, near, far = issue(1, minute=10), issue(2, minute=12), issue(3, area="er", category="images-slow")
    done = Event("e1", Action.TRIAGE, ANN, T + timedelta(minutes=15), 9, severity=1, team="it", text="two scans wait")
    beside = IssueBeside(
        (done,),
        entries=(
            entry(1, "configuration.effective", 1),
            entry(2, "trigger.breach", 9, "worklist-unusable:ct"),
            entry(3, "trigger.breach", 9, "worklist-unusable:er"),
            entry(4, "issue.create", 12, near.uuid, "Sue"),
            entry(5, "issue.create", 13, far.uuid, "Sue"),
            entry(6, "issue.create", 10, one.uuid, "Sue"),
            entry(7, "planned_work.plan", 14, system="ris", why="update"),
            entry(8, "announcement.make", 17, "a1", "Ann", areas=["ct"]),
            entry(9, "announcement.make", 18, "a2", "Ann", areas=["er"]),
        ),
        announced={"a1": "open by number", "a2": "elsewhere"},
    )
    now = scene(folded(one, done), near, far)
    lines = course(now, one, beside, False, "/desk").moments
    assert [(m.clock, m.kind, m.said, m.quoted) for m in lines] == [
        ("08:01", "change", "golive.toml changed", ""),
        ("08:09", "trigger", "worklist-unusable:ct, breached", ""),
        ("08:10", "this issue", "logged, received as no. 1", ""),
        ("08:12", "issue", "#2 Worklist · CT, logged", ""),
        ("08:14", "planned work", "RIS, planned", "update"),
        ("08:15", "this issue", "triaged SEV 1, to RIS interfaces", "two scans wait"),
        ("08:17", "announcement", "CT, announced", "open by number"),
    ]
    assert [m.kind for m in course(now, one, beside, True, "/desk").moments] == ["this issue", "this issue"]


def test_only_what_people_change_asks_who_acts_on_an_older_view() -> None:
    when = T + timedelta(minutes=1)
    events = [
        Event("e1", Action.TRIAGE, ANN, when, 2), Event("e2", Action.ME_TOO, ANN, when, 3),
        Event("e3", Action.ESCALATE, GOLIVE, when, 4), Event("e4", Action.COMMENT, ANN, when, 5),
    ]  # fmt: skip
    assert [e.uuid for e in changes_since(events, 0)] == ["e1", "e4"]
    assert [e.uuid for e in changes_since(events, 2)] == ["e4"]
    assert changes_since(events, 5) == []


def test_a_view_names_what_is_looked_at_and_an_issue_that_is_not_there_is_none() -> None:
    desk = Desk(41, me="Ann & Bo").tab("mine").narrowed(words="a b")  # type: ignore[arg-type]  # a tab is its word
    assert desk_of_view(desk.view) == desk
    assert desk.href == "/desk?issue=41&tab=mine&words=a+b"
    assert [desk_of_view(v) for v in ("desk-triggers", "desk-issues2")] == [None, None]
    assert desk_of_view("desk-issues?issue=-1&severity=x") == Desk()
    assert issue_view(scene(issue(1)), Desk(2), IssueBeside()) is None
