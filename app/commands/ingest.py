"""A batch from a collector or an outsider: read, stored in one commit, then told to the judge."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from app.commands.ingest_quarantine import contradiction
from app.commands.ingest_reading import Batch, Known, read
from app.domain.appended import Appended
from app.domain.exams.exams import ExamEvent
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.samples import Sample
from app.domain.plans import Plan
from app.domain.quarantine import Unreadable
from app.domain.rollback.planned_work import is_planned
from app.errors import Unavailable
from app.store import exams, feed_messages, planned_work, quarantine, samples
from app.store.db import Database, Session
from app.store.heartbeats import Heartbeats
from app.wire import Envelope, IngestAnswer, Refusal

COMMIT_WITHIN_S = 10.0  # then the sender is told to come again; a commit that still happens makes that a repeat

AT_ONCE = 200  # so many items are read on the event loop; more of them beside it

OnStored = Callable[[Sequence[Sample], Sequence[ExamEvent], Sequence[FeedMessage]], None]


class Taking:
    """Lets batches in, any number at once; who must have none under way (a reload of the judge) keeps them waiting."""

    def __init__(self) -> None:
        self._under_way = 0
        self._open, self._idle = asyncio.Event(), asyncio.Event()
        self._open.set()
        self._idle.set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Stand for one batch, from before its commit until the judge has heard of it."""
        try:
            async with asyncio.timeout(COMMIT_WITHIN_S):
                while not self._open.is_set():
                    await self._open.wait()
        except TimeoutError as error:
            raise Unavailable("golive takes a new configuration; send the batch again") from error
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """Count one more under way, for a batch that is let in already and outlasts its call."""
        self._under_way += 1
        self._idle.clear()

    def end(self) -> None:
        """Count one less."""
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    @asynccontextmanager
    async def none(self) -> AsyncIterator[None]:
        """Stand for a moment without any batch."""
        self._open.clear()
        try:
            await self._idle.wait()
            yield
        finally:
            self._open.set()


@dataclass(frozen=True, slots=True)
class Stored:
    """What one commit took of a batch."""

    samples: Appended[Sample]
    events: Appended[ExamEvent]
    messages: Appended[FeedMessage]
    unreadable: Appended[Unreadable]

    @property
    def repeated(self) -> int:
        """Count what had been there already; the same bytes received a second time are the same message."""
        received = (self.messages, self.unreadable)
        again = sum(part.repeated + len(part.refused) for part in received)
        return self.samples.repeated + self.events.repeated + again

    @property
    def refused(self) -> list[Refusal]:
        """Name what contradicts something stored under the same id."""
        contradicting = (*self.samples.refused, *self.events.refused)
        return [Refusal(id=r.id, field=r.field, problem=r.problem) for r in contradicting]


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch after its commit, with the answer to its sender."""

    answer: IngestAnswer
    stored: Stored
    batch: Batch


async def take(
    db: Database,
    heartbeats: Heartbeats,
    known: Known,
    envelope: Envelope,
    *,
    steady: datetime,
    wall: datetime,
    on_stored: OnStored,
    taking: Taking,
) -> Taken:
    """Store a batch and answer for it; what was read is durable when this returns, and the judge has heard of it."""
    reading = (envelope, known, steady, wall)
    batch = await asyncio.to_thread(read, *reading) if envelope.items > AT_ONCE else read(*reading)

    def tell(stored: Stored) -> None:
        if stored.samples.stored or stored.events.stored or stored.messages.stored:
            on_stored(stored.samples.stored, stored.events.stored, stored.messages.stored)

    stored = await _store(db, known, batch, envelope.source, steady, lambda late: _tell_late(late, tell, taking))
    heartbeats.heard(envelope.source, steady)
    contradicting = {r.id for r in stored.samples.refused}
    for sample in batch.samples:  # before the pulses: those were told after what had been seen
        if sample.id in contradicting:
            batch.missed.append((sample.probe, "at: another sample of the same id came before"))
        else:
            heartbeats.sampled(envelope.source, sample.probe, sample.at, steady)
    for probe, why in batch.missed:
        heartbeats.refused(envelope.source, probe, why, steady)
    for name, pulse in batch.heartbeats:
        heartbeats.take(envelope.source, name, pulse)
    tell(stored)
    fresh = len(stored.samples.stored) + len(stored.events.stored) + len(stored.messages.stored)
    answer = IngestAnswer(
        accepted=fresh + len(stored.unreadable.stored) + len(batch.heartbeats),
        repeated=stored.repeated,
        refused=batch.refused + stored.refused,
    )
    return Taken(answer, stored, batch)


def _tell_late(committing: "asyncio.Future[Stored]", tell: Callable[[Stored], None], taking: Taking) -> None:
    """Tell the judge after all when a commit comes that its sender no longer waits for: sent again, it is a repeat."""
    taking.begin()

    def told(done: "asyncio.Future[Stored]") -> None:
        try:
            if not done.cancelled() and done.exception() is None:
                tell(done.result())
        finally:
            taking.end()

    committing.add_done_callback(told)


async def _store(
    db: Database,
    known: Known,
    batch: Batch,
    source: str,
    at: datetime,
    late: "Callable[[asyncio.Future[Stored]], None]",
) -> Stored:
    if not (batch.samples or batch.events or batch.messages or batch.unreadable or batch.bad):
        return Stored(Appended(), Appended(), Appended(), Appended())  # only signs of life, which are true for seconds
    site = known.plan.site
    order = known.plan.feed_order

    def act(s: Session) -> Stored:
        stored = Stored(
            samples.append(s, site, _with_planned_work(s, known.plan, batch.samples)),
            exams.append(s, site, batch.events, order),
            feed_messages.append(s, site, batch.messages),
            quarantine.append(s, site, batch.unreadable),
        )
        quarantine.append(s, site, [*batch.bad, *(contradiction(source, r, at) for r in stored.refused)])
        return stored

    submitted = db.submit(act)
    committing = asyncio.wrap_future(submitted)
    try:
        async with asyncio.timeout(COMMIT_WITHIN_S):
            return await asyncio.shield(committing)
    except (TimeoutError, asyncio.CancelledError) as error:
        if not submitted.cancel():  # under way: it may be stored yet
            late(committing)
        if isinstance(error, TimeoutError):
            raise Unavailable("the database does not answer; send the batch again") from error
        raise


def _with_planned_work(session: Session, plan: Plan, taken: list[Sample]) -> list[Sample]:
    """Mark the samples made while their system was in planned work: they are kept, and judge nothing."""
    if not taken:
        return taken
    works = planned_work.since(session, plan, min(s.known_at or s.at for s in taken))
    if not works:
        return taken
    return [replace(s, planned=True) if is_planned(s.system, s.known_at or s.at, works) else s for s in taken]
