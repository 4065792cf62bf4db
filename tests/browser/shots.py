"""`make shots`: the pictures of README and docs, taken of the real product: a simulated hospital and real faults.

`python -m tests.browser.shots` takes all; names of PARTS take those. A part takes two to six minutes.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from uuid import uuid4

import psutil
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.small_png import small
from tests.browser.support_scenes import support as six_weeks
from tests.browser.tablets import NARROW, tablet
from tests.browser.tablets import golive as on_the_floor
from tests.integration.test_issues import act, body, put
from tests.peers.golive import wait_for
from tests.peers.ports import free_port
from tests.peers.process import die_with_parent

PICTURES = Path(__file__).parents[2] / "docs/pictures"
NEAR, FAR = "/wall", "/wall?distance_m=5&diagonal_in=65"
WALLS = {"near": NEAR, "mid": "/wall?distance_m=3.2&diagonal_in=65", "far": FAR}
EVIDENCE = "/series/worklist.response/ris/ct"
MORNING = "2026-11-23T09:30+01:00"  # a Monday: on a quiet day some numbers stand on too few exams
MOST_BYTES = 250_000
MINUTE_MS = 60_000.0
# every number is one of this run, none of the poured past
FRESH = """() => document.querySelectorAll(".tile.is-ok").length >= 3
  && ![...document.querySelectorAll(".tile .reason")].some(e => /no answer|restart/.test(e.textContent))"""


class Hospital:
    """`golive demo` as a process group of its own; what is typed into it is a scenario."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.file = folder / "golive-demo" / "golive.toml"
        demo = [sys.executable, "-m", "app.cli", "demo", "--at", MORNING]
        command = [*demo, "--listen", self.url.removeprefix("http://"), *arguments]
        self.log = (folder / "demo.log").open("wb")
        self.process = subprocess.Popen(
            [*command, "--folder", str(folder / "golive-demo")],
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def play(self, scenario: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(scenario.encode() + b"\n")
        self.process.stdin.flush()

    def token(self, role: str, name: str) -> str:
        """Make a token of this hospital."""
        command = [sys.executable, "-m", "app.cli", "token", "create", "-c", str(self.file)]
        made = subprocess.run(
            [*command, "--role", role, "--name", name, "--json"], capture_output=True, text=True, check=True
        )
        return str(json.loads(made.stdout)["token"])

    @contextmanager
    def stopped(self, part: str = "") -> Iterator[None]:
        """Stop the app, or the child whose command line holds `part`, as a hung one is; at the end it goes on."""
        one = psutil.Process(self.process.pid)
        if part:
            one = next(p for p in one.children(recursive=True) if part in p.cmdline())
        one.suspend()
        try:
            yield
        finally:
            one.resume()

    def alive(self) -> bool:
        """Say that it has not ended; if it has, what it said last is raised."""
        if self.process.poll() is not None:
            raise AssertionError(f"golive demo ended:\n{Path(self.log.name).read_text()[-2000:]}")
        return True

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Camera:
    """Opens pages of one hospital and keeps their pictures."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._context = browser.new_context(viewport={"width": 1920, "height": 1080}, color_scheme="light")

    def open(self, path: str, width: int = 1920, height: int = 1080) -> Page:
        page = self._context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(self._url + path)
        if path.startswith("/wall") and "test" not in path:
            page.wait_for_selector('#link[data-link="live"]')
        page.evaluate("() => document.fonts.ready.then(() => true)")
        return page

    def keep(self, name: str, page: Page | Locator) -> None:
        png = small(self._browser, page.screenshot())
        assert len(png) < MOST_BYTES, f"{name} has {len(png)} bytes"
        (PICTURES / f"{name}.png").write_bytes(png)
        sys.stdout.write(f"{name}.png  {len(png) // 1000} kB\n")

    def walls(self, name: str, *ends: str) -> None:
        """Keep the wall as it is seen from these distances."""
        for end in ends:
            page = self.open(WALLS[end])
            self.keep(f"{name}-{end}", page)
            page.close()


@contextmanager
def hospital(browser: Browser, *arguments: str) -> Iterator[tuple[Hospital, Camera, Page]]:
    """Give a hospital that has begun, its camera, and a wall to watch it by."""
    with tempfile.TemporaryDirectory(prefix="golive-shots-") as folder:
        played = Hospital(Path(folder), *arguments)
        try:
            camera = Camera(browser, played.url)
            wait_for("the hospital is there", lambda: played.alive() and _answers(browser, played.url), 300)
            watch = camera.open(NEAR)
            watch.wait_for_function(FRESH, timeout=5 * MINUTE_MS)
            yield played, camera, watch
        finally:
            played.end()


def _answers(browser: Browser, url: str) -> bool:
    context = browser.new_context()
    try:
        return context.request.get(url + "/readyz").ok
    except Error:  # nobody answers yet
        return False
    finally:
        context.close()


def calm(browser: Browser) -> None:
    """Take the calm wall, what is beside it, and the display whose server hangs."""
    with hospital(browser) as (played, camera, watch):
        watch.wait_for_function("() => document.querySelectorAll('.tile.is-ok').length === 4", timeout=3 * MINUTE_MS)
        camera.walls("calm", "near", "far")
        test = camera.open(FAR + "&test")
        test.wait_for_function("() => / ms/.test(document.getElementById('test-latency').textContent)")
        camera.keep("wall-test", test)
        with played.stopped():
            watch.wait_for_selector(".not-live", state="visible", timeout=10_000)
            camera.keep("not-live-near", watch)


def slow_worklist(browser: Browser) -> None:
    """Take the wall and the evidence while the RIS answers its worklist slowly."""
    with hospital(browser) as (played, camera, watch):
        played.play("slow-worklist")
        watch.wait_for_selector("#tile-worklist-response.is-degraded", timeout=6 * MINUTE_MS)
        began = watch.evaluate("() => Number(document.getElementById('tick').dataset.now)")
        watch.wait_for_function(
            "at => Number(document.getElementById('tick').dataset.now) > at", arg=began + 2 * MINUTE_MS, timeout=0
        )
        camera.walls("slow-worklist", "mid", "far")
        evidence = camera.open(EVIDENCE, 1280, 1100)
        evidence.wait_for_selector("#chart canvas")
        camera.keep("series", evidence)


def frozen_pacs(browser: Browser) -> None:
    """Take the wall while the PACS accepts connections and answers nothing."""
    with hospital(browser) as (played, camera, watch):
        played.play("frozen-pacs")
        watch.wait_for_selector("#tile-image-study.is-down", timeout=4 * MINUTE_MS)
        watch.wait_for_selector("#tile-image-first.is-down", timeout=4 * MINUTE_MS)
        camera.walls("frozen-pacs", "near")


def blind(browser: Browser) -> None:
    """Take the wall while its collector hangs: nobody measures."""
    with hospital(browser) as (played, camera, watch), played.stopped("collect"):
        watch.wait_for_function("() => document.querySelectorAll('.tile.is-blind').length === 4", timeout=0)
        watch.wait_for_selector(".overall.is-blind")
        camera.walls("blind", "near")


def first_hour(browser: Browser) -> None:
    """Take the wall minutes after T0, when too few exams are read to say anything."""
    with hospital(browser, "--since-go-live", "12m") as (_, camera, watch):
        watch.wait_for_function("() => document.querySelectorAll('.tile.is-ok').length >= 3", timeout=3 * MINUTE_MS)
        camera.walls("first-hour", "near")


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULE = """
[[triggers]]
id = "worklist-slow"
title = "Modality worklist slow"
measure = "worklist.response"
where = { system = "ris", area = "ct" }
slower_than = "1s"
share = 0.20
window = "5m"
at_least = 10
breach_after = "30s"
"""


def decision(browser: Browser) -> None:
    """Take the desk's page of a breach, while its decision waits for a second person."""
    with hospital(browser) as (played, camera, _):
        with played.file.open("a") as file:
            file.write(RULE)
        page = camera.open("/login?next=/desk/triggers", 1280, 1400)
        page.fill("input[name=token]", played.token("desk", "Ann Desk"))
        page.click("button[type=submit]")
        listed = page.locator("a[href='/desk/triggers/worklist-slow']").first
        listed.click(timeout=MINUTE_MS)  # golive.toml is read again by itself
        page.wait_for_selector("#state.is-watching", timeout=3 * MINUTE_MS)
        played.play("slow-worklist")
        page.wait_for_selector("#state.is-breached", timeout=10 * MINUTE_MS)
        page.click(".acknowledge >> nth=0")
        page.check("#propose input[value=continue]")
        page.fill("#reason", "The vendor restarts the worklist server; new orders come in by telephone.")
        page.fill("#risk", "Technologists type patients by hand until then.")
        page.click("#propose button[type=submit]")
        page.wait_for_selector("#decision.is-proposed")
        page.wait_for_selector("#end:not([hidden])")
        camera.keep("decision", page)


def desk(browser: Browser) -> None:
    """Take the desk with the gravest issue of a slow worklist chosen, light and dark."""
    with hospital(browser) as (played, camera, _):
        played.play("slow-worklist")
        page = camera.open("/login?next=/desk", 1440, 900)
        page.fill("input[name=token]", played.token("desk", "Ann Desk"))
        page.click("button[type=submit]")
        page.click("#queue a:has-text('SEV 2')", timeout=6 * MINUTE_MS)
        page.wait_for_selector("#course")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            camera.keep(f"desk-{scheme}", page)


def support(browser: Browser) -> None:
    """Take the desk's page of support in its sixth week: who waits, the form that takes somebody in, and the curve."""
    with tempfile.TemporaryDirectory(prefix="golive-shots-") as folder, six_weeks(Path(folder)) as (served, asked):
        camera = Camera(browser, served.url)
        page = camera.open("/login?next=/desk/support", 1440, 900)
        page.fill("input[name=token]", served.token("desk"))
        page.click("button[type=submit]")
        page.wait_for_selector('#link[data-link="live"]')
        page.wait_for_function("() => /median/.test(document.querySelector('.queue-line').textContent)")
        page.click(f'[data-change="{asked[0]}"]')
        page.fill(f"#supporter-{asked[0]}", "Ben Roy")
        page.fill(f"#breakout-{asked[0]}", "Room 2")
        page.evaluate("() => scrollTo(0, 0)")
        camera.keep("support", page)
        camera.keep("support-curve", page.locator("#curve"))


def tablets(browser: Browser) -> None:
    """Take the tablet: the form, without a network, a SEV1 that is not sent, what became of it, and a narrow one."""
    with tempfile.TemporaryDirectory(prefix="golive-shots-") as folder, on_the_floor(Path(folder)) as served:
        known, fixed = str(uuid4()), str(uuid4())
        put(served, known, **body(text=""))
        act(served, known, "known", workaround="Open the patient by accession number.", team="it")
        put(served, fixed, **body(category="priors", severity=3, text="Priors of the old archive do not open."))
        act(served, fixed, "fix", resolution="Archive route restarted, please try again.")
        camera = Camera(browser, served.url)
        with tablet(browser, served) as used:
            page = used.page
            page.wait_for_selector(".known")
            page.click("[data-category=images-slow]")
            page.click("[data-severity='2']")
            camera.keep("tablet", page)
            used.offline()
            page.click(".send")
            page.wait_for_selector(".band.none")
            camera.keep("tablet-offline", page)
            used.log(severity=1)
            page.wait_for_selector("dialog.alarm", timeout=20_000)
            camera.keep("tablet-not-sent", page)
            page.click(".phoned")
            page.click("[data-view=mine]")
            camera.keep("tablet-mine", page)
        with tablet(browser, served, viewport=NARROW) as used:
            used.page.wait_for_selector(".known")
            camera.keep("tablet-narrow", used.page)


PARTS: dict[str, Callable[[Browser], None]] = {
    "calm": calm,
    "slow-worklist": slow_worklist,
    "frozen-pacs": frozen_pacs,
    "blind": blind,
    "first-hour": first_hour,
    "decision": decision,
    "desk": desk,
    "support": support,
    "tablets": tablets,
}


def main() -> None:
    """Take the named parts, or all."""
    parser = argparse.ArgumentParser(prog="make shots")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="without a name all")
    asked = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        for name in asked.parts or PARTS:
            PARTS[name](browser)
        browser.close()


if __name__ == "__main__":
    main()
