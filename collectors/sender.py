"""The door to the app: everything that collectors see goes through here, in order, until the app has it for good."""

import asyncio
import contextlib
import re
import ssl
from datetime import datetime

import httpx
import structlog
from pydantic import ValidationError

from app.clock import SteadyClock, monotonic_s
from app.wire import HeartbeatIn, IngestAnswer, Refusal, SampleIn
from collectors.batches import Batch
from collectors.ids import uuid7
from collectors.items import FeedItems
from collectors.outbox import MOST_SAMPLES, Outbox
from collectors.trust import OF_SYSTEM, Trust, of_tls

__all__ = ["FeedItems", "NotStored", "Sender"]

_LOG = structlog.get_logger()
_QUOTED = re.compile(r'"[^"]*"')

AGAIN_AFTER_S, AGAIN_AFTER_MOST_S = 0.1, 1.0
TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class NotStored(Exception):
    """The app takes everything but this item: sending it again cannot help."""


class Sender:
    """Sends what it is given to POST /api/ingest, one request at a time, with the same ids until it is answered."""

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
        self._token, self._source, self._clock, self._trust = token, source, clock, trust
        self._outbox = Outbox(most)
        self._under_way: Batch | None = None
        self._idle = asyncio.Event()
        self._trusted: ssl.SSLContext | bool | None = None
        self._distrusted = False
        self._again_s = AGAIN_AFTER_S
        self._trouble = ""
        self._trouble_since = 0.0
        self.refused = 0
        self.sent = 0

    def sample(self, sample: SampleIn) -> None:
        """Take a sample; the oldest one goes when there is no room."""
        self._outbox.sample(sample)

    def heartbeat(self, heartbeat: HeartbeatIn) -> None:
        """Take a sign of life; it goes with the next batch, soon when it says something new."""
        self._outbox.heartbeat(heartbeat)

    async def durable(self, items: FeedItems) -> None:
        """Return once the app has committed all of it; when the caller stops waiting, what is unsent is taken back."""
        await self._outbox.durable(items)

    @property
    def dropped(self) -> int:
        """Give how many samples were dropped while the app was away."""
        return self._outbox.dropped

    @property
    def lag_s(self) -> float:
        """Give the age of the oldest thing that the app does not have yet, 0 when it has all."""
        oldest = [*self._outbox.oldest(), *(self._under_way.items[:1] if self._under_way else ())]
        return max(0.0, monotonic_s() - min(item.taken_s for item in oldest)) if oldest else 0.0

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
            alive = await self._outbox.woken()
            while not self._distrusted and (batch := self._outbox.next() or alive):
                alive = None
                self._under_way = batch
                try:
                    taken = await self._send(client, batch)
                finally:
                    self._under_way = None
                    self._outbox.take_back(batch)
                if taken:
                    self._again_s = AGAIN_AFTER_S
                else:
                    await asyncio.sleep(self._again_s)
                    self._again_s = min(self._again_s * 2, AGAIN_AFTER_MOST_S)
            if self._distrusted:
                self._outbox.wake()  # what is to be sent has come back
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
        self._outbox.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._idle.wait()
        return not (self._outbox.has_samples or self._under_way)

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
                    self._outbox.told(batch)
                    batch.heartbeats = {}

    def _answered(self, batch: Batch, answer: httpx.Response, now: datetime) -> bool:
        try:
            said = IngestAnswer.model_validate_json(answer.content)
        except ValidationError:
            return self._in_trouble("what answers 200 is not golive")
        for refusal in said.refused:
            self._refusal(refusal)
        self.sent += len(batch.items)
        self._outbox.stored(batch)
        batch.stored()
        if self._trouble:
            away_s = round(monotonic_s() - self._trouble_since, 1)
            _LOG.info("the app takes again what was seen", after_s=away_s, waiting=len(self._outbox))
            self._trouble = ""
        return True

    def _refusal(self, refusal: Refusal) -> None:
        self.refused += 1
        problem = _QUOTED.sub("…", refusal.problem)  # what was sent stays out of the log
        _LOG.warning("the app refused an item", id=refusal.id, field=refusal.field, problem=problem)

    async def _unwelcome(self, client: httpx.AsyncClient, batch: Batch, status: int) -> bool:
        """Find the item for which a whole batch is refused, by halves; when even an empty one is, it is no item."""
        if len(batch.items) > 1:
            self._outbox.halve(batch)
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
            _LOG.warning("nothing can be handed over", why=why, waiting=len(self._outbox))
        if not self._trouble:
            self._trouble_since = monotonic_s()
        self._trouble = why
        return False
