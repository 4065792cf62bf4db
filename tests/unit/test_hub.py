"""The hub: nobody waits for a slow browser, and what it gets late is the newest."""

import asyncio

from app.push.fragments import Fragment
from app.push.hub import Hub, Outbox


def test_a_fragment_comes_as_a_partial_that_morphs_its_own_element() -> None:
    assert (
        Fragment("tick", "<p>1</p>").message
        == '<hx-partial hx-target="#tick" hx-swap="outerMorph"><p>1</p></hx-partial>'
    )


def test_a_slow_browser_gets_the_newest_of_each_element_once() -> None:
    hub = Hub()
    outbox = hub.join("wall")
    for i in range(1000):
        hub.publish("wall", [Fragment("tick", str(i)), Fragment("tile", str(i // 10))])
    assert asyncio.run(outbox.take()) == Fragment("tick", "999").message + Fragment("tile", "99").message
    assert outbox.held_ids == ()


def test_an_element_pushed_again_moves_behind_what_came_before_it() -> None:
    outbox = Outbox("wall")
    outbox.put([Fragment("a", "1"), Fragment("b", "1")])
    outbox.put([Fragment("a", "2")])
    assert asyncio.run(outbox.take()) == Fragment("b", "1").message + Fragment("a", "2").message


def test_browsers_that_keep_up_share_one_frame_made_once() -> None:
    hub = Hub()
    one, two = hub.join("wall"), hub.join("wall")
    hub.publish("wall", [Fragment("a", "1"), Fragment("b", "2")])
    assert asyncio.run(one.take()) is asyncio.run(two.take())


def test_a_frame_made_for_all_is_not_sent_to_one_who_still_holds_something() -> None:
    hub = Hub()
    outbox = hub.join("wall")
    hub.publish("wall", [Fragment("a", "1")])
    hub.publish("wall", [Fragment("b", "2")])
    assert asyncio.run(outbox.take()) == Fragment("a", "1").message + Fragment("b", "2").message


def test_a_view_is_told_nothing_of_another_one() -> None:
    hub = Hub()
    desk = hub.join("desk")
    hub.publish("wall", [Fragment("a", "1")])
    assert desk.held_ids == ()


def test_who_left_is_forgotten() -> None:
    hub = Hub()
    outbox = hub.join("wall")
    hub.leave(outbox)
    hub.publish("wall", [Fragment("a", "1")])
    assert (len(hub), outbox.held_ids) == (0, ())


def test_taking_waits_until_there_is_something() -> None:
    async def scene() -> str | None:
        hub = Hub()
        outbox = hub.join("wall")
        taking = asyncio.create_task(outbox.take())
        await asyncio.sleep(0)
        assert not taking.done()
        hub.publish("wall", [Fragment("a", "1")])
        return await asyncio.wait_for(taking, 1)

    assert asyncio.run(scene()) == Fragment("a", "1").message


def test_a_closing_hub_lets_everybody_go() -> None:
    async def scene() -> list[str | None]:
        hub = Hub()
        waiting = [asyncio.create_task(hub.join("wall").take()) for _ in range(3)]
        await asyncio.sleep(0)
        hub.close()
        return await asyncio.gather(*waiting)

    assert asyncio.run(scene()) == [None, None, None]


def test_who_looks_is_counted_once_however_many_tabs_they_have() -> None:
    hub = Hub()
    hub.join("wall", "a display")
    first = hub.join("desk-issues", "ann")
    for view, who in (("desk-issues?issue=1", "ann"), ("desk-shift", "ann"), ("desk-shift", "bo")):
        hub.join(view, who)
    assert (hub.looking(["wall"]), hub.looking()) == (2, 3)
    hub.leave(first)
    assert hub.looking(["wall"]) == 2
