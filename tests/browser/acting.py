"""What browser tests share: a stage as a process, and a page that must say nothing in its console."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.peers.warm import nursery

AXE = Path(__file__).parents[2] / "static" / "vendor" / "axe.min.js"
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
  for (const tile of document.querySelectorAll(".tile")) {
    const boxes = [...tile.children].map(e => e.getBoundingClientRect()).filter(b => b.height);
    if (boxes.some((b, i) => i && b.top < boxes[i - 1].bottom - 2)) found.push(`${tile.id} overlaps`);
  }
  return found;
}"""

# what a browser writes when a server is away or refuses a websocket
EXPECTED = re.compile(r"WebSocket connection|htmx:ws:error|Failed to load resource: net::")


class Server:
    """A stage in its own process, so that it can be stopped as a whole."""

    def __init__(self, *arguments: str) -> None:
        self.process = nursery().start("tests.browser.stage", *arguments, pipes=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def say(self, line: str) -> int:
        """Name another scene and wait until it is published; give a moment in ms that the ticks after it reach."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

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


def changed(page: Page, server: Server, line: str) -> None:
    """Let the stage change and wait until the page shows it: a tick comes right after it."""
    page.wait_for_function("ms => Number(document.querySelector('.tick').dataset.now) >= ms", arg=server.say(line))


def not_live(page: Page) -> bool:
    return page.evaluate("() => getComputedStyle(document.querySelector('.not-live')).visibility") == "visible"


def wait_not_live(page: Page, wanted: bool, within_ms: float) -> None:
    # polled from outside: the page's own scripts may be dead
    page.wait_for_selector(".not-live", state="visible" if wanted else "hidden", timeout=within_ms)


def axe(page: Page) -> list[str]:
    """Give what axe finds wrong; it is put in from outside, which the page's own policy rightly forbids."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {[n['html'][:90] for n in v['nodes'][:3]]}" for v in found["violations"]]
