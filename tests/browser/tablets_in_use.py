"""Tablets with somebody at each: real browsers whose storage outlives them, used by the app's own screens alone."""

import asyncio
import contextlib
import random
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, BrowserType, Error, Locator, Page, TimeoutError

from tests.browser.chromium import ARGUMENTS, EXECUTABLE, main_process

# what a tablet has stored, read beside the app from the browser's own database
RECORDS = """() => new Promise((done, failed) => {
  const ask = indexedDB.open("golive-floor");
  ask.onerror = () => failed(ask.error);
  ask.onsuccess = () => {
    const all = ask.result.transaction("records").objectStore("records").getAll();
    all.onerror = () => failed(all.error);
    all.onsuccess = () => { ask.result.close(); done(all.result); };
  };
})"""
VERSION = "() => document.documentElement.dataset.version"
LAST = "() => document.querySelector('.last')?.dataset.uuid ?? ''"
IS_NEW = "(before) => document.querySelector('.last[data-uuid]:not([data-uuid=\"' + before + '\"])')"
UPDATE = "() => navigator.serviceWorker.getRegistration().then((r) => r?.update()).then(() => true, () => false)"
READY = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
PATIENCE_MS = 60_000
CATEGORIES = ("worklist", "images-slow", "priors", "report", "hardware")


class Profile:
    """A browser process and the folder that outlives it; each of its tablets is an origin of its own in both."""

    def __init__(self, chromium: BrowserType, folder: Path) -> None:
        self.folder, self.up, self.crashes = folder, asyncio.Event(), 0
        self.away = False
        self.context: BrowserContext | None = None
        self._chromium = chromium

    async def start(self) -> None:
        """Start the browser, without a network where it had none before."""
        self.context = await self._chromium.launch_persistent_context(
            self.folder,
            executable_path=EXECUTABLE,
            args=[*ARGUMENTS],
            viewport={"width": 1180, "height": 820},
            timeout=PATIENCE_MS,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        await self.context.set_offline(self.away)
        self.up.set()

    async def offline(self, away: bool) -> None:
        """Take the network from all its tablets, or give it back."""
        self.away = away
        if self.up.is_set() and self.context is not None:
            await self.context.set_offline(away)

    async def crash(self) -> None:
        """SIGKILL the browser's process, and start it again."""
        self.up.clear()
        process = await asyncio.to_thread(main_process, self.folder)
        process.kill()
        await asyncio.to_thread(process.wait, 20)
        self.crashes += 1
        await self.start()

    async def close(self) -> None:
        """End it as a person would."""
        if self.context is not None:
            await self.context.close()


class TabletInUse:
    """A tablet, and what it has told its user: `said` has the id of all that it called saved."""

    def __init__(self, number: int, url: str, token: str, profile: Profile, dice: random.Random) -> None:
        self.number, self.url, self.profile = number, url, profile
        self.said: dict[str, str] = {}
        self.did: Counter[str] = Counter()
        self.versions: list[str] = []
        self.heard: deque[str] = deque(maxlen=100)
        self._page: Page | None = None
        self._newest: Page | None = None
        self._opening = asyncio.Lock()
        self._token, self._dice, self._items = token, dice, 0

    @property
    def page(self) -> Page:
        """The app's page; it is gone with its browser."""
        if self._page is None:
            raise Error("the page is gone")
        return self._page

    async def set_up(self, code: str) -> None:
        """Log in and say where it is, and wait until the app is kept for a start without a network."""
        await self._open()
        await self.page.click("section.first [data-key=login]")
        await self._logged_in()
        await self.page.click("[data-key=place]")
        await self.page.fill("dialog.places input.code", code)
        await self.page.wait_for_selector(".grid .choice")
        await self.page.wait_for_function(READY)

    async def live(self, until_s: float, pace_s: tuple[float, float]) -> None:
        """Do one thing after the other until then, whatever becomes of the browser meanwhile."""
        await asyncio.sleep(self._dice.uniform(0, pace_s[1]))
        while time.monotonic() < until_s:
            await self.trying(self._act)
            await asyncio.sleep(self._dice.uniform(*pace_s))

    async def trying(self, what: Any) -> Any:
        """Do something, anew where the browser was killed or the page loaded another version meanwhile."""
        for _ in range(20):
            await self.profile.up.wait()
            context = self.profile.context
            try:
                async with self._opening:
                    context = self.profile.context
                    if self._page is None or self._page.is_closed() or self._page.context is not context:
                        await self._open()
                return await what()
            except Error as error:
                await asyncio.sleep(0.5)
                gone = (
                    not self.profile.up.is_set() or self.profile.context is not context or "context was" in str(error)
                )
                if not gone and "Target" not in str(error) and "navigat" not in str(error):
                    raise AssertionError(f"tablet {self.number}: {error}\n{await self._shown()}") from error
        raise AssertionError(f"tablet {self.number} never came back")

    async def _shown(self) -> str:
        """Give what is on the newest page and what the browser said of it, to understand a failure."""
        heard = "\n".join([*self.heard][-20:])
        with contextlib.suppress(Error):
            if self._newest is not None:
                return f"{self._newest.url} {await self._newest.inner_text('body')}\n{heard}"
        return heard

    async def _open(self) -> None:
        if self.profile.context is None:
            raise Error("the browser is gone")
        page = self._newest = await self.profile.context.new_page()
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on(
            "requestfailed", lambda request: self.heard.append(f"{request.method} {request.url}: {request.failure}")
        )
        await page.add_locator_handler(page.locator("dialog.alarm .phoned"), self._phoned)
        await page.goto(f"{self.url}/floor", wait_until="commit")
        await page.wait_for_selector("section.first [data-key=login], .grid .choice")
        self._page = page
        await self._look_at_version()

    async def _phoned(self, button: Locator) -> None:
        """Say that somebody phoned, whenever the screen is full of it."""
        await button.click()
        self.did["phoned"] += 1

    async def _look_at_version(self) -> None:
        version = await self.page.evaluate(VERSION)
        if version not in self.versions[-1:]:
            self.versions.append(version)

    async def _logged_in(self) -> None:
        """Type the token until the server has heard it."""
        await self.page.fill("#token", self._token)
        dialog = self.page.locator("dialog.login")
        while await dialog.count():
            with contextlib.suppress(Error):
                await dialog.locator("button.first").click(timeout=1000)
            await asyncio.sleep(0.3)

    async def _act(self) -> None:
        page = self.page
        await self._look_at_version()
        if not self.profile.away:
            await self.let_in()
        # a new version that comes just now leads back to the form, and the button is gone
        with contextlib.suppress(TimeoutError):
            if self._dice.random() < 0.4 and await self._answered():
                return
        await page.click("[data-view=log]")
        same = page.locator(".known button.same:enabled")
        if self._dice.random() < 0.3 and await same.count():
            issue = await same.first.get_attribute("data-key")
            await same.first.click()
            await page.wait_for_selector(f".known button.same:disabled[data-key='{issue}']")
            await self._saved(str(issue), "me_too")
            return
        await self.log()

    async def _answered(self) -> bool:
        """Say of an issue that is called fixed whether it is."""
        page, yes = self.page, self._dice.random() < 0.6
        if not await page.locator("[data-view=mine] .badge").count():
            return False
        await page.click("[data-view=mine]")
        buttons = page.locator(f".solved button[data-key^='{'y' if yes else 'n'}']")
        if issue := await buttons.count() and str(await buttons.first.get_attribute("data-key"))[1:]:
            await page.click(f".solved button[data-key='{'y' if yes else 'n'}{issue}']", timeout=10_000)
            await page.wait_for_selector(f".solved button[data-key='y{issue}']", state="detached")
            await self._saved(issue, "verify" if yes else "reopen")
        await page.click("[data-view=log]")
        return bool(issue)

    async def _saved(self, issue: str, kind: str) -> None:
        """Keep the id of what was just done: the screen shows that it is done, but no id."""
        found = [r["uuid"] for r in await self.records() if r["order"] == issue and r["kind"] == kind]
        assert found, f"tablet {self.number} shows {kind} as done and has it not"
        self.said[found[-1]] = kind
        self.did[kind] += 1

    async def log(self) -> None:
        """Log an issue; now and then the page is loaded anew in the midst of it."""
        page = self.page
        self._items += 1
        severity = self._dice.choices((1, 2, 3, 4), (1, 4, 10, 5))[0]
        before = await page.evaluate(LAST)
        await page.click(f"[data-category={self._dice.choice(CATEGORIES)}]")
        await page.click(f"[data-severity='{severity}']")
        text = f"tablet {self.number} saw it, item {self._items}"
        await page.fill("#text", text)
        await page.click(".send")
        if self._dice.random() < 0.3:
            await asyncio.sleep(self._dice.random() ** 3)
            await page.reload(wait_until="commit")
            self.did["reload"] += 1
            await page.wait_for_selector(".grid .choice")
            if await page.input_value("#text"):  # somebody who sees it still written sends it again
                before = await page.evaluate(LAST)
                await page.click(".send")
                self.did["sent again"] += 1
            elif await page.evaluate(LAST) == before:
                self.did["never called saved"] += 1
                return
        await page.wait_for_function(IS_NEW, arg=before)
        self.said[await page.evaluate(LAST)] = text
        self.did["issue"] += 1

    async def update(self, than: str) -> None:
        """Ask for the app's new version until it is shown."""
        asked = time.monotonic()
        while await self.page.evaluate(VERSION) == than:
            assert time.monotonic() < asked + PATIENCE_MS / 1000, f"tablet {self.number} never got the new version"
            await self.page.evaluate(UPDATE)
            await asyncio.sleep(2)
        await self._look_at_version()

    async def let_in(self) -> None:
        """Log in again where the tablet asks for it."""
        if await self.page.locator(".band.ask [data-key=login]").count():
            await self.page.click(".band.ask [data-key=login]")
            await self._logged_in()
            self.did["login"] += 1

    async def records(self) -> list[dict[str, Any]]:
        """Give all that it has stored."""
        return list(await self.page.evaluate(RECORDS))
