"""Channels: a task of each, which leases a notice, has it carried, and marks what became of it; none waits for another.

What was carried and cannot be marked is marked later, or goes again under the same id.
"""

import asyncio
import logging
import random
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from app.clock import SteadyClock
from app.commands import tickets
from app.domain.floor.tickets import ticket_of
from app.domain.plans import Plan
from app.domain.rollback.stored_triggers import shown
from app.domain.rollback.trigger_dependencies import by_id, held_back
from app.domain.telling.notice_plans import Channel, Occasion
from app.domain.telling.notices import Fate, Notice, NoticeStage, fate, wait_s
from app.errors import GoLiveError, Unavailable
from app.running.carrier import LATE_S, Carried, Carrier, Parcel
from app.running.webhook import Posted, Webhook
from app.steps import Steps
from app.store import decisions, notices, triggers
from app.store.db import Database, Session

log = logging.getLogger("golive.notices")

HELD_FOR_S = 15.0
LEASE_BEYOND_S = 30.0
MARK_AGAIN_S = 1.0
SENT, FAILED, HUNG, DROPPED, GIVEN_UP = "sent", "failed", "timed_out", "dropped", "given_up"


class Channels:
    """Sends what waits; `address` gives a channel's secret, `count` hears what became of each attempt."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        db: Database,
        clock: SteadyClock,
        address: Callable[[str], str],
        carrier: Carrier,
        webhook: Webhook,
        steps: Steps,
        count: Callable[[str, str], None] = lambda channel, result: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._plan, self._db, self._clock, self._address, self._carrier = plan, db, clock, address, carrier
        self._webhook, self._steps, self._count, self._chance = webhook, steps, count, chance
        self._sender = uuid.uuid4().hex
        self._wakes: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def take_over(self) -> None:
        """End the leases of senders before us, which are gone: one golive at a time has a site's database."""
        site = self._plan().site
        await self._db.write(lambda s: notices.take_over(s, site, self._sender))

    def tend(self, tasks: asyncio.TaskGroup) -> None:
        """Have one task for each channel of the plan, and none for others."""
        wanted = {c.id for c in self._plan().notices.channels}
        for name in [n for n, task in self._tasks.items() if task.done()]:
            self._tasks.pop(name)
        for gone in self._tasks.keys() - wanted:
            self._tasks.pop(gone).cancel()
            self._wakes.pop(gone, None)
        for name in wanted - self._tasks.keys():
            self._wakes[name] = asyncio.Event()
            self._wakes[name].set()
            self._tasks[name] = tasks.create_task(self._channel(name, self._wakes[name]), name=f"notices to {name}")

    def wake(self, channels: Iterable[str]) -> None:
        """Say that something waits for these."""
        for channel in channels:
            if channel in self._wakes:
                self._wakes[channel].set()

    async def _channel(self, name: str, wake: asyncio.Event) -> None:
        await self._steps.do(f"notices to {name}", self._carrier.start)
        while True:
            await wake.wait()
            wake.clear()
            await self._steps.do(f"notices to {name}", partial(self._drain, name))

    async def _drain(self, name: str) -> None:
        while (channel := self._known(name)) and (leased := await self._db.write(partial(self._next, channel=channel))):
            if channel.webhook:
                await self._post(channel, leased)
            else:
                await self._mark(channel, leased, await self._carry(channel, leased.notice))

    def _known(self, name: str) -> Channel | None:
        return next((c for c in self._plan().notices.channels if c.id == name), None)

    def _next(self, s: Session, channel: Channel) -> notices.Leased | None:
        """Lease the next notice that is still to be sent; what is over is dropped, what is held back waits."""
        plan, now = self._plan(), self._clock.now()
        pace, site = plan.notices.pace, plan.site
        until = now + timedelta(seconds=(channel.timeout_s + LEASE_BEYOND_S + LATE_S) * pace)
        while leased := notices.lease(s, site, channel.id, self._sender, now, until, pace, in_order=channel.webhook):
            notice = leased.notice
            what, holder = self._fate(s, plan, notice, now)
            if what is Fate.SEND:
                return leased
            if what is Fate.DROP:
                self._count(channel.id, DROPPED)
                why = "what it called for was done before it went"
                notices.ended(s, site, notice.id, self._sender, NoticeStage.DROPPED, now, why)
            else:
                again_at = now + timedelta(seconds=HELD_FOR_S * pace)
                notices.postponed(s, site, notice.id, self._sender, f"held back by {holder}", again_at)
        return None

    def _fate(self, s: Session, plan: Plan, notice: Notice, now: datetime) -> tuple[Fate, str]:
        if notice.occasion is Occasion.PROPOSAL:
            return fate(notice, None, decisions.get(s, plan.site, notice.subject), "", now), ""
        stored = triggers.all(s, plan.site)
        trigger = next((t for t in stored if (t.id, t.rule) == (notice.subject, notice.rule)), None)
        holder = held_back(trigger, by_id(shown(stored, plan))) if trigger is not None else ""
        return fate(notice, trigger, None, holder, now), holder

    async def _carry(self, channel: Channel, notice: Notice) -> Carried:
        try:
            address = await asyncio.to_thread(self._address, channel.id)
            parcel = Parcel(notice.title, notice.text, notice.severity)
            return await self._carrier.carry(address, parcel, channel.timeout_s)
        except Unavailable as error:
            return Carried(error.detail)

    async def _post(self, channel: Channel, leased: notices.Leased) -> None:
        """Post an event of an issue; the ticket that it became is kept in the commit in which it counts as sent."""
        notice, now = leased.notice, self._clock.now()
        try:
            address = await asyncio.to_thread(self._address, channel.id)
            told = await self._webhook.post(address, notice.title, notice.text, int(now.timestamp()), channel.timeout_s)
        except Unavailable as error:
            told = Posted(error.detail)
        if told.never:
            self._count(channel.id, GIVEN_UP)
            log.warning("the ticket system refuses the event %s for good: %s", notice.title, told.problem)
            site, sender = self._plan().site, self._sender
            await self._surely(
                lambda s: notices.ended(s, site, notice.id, sender, NoticeStage.GIVEN_UP, now, told.problem)
            )
            return
        ticket = ticket_of(told.answer, self._plan().notices.ticket_answer or "")
        await self._mark(channel, leased, Carried(told.problem, told.hung), ticket)

    async def _mark(self, channel: Channel, leased: notices.Leased, carried: Carried, ticket: str = "") -> None:
        """Note what became of it; while the database is away that waits, and nothing else goes to this channel."""
        site, id_, sender = self._plan().site, leased.notice.id, self._sender
        if not carried.problem:
            self._count(channel.id, SENT)

            def done(s: Session) -> None:
                if notices.sent(s, site, id_, sender, self._clock.now()) and ticket:
                    tickets.keep(s, self._plan(), leased.notice.subject, ticket, self._clock.now())

            await self._surely(done)
            return
        self._count(channel.id, HUNG if carried.hung else FAILED)
        log.warning("notice %s to %s, attempt %d: %s", id_, channel.id, leased.attempts, carried.problem)
        plan, now, problem = self._plan().notices, self._clock.now(), carried.problem
        again_at = now + timedelta(seconds=wait_s(leased.attempts, self._chance()) * plan.pace)
        if again_at - leased.made_at > timedelta(seconds=plan.give_up_after_s):
            self._count(channel.id, GIVEN_UP)
            await self._surely(lambda s: notices.ended(s, site, id_, sender, NoticeStage.GIVEN_UP, now, problem))
        else:
            await self._surely(lambda s: notices.failed(s, site, id_, sender, problem, again_at))

    async def _surely(self, act: Callable[[Session], object]) -> None:
        while True:
            try:
                await self._db.write(act)
                return
            except GoLiveError as error:
                log.warning("what became of a notice cannot be noted now: %s", error)
                await asyncio.sleep(MARK_AGAIN_S)
