"""The desk's pages in every state: live, by keyboard and touch, heard, and never losing what somebody writes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.acting import EXPECTED, Server, axe, changed, live
from tests.browser.desk_scenes import DESKS, PROPOSAL, SHOWN
from tests.browser.test_pages import walked

pytestmark = pytest.mark.peers
LIST, ONE, WHOLE = "/desk/triggers", f"/desk/triggers/{SHOWN}", "/desk/go-live"
PATHS = (LIST, ONE, WHOLE)
PRESSED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
# what a gloved finger meets: 48 px, in a label the whole label; links in the middle of a sentence are read, not pressed
SMALL = """selector => [...document.querySelectorAll(selector)]
  .map(e => e.closest("label.choice") ?? e)
  .filter(e => { const box = e.getBoundingClientRect(); return box.height && box.height < 48; })
  .filter(e => !e.closest(".note") && !e.matches("[tabindex='0']"))
  .map(e => e.outerHTML.slice(0, 80))"""
EAR = """window.heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  window.heard.push(this.frequency.value);
  return start.call(this, at);
};"""


@contextmanager
def at_desk(
    chromium: Browser,
    server: Server,
    path: str,
    who: str = "desk.Ann",
    size: tuple[int, int] = (1180, 820),
    **more: Any,
) -> Iterator[Page]:
    """Open a page of the desk as somebody; it must say nothing in its console."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    context.add_cookies([{"name": "golive", "value": who, "url": server.url}])
    context.add_init_script(EAR)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(server.url + path)
    yield page
    context.close()
    assert [line for line in said if not EXPECTED.search(line) and "status of 409" not in line] == []


BAR = """() => {
  const bar = document.querySelector(".bar");
  const parts = [...bar.querySelectorAll("a, button, .clock, .whose, .link, .desks")];
  const boxes = parts.map((e) => e.getBoundingClientRect()).filter((b) => b.width);
  const middle = (b) => b.top + b.height / 2, middles = boxes.map(middle);
  return {
    apart: Math.max(...middles) - Math.min(...middles),
    over: bar.scrollWidth - bar.clientWidth, wide: document.documentElement.scrollWidth - innerWidth,
    inside: boxes.every((b) => b.left >= 0 && b.right <= innerWidth),
  };
}"""


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [(1180, 820), (1440, 900)])
def test_the_bar_of_every_page_is_one_line(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int], colours: str
) -> None:
    server = serve("--desk", sorted(DESKS)[-1])
    for path in PATHS:
        with at_desk(chromium, server, path, size=size, color_scheme=colours) as page:
            live(page)
            expect(page.locator(".desks")).to_have_text("1 desk")
            found = page.evaluate(BAR)
            assert (found.pop("apart") < 8, found) == (True, {"over": 0, "wide": 0, "inside": True}), path
            ground = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
            assert ground == {"light": "rgb(246, 247, 248)", "dark": "rgb(20, 24, 28)"}[colours]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_in_any_state(
    chromium: Browser, serve: Callable[..., Server], path: str, colours: str
) -> None:
    states = sorted(DESKS)
    server = serve("--desk", states[-1], "--simulation")
    with at_desk(chromium, server, path, bypass_csp=True, color_scheme=colours) as page:
        live(page)
        for state in states:
            changed(page, server, f"desk {state}")
            page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true; })")
            assert axe(page) == [], state


@pytest.mark.parametrize("size", [(1180, 820), (1920, 1080), (820, 1180), (390, 800)])
def test_all_that_is_pressed_takes_a_finger_and_no_page_scrolls_sideways(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int]
) -> None:
    server = serve("--desk", "proposed")
    for path in PATHS:
        with at_desk(chromium, server, path, size=size, has_touch=True) as page:
            live(page)
            assert page.evaluate(SMALL, PRESSED) == [], path
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("path", PATHS)
def test_everything_is_reached_by_keyboard_and_shows_it(
    chromium: Browser, serve: Callable[..., Server], path: str
) -> None:
    server = serve("--desk", "breached")
    with at_desk(chromium, server, path) as page:
        live(page)
        page.evaluate("() => document.activeElement.blur()")
        wanted = page.locator(
            "a[href]:visible, button:visible, textarea:visible, summary:visible, [tabindex='0']:visible"
        ).count()
        groups = page.locator("fieldset:visible").count()  # one stop for all choices of a group
        assert len(walked(page, wanted + groups + 2)) >= wanted + groups


def test_what_is_half_typed_stays_through_pushes_and_an_end_of_its_time(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "breached")
    with at_desk(chromium, server, ONE) as page:
        live(page)
        page.check("#propose input[value=continue]")
        page.fill("#risk", "patients are typed by hand")
        page.click("#reason")
        page.keyboard.type("The vendor is ")
        server.say("desk recovering")
        expect(page.locator("#state")).to_contain_text("recovered")
        page.keyboard.type("restarting it")
        assert page.input_value("#reason") == "The vendor is restarting it"
        assert page.evaluate("() => [document.activeElement.id, document.activeElement.selectionStart]") == [
            "reason",
            27,
        ]
        server.say("desk proposed")
        expect(page.locator("#propose .overtaken")).to_contain_text("Meanwhile Ann Desk has proposed")
        expect(page.locator("#end")).to_be_visible()
        page.keyboard.type(", they say")
        assert page.input_value("#reason") == "The vendor is restarting it, they say"
        assert page.input_value("#risk") == "patients are typed by hand"
        page.fill("#reason", "")
        page.fill("#risk", "")
        page.evaluate("() => document.getElementById('propose').reset()")
        server.say("desk decided")
        expect(page.locator("#end")).to_be_hidden()
        expect(page.locator("#decision")).to_contain_text("witness Carl Witness")


def test_what_was_written_about_one_proposal_never_confirms_another(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "proposed")
    with at_desk(chromium, server, ONE, who="authority.Dr. Ada Chief") as page:
        live(page)
        sent: list[str] = []

        def refuse(route: Route) -> None:
            sent.append(route.request.url)
            body = {"title": "It cannot be done now", "detail": "continue was withdrawn by Ann Desk"}
            route.fulfill(status=409, json=body)

        page.route("**/api/decisions/**", refuse)
        page.fill("#agreed", "I agree to go on")
        server.say("desk replaced")
        expect(page.locator("#end .overtaken")).to_contain_text("and Dr. Bo Second has made another one")
        page.click("#end button[value=confirm]")
        expect(page.locator("#end .refused")).to_contain_text("continue was withdrawn by Ann Desk")
        assert page.input_value("#agreed") == "I agree to go on"
        page.click("#end button[type=reset]")
        expect(page.locator("#end .overtaken")).to_be_empty()
        page.fill("#agreed", "No, back")
        page.click("#end button[value=confirm]")
        expect(page.locator("#end .refused")).not_to_be_empty()
        assert [url.split("/")[5] for url in sent] == [PROPOSAL, PROPOSAL[:-1] + "2"]


def bodies(page: Page, pattern: str) -> list[dict[str, Any]]:
    """Collect what a page sends, and answer that it is done."""
    sent: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(status=200, json={})

    page.route(pattern, answer)
    return sent


def test_a_moment_is_the_sites_time_of_day_wherever_the_browser_is(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "watching", "--undeclared")
    with at_desk(chromium, server, WHOLE, timezone_id="Pacific/Auckland") as page:
        live(page)
        sent = bodies(page, "**/api/go-live/acts/**")
        for written, utc in (
            ("2026-11-21T06:00", "2026-11-21T05:00:00.000Z"),
            ("2026-07-01T06:00", "2026-07-01T04:00:00.000Z"),
        ):
            page.check("#go-live-act input[value=delay]")
            page.fill("#moment", written)
            page.fill("#act-reason", "the network is late")
            page.click("#go-live-act button[type=submit]")
            expect(page.locator("#done")).to_have_text("Done, and on record.")
            assert sent[-1] == {"action": "delay", "at": utc, "reason": "the network is late"}
        page.check("#go-live-act input[value=declare]")
        page.click("#go-live-act button[type=submit]")
        page.wait_for_function("() => document.querySelector('#go-live-act input:checked') === null")
        assert sent[-1] == {"action": "declare", "at": None, "reason": ""}


def test_an_override_ends_so_long_from_the_servers_now(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--desk", "watching")
    with at_desk(chromium, server, ONE) as page:
        live(page)
        sent = bodies(page, "**/api/triggers/**")
        page.click("summary")
        page.check("#by-hand input[value=override]")
        page.select_option("#until", "7200")
        page.fill("#hand-reason", "the vendor restarts it")
        now_ms = page.evaluate("() => Number(document.getElementById('tick').dataset.now)")
        page.click("#by-hand button[type=submit]")
        expect(page.locator("#done")).to_have_text("Done, and on record.")
        until_ms = datetime.fromisoformat(sent[0]["until"]).timestamp() * 1000
        assert 7_200_000 <= until_ms - now_ms < 7_205_000
        assert (sent[0]["action"], sent[0]["reason"]) == ("override", "the vendor restarts it")


def test_an_open_page_and_a_fresh_one_are_the_same_after_any_pushes(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    """Page + pushed fragments = fresh page, as a browser ends up with them."""
    server = serve("--desk", "watching")
    shown = """() => [...document.querySelectorAll("main section[id]")].filter(e => e.id !== "decide").map(e => {
      const copy = e.cloneNode(true);
      for (const time of copy.querySelectorAll("time")) time.textContent = "";
      return copy.outerHTML.replace(/ data-htmx-powered(="[^"]*")?/g, "");
    })"""
    for path in PATHS:
        server.say("desk watching")
        with at_desk(chromium, server, path) as page:
            live(page)
            for state in ("pending", "breached", "proposed", "recovering", "decided", "blind", "proposed"):
                server.say(f"desk {state}")
                page.wait_for_timeout(250)
            page.wait_for_timeout(1300)
            old = page.evaluate(shown)
            page.goto(server.url + path)
            live(page)
            assert page.evaluate(shown) == old, path


def test_it_chimes_from_a_breach_until_somebody_acknowledges(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--desk", "watching")
    for path in PATHS:
        server.say("desk watching")
        with at_desk(chromium, server, path) as page:
            live(page)
            expect(page.locator("#sound .says")).to_have_text("sound off")
            page.click("#sound button")
            expect(page.locator("#sound .says")).to_have_text("sound on")
            assert page.evaluate("window.heard") == [880, 660]
            server.say("desk breached")
            expect(page.locator("#alarms .ring")).to_contain_text("Breach Worklist unusable · CT")
            page.wait_for_function("() => window.heard.length >= 6", timeout=12_000)  # again and again
            assert page.title().startswith("◆ ")
            server.say("desk proposed")  # it was acknowledged meanwhile
            expect(page.locator("#alarms .ring")).to_have_count(0)
            heard = page.evaluate("window.heard.length")
            server.say("desk blind")
            page.wait_for_function("n => window.heard.length > n", arg=heard, timeout=10_000)
            assert page.evaluate("n => window.heard.slice(n)", heard) == [330]
            assert page.title().startswith("◌ ")


def test_an_alarm_that_comes_or_goes_moves_nothing_under_a_finger(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "breached")
    top = "() => document.querySelector('h1').getBoundingClientRect().top"
    with at_desk(chromium, server, ONE) as page:
        live(page)
        page.check("#propose input[value=continue]")  # the first gesture allows the sound, between finger down and up
        for path in (LIST, WHOLE):
            server.say("desk breached")
            page.goto(server.url + path)
            live(page)
            expect(page.locator("#alarms .ring")).to_have_count(1)
            before = page.evaluate(top)
            server.say("desk watching")
            expect(page.locator("#alarms .ring")).to_have_count(0)
            assert page.evaluate(top) == before


def test_a_browser_that_may_not_sound_yet_says_so_while_something_rings(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "breached")
    with at_desk(chromium, server, ONE) as page:
        live(page)
        expect(page.locator("#silent")).to_contain_text("No sound yet")
        assert page.evaluate("window.heard") == []
        page.click("h1")
        expect(page.locator("#silent")).to_be_hidden()
        page.wait_for_function("() => window.heard.length >= 2")


def test_a_display_that_is_not_live_says_so_and_keeps_what_is_written(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "breached")
    with at_desk(chromium, server, ONE) as page:
        live(page)
        page.fill("#reason", "half a sentence")
        server.stop()
        page.wait_for_selector(".not-live", state="visible", timeout=9_000)
        assert re.search(r"Display not live since [\d:]{8}", page.inner_text(".not-live"), re.I)
        page.fill("#reason", "half a sentence more")
        server.go_on()
        page.wait_for_selector(".not-live", state="hidden", timeout=15_000)
        assert page.input_value("#reason") == "half a sentence more"


def test_without_websockets_the_desk_polls(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--desk", "watching", "--no-websockets")
    with at_desk(chromium, server, ONE) as page:
        page.wait_for_selector('#link[data-link="polling"]', timeout=20_000)
        server.say("desk breached")
        expect(page.locator("#state")).to_contain_text("breached", timeout=8_000)
        expect(page.locator("#propose")).to_be_visible()


def test_who_only_reads_gets_no_form_and_no_button_to_acknowledge(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--desk", "breached")
    with at_desk(chromium, server, ONE, who="engineer.Eve") as page:
        live(page)
        assert page.locator("form").count() == 0
        expect(page.locator("button.acknowledge")).to_be_hidden()
        assert "You may read this" in page.inner_text("main")
