"""What waits to be sent: samples, what somebody waits for, the newest heartbeats; and which of it goes next."""

import asyncio
from collections import deque
from collections.abc import Iterator

from app.clock import monotonic_s
from app.wire import HeartbeatIn, SampleIn
from collectors.batches import Awaited, Batch, Item, item_of
from collectors.items import FeedItems

MOST_ITEMS = 500
MOST_SAMPLES = 50_000
SAMPLES_FIRST = 100  # of a full batch, kept for samples so that a flood of messages does not hold them up
SILENT_S = 4.0
TICK_S, TICK_CHANGED_S = 1.0, 0.1


class Outbox:
    """Keeps what is given until a batch takes it; `dropped` counts the samples for which there was no room.

    Samples are bounded: while the app is away the newest stay, the dropped are counted. Of heartbeats only the newest
    of each name is kept. What is awaited (`durable`) is never dropped while somebody waits for it.
    """

    def __init__(self, most: int = MOST_SAMPLES) -> None:
        self._most = most
        self._samples: deque[Item] = deque()
        self._awaited: deque[Item] = deque()
        self._heartbeats: dict[str, HeartbeatIn] = {}
        self._told: dict[str, tuple[str, str]] = {}
        self._wake = asyncio.Event()
        self._tick: asyncio.TimerHandle | None = None
        self._limit = MOST_ITEMS
        self._untold = 0
        self.dropped = 0

    def sample(self, sample: SampleIn) -> None:
        """Take a sample; the oldest one goes when there is no room."""
        if len(self._samples) >= self._most:
            self._samples.popleft()
            self.dropped += 1
            self._untold += 1
        self._samples.append(item_of("samples", sample, monotonic_s()))
        self._wake.set()

    def heartbeat(self, heartbeat: HeartbeatIn) -> None:
        """Take a sign of life; it goes with the next batch, soon when it says something new."""
        name = heartbeat.probe_or_feed
        self._heartbeats[name] = heartbeat
        changed = self._told.get(name) != (heartbeat.state, heartbeat.detail)
        self._send_within(TICK_CHANGED_S if changed else TICK_S)

    async def durable(self, items: FeedItems) -> None:
        """Return once the app has committed all of it; when the caller stops waiting, what is unsent is taken back."""
        if not items:
            return
        awaited = Awaited(len(items), asyncio.get_running_loop().create_future())
        now_s = monotonic_s()
        for name, many in (
            ("exam_events", items.events),
            ("messages", items.messages),
            ("unreadable", items.unreadable),
        ):
            self._awaited.extend(item_of(name, one, now_s, awaited) for one in many)
        self._wake.set()
        try:
            await awaited.done
        finally:
            awaited.done.cancel()

    def __len__(self) -> int:
        return len(self._samples) + len(self._awaited)

    @property
    def has_samples(self) -> bool:
        """Say whether samples wait."""
        return bool(self._samples)

    def oldest(self) -> Iterator[Item]:
        """Give what has waited longest, of samples and of what somebody waits for."""
        yield from (queue[0] for queue in (self._samples, self._awaited) if queue)

    def wake(self) -> None:
        """Have whoever sends look again."""
        self._wake.set()

    async def woken(self) -> Batch | None:
        """Wait until there is something to send; after a silence give an empty batch, which says that we are there."""
        try:
            async with asyncio.timeout(SILENT_S):
                await self._wake.wait()
        except TimeoutError:
            return Batch([])
        self._wake.clear()
        return None

    def next(self) -> Batch | None:
        """Take the next batch: heartbeats first, then what somebody waits for, and always some room for samples."""
        room = max(1, self._limit - len(self._heartbeats)) if self._limit > 1 else 1
        kept = min(len(self._samples), SAMPLES_FIRST, room // 2)
        items = list(self._waiting(room - kept))
        while self._samples and len(items) < room:
            items.append(self._samples.popleft())
        if not items and not self._heartbeats:
            return None
        batch = Batch(items, self._heartbeats, self._untold)
        self._heartbeats = {}
        if self._tick:
            self._tick.cancel()
            self._tick = None
        return batch

    def take_back(self, batch: Batch) -> None:
        """Put what has no answer back to the front."""
        batch.return_unsent(self._samples, self._awaited, self._heartbeats)

    def told(self, batch: Batch) -> None:
        """Remember the heartbeats that the app has."""
        self._told |= {name: (h.state, h.detail) for name, h in batch.heartbeats.items()}

    def stored(self, batch: Batch) -> None:
        """Let go of what the app has; batches may grow again."""
        self._untold = max(0, self._untold - batch.dropped)
        self.told(batch)
        self._limit = min(MOST_ITEMS, self._limit * 2)

    def halve(self, batch: Batch) -> None:
        """Have the next batches be half as large as one that was not taken."""
        self._limit = max(1, len(batch.items) // 2)

    def _send_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._tick and not self._tick.cancelled() and self._tick.when() <= loop.time() + seconds:
            return
        if self._tick:
            self._tick.cancel()
        self._tick = loop.call_later(seconds, self._ticked)

    def _ticked(self) -> None:
        self._tick = None
        self._wake.set()

    def _waiting(self, most: int) -> Iterator[Item]:
        given = 0
        while self._awaited and given < most:
            item = self._awaited.popleft()
            if item.wanted:
                given += 1
                yield item
