"""The law of pushing for the desk's issues: a page, and every fragment pushed to it since, are what a fresh page is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.floor.floor_plans import FloorPlan, TeamPlan
from app.domain.floor.issue_board import Deadline, IssueBoard
from app.domain.floor.issue_life import refusal_of_status
from app.domain.floor.issues import Action, Event, Issue, Report, begun, folded
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import GoLive
from app.push.beside import Beside, IssueBeside
from app.push.follow import Seen
from app.push.hub import Outbox
from app.push.views import fragments_of
from tests.browser.scenes import T0
from tests.unit.test_push_law import PLAN, House, _at_once

MESSAGE = re.compile(r'<hx-partial hx-target="#([a-z-]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.DOTALL)
VIEWS = (
    "desk-issues?issue=1&me=Ann",
    "desk-issues?issue=2&tab=mine&area=ct&course=own&me=Ann",
    "desk-issues?words=slow",
)
SUE, ANN = Person("Sue", "floor", "token-sue"), Person("Ann", "desk", "token-ann")
FLOOR = FloorPlan({"worklist": "Worklist"}, {"it": TeamPlan("it", "RIS team", "it")})


class Desk(House):
    """A store with issues, and the views of three desks."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[Issue] = []
        self.events: dict[str, list[Event]] = {}
        self.sequence = 0
        self.follow.plan = replace(PLAN, floor=FLOOR)
        self.tell()

    @property
    def board(self) -> IssueBoard:
        due = {i.uuid: Deadline(i.received_at + timedelta(minutes=5), None) for i in self.issues if i.number % 2}
        return IssueBoard(tuple(self.issues), due, self.sequence, "")

    def report(self, severity: int) -> None:
        self.sequence += 1
        number = len(self.issues) + 1
        report = Report("ct" if number % 2 else "mr", "worklist", severity, text=f"slow <b>{number}</b>", room="CT 2")
        self.issues.append(begun(f"uuid-{number}", number, self.sequence, report, SUE, self.clock.at))
        self.tell()

    def act(self, number: int, action: Action) -> None:
        if number > len(self.issues) or refusal_of_status(action, self.issues[number - 1].status):
            return
        self.sequence += 1
        event = Event(
            f"event-{self.sequence}", action, ANN, self.clock.at, self.sequence, text="seen & <noted>", owner="Ann"
        )
        self.issues[number - 1] = folded(self.issues[number - 1], event)
        self.events.setdefault(f"uuid-{number}", []).append(event)
        self.tell()

    def tell(self) -> None:
        self.follow._seen = Seen((), GoLive(T0, T0), issues=self.board)
        for view in VIEWS:
            number = re.search(r"issue=(\d+)", view)
            held = self.events.get(f"uuid-{number[1]}", []) if number else []
            self.follow._beside[view] = Beside(issue=IssueBeside(tuple(held)))


class Browser:
    """What is on one desk's screen."""

    def __init__(self, desk: Desk, view: str) -> None:
        self.view = view
        self.screen = {f.dom_id: f.html for f in desk.follow.snapshot(view)}
        self.outbox: Outbox | None = None

    def connect(self, desk: Desk) -> None:
        self.drop(desk)
        self.outbox = desk.hub.join(self.view)
        self.outbox.put(desk.follow.snapshot(self.view))

    def drop(self, desk: Desk) -> None:
        if self.outbox is not None:
            desk.hub.leave(self.outbox)
            self.outbox = None

    def receive(self) -> None:
        while self.outbox is not None and self.outbox.held_ids:
            for dom_id, html in MESSAGE.findall(_at_once(self.outbox.take()) or ""):
                assert dom_id in self.screen
                self.screen[dom_id] = html


changes = st.one_of(
    st.tuples(st.just("report"), st.integers(1, 4)),
    st.tuples(st.just("act"), st.tuples(st.integers(1, 4), st.sampled_from(tuple(Action)))),
    st.tuples(st.just("second"), st.integers(1, 90)),
    st.tuples(st.just("trouble"), st.sampled_from(("", "it is locked"))),
    st.tuples(st.just("connect"), st.integers(0, 2)),
    st.tuples(st.just("drop"), st.integers(0, 2)),
    st.tuples(st.just("receive"), st.integers(0, 2)),
)
desk_histories = st.lists(changes, max_size=12)


def desk_law_holds(history: Sequence[tuple[str, object]]) -> None:
    """Live a history on three desks, and compare each with a page loaded at its end."""
    desk = Desk()
    browsers = [Browser(desk, view) for view in VIEWS]
    for what, value in history:
        match what, value:
            case "report", int(severity):
                desk.report(severity)
            case "act", (int(number), Action() as action):
                desk.act(number, action)
            case "second", int(seconds):
                desk.clock.at += timedelta(seconds=seconds)
                desk.follow._read_at = desk.clock.at
            case "trouble", str(trouble):
                desk.trouble = trouble
            case "connect", int(n):
                browsers[n].connect(desk)
            case "drop", int(n):
                browsers[n].drop(desk)
            case "receive", int(n):
                browsers[n].receive()
        desk.follow.publish()
    for browser in browsers:
        if browser.outbox is None:
            browser.connect(desk)
        browser.receive()
        fresh = fragments_of(browser.view, desk.follow.scene(), desk.follow._beside[browser.view])
        assert browser.screen == {f.dom_id: f.html for f in fresh}


@settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(desk_histories)
def test_a_desk_and_what_was_pushed_to_it_are_a_fresh_page(history: list[tuple[str, object]]) -> None:
    desk_law_holds(history)


def test_a_second_without_news_sends_the_clock_alone() -> None:
    desk = Desk()
    desk.report(2)
    desk.follow.publish()
    outbox = desk.hub.join(VIEWS[0])
    desk.clock.at += timedelta(seconds=1)
    desk.follow._read_at = desk.clock.at
    desk.follow.publish()
    assert outbox.held_ids == ("tick",)


def test_an_answer_sends_only_the_issue_that_it_is_of() -> None:
    desk = Desk()
    desk.report(2)
    desk.report(2)
    desk.follow.publish()
    first, words = desk.hub.join(VIEWS[0]), desk.hub.join(VIEWS[2])
    desk.follow.publish()
    for outbox in (first, words):
        _at_once(outbox.take())
    desk.act(1, Action.COMMENT)
    desk.follow.publish()
    assert set(first.held_ids) == {"queue", "issue", "course", "acts"}
    assert set(words.held_ids) == {"queue"}
