"""Real Chromium tablets that lose their network, are reloaded in mid-send, killed and updated: nothing lost or doubled.

Each tablet is a browser process with a profile of its own. golive itself is killed now and then, too. What a tablet
called saved is counted; at the end everything must be stored once, as it was written.
"""

import contextlib
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.peers.golive import GoLive, wait_for

TABLETS, FOR_S, SETTLED_WITHIN_S = 20, 600.0, 180.0
ROOMS = [{"id": "ct", "name": "CT", "rooms": ["CT 1", "CT 2"]}]
CATEGORIES = ("worklist", "priors", "images-slow", "login")
DEEDS = {"log": 12, "log and reload": 4, "network": 5, "kill": 1, "update": 1, "golive": 1}
UNSENT = """async () => {
  const app = `/floor/${document.documentElement.dataset.version}/js/floor`;
  const { unsent } = await import(`${app}/outbox.js`);
  return unsent().length;
}"""
RENEW = "() => navigator.serviceWorker.getRegistration().then((r) => r && r.update()).catch(() => {})"


@dataclass
class Tablet:
    """One browser with its profile, and what it called saved: text by id."""

    name: str
    golive: GoLive
    playwright: Playwright
    folder: Path
    saved: dict[str, str] = field(default_factory=dict)
    offline: bool = False
    context: BrowserContext | None = None

    @property
    def page(self) -> Page:
        assert self.context is not None
        return self.context.pages[-1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.golive.port}"

    def start(self) -> None:
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path=EXECUTABLE, args=list(ARGUMENTS), viewport={"width": 1180, "height": 820}
        )
        form = {"token": self.golive.tokens["floor"], "next": "/healthz"}  # a killed browser may have lost its cookie
        with contextlib.suppress(Error):
            self.context.request.post(f"{self.url}/login", form=form, headers={"Origin": self.url})
        self.context.new_page()
        self.page.goto(f"{self.url}/floor?device={self.name}")
        self.offline = False

    def enrol(self, code: str) -> None:
        self.start()
        self.page.wait_for_selector("section.first button", timeout=60_000)
        self.page.goto(f"{self.url}/floor?code={code}")
        self.page.wait_for_selector(".grid .choice", timeout=60_000)
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def log(self, chance: random.Random) -> None:
        """Log an issue; it counts once the tablet says that it is saved."""
        text = f"round {len(self.saved)} of {self.name}"
        before = self.page.evaluate("() => document.querySelector('.last')?.dataset.uuid ?? ''")
        self.page.click(f"[data-category={chance.choice(CATEGORIES)}]")
        self.page.click(f"[data-severity='{chance.randint(2, 4)}']")
        self.page.fill("#text", text)
        self.page.click(".send")
        self.page.wait_for_selector(f".last[data-uuid]:not([data-uuid='{before}'])", timeout=30_000)
        self.saved[self.page.evaluate("() => document.querySelector('.last').dataset.uuid")] = text

    def network(self, away: bool) -> None:
        assert self.context is not None
        self.context.set_offline(away)
        self.offline = away

    def kill(self) -> None:
        """Kill the browser with all its processes, as an empty battery does, and start it again."""
        mark = f"--user-data-dir={self.folder}"
        killed = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
        for process in killed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(killed, 10)
        with contextlib.suppress(Error):
            assert self.context is not None
            self.context.close()
        self.start()
        self.page.wait_for_selector(".grid .choice", timeout=60_000)

    def settled(self) -> bool:
        with contextlib.suppress(Error):  # it may be about to show a new version
            return bool(self.page.evaluate(UNSENT) == 0)
        return False


def check(tablets: int = TABLETS, seconds: float = FOR_S) -> str:
    """Let them live; give the figures, or fail on the first that was lost or doubled."""
    chance, done = random.Random(5), Counter[str]()
    with (
        GoLive(roles=("engineer", "floor"), areas=ROOMS) as golive,
        tempfile.TemporaryDirectory(prefix="golive-tablets-") as folder,
        sync_playwright() as playwright,
    ):
        golive.start("serve")
        (area,) = golive.get("/api/floor", "floor")["place"]
        fleet = [Tablet(f"tablet-{n}", golive, playwright, Path(folder) / str(n)) for n in range(tablets)]
        for n, one in enumerate(fleet):
            one.enrol(area["rooms"][n % 2]["code"])
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            deed = chance.choices(list(DEEDS), list(DEEDS.values()))[0]
            _do(deed, chance.choice(fleet), fleet, golive, chance)
            done[deed] += 1
        for one in fleet:
            one.network(False)
        began = time.monotonic()
        for one in fleet:
            wait_for(f"{one.name} holds nothing", one.settled, SETTLED_WITHIN_S, every_s=0.5)
        settled_s = time.monotonic() - began
        stored = {issue["uuid"]: issue["text"] for issue in golive.get("/api/issues")}
        for one in fleet:
            assert one.context is not None
            one.context.close()
    wanted = {uuid: text for one in fleet for uuid, text in one.saved.items()}
    lost = [text for uuid, text in wanted.items() if stored.get(uuid) != text]
    doubled = [text for text, n in Counter(stored.values()).items() if n > 1]
    assert not lost, f"{len(lost)} of {len(wanted)} lost, such as {lost[:3]}"
    assert not doubled, f"{len(doubled)} doubled, such as {doubled[:3]}"
    assert set(stored) == set(wanted), "something is stored that no tablet called saved"
    deeds = ", ".join(f"{n} × {deed}" for deed, n in done.most_common())
    return (
        f"{tablets} Chromium tablets over {seconds:.0f} s ({deeds}): {len(wanted)} issues called saved, 0 lost, "
        f"0 doubled; all sent {settled_s:.0f} s after the last was back"
    )


def _do(deed: str, one: Tablet, fleet: list[Tablet], golive: GoLive, chance: random.Random) -> None:
    if deed.startswith("log"):
        one.log(chance)
    if deed == "log and reload":
        one.page.reload()
        one.page.wait_for_selector(".grid .choice", timeout=60_000)
    if deed == "network":
        one.network(not one.offline)
    if deed == "kill":
        one.kill()
    if deed == "golive":
        golive.kill()
        golive.start("serve")
    if deed == "update":
        text = golive.file.read_text()
        new = text.replace('"de"', '"en"') if '"de"' in text else text.replace('"en"', '"de"')
        golive.file.write_text(new if new != text else f'{text}[floor]\nlanguage = "de"\n')
        for other in fleet:
            with contextlib.suppress(Error):  # it may be about to show the one before
                other.page.evaluate(RENEW)
