"""The law of pushing: a page, and every fragment pushed to it since, are what a fresh page is."""

import re
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.clock import SteadyClock
from app.domain.measuring.standings import Standing, State
from app.domain.rollback.golive import GoLive
from app.push.follow import Follow, Seen
from app.push.fragments import wall
from app.push.hub import Hub, Outbox
from tests.browser.scenes import NOON, T0, plan, probe, turnaround

MESSAGE = re.compile(r'<hx-partial hx-target="#([a-z-]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.DOTALL)
PLAN = replace(plan(), areas={"ct": "CT", "mr": "MR"}, feeds={})


class Clock(SteadyClock):
    """A clock that a test moves."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class House:
    """A store and a judge whose answers are drawn, and the real follow and hub."""

    def __init__(self) -> None:
        self.clock, self.hub = Clock(), Hub()
        self.standings: tuple[Standing, ...] = ()
        self.trouble = ""
        self.follow = Follow(
            self._look,
            lambda _judged, _now: self.standings,
            lambda found, _triggers, _decisions, _now: (
                "watch" if any(s.state is State.DEGRADED for s in found) else "ok",
                [s.reason for s in found],
            ),
            PLAN,
            self.clock,
            self.hub,
            judge_alive_at=self.clock.now,
            trouble=lambda: self.trouble,
            shown=self.clock.now,
        )

    async def _look(self, _now: datetime) -> Seen:
        return Seen((), GoLive(T0, T0))


class Browser:
    """What is on screen: a page loaded once, and whatever came since."""

    def __init__(self, house: House) -> None:
        self.screen = {f.dom_id: f.html for f in house.follow.snapshot("wall")}
        self.outbox: Outbox | None = None

    def connect(self, house: House) -> None:
        self.outbox = house.hub.join("wall")
        self.outbox.put(house.follow.snapshot("wall"))

    def drop(self, house: House) -> None:
        if self.outbox is not None:
            house.hub.leave(self.outbox)
            self.outbox = None

    def receive(self) -> None:
        if self.outbox is not None and self.outbox.held_ids:
            frame = _at_once(self.outbox.take())
            assert frame is not None
            found = MESSAGE.findall(frame)
            assert len(found) == frame.count("<hx-partial")
            for dom_id, html in found:
                assert dom_id in self.screen
                self.screen[dom_id] = html


def _standing(area: str, measure: str, state: State, tenths: int) -> Standing:
    system = "ris" if measure == "worklist.response" else "pacs"
    value = None if state in (State.BLIND, State.INSUFFICIENT) else tenths / 2
    return probe(NOON, measure, system, area, state, value=value, n=tenths, failed=tenths // 4, spark=())


series = st.builds(
    _standing,
    st.sampled_from(("ct", "mr")),
    st.sampled_from(("worklist.response", "image.first")),
    st.sampled_from(tuple(State)),
    st.integers(1, 4),
)
exams = st.sampled_from((State.OK, State.DEGRADED, State.STALE)).map(lambda s: turnaround(NOON, s, spark=()))
changes = st.one_of(
    st.tuples(st.just("judged"), st.lists(st.one_of(series, exams), max_size=3)),
    st.tuples(st.just("second"), st.integers(1, 3)),
    st.tuples(st.just("trouble"), st.sampled_from(("", "it is locked"))),
    st.tuples(st.just("connect"), st.integers(0, 1)),
    st.tuples(st.just("drop"), st.integers(0, 1)),
    st.tuples(st.just("receive"), st.integers(0, 1)),
)


def _at_once(coroutine: Coroutine[Any, Any, str | None]) -> str | None:
    """Run what has nothing to wait for, without a loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return str(done.value)
    raise AssertionError("it waited although something was held")


def _live(house: House, browsers: Sequence[Browser], history: Sequence[tuple[str, object]]) -> None:
    for what, value in history:
        if what == "judged":
            house.standings = tuple(value)  # type: ignore[arg-type]  # drawn with its verb
        elif what == "second":
            house.clock.at += timedelta(seconds=value)  # type: ignore[arg-type]  # drawn with its verb
        elif what == "trouble":
            house.trouble = str(value)
        else:
            browser = browsers[int(str(value))]
            if what == "connect":
                browser.drop(house)
                browser.connect(house)
            elif what == "drop":
                browser.drop(house)
            else:
                browser.receive()
        house.follow.publish()
    for browser in browsers:
        if browser.outbox is None:
            browser.connect(house)
        while browser.outbox is not None and browser.outbox.held_ids:
            browser.receive()


histories = st.lists(changes, max_size=8)


def law_holds(history: Sequence[tuple[str, object]]) -> None:
    """Live a history on two browsers, and compare both with a page loaded at its end."""
    house = House()
    browsers = (Browser(house), Browser(house))
    _live(house, browsers, history)
    fresh = {f.dom_id: f.html for f in wall(house.follow.scene())}
    assert browsers[0].screen == fresh
    assert browsers[1].screen == fresh


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_a_page_and_what_was_pushed_to_it_are_a_fresh_page(history: list[tuple[str, object]]) -> None:
    law_holds(history)


def test_a_second_without_news_sends_the_clock_alone() -> None:
    house = House()
    house.standings = (probe(NOON, "worklist.response", "ris", "ct"), turnaround(NOON))
    house.follow.publish()
    outbox = house.hub.join("wall")
    house.clock.at += timedelta(seconds=1)
    house.follow.publish()
    assert outbox.held_ids == ("tick",)


def test_a_commit_sends_only_what_it_changed() -> None:
    house = House()
    house.standings = (probe(NOON, "worklist.response", "ris", "ct"), turnaround(NOON))
    house.follow.publish()
    outbox = house.hub.join("wall")
    house.standings = (probe(NOON, "worklist.response", "ris", "ct", n=92), turnaround(NOON))
    house.follow.publish()
    assert outbox.held_ids == ("tile-worklist-response",)


def test_a_judge_that_stands_still_makes_everything_blind_and_says_so() -> None:
    house = House()
    house.standings = (probe(NOON, "worklist.response", "ris", "ct"),)
    stopped = house.clock.at
    house.follow._judge_alive_at = lambda: stopped
    house.clock.at += timedelta(seconds=7)
    house.follow._read_at = house.clock.at
    scene = house.follow.scene()
    assert [s.state for s in scene.standings] == [State.BLIND]
    assert scene.trouble == "golive's judge stands still since 07:23:41"
