"""The queue, its card and the curve as plain values: who waits longest first, honest words, and bars that fit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.support_counts import Click, by_day
from app.domain.floor.support_measure import judged
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Action, Ask, Event, Request, begun, folded
from app.domain.measuring.sights import standings_now
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import GoLive, moment_of
from app.push.beside import Beside, SupportBeside
from app.push.desk import support_words as words
from app.push.desk.support import support_card, support_queue
from app.push.desk.support_curve import BOTTOM, TOP, curve
from app.push.fragments import fragment
from app.push.scene import Scene
from app.push.views import SUPPORT, for_readers, fragments_of, is_view
from app.settings.support import Breakout, Support
from app.web.support_floor import section
from tests.unit.made import WORKLIST, T, plan

KEY, SUE, ANN = Person("toolbar", "support", "k"), Person("Sue", "floor", "s"), Person("Ann", "desk", "t")
RULES = SupportPlan(users=200, breakouts=("Room 1",))
PLAN = replace(plan(WORKLIST), support=RULES, zone=ZoneInfo("Europe/Berlin"), floor=FloorPlan({"worklist": "Worklist"}))


def scene(requests: Sequence[Request] = (), rules: SupportPlan | None = RULES) -> Scene:
    of = replace(PLAN, support=rules)
    rows = [judged(requests, of, rules, T, None)] if rules else []
    moment = moment_of(of.go_live, GoLive(T, T), T)
    return Scene(T, T, of, moment, tuple(standings_now(rows, of, {}, T)))


def request(number: int, minutes: float, ask: Ask | None = None, by: Person = KEY) -> Request:
    at = T - timedelta(minutes=minutes)
    return begun(f"u{number}", number, number, ask or Ask("ct", workstation=f"CT-{number}"), by, at)


def done(of: Request, action: Action, minutes: float, **more: Any) -> Request:
    return folded(of, Event("e", action, ANN, T - timedelta(minutes=minutes), 99, **more))


EVERY = [
    request(1, 300),
    done(request(2, 290), Action.ADMIT, 288),
    done(done(request(3, 90), Action.ADMIT, 88, supporter="Ben"), Action.END, 80, reason="worklist"),
    done(request(4, 70), Action.END, 60),
    done(request(5, 50), Action.WITHDRAW, 49),
    done(request(6, 20), Action.ADMIT, 18, supporter="Ben", breakout="Room 1"),
    done(request(7, 9), Action.ASSIGN, 8, supporter="Cleo"),
    request(8, 2, Ask("er", room="Room ER 1", about="worklist")),
    request(9, 6, Ask(device="10.0.0.7")),
]


def test_the_longest_wait_stands_first_and_what_nobody_ended_stands_apart() -> None:
    view = support_queue(scene(EVERY), EVERY)
    assert view is not None
    rows = {group.name: [(r.number, r.stage) for r in group.rows] for group in view.groups}
    assert rows == {
        "waiting": [(9, "waiting"), (8, "waiting"), (7, "assigned")],
        "helped": [(6, "helped")],
        "open": [(2, "unended"), (1, "unanswered")],
        "lately": [(4, "ended"), (3, "ended")],  # those without a reason first
    }
    assert (view.waiting, view.today, view.aim) == (3, "8 today", "aim 5 min")
    late = {r.number: r.late for group in view.groups for r in group.rows}
    assert [n for n, is_late in late.items() if is_late] == [9, 7]


def test_a_row_names_its_place_and_what_it_is_about() -> None:
    view = support_queue(scene(EVERY), EVERY)
    assert view is not None
    rows = {r.number: r for group in view.groups for r in group.rows}
    assert [(rows[n].place, rows[n].about) for n in (9, 8, 7)] == [
        ("10.0.0.7", ""),
        ("Room ER 1 · ER", "Worklist"),
        ("CT-7", ""),
    ]
    assert rows[6].told == ("with Ben", "in Room 1", "waited 2 min")
    assert rows[1].told == ("lapsed 12:00",)
    assert [rows[n].act for n in (9, 7, 6, 4, 3)] == ["Assign", "Admit", "End", "Say why", "Change"]


def test_the_wait_is_a_number_only_where_there_are_enough() -> None:
    few = support_queue(scene(EVERY), EVERY)
    assert few is not None
    assert few.wait.startswith("9 requests in 24 h, 4 helped")
    many = [done(request(n, 60), Action.ADMIT, 60 - n % 4) for n in range(1, 25)]
    view = support_queue(scene(many), many)
    assert view is not None
    assert view.wait == "wait median 60 s, p90 3 min, of 24 in 24 h"
    assert support_queue(scene([], None), []) is None


def test_the_card_has_who_waits_and_a_way_to_the_page() -> None:
    waiting = [request(n, n) for n in range(1, 8)]
    card = support_card(scene(waiting), waiting)
    assert card is not None
    assert ([r.number for r in card.rows], card.more, card.waiting) == ([7, 6, 5, 4], 3, 7)
    html = fragment("support", "desk_support", card=card).html
    assert 'href="/desk/support#support-u7"' in html
    assert "and 3 more" in html
    assert "hidden" in fragment("support", "desk_support", card=None).html
    nobody = support_card(scene(), [])
    assert nobody is not None
    assert words.NOBODY["waiting"] in fragment("support", "desk_support", card=nobody).html


def test_what_people_type_is_escaped() -> None:
    typed = [request(1, 1, Ask("ct", workstation="<b>&"))]
    html = "".join(f.html for f in fragments_of(SUPPORT, scene(typed), Beside(support=SupportBeside(tuple(typed)))))
    assert "<b>&" not in html
    assert "&lt;b&gt;&amp;" in html


def test_a_second_without_news_changes_the_clock_alone() -> None:
    beside = Beside(support=SupportBeside(tuple(EVERY), (Click(T),), T, True))
    before = {f.dom_id: f for f in fragments_of(SUPPORT, scene(EVERY), beside)}
    later = replace(scene(EVERY), now=T + timedelta(seconds=1), shown_at=T + timedelta(seconds=1))
    after = {f.dom_id: f for f in fragments_of(SUPPORT, later, beside)}
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == ["tick"]
    assert is_view(SUPPORT)
    assert for_readers(SUPPORT)


@pytest.mark.parametrize("busiest", [0, 1, 7, 60, 4000])
@pytest.mark.parametrize("users", [None, 200])
def test_bars_stay_within_the_picture_and_say_their_number(busiest: int, users: int | None) -> None:
    begins = T - timedelta(days=20)
    clicks = [Click(T - timedelta(days=1), "ct", "worklist")] * busiest + [Click(T - timedelta(hours=1))]
    view = curve(scene([], replace(RULES, users=users)), clicks, begins, True)
    assert view is not None
    assert (len(view.bars), view.total) == (21, busiest + 1)
    assert all(TOP <= bar.y <= BOTTOM and bar.height == round(BOTTOM - bar.y, 1) for bar in view.bars)
    assert [bar.said for bar in view.bars][-2:] == [str(busiest), "1"]
    assert view.bars[-1].kind == "so-far"
    assert 3 <= len(view.heights) <= 7
    assert len(view.published) == (2 if users else 0)
    assert all(TOP <= line.y <= BOTTOM for line in view.published)
    assert len(view.weeks) == 2
    assert view.weeks[0][-2:] == ("33.7", "10.8")


def test_before_go_live_nothing_stands_beside_the_published_weeks() -> None:
    view = curve(scene(), [Click(T)], T - timedelta(days=41), False)
    assert view is not None
    assert (view.published, view.weeks, len(view.bars)) == ((), (), 42)
    assert curve(scene([], None), [], T, True) is None


def test_the_published_days_are_not_of_a_day_that_is_not_over() -> None:
    days = by_day([], T, T, PLAN.zone)
    assert [d.whole for d in days] == [False]


def test_a_tablet_gets_the_lobby_and_its_own_requests() -> None:
    settings = Support(
        lobby="https://meet.example/l", breakouts=[Breakout(name="Room 1", link="https://meet.example/1")]
    )
    mine = [
        done(request(1, 9, by=SUE), Action.ASSIGN, 8, supporter="Ben", breakout="Room 1"),
        done(request(2, 9, by=SUE), Action.WITHDRAW, 8),
        request(3, 300, by=SUE),
        request(4, 1),
    ]
    told = section(settings, mine, SUE, T, RULES.lapses_s)
    assert (told["lobby"], told["waiting"]) == ("https://meet.example/l", 2)
    assert [(m["number"], m["stage"], m["open"], m["link"]) for m in told["mine"]] == [
        (3, "unanswered", False, None),
        (1, "assigned", True, "https://meet.example/1"),
    ]
