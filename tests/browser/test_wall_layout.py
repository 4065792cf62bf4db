"""The wall in a real browser at every distance and size: nothing is cut, left out or too small to read from there."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.acting import OVERFLOWING, Server, changed, live, looking
from tests.browser.trigger_scenes import TRIGGERS

FAR = "?distance_m=5&diagonal_in=65"

pytestmark = pytest.mark.peers


NEAR_TO_FAR = ("", "?distance_m=2.6", "?distance_m=3.4", "?distance_m=3.8", FAR, "?distance_m=9&diagonal_in=50")


@pytest.mark.parametrize(
    ("size", "queries"), [((1920, 1080), NEAR_TO_FAR), ((1280, 800), NEAR_TO_FAR), ((3840, 2160), ("", FAR))]
)
def test_everything_fits_without_scrolling_at_every_distance(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int], queries: tuple[str, ...]
) -> None:
    server = serve("--scene", "all-areas-wrong", "--simulation", "--unreadable", "1234")
    for query in queries:
        with looking(chromium, f"{server.url}/wall{query}", *size) as page:
            live(page)
            page.wait_for_function("() => document.fonts.ready.then(() => true)")
            assert page.evaluate(OVERFLOWING) == [], query
            assert page.inner_text(".simulation") == "SIMULATION"
            for said in ("issues bad", "floor trouble", "slow-worklist", "issues few", "all-areas-wrong"):
                changed(page, server, said)
                assert page.evaluate(OVERFLOWING) == [], (query, said)
            for said in ("floor unset", "issues none"):
                changed(page, server, said)


@pytest.mark.parametrize("query", ["", "?distance_m=3.2&diagonal_in=65", FAR])
def test_the_strip_fits_and_shows_its_gravest_trigger_in_every_state_at_every_distance(
    chromium: Browser, serve: Callable[..., Server], query: str
) -> None:
    """The name of what waits is whole, never cut; nothing that is grave is left out for lack of room."""
    server = serve("--scene", "calm")
    cut = """() => [...document.querySelectorAll(".strip .overall h2, .strip .trigger:first-of-type b, .strip .moment")]
        .filter(e => e.getClientRects().length && e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
        .map(e => e.textContent)"""
    with looking(chromium, f"{server.url}/wall{query}") as page:
        live(page)
        for held in sorted(TRIGGERS, key=lambda name: name == "none"):  # it begins with none
            changed(page, server, f"triggers {held}")
            assert page.evaluate(OVERFLOWING) == [], held
            assert page.evaluate(cut) == [], held
            grave = page.locator(".strip .trigger").filter(has=page.locator("b")).first
            if page.locator(".triggers.grave").count():
                assert grave.is_visible(), held


@pytest.mark.parametrize(("distance_m", "least_vh"), [(2.5, 1.97), (3.5, 2.76), (5.0, 3.94)])
def test_what_tells_state_keeps_sixteen_arcminutes(
    chromium: Browser, serve: Callable[..., Server], distance_m: float, least_vh: float
) -> None:
    server = serve("--scene", "calm")
    small = """least => [...document.querySelectorAll(`.overall h2, .moment, .tile h2 span, .tile .number,
        .tile:not(.is-ok) .tag, .tile:not(.is-ok) .said, .gravest ol .name, .gravest ol .how,
                .issues ol .name, .issues ol .tag, .issues ol time, .areas td.sev.some, .systems li .name,
        .systems .how .said, .systems .how time, .areas tbody th,
        .areas td:not(.is-ok):not(.is-none)`)]
        .filter(e => e.getClientRects().length)
        .filter(e => parseFloat(getComputedStyle(e).fontSize) / innerHeight * 100 < least)
        .map(e => `${e.className}: ${e.textContent}`)"""
    with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65") as page:
        live(page)
        for scene in ("slow-worklist", "all-areas-wrong", "silent-hl7"):
            changed(page, server, scene)
            assert page.evaluate(small, least_vh) == [], scene


@pytest.mark.parametrize("distance_m", [2.9, 3.2, 3.6])
def test_between_near_and_far_no_row_out_of_order_is_left_out(
    chromium: Browser, serve: Callable[..., Server], distance_m: float
) -> None:
    server = serve("--scene", "all-areas-wrong")
    with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65") as page:
        live(page)
        hidden = """() => [...document.querySelectorAll(".systems li, .areas tbody tr, .gravest ol li")]
            .filter(e => !e.matches(".is-ok, .is-not_expected, .is-insufficient, .is-maintenance"))
            .filter(e => !e.getClientRects().length || e.getBoundingClientRect().bottom
                > e.closest(".panel").getBoundingClientRect().bottom).map(e => e.textContent)"""
        assert page.evaluate(hidden) == []
        assert page.locator(".spare:visible").count() == 0
        assert page.inner_text(".gravest ol li:first-child .where").startswith("New PACS · CT")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800)])
def test_the_longest_tags_fit_beside_their_titles(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int]
) -> None:
    server = serve("--scene", "calm")
    whole = """() => [...document.querySelectorAll(".tile .tag, .tile h2")].filter(e => {
        const box = e.getBoundingClientRect(), head = e.closest(".head").getBoundingClientRect();
        return box.right > head.right + 1 || box.bottom > head.bottom + 1; }).map(e => e.textContent)"""
    for query in ("", "?distance_m=3.1", "?distance_m=3.5"):
        with looking(chromium, f"{server.url}/wall{query}", *size) as page:
            live(page)
            for scene in ("planned-work", "nothing", "everything-wrong", "first-hour", "outage"):
                changed(page, server, scene)
                assert page.evaluate(OVERFLOWING) == [], (query, scene)
                assert page.evaluate(whole) == [], (query, scene)


HEAD = """([word, simulation]) => {
  const link = document.getElementById("link"), mark = document.querySelector(".simulation");
  if (word) Object.assign(link.querySelector(".word"), {textContent: link.dataset[word]});
  mark.hidden = !simulation;
  const found = {cut: [], whole: []}, texts = document.createTreeWalker(document.querySelector(".top"), 4);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim() || text.parentElement.closest(".not-live, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      let gone = false, cut = box.left < 0 || box.right > innerWidth || box.top < 0;
      for (let e = text.parentElement; e && !e.matches("body"); e = e.parentElement) {
        if (getComputedStyle(e).overflowX === "visible") continue;
        const clip = e.getBoundingClientRect();
        if (box.top + box.height / 4 >= clip.bottom) gone = true;
        else if (box.left < clip.left - .5 || box.right > clip.right + .5) cut = true;
      }
      if (!gone) found[cut ? "cut" : "whole"].push({text: text.data.trim(), left: box.left, right: box.right,
        top: box.top, bottom: box.bottom});
    }
  }
  const order = found.whole.sort((a, b) => a.left - b.left);
  for (const one of order) for (const other of order)
    if (one !== other && other.left > one.left && other.left < one.right - 1 && other.top < one.bottom - 4
        && other.bottom > one.top + 4) found.cut.push({text: `${other.text} lies on ${one.text}`});
  const drawn = t => order.filter(o => o.text).map(o => o.text);
  return {cut: found.cut.map(c => c.text), whole: drawn()};
}"""


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800)])
@pytest.mark.parametrize("since_s", [600, 93_784, 3 * 86_400 - 120])
def test_the_head_is_never_cut_at_any_distance_and_clock_and_t_and_phase_stay(
    chromium: Browser, serve: Callable[..., Server], since_s: int, size: tuple[int, int]
) -> None:
    server = serve("--scene", "calm", "--simulation", "--since", str(since_s))
    phase = "Decision window" if since_s < 7200 else "Command center"
    longest = since_s == 93_784
    for distance_m in (1, 2, 2.5, 2.9, 3.4, 4, 5, 5.8, 7, 8) if longest else (2.5, 3.4, 5, 8):
        with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65", *size) as page:
            live(page)
            page.evaluate("() => document.fonts.ready.then(() => true)")
            for word in ("live", "polling"):
                for simulation in (False, True):
                    seen = page.evaluate(HEAD, [word, simulation])
                    shown = " ".join(seen["whole"])
                    case = (distance_m, word, simulation, seen)
                    assert seen["cut"] == [], case
                    assert re.search(r"\b\d\d:\d\d:\d\d$", shown), case
                    assert re.search(r"T\+ (\d+ d )?\d\d:\d\d", shown), case
                    assert phase in shown, case
                    assert ("SIMULATION" in shown) is simulation, case
            assert page.evaluate(OVERFLOWING) == [], distance_m


def test_the_longest_words_of_an_undeclared_go_live_leave_the_clock_whole(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--scene", "calm", "--simulation")
    planned = """() => { const phase = document.querySelector(".phase");
        phase.classList.add("planned");
        phase.innerHTML = "<b>planned 21 Nov 06:00, not declared, +1 h 12 min</b>"; }"""
    for distance_m in (2.5, 3.4, 5, 8):
        with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65") as page:
            live(page)
            page.evaluate("() => document.fonts.ready.then(() => true)")
            page.evaluate(planned)
            seen = page.evaluate(HEAD, ["polling", True])
            assert seen["cut"] == [], (distance_m, seen)
            assert "SIMULATION" in " ".join(seen["whole"])
