"""A polled study list keeps to the places at its system."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import SteadyClock
from app.settings import Config, Settings
from app.wire import HeartbeatIn
from collectors.feeds import pacs_studies
from collectors.feeds.pacs_studies import PacsStudiesFeed
from collectors.feeds.study_slices import Slice
from collectors.feeds.study_watch import Seen
from collectors.places import OTHERS, Places
from collectors.sender import Sender
from tests.unit.made import T

PIECES = 2  # of a first round: today and yesterday


def settings(in_flight: int = 4, collectors: tuple[str, ...] = ("main",)) -> Settings:
    return Settings.model_validate(
        {
            "site": {"id": "north", "name": "North"},
            "go_live": {"at": "2026-11-21T06:00:00+01:00"},
            "collectors": [{"id": c, "place": c} for c in collectors],
            "systems": [
                {
                    "id": "pacs",
                    "name": "PACS",
                    "kind": "pacs",
                    "in_flight": in_flight,
                    "dicomweb": {"url": "http://127.0.0.1:9/dicom-web"},
                }
            ],
            "feeds": [{"id": "studies", "kind": "pacs-studies", "system": "pacs", "every": "1s"}],
            "probes": [
                {
                    "id": "p",
                    "kind": "query",
                    "system": "pacs",
                    "every": "10s",
                    "timeout": "8s",
                    "from": [collectors[-1]],
                }
            ],
        },
        by_alias=True,
    )


class Listing:
    """A PACS that counts who asks it at once; each question is one of `takes_s`."""

    def __init__(self, slots: asyncio.Semaphore, takes_s: float = 0.0) -> None:
        self._slots, self._takes_s = slots, takes_s
        self.asked, self.in_place, self.news = 0, True, asyncio.Event()

    async def ask(self, piece: Slice) -> list[Seen]:
        self.asked += 1
        self.in_place &= self._slots.locked()
        self.news.set()
        await asyncio.sleep(self._takes_s)
        return []

    async def close(self) -> None:
        """Nothing is kept open."""


class Told(Sender):
    """A sender that keeps the signs of life."""

    def __init__(self, clock: SteadyClock) -> None:
        super().__init__("http://127.0.0.1:9", "token", "main", clock)
        self.heartbeats: list[HeartbeatIn] = []
        self.news = asyncio.Event()

    def heartbeat(self, heartbeat: HeartbeatIn) -> None:
        self.heartbeats.append(heartbeat)
        self.news.set()


Act = Callable[[PacsStudiesFeed, Told, Listing, asyncio.Semaphore], Awaitable[None]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Act, float], None]:
    def run(act: Act, takes_s: float) -> None:
        async def all_of_it() -> None:
            site, clock = settings(1), SteadyClock(T)
            places = Places(site)
            slots = places.of("pacs").slots
            listing, told = Listing(slots, takes_s), Told(clock)
            monkeypatch.setattr(pacs_studies, "study_list", lambda *_: listing)
            config = Config(site, Path("golive.toml"), Path(), "0", "{}")
            feed = PacsStudiesFeed(site.feeds[0], config, "key", told, clock, places)
            async with asyncio.timeout(20):
                await act(feed, told, listing, slots)

        asyncio.run(all_of_it())

    return run


async def until(news: asyncio.Event, true: Callable[[], bool]) -> None:
    while not true():
        news.clear()
        await news.wait()


def test_a_poll_waits_for_a_free_place_and_says_so(play: Callable[[Act, float], None]) -> None:
    async def act(feed: PacsStudiesFeed, told: Told, listing: Listing, slots: asyncio.Semaphore) -> None:
        await slots.acquire()
        running = asyncio.create_task(feed.run())
        await until(told.news, lambda: bool(told.heartbeats) and told.heartbeats[-1].state == "waiting")
        said = told.heartbeats[-1]
        assert (said.detail, listing.asked) == (OTHERS, 0)
        assert said.since is not None
        assert said.since <= said.at
        slots.release()
        await until(told.news, lambda: told.heartbeats[-1].state == "polling")
        await until(listing.news, lambda: listing.asked >= PIECES)
        assert listing.in_place
        running.cancel()
        await asyncio.wait([running])
        assert not slots.locked()

    play(act, 0.0)


def test_a_probe_has_its_turn_between_two_pieces_of_a_list(play: Callable[[Act, float], None]) -> None:
    async def act(feed: PacsStudiesFeed, told: Told, listing: Listing, slots: asyncio.Semaphore) -> None:
        running = asyncio.create_task(feed.run())
        await until(listing.news, lambda: listing.asked == 1)
        async with slots:
            assert listing.asked == 1
        await until(listing.news, lambda: listing.asked == PIECES)
        running.cancel()
        await asyncio.wait([running])
        assert not slots.locked()  # also when it ended amid a question

    play(act, 0.2)


def test_a_list_that_is_held_back_for_longer_than_attempts_can_take_is_not_looked_at(
    play: Callable[[Act, float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(feed: PacsStudiesFeed, told: Told, listing: Listing, slots: asyncio.Semaphore) -> None:
        await slots.acquire()
        running = asyncio.create_task(feed.run())
        await until(told.news, lambda: bool(told.heartbeats) and told.heartbeats[-1].state == "waiting")
        later = T + timedelta(seconds=30)
        assert feed.pulse(later).at == later
        monkeypatch.setattr(pacs_studies, "HELD_TIMEOUTS", 0)
        held = feed.pulse(later)
        assert (held.state, held.detail) == ("waiting", OTHERS)
        assert held.at < T + timedelta(seconds=5)
        running.cancel()
        await asyncio.wait([running])

    play(act, 0.0)


def test_a_collector_with_nothing_but_a_list_shares_the_places_of_its_system() -> None:
    slots = Places(settings(4, ("main", "room"))).of("pacs").slots
    assert (slots._value, Places(settings(4)).of("pacs").slots._value) == (2, 4)
