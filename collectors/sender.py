"""The door to the app: everything that collectors see goes through here, in order, until the app has it for good."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Iterator
from datetime import datetime

import httpx
import structlog
from pydantic import ValidationError

from app.clock import SteadyClock, monotonic_s
from app.wire import HeartbeatIn, IngestAnswer, Refusal, SampleIn
from collectors.batches import Awaited, Batch, Item, item_of
from collectors.ids import uuid7
from collectors.items import FeedItems
from collectors.trust import OF_SYSTEM, Trust, of_tls

__all__ = ["FeedItems", "NotStored", "Sender"]

_LOG = structlog.get_logger()

MOST_ITEMS = 500
MOST_SAMPLES = 50_000
SAMPLES_FIRST = 100  # of a full batch, kept for samples so that a flood of messages does not hold them up
AGAIN_AFTER_S, AGAIN_AFTER_MOST_S = 0.1, 1.0
SILENT_S = 4.0
TICK_S, TICK_CHANGED_S = 1.0, 0.1
TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class NotStored(Exception):
    """The app takes everything but this item: sending it again cannot help."""


class Sender:
    """Sends what it is given to POST /api/ingest, one request at a time, with the same ids until it is answered.

    Samples are bounded: while the app is away the newest stay, the dropped are counted. Of heartbeats only the newest
    of each name is kept. What is awaited (`durable`) is never dropped while somebody waits for it.
    """

    def __init__(
        self,
        url: str,
        token: str,
        source: str,
        clock: SteadyClock,
        *,
        trust: Trust = OF_SYSTEM,
        most: int = MOST_SAMPLES,
    ) -> None:
        self._url = url.rstrip("/") + "/api/ingest"
        self._token, self._source, self._clock, self._trust, self._most = token, source, clock, trust, most
        self._samples: deque[Item] = deque()
        self._awaited: deque[Item] = deque()
        self._heartbeats: dict[str, HeartbeatIn] = {}
        self._told: dict[str, tuple[str, str]] = {}
        self._under_way: Batch | None = None
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._tick: asyncio.TimerHandle | None = None
        self._limit = MOST_ITEMS
        self._trusted: ssl.SSLContext | bool | None = None
        self._distrusted = False
        self._again_s = AGAIN_AFTER_S
        self._trouble = ""
        self._trouble_since = 0.0
        self._untold = 0
        self.dropped = 0
        self.refused = 0
        self.sent = 0

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

    @property
    def lag_s(self) -> float:
        """Give the age of the oldest thing that the app does not have yet, 0 when it has all."""
        batch = self._under_way
        oldest = [q[0].taken_s for q in (self._samples, self._awaited, batch.items if batch else ()) if q]
        return max(0.0, monotonic_s() - min(oldest)) if oldest else 0.0

    @property
    def trouble(self) -> str:
        """Say why the app does not take anything now, nothing when it does."""
        return self._trouble

    async def run(self) -> None:
        """Send until cancelled."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        while True:
            self._distrusted = False
            async with httpx.AsyncClient(
                headers=headers, timeout=TIMEOUT, trust_env=False, verify=self._verify(), follow_redirects=False
            ) as client:
                await self._keep_sending(client)

    async def _keep_sending(self, client: httpx.AsyncClient) -> None:
        """Send until the app's certificate is not trusted: it or what we trust may have been renewed."""
        while not self._distrusted:
            alive = await self._woken()
            while not self._distrusted and (batch := self._next() or alive):
                alive = None
                self._under_way = batch
                try:
                    taken = await self._send(client, batch)
                finally:
                    self._under_way = None
                    batch.return_unsent(self._samples, self._awaited, self._heartbeats)
                if taken:
                    self._again_s = AGAIN_AFTER_S
                else:
                    await asyncio.sleep(self._again_s)
                    self._again_s = min(self._again_s * 2, AGAIN_AFTER_MOST_S)
            if self._distrusted:
                self._wake.set()  # what is to be sent has come back
            else:
                self._idle.set()

    def _verify(self) -> ssl.SSLContext | bool:
        """Give whom we trust; while its files cannot be read (they are being renewed) the last ones count."""
        try:
            self._trusted = self._trust()
        except OSError as error:
            if self._trusted is None:
                raise
            _LOG.warning("certificates cannot be read, the old ones stay", why=error.strerror or str(error))
        return self._trusted

    async def flushed(self, within_s: float) -> bool:
        """Wait until the app has all samples, for a clean stop; whether it came about."""
        self._idle.clear()
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._idle.wait()
        return not (self._samples or self._under_way)

    async def _woken(self) -> Batch | None:
        """Wait until there is something to send; after a silence give an empty batch, which says that we are there."""
        try:
            async with asyncio.timeout(SILENT_S):
                await self._wake.wait()
        except TimeoutError:
            return Batch([])
        self._wake.clear()
        return None

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

    def _next(self) -> Batch | None:
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

    def _waiting(self, most: int) -> Iterator[Item]:
        given = 0
        while self._awaited and given < most:
            item = self._awaited.popleft()
            if item.wanted:
                given += 1
                yield item

    async def _send(self, client: httpx.AsyncClient, batch: Batch) -> bool:
        """Send one batch; whether the app answered for it, so that the next can follow at once."""
        now = self._clock.now()
        try:
            answer = await client.post(self._url, content=batch.body(uuid7(now), self._source, now))
        except (httpx.HTTPError, OSError) as error:
            distrust = of_tls(error)
            self._distrusted = bool(distrust)
            return self._in_trouble(f"the app does not answer: {distrust or type(error).__name__}")
        if answer.status_code == 200:
            return self._answered(batch, answer, now)
        if answer.status_code in (400, 413, 422):
            return await self._unwelcome(client, batch, answer.status_code)
        if answer.status_code in (401, 403):
            return self._in_trouble("the app does not take this collector's token (GOLIVE_INGEST_TOKEN)")
        await self._pulses_alone(client, batch)
        return self._in_trouble(f"the app answers {answer.status_code}")

    async def _pulses_alone(self, client: httpx.AsyncClient, batch: Batch) -> None:
        """Signs of life are not stored: an app whose database is gone takes them, and so can say what waits."""
        if batch.items and batch.heartbeats:
            alone, now = Batch([], batch.heartbeats, batch.dropped), self._clock.now()
            with contextlib.suppress(httpx.HTTPError, OSError):
                answer = await client.post(self._url, content=alone.body(uuid7(now), self._source, now))
                if answer.status_code == 200:
                    self._told |= {name: (h.state, h.detail) for name, h in batch.heartbeats.items()}
                    batch.heartbeats = {}

    def _answered(self, batch: Batch, answer: httpx.Response, now: datetime) -> bool:
        try:
            said = IngestAnswer.model_validate_json(answer.content)
        except ValidationError:
            return self._in_trouble("what answers 200 is not golive")
        for refusal in said.refused:
            self._refusal(refusal)
        self.sent += len(batch.items)
        self._untold = max(0, self._untold - batch.dropped)
        self._told |= {name: (h.state, h.detail) for name, h in batch.heartbeats.items()}
        self._limit = min(MOST_ITEMS, self._limit * 2)
        batch.stored()
        if self._trouble:
            away_s = round(monotonic_s() - self._trouble_since, 1)
            _LOG.info(
                "the app takes again what was seen", after_s=away_s, waiting=len(self._samples) + len(self._awaited)
            )
            self._trouble = ""
        return True

    def _refusal(self, refusal: Refusal) -> None:
        self.refused += 1
        _LOG.warning("the app refused an item", id=refusal.id, field=refusal.field, problem=refusal.problem)

    async def _unwelcome(self, client: httpx.AsyncClient, batch: Batch, status: int) -> bool:
        """Find the item for which a whole batch is refused, by halves; when even an empty one is, it is no item."""
        if len(batch.items) > 1:
            self._limit = max(1, len(batch.items) // 2)
            return True
        now = self._clock.now()
        with contextlib.suppress(httpx.HTTPError, OSError):
            empty = await client.post(self._url, content=Batch([], {}, 0).body(uuid7(now), self._source, now))
            if empty.status_code == 200:
                self.refused += len(batch.items)
                _LOG.error("the app takes everything but one item", status=status, items=[i.id for i in batch.items])
                batch.give_up(NotStored(f"the app answers {status}"))
                return True
        return self._in_trouble(f"the app answers {status}, also to an empty batch: is this source known to it?")

    def _in_trouble(self, why: str) -> bool:
        if why != self._trouble:
            _LOG.warning("nothing can be handed over", why=why, waiting=len(self._samples) + len(self._awaited))
        if not self._trouble:
            self._trouble_since = monotonic_s()
        self._trouble = why
        return False
