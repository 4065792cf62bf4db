"""The wall in a real browser: it moves without reloading, says when it does not live, heals by itself, and fits."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, EXECUTABLE

CHROMIUM = Path(EXECUTABLE)
AXE = Path(__file__).parents[2] / "static" / "vendor" / "axe.min.js"
FAR = "?distance_m=5&diagonal_in=65"
OVERFLOWING = """() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) found.push("page");
  const kinds = ".top, .tile, .panel, .cell, .footer, .panel li, .facts, .value, .areas table";
  for (const e of document.querySelectorAll(kinds)) {
    if (getComputedStyle(e).display === "none" || !e.clientWidth) continue;
    const name = e.id || e.className;
    if (e.scrollWidth > e.clientWidth + 1) found.push(`${name} is ${e.scrollWidth} wide in ${e.clientWidth}`);
    if (e.matches(".panel, .tile, .cell") && e.scrollHeight > e.clientHeight + 1) found.push(`${name} is cut`);
  }
  return found;
}"""

# what a browser writes when a server is away or refuses a websocket
EXPECTED = re.compile(r"WebSocket connection|htmx:ws:error|Failed to load resource: net::")

pytestmark = pytest.mark.peers


class Server:
    """A stage in its own process, so that it can be stopped as a whole."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "tests.browser.stage", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("chromium is missing: make test installs it") if os.environ.get("CI") else pytest.skip(
            "no chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*arguments: str) -> Server:
        servers.append(Server(*arguments))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@contextmanager
def looking(chromium: Browser, url: str, width: int = 1920, height: int = 1080, **more: Any) -> Iterator[Page]:
    """Open a page that must say nothing in its console, which is where a breach of the content policy would stand."""
    context = chromium.new_context(viewport={"width": width, "height": height}, **more)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    yield page
    context.close()
    assert [line for line in said if not EXPECTED.search(line)] == []


def live(page: Page, within_ms: float = 15_000) -> None:
    page.wait_for_selector('#link[data-link="live"]', timeout=within_ms)


def not_live(page: Page) -> bool:
    return page.evaluate("() => getComputedStyle(document.querySelector('.not-live')).visibility") == "visible"


def wait_not_live(page: Page, wanted: bool, within_ms: float) -> None:
    # polled from outside: the page's own scripts may be dead
    page.wait_for_selector(".not-live", state="visible" if wanted else "hidden", timeout=within_ms)


def test_a_change_comes_to_the_screen_without_reloading(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "calm")
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        page.evaluate("() => { window.loadedOnce = true; }")
        clock = page.inner_text(".clock time")
        server.say("slow-worklist")
        page.wait_for_selector("#tile-worklist-response.is-degraded", timeout=2000)
        assert page.inner_text("#tile-worklist-response .number") == "6.4"
        assert page.inner_text("#tile-worklist-response .tag") == "▲ above"
        assert page.inner_text("#tile-worklist-response b.n") == "88"
        page.wait_for_function("before => document.querySelector('.clock time').textContent !== before", arg=clock)
        assert page.evaluate("() => window.loadedOnce") is True


def test_ages_run_on_although_the_tile_is_not_sent_again(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "slow-worklist")
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        assert re.fullmatch(r"\d+ s", page.inner_text("#tile-worklist-response .age"))
        assert page.inner_text("#systems li:nth-child(2) .how") == "▲ worklist response above · 21 min"
        assert re.fullmatch(r"3[56]:\d\d", page.inner_text(".point .moment"))


def test_a_page_that_was_pushed_to_is_a_fresh_page(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "everything-wrong")
    shown = """() => [...document.querySelectorAll('main section')]
        .map(e => e.innerText.replace(/[0-9]+ (s|min)|[0-9:]{5,}/g, ''))"""
    with looking(chromium, f"{server.url}/wall") as pushed:
        live(pushed)
        for scene in ("frozen-pacs", "blind", "slow-worklist"):
            server.say(scene)
        pushed.wait_for_selector("#tile-worklist-response.is-degraded >> text=6.4")
        with looking(chromium, f"{server.url}/wall") as fresh:
            live(fresh)
            assert pushed.evaluate(shown) == fresh.evaluate(shown)


def test_a_stopped_server_is_named_within_seven_seconds_and_its_return_heals(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        assert not not_live(page)
        server.stop()
        wait_not_live(page, True, 7000)
        assert re.search(r"not live\s+since \d\d:\d\d:\d\d", page.inner_text(".not-live"), re.IGNORECASE)
        assert page.inner_text("#link .word") == "display not live"
        server.go_on()
        wait_not_live(page, False, 4000)
        live(page)


def test_with_scripts_dead_the_screen_itself_says_not_live(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        page.context.new_cdp_session(page).send("Emulation.setScriptExecutionDisabled", {"value": True})
        server.stop()
        page.wait_for_selector(".not-live", state="visible", timeout=7000)


def test_a_restarted_server_is_found_again_unasked(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        server.kill()
        wait_not_live(page, True, 7000)
        serve("--port", str(server.port), "--scene", "frozen-pacs")
        wait_not_live(page, False, 12_000)
        assert page.inner_text("#tile-image-first .tag") == "■ down"
        live(page, 12_000)


def test_where_websockets_are_refused_the_wall_polls_and_says_so(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--no-websockets")
    with looking(chromium, f"{server.url}/wall") as page:
        page.wait_for_selector('#link[data-link="polling"]', timeout=14_000)
        assert page.inner_text("#link .word") == "live by polling"
        server.say("frozen-pacs")
        page.wait_for_selector("#tile-image-first.is-down", timeout=5000)
        assert not not_live(page)


def test_a_store_that_cannot_be_read_is_said_and_nothing_looks_well(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        server.say("reading the disk is gone")
        page.wait_for_selector(".overall.is-blind", timeout=9000)
        assert "the disk is gone" in page.inner_text(".overall")
        assert page.locator(".tile.is-blind").count() == 4
        server.say("reading")
        page.wait_for_selector(".tile.is-ok", timeout=4000)


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_everything_fits_without_scrolling_at_every_distance(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int]
) -> None:
    server = serve("--scene", "everything-wrong", "--simulation", "--unreadable", "1234")
    for query in ("", "?distance_m=3.4", "?distance_m=3.8", FAR, "?distance_m=9&diagonal_in=50"):
        with looking(chromium, f"{server.url}/wall{query}", *size) as page:
            live(page)
            page.wait_for_function("() => document.fonts.ready.then(() => true)")
            assert page.evaluate(OVERFLOWING) == [], query
            assert page.inner_text(".simulation") == "SIMULATION"


def test_what_tells_state_keeps_sixteen_arcminutes_at_five_metres(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--scene", "slow-worklist")
    with looking(chromium, f"{server.url}/wall{FAR}") as page:
        live(page)
        size = "e => parseFloat(getComputedStyle(e).fontSize) / innerHeight * 100"
        for selector in (
            ".tile .short",
            ".tile .number",
            ".tile.is-degraded .said",
            ".gravest .name",
            ".gravest .how",
            ".overall h2",
        ):
            assert page.locator(selector).first.evaluate(size) >= 3.94, selector


@pytest.mark.parametrize("scene", ["slow-worklist", "everything-wrong", "blind"])
def test_axe_finds_nothing(chromium: Browser, serve: Callable[..., Server], scene: str) -> None:
    server = serve("--scene", scene)
    for path in (
        "/wall",
        "/wall" + FAR,
        "/wall?test",
        "/series/worklist.response/ris/ct",
        "/wall/old-browser?lacks=grid",
    ):
        # axe itself is put in from outside, which the page's own policy rightly forbids
        with looking(chromium, server.url + path, bypass_csp=True) as page:
            page.add_script_tag(path=AXE)
            found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
            told = [f"{v['id']}: {[n['html'][:90] for n in v['nodes'][:3]]}" for v in found["violations"]]
            assert told == [], path


def test_the_evidence_page_shows_samples_a_chart_and_works_by_keyboard(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--scene", "slow-worklist")
    with looking(chromium, f"{server.url}/series/worklist.response/ris/ct", 1280, 900) as page:
        page.wait_for_selector("#chart canvas")
        assert page.locator("tbody tr").count() == 50
        assert page.locator("tbody tr.failed").count() == 3
        assert "no answer after the request was sent" in page.inner_text("tbody tr.failed >> nth=0")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.textContent") == "Wall"
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.className") == "scroll"


def test_an_unknown_series_is_not_found(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    context = chromium.new_context()
    answer = context.request.get(f"{server.url}/series/worklist.response/ris/nowhere")
    assert (answer.status, answer.json()["title"]) == (404, "Not found")
    context.close()


def test_an_old_browser_gets_a_page_that_names_what_it_lacks(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    context = chromium.new_context()
    context.add_init_script("delete Element.prototype.replaceChildren; delete AbortSignal.timeout;")
    page = context.new_page()
    page.goto(f"{server.url}/wall")
    page.wait_for_url("**/wall/old-browser?lacks=morph,abort")
    assert [e.split(" (")[0] for e in page.locator("li").all_inner_texts()] == [
        "replaceChildren and private class fields",
        "AbortSignal.timeout",
    ]
    context.close()


def test_without_scripts_the_page_says_so(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall", java_script_enabled=False) as page:
        assert "Scripts are switched off" in page.inner_text(".noscript")
        page.wait_for_selector(".not-live", state="visible", timeout=7000)


def test_the_test_page_measures_socket_latency_and_clock(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall?test") as page:
        page.wait_for_function("() => document.getElementById('test-socket').textContent === 'open'")
        page.wait_for_function("() => / ms /.test(document.getElementById('test-latency').textContent)")
        assert page.inner_text("#test-clock") == "agrees with golive's within 1 s"
        assert page.locator(".ruler p").count() == 6


def test_a_page_of_another_site_gets_no_socket(serve: Callable[..., Server]) -> None:
    server = serve()
    import websockets.sync.client as client
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus, match="403"):
        client.connect(f"ws://127.0.0.1:{server.port}/live?view=wall", origin="http://evil.example")
    with client.connect(f"ws://127.0.0.1:{server.port}/live?view=wall", origin=server.url) as socket:
        assert str(socket.recv()).startswith('<hx-partial hx-target="#tick"')


def test_policy_and_size_of_the_page(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    context = chromium.new_context()
    answer = context.request.get(f"{server.url}/wall")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert " style=" not in answer.text()
    assert len(answer.body()) < 40_000
    assert json.loads(context.request.get(f"{server.url}/series/report.turnaround/points").text())["unit"] == "s"
    context.close()
