"""Twenty tablets in real Chromium, used for ten minutes over a connection that cuts, delays, doubles and answers late.

They lose the network, are loaded anew in mid-send, their browsers and golive itself are killed and started again, and
the app is updated under full outboxes. Whatever a tablet called saved must be stored once, for each issue in the
tablet's order.
"""

import asyncio
import contextlib
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

from playwright.async_api import Error, async_playwright
from sqlalchemy import create_engine, text

from app.domain.floor.issues import Event, Issue
from app.store import codec
from tests.browser.tablets import AREAS, FLOOR
from tests.browser.tablets_in_use import Profile, TabletInUse
from tests.faults.tablets_chaos import enrolled
from tests.peers.cutting_proxy import CuttingProxy
from tests.peers.golive import GoLive, uuid7, wait_for

TABLETS, MINUTES, IN_A_BROWSER = 20, 10.0, 5
PACE_S, KILL_EVERY_S, AWAY_EVERY_S, AWAY_S = (10.0, 20.0), (50.0, 100.0), (40.0, 80.0), (8.0, 30.0)
GOLIVE_EVERY_S = (30.0, 60.0)
UPDATES, FULL = (("de", 1 / 3), ("en", 2 / 3)), 2
DRAINED_S = 240.0


def check(tablets: int = TABLETS, minutes: float = MINUTES) -> str:
    """Let them be used; give the figures, or fail on the first thing that is lost or doubled."""
    with GoLive(roles=("engineer", "desk"), areas=AREAS) as golive, tempfile.TemporaryDirectory("-tablets") as folder:
        names = [f"t{n}.localhost" for n in range(tablets)]
        config = golive.file.read_text().replace("[server]\n", f"[server]\nhosts = {json.dumps(names)}\n")
        waits = "".join(f'sev{n} = ["30d"]\n' for n in range(1, 5))
        golive.file.write_text(f"{config}{FLOOR}[escalation]\n{waits}")
        golive.start("serve")
        golive.kill()
        tokens = enrolled("sqlite:///golive.db", golive.folder, tablets)
        golive.start("serve")
        ward = Ward(golive, names, tokens, minutes * 60, random.Random(1))
        asyncio.run(ward.live(Path(folder)))
        figures = _checked(ward)
        verified = golive.cli("journal", "verify", "--json", timeout=120)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert "Traceback" not in golive.said("serve"), golive.said("serve")[-3000:]
        return figures


class Ward:
    """All tablets with who uses them, their bad connection, and a desk that answers."""

    def __init__(
        self, golive: GoLive, names: Sequence[str], tokens: Sequence[str], lasts_s: float, dice: random.Random
    ) -> None:
        self.golive, self.names, self.tokens, self.lasts_s, self.dice = golive, names, tokens, lasts_s, dice
        self.tablets: list[TabletInUse] = []
        self.profiles: list[Profile] = []
        self.kept: list[list[dict[str, Any]]] = []  # by tablet, at the end
        self.desk: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.held: list[int] = []  # by tablet, as the app was updated
        self.drained_s = 0.0

    async def live(self, folder: Path) -> None:
        """Start all, let them be used, and wait until nothing waits any more."""
        async with async_playwright() as playwright, CuttingProxy(self.golive.port, self.dice) as proxy:
            proxy.fair = True
            for first in range(0, len(self.names), IN_A_BROWSER):
                profile = Profile(playwright.chromium, folder / f"browser-{first}")
                self.profiles.append(profile)
                await profile.start()
                for n in range(first, min(first + IN_A_BROWSER, len(self.names))):
                    url, dice = f"http://{self.names[n]}:{proxy.port}", random.Random(self.dice.random())
                    self.tablets.append(TabletInUse(n, url, self.tokens[n], profile, dice))
                    await self.tablets[-1].set_up(self._code(n))
            proxy.fair = False
            await self._used(proxy)
            await self._drained()
            self.counts.update({fate: n for fate, n in proxy.fates.items() if fate != "passed"})
            proxy.fair = True
            await proxy.quiet()
            for profile in self.profiles:
                await profile.close()

    def _code(self, n: int) -> str:
        rooms = [r for area in self.golive.get("/api/floor", "desk")["place"] for r in area["rooms"]]
        return str(rooms[n % len(rooms)]["code"])

    async def _used(self, proxy: CuttingProxy) -> None:
        began = time.monotonic()
        until = began + self.lasts_s
        async with asyncio.TaskGroup() as tasks:
            for tablet in self.tablets:
                tasks.create_task(tablet.live(until, PACE_S))
            for profile in self.profiles:
                tasks.create_task(self._crashing(profile, until))
                tasks.create_task(self._leaving(profile, until))
            tasks.create_task(self._answering(until))
            tasks.create_task(self._killing(until))
            tasks.create_task(self._updating(proxy, began))

    async def _killing(self, until: float) -> None:
        """Kill golive again and again, and start it anew."""
        while (wait := self.dice.uniform(*GOLIVE_EVERY_S)) and time.monotonic() + wait < until:
            await asyncio.sleep(wait)
            self.golive.kill()
            await asyncio.to_thread(self.golive.start, "serve", seconds=60)
            self.counts["kills of golive"] += 1

    async def _crashing(self, profile: Profile, until: float) -> None:
        """Kill a browser again and again."""
        while (wait := self.dice.uniform(*KILL_EVERY_S)) and time.monotonic() + wait < until:
            await asyncio.sleep(wait)
            await profile.crash()

    async def _leaving(self, profile: Profile, until: float) -> None:
        """Carry its tablets where there is no network, and back."""
        while time.monotonic() + AWAY_EVERY_S[1] + AWAY_S[1] < until:
            await asyncio.sleep(self.dice.uniform(*AWAY_EVERY_S))
            for away in (True, False):
                with contextlib.suppress(Error):  # it is killed just now, and comes back as it was
                    await profile.offline(away)
                await asyncio.sleep(self.dice.uniform(*AWAY_S) if away else 0)
            self.counts["spells without a network"] += 1

    async def _answering(self, until: float) -> None:
        """Call some issues fixed and some known, so that tablets have something to say."""
        while time.monotonic() < until:
            await asyncio.sleep(4)
            status, found = await asyncio.to_thread(self._ask, "GET", "/api/issues", None)
            assert status == 200, found
            fresh = [i for i in found if i["status"] in ("new", "triaged")]
            if not fresh:
                continue
            issue = self.dice.choice(fresh)
            known = sum(i["status"] == "known" for i in found) < 6 and self.dice.random() < 0.2
            act = (
                {"action": "known", "workaround": "Open it by number."}
                if known
                else {"action": "fix", "resolution": "done"}
            )
            uuid = uuid7()
            status, said = await asyncio.to_thread(self._ask, "POST", f"/api/issues/{issue['uuid']}/events/{uuid}", act)
            assert status == 200, said
            self.desk.add(uuid)

    def _ask(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Ask as the desk does: again where golive is away, which its id makes harmless."""

        def asked() -> tuple[int, Any] | None:
            with contextlib.suppress(OSError, HTTPException):
                return self.golive.ask(method, path, body, self.golive.tokens["desk"])
            return None

        answer = wait_for(f"golive answers {method} {path}", asked, 60)
        assert answer is not None
        return answer

    async def _updating(self, proxy: CuttingProxy, began: float) -> None:
        """Let nothing out until all outboxes are full, and change the app's version under them."""
        for language, share in UPDATES:
            await asyncio.sleep(max(0.0, began + share * self.lasts_s - time.monotonic()))
            proxy.cuts = (b"PUT /api/issues", b"POST /api/issues")
            held = [await self._full(tablet) for tablet in self.tablets]
            self.held += held
            versions = [tablet.versions[-1] for tablet in self.tablets]
            config = self.golive.file.read_text()
            other = {"de": "en", "en": "de"}[language]
            self.golive.file.write_text(config.replace(f'language = "{other}"', f'language = "{language}"'))
            await asyncio.gather(*(self._updated(*of) for of in zip(self.tablets, versions, strict=True)))
            proxy.cuts = ()

    async def _full(self, tablet: TabletInUse) -> int:
        """Wait until a tablet holds something, and give how much."""

        async def waits() -> int:
            return sum(r["state"] == "waiting" for r in await tablet.records())

        while True:
            held = int(await tablet.trying(waits))
            if held >= FULL:
                return held
            await asyncio.sleep(1)

    async def _updated(self, tablet: TabletInUse, than: str) -> None:
        await tablet.trying(lambda: tablet.update(than))
        self.counts["updates"] += 1

    async def _drained(self) -> None:
        """Give all their network back, and wait until each has a receipt for everything."""
        began = time.monotonic()
        for profile in self.profiles:
            await profile.offline(False)
        for tablet in self.tablets:
            while True:
                kept = await tablet.trying(tablet.records)
                if all(r["state"] != "waiting" for r in kept):
                    break
                left = [(r["kind"], r["state"], r["tries"]) for r in kept if r["state"] == "waiting"]
                assert time.monotonic() < began + DRAINED_S, f"tablet {tablet.number} still holds {left}"
                await tablet.trying(tablet.let_in)
                await asyncio.sleep(0.5)
            self.kept.append(kept)
        self.drained_s = time.monotonic() - began


def _checked(ward: Ward) -> str:
    """Hold what is stored against what the tablets said; give the figures."""
    engine = create_engine(f"sqlite:///{ward.golive.folder / 'golive.db'}")
    with engine.connect() as connection:
        issues = [codec.loads(Issue, row) for row in connection.execute(text("select body from issue")).scalars()]
        events = [codec.loads(Event, row) for row in connection.execute(text("select body from issue_event")).scalars()]
        acts = connection.execute(text("select body from journal where act like 'issue.%'")).scalars()
        journalled = Counter(json.loads(body)["event"] for body in acts)
    engine.dispose()
    stored = {i.uuid: i.sequence for i in issues} | {e.uuid: e.sequence for e in events if e.uuid not in ward.desk}
    kept = {r["uuid"]: r for of in ward.kept for r in of}
    said = {uuid: what for tablet in ward.tablets for uuid, what in tablet.said.items()}
    unsent = [r for r in kept.values() if r["state"] != "sent"]
    assert not unsent, f"{len(unsent)} have no receipt: {unsent[:2]}"
    gone = said.keys() - kept.keys()
    assert not gone, f"{len(gone)} were called saved, and no tablet has them: {[said[u] for u in gone][:5]}"
    lost, made = kept.keys() - stored.keys(), stored.keys() - kept.keys()
    assert not lost, f"{len(lost)} lost, such as {kept[next(iter(lost))]}"
    assert not made, f"{len(made)} stored that no tablet has"
    wrong = [r for r in kept.values() if r["receipt"]["sequence"] != stored[r["uuid"]]]
    assert not wrong, f"{len(wrong)} receipts do not say what is stored: {wrong[:2]}"
    texts = Counter(i.report.text for i in issues)
    doubled = [what for what, n in texts.items() if n > 1]
    assert not doubled, f"logged once and stored more often: {doubled[:5]}"
    assert journalled == Counter([*stored, *ward.desk]), "the journal has not each act once"
    for of in ward.kept:
        newest: dict[str, int] = {}
        for record in of:
            assert stored[record["uuid"]] > newest.get(record["order"], 0), f"out of order: {record}"
            newest[record["order"]] = stored[record["uuid"]]
    assert ward.counts["updates"] == len(UPDATES) * len(ward.tablets)
    did: Counter[str] = Counter()
    for tablet in ward.tablets:
        did.update(tablet.did)
    counts = ", ".join(f"{n} {what}" for what, n in ward.counts.most_common())
    return (
        f"{len(ward.tablets)} tablets, {ward.lasts_s / 60:g} min: {len(stored)} stored ({len(issues)} issues), "
        f"{len(said)} called saved, 0 lost, 0 doubled, in order, receipts true, outboxes empty {ward.drained_s:.0f} s "
        f"after the end; {sum(p.crashes for p in ward.profiles)} kills of browsers of up to {IN_A_BROWSER} tablets; "
        f"outboxes under update {min(ward.held)} to {max(ward.held)}; {counts}; "
        + ", ".join(f"{n} {what}" for what, n in did.most_common())
    )
