"""What browser tests of the tablet share: a golive with rooms, and tablets that are logged in and stand in CT 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import segno
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.acting import AXE
from tests.integration.served import Served, prepared, running, wait_for, write_config

AREAS = [
    {"id": "ct", "name": "CT", "rooms": ["CT 1", "CT 2"]},
    {"id": "ed", "name": "ED reading", "rooms": ["ED 1"]},
]
FLOOR = """
[[teams]]
id = "it"
name = "IT interfaces"
tier = "it"
phone = "4712"

[[contacts]]
name = "Command center"
phone = "4711"
about = "everything"

[support]
lobby = "https://meet.example/lobby"
supporters = ["Ben"]
breakouts = [{ name = "Room 2", link = "https://meet.example/2" }]

[floor]
photos = true
language = "en"
bridge = "https://meet.example/bridge"
facts = [{ title = "Where are the priors?", text = "In the archive, after a minute." }]
"""
ROLES = ["engineer", "desk", "floor", "authority"]
WIDE, NARROW = {"width": 1180, "height": 820}, {"width": 390, "height": 844}
# what a browser writes where the network or the server is away, or asks for a login, as these tests have it
EXPECTED = ("net::ERR_", "401 (Unauthorized)", "422 (", "409 (", "404 (", "413 (")


@contextmanager
def golive(folder: Path, floor: str = FLOOR) -> Iterator[Served]:
    """Serve a site with rooms."""
    config, tokens = prepared(folder, ROLES, write_config(folder, floor, areas=AREAS))
    with running(config, tokens) as served:
        yield served


def code_of(served: Served, room: str = "CT 2") -> str:
    rooms = [r for area in served.get("/api/floor", "floor")["place"] for r in area["rooms"]]
    return str(next(r["code"] for r in rooms if r["name"] == room))


@dataclass
class Tablet:
    """One tablet: its browser profile, and the page of the app in it."""

    served: Served
    context: BrowserContext
    page: Page
    said: list[str]

    def open(self, query: str = "") -> Page:
        """Open the app in one more tab."""
        page = self.context.new_page()
        self._listen(page)
        page.goto(f"{self.served.url}/floor{query}")
        return page

    def _listen(self, page: Page) -> None:
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def log(self, category: str = "worklist", severity: int = 3, text: str = "", page: Page | None = None) -> str:
        """Log an issue, and give its id once the tablet says that it is saved."""
        on = page or self.page
        before = on.evaluate("() => document.querySelector('.last')?.dataset.uuid ?? ''")
        on.click(f"[data-category={category}]")
        on.click(f"[data-severity='{severity}']")
        if text:
            on.fill("#text", text)
        on.click(".send")
        on.wait_for_selector(f".last[data-uuid]:not([data-uuid='{before}'])")
        return str(on.evaluate("() => document.querySelector('.last').dataset.uuid"))

    def sent(self, uuid: str, page: Page | None = None) -> None:
        """Wait until an issue that was logged last has its receipt."""
        (page or self.page).wait_for_selector(f".last[data-state=sent][data-uuid='{uuid}']", timeout=20_000)

    def ready(self) -> None:
        """Wait until the worker has taken over, so that the app starts without a network."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        wait_for(lambda: self.page.evaluate("() => Boolean(navigator.serviceWorker.controller)"))

    def offline(self, away: bool = True) -> None:
        self.context.set_offline(away)

    def log_in(self, role: str = "floor", page: Page | None = None) -> None:
        """Log in inside the app."""
        on = page or self.page
        on.locator("[data-key=login]").first.click()
        on.fill("#token", self.served.token(role))
        on.click("dialog.login button.first")
        on.wait_for_selector("dialog.login", state="detached")


@contextmanager
def tablet(chromium: Browser, served: Served, *, role: str = "floor", **more: Any) -> Iterator[Tablet]:
    """Give a tablet that was set up: logged in, in CT 2, its console silent to the end."""
    options: dict[str, Any] = {"viewport": WIDE, "has_touch": True, **more}
    context = chromium.new_context(**options)
    answer = context.request.post(
        f"{served.url}/login", form={"token": served.token(role), "next": "/healthz"}, headers={"Origin": served.url}
    )
    assert answer.ok, answer.status
    made = Tablet(served, context, context.new_page(), [])
    made._listen(made.page)
    made.page.goto(f"{served.url}/floor")
    made.page.wait_for_selector("section.first button")
    made.page.goto(f"{served.url}/floor?code={code_of(served)}")
    made.page.wait_for_selector(".grid .choice")
    yield made
    context.close()
    unexpected = [line for line in made.said if not any(word in line for word in EXPECTED)]
    assert unexpected == [], unexpected


def axe_of(page: Page) -> list[str]:
    """Give what axe finds; it comes by the browser's protocol, for the page's own policy rightly forbids it."""
    page.evaluate(f"() => {{ {AXE.read_text()} }}")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {[n['html'][:90] for n in v['nodes'][:3]]}" for v in found["violations"]]


def film_of(text: str) -> bytes:
    """Give a film (y4m) of a sheet with a QR code, as a camera would see it."""
    width, height, per_module = 640, 480, 8
    code = np.array([list(row) for row in segno.make_qr(text, error="q").matrix], dtype=np.uint8)
    dark = np.kron(code, np.ones((per_module, per_module), dtype=np.uint8))
    light = np.full((height, width), 235, dtype=np.uint8)
    top, left = (height - dark.shape[0]) // 2, (width - dark.shape[1]) // 2
    light[top : top + dark.shape[0], left : left + dark.shape[1]][dark == 1] = 16
    grey = np.full(width * height // 2, 128, dtype=np.uint8).tobytes()
    frame = b"FRAME\n" + light.tobytes() + grey
    return f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + 10 * frame


def issues(served: Served) -> dict[str, dict[str, Any]]:
    return {issue["uuid"]: issue for issue in served.get("/api/issues")}
