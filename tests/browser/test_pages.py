"""Every page: axe finds nothing, and all that can be pressed is reached by keyboard and large enough for a finger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.acting import Server, axe, changed, live, looking

FAR = "?distance_m=5&diagonal_in=65"
EVIDENCE = "/series/worklist.response/ris/ct"
LIGHT = ("/", "/login", EVIDENCE, "/wall/old-browser?lacks=grid")
PRESSED = "a[href], button, input:not([type=hidden]):not([hidden]), [tabindex='0']"
# what takes a finger: 24 px at least, or a link in the middle of a sentence
SMALL = """selector => [...document.querySelectorAll(selector)]
  .filter(e => { const box = e.getBoundingClientRect(); return box.height && Math.min(box.width, box.height) < 24; })
  .filter(e => !e.closest("p"))
  .map(e => e.outerHTML.slice(0, 80))"""

pytestmark = pytest.mark.peers


SCENES = ("slow-worklist", "everything-wrong", "blind", "calm")
STRIPS = ("triggers breached", "triggers proposed", "triggers decided", "triggers every")


@pytest.mark.parametrize("path", ["/wall", "/wall?distance_m=3.2&diagonal_in=65", "/wall" + FAR])
def test_axe_finds_nothing_on_the_wall(chromium: Browser, serve: Callable[..., Server], path: str) -> None:
    server = serve("--scene", "calm", "--simulation")
    with looking(chromium, server.url + path, bypass_csp=True) as page:
        live(page)
        for line in (*SCENES, *STRIPS):
            changed(page, server, line)
            assert axe(page) == [], line


@pytest.mark.parametrize("scene", ["slow-worklist", "blind"])
def test_axe_finds_nothing_on_any_other_page(chromium: Browser, serve: Callable[..., Server], scene: str) -> None:
    server = serve("--scene", scene, "--simulation")
    for path in ("/wall?test", *LIGHT):
        with looking(chromium, server.url + path, bypass_csp=True) as page:
            assert axe(page) == [], path


@pytest.mark.parametrize("path", LIGHT)
def test_everything_that_can_be_pressed_is_reached_by_keyboard_and_shows_it(
    chromium: Browser, serve: Callable[..., Server], path: str
) -> None:
    server = serve("--scene", "first-hour")
    with looking(chromium, server.url + path, 1280, 900) as page:
        page.evaluate("() => document.activeElement.blur()")
        wanted = page.evaluate(f"() => document.querySelectorAll({PRESSED!r}).length")
        assert len(walked(page, wanted)) == wanted


def walked(page: Page, most: int) -> set[str]:
    """Give what Tab reaches, each with a visible outline."""
    reached = set()
    for _ in range(most + 1):  # after the last one comes the browser's own frame
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => { const e = document.activeElement;
                return [e === document.body ? "" : e.outerHTML.slice(0, 200), getComputedStyle(e).outlineStyle]; }"""
        )
        assert not name or outline != "none", name
        reached |= {name} - {""}
    return reached


@pytest.mark.parametrize("width", [390, 820])
def test_by_touch_nothing_is_too_small_and_no_page_scrolls_sideways(
    chromium: Browser, serve: Callable[..., Server], width: int
) -> None:
    server = serve("--scene", "first-hour", "--simulation")
    for path in LIGHT:
        with looking(chromium, server.url + path, width, 900, has_touch=True) as page:
            assert page.evaluate(SMALL, PRESSED) == [], path
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


def test_the_start_page_leads_to_the_wall_and_to_each_series(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "slow-worklist")
    with looking(chromium, server.url + "/", 820, 900, has_touch=True) as page:
        page.tap("text=worklist.response/ris/ct")
        assert page.inner_text("h1").startswith("Worklist response")
        page.tap("text=Wall")
        live(page)


def test_every_page_of_a_simulation_says_so(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--simulation")
    for path in ("/wall", "/wall?test", "/api/docs", *LIGHT):
        with looking(chromium, server.url + path) as page:
            assert page.inner_text(".simulation").startswith("SIMULATION"), path
            assert page.locator(".simulation").count() == 1, path


def test_evidence_left_open_is_renewed_and_says_when_it_is_not(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "calm")
    with looking(chromium, server.url + EVIDENCE) as page:
        page.wait_for_selector("#chart canvas")
        assert page.locator(".standing.is-ok").count() == 1
        assert re.search(r"as of\s+[\d:]{8}, \d+ s ago", page.inner_text(".standing"))
        server.say("slow-worklist")
        page.wait_for_selector(".standing.is-degraded >> text=▲ above", timeout=17_000)
        assert page.locator("tbody tr").count() == 50
        server.kill()
        page.wait_for_selector("#unrefreshed:not(:empty)", timeout=17_000)
        assert re.fullmatch(r"as of [\d:]{8}, not refreshed since", page.inner_text("#unrefreshed"))


@pytest.mark.parametrize(
    ("key", "samples", "exams"),
    [
        ("availability/ris", 1, 0),
        ("own.load/ris", 1, 0),
        ("feed.age/ris/-/feed=ris-hl7", 0, 0),
        ("report.turnaround", 0, 1),
        ("worklist.response/ris/ct", 1, 0),
    ],
)
def test_evidence_is_explained_by_what_a_number_is_made_of(
    chromium: Browser, serve: Callable[..., Server], key: str, samples: int, exams: int
) -> None:
    server = serve("--scene", "calm")
    with looking(chromium, f"{server.url}/series/{key}") as page:
        assert page.locator("#samples").count() == samples
        assert page.locator("text=Kaplan–Meier").count() == exams


def test_the_evidence_page_shows_samples_a_chart_and_works_by_keyboard(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--scene", "slow-worklist")
    with looking(chromium, server.url + EVIDENCE, 1280, 900) as page:
        page.wait_for_selector("#chart canvas")
        assert page.locator("tbody tr").count() == 50
        assert page.locator("tbody tr.failed").count() == 3
        assert "no answer after the request was sent" in page.inner_text("tbody tr.failed >> nth=0")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.textContent") == "Wall"
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.className") == "scroll"
