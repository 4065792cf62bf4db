"""Notices: made from the journal and from what time alone makes due, and what of them does not get through."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta

from app.clock import SteadyClock, monotonic_s
from app.domain.journal import Entry
from app.domain.measuring.overall import Ground
from app.domain.plans import Plan
from app.domain.rollback.golive import GoLiveAct, closed_at, phases_around
from app.domain.telling.notice_plans import Occasion
from app.domain.telling.notices import Notice, Triggers, handed_over, noticed, owed
from app.domain.words import counted
from app.errors import Unavailable
from app.running.carrier import Carrier
from app.running.channels import Channels
from app.running.webhook import Webhook
from app.steps import Steps
from app.store import decisions, golives, journal, notices, triggers
from app.store.db import Database, Session
from app.store.issue_board import IssuesHeld

log = logging.getLogger("golive.notices")

TICK_S, OWED_EACH_S, ADDRESSES_EACH_S = 1.0, 5.0, 10.0
GAP_S = 0.02  # between two looks, so that a burst of commits costs one
HELD_FOR_S = 15.0
LEASE_BEYOND_S = 30.0
MARK_AGAIN_S = 1.0
REMINDED_FOR, GIVEN_UP_FOR, PHASE_ENDS_FOR = timedelta(days=7), timedelta(days=1), timedelta(minutes=1)
HANDED_OVER_FOR = timedelta(days=7)  # after its close the command center's open issues are handed over
DECISIONS = 200
SENT, FAILED, HUNG, DROPPED, GIVEN_UP = "sent", "failed", "timed_out", "dropped", "given_up"


class Notices:
    """Makes notices and has them sent; `address` gives a channel's secret, `count` hears what became of each attempt.

    `waiting` is what of each channel waits, fails or was given up, as of the last second.
    """

    def __init__(
        self,
        plan: Callable[[], Plan],
        db: Database,
        clock: SteadyClock,
        address: Callable[[str], str],
        carrier: Carrier,
        webhook: Webhook,
        count: Callable[[str, str], None] = lambda channel, result: None,
        count_bug: Callable[[], None] = lambda: None,
    ) -> None:
        self._plan, self._db, self._clock, self._address, self._carrier = plan, db, clock, address, carrier
        self.steps = Steps(log, "notices wait", count_bug)
        self._count_bug, self._untold = count_bug, 0
        self._channels = Channels(plan, db, clock, address, carrier, webhook, self.steps, count)
        self._poked, self._issues = asyncio.Event(), IssuesHeld()
        self._looked_s = self._owed_s = float("-inf")
        self._nowhere: dict[str, str] = {}
        self.waiting: tuple[notices.Waiting, ...] = ()

    def poke(self) -> None:
        """Say that something was committed."""
        self._poked.set()

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                await self.steps.do("taking over of notices", self._channels.take_over)
                tasks.create_task(self._mind_addresses(), name="addresses of channels")
                while True:
                    self._channels.tend(tasks)
                    await self.steps.do("notices of the journal", self._follow)
                    if monotonic_s() - self._owed_s >= OWED_EACH_S:
                        self._owed_s = monotonic_s()
                        await self.steps.do("reminders", self._remind)
                    if monotonic_s() - self._looked_s >= TICK_S:
                        self._looked_s = monotonic_s()
                        await self.steps.do("state of the channels", self._look)
                    await asyncio.sleep(GAP_S)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(TICK_S):
                            await self._poked.wait()
                    self._poked.clear()  # before the next look: what is committed while it runs is looked at again
        finally:
            await self._carrier.close()

    def grounds(self) -> Iterator[Ground]:
        """Give what of it people are to look at: channels that do not take what is sent, and what was given up."""
        for channel, why in self._nowhere.items():
            yield Ground("watch", f"notices to {channel}", f"not sent: {why}")
        for one in self.waiting:
            subject = f"notices to {one.channel}"
            if one.failing and one.channel not in self._nowhere:
                yield Ground("watch", subject, f"not taken: {one.problem}; {one.waiting} waiting", one.since)
            if one.given_up:
                lost = counted(one.given_up, "notice")
                yield Ground(
                    "watch", subject, f"{lost} given up: nobody got what it said, in the last day", one.given_up_at
                )
        if self._untold:
            entries = counted(self._untold, "entry", "entries")
            yield Ground("watch", "notices", f"not made: of {entries} of the journal, by a mistake of golive's own")
        for step in self.steps.broken:
            yield Ground("watch", f"golive, {step}", "a mistake of golive's own stops this, its log says which")

    # --- from the record to the outbox

    async def _follow(self) -> None:
        site = self._plan().site
        while await self._db.read(lambda s: bool(notices.unfollowed(s, site))):
            self._channels.wake(await self._db.write(self._make))

    def _make(self, s: Session) -> set[str]:
        """Make the notices of what the journal says next; give the channels that have something to do."""
        plan, now = self._plan(), self._clock.now()
        entries = notices.unfollowed(s, plan.site)
        if not entries:
            return set()
        known = {(t.id, t.rule): t for t in triggers.all(s, plan.site)}
        acts = golives.acts(s, plan.site)
        made = [notice for entry in entries for notice in self._of_entry(entry, plan, known, acts)]
        notices.keep(s, plan.site, made, now)
        notices.followed(s, plan.site, entries[-1].seq)
        return {notice.channel for notice in made}

    def _of_entry(self, entry: Entry, plan: Plan, known: Triggers, acts: Sequence[GoLiveAct]) -> list[Notice]:
        """Give the notices of an entry; one that a mistake of ours makes untellable must not keep others untold."""
        grace = PHASE_ENDS_FOR * plan.notices.pace
        try:
            return noticed(entry, plan, known, phases_around(plan.go_live, acts, entry.at, grace))
        except Exception:
            self._count_bug()
            self._untold += 1
            log.exception("entry %d of the journal (%s) cannot be told", entry.seq, entry.act)
            return []

    async def _remind(self) -> None:
        if await self._db.read(self._new):
            self._channels.wake(await self._db.write(self._owe))
        left = [c.id for c in self._plan().notices.channels]
        if any(one.waiting and one.channel not in left for one in self.waiting):
            await self._db.write(lambda s: notices.without_channel(s, self._plan().site, left, self._clock.now()))

    def _new(self, s: Session) -> list[Notice]:
        """Give what time alone made due and nobody has stored yet."""
        plan, now = self._plan(), self._clock.now()
        told = notices.alarms(s, plan.site, now - REMINDED_FOR * plan.notices.pace)
        open_ = [d for d in decisions.newest(s, plan.site, DECISIONS) if d.end is None]
        phases = phases_around(plan.go_live, golives.acts(s, plan.site), now, timedelta())
        due = owed(plan, told, triggers.all(s, plan.site), open_, phases, now)
        closed = closed_at(plan.go_live, golives.current(s, plan.site), now)
        if closed is not None and now - closed <= HANDED_OVER_FOR * plan.notices.pace:
            until = closed + PHASE_ENDS_FOR * plan.notices.pace
            due += handed_over(plan, self._issues.now(s, plan.site).issues, closed, until, phases)
        stored = notices.known(s, plan.site, due)
        return [notice for notice in due if notice.id not in stored]

    def _owe(self, s: Session) -> set[str]:
        new = self._new(s)
        if over := sorted({notice.subject for notice in new if notice.occasion is Occasion.CLOSING}):
            body = {"issues": over, "channels": sorted({n.channel for n in new if n.occasion is Occasion.CLOSING})}
            journal.append(
                s, self._plan().site, self._clock.now(), "golive", "floor.hand_over", self._plan().site, body
            )
        notices.keep(s, self._plan().site, new, self._clock.now())
        return {notice.channel for notice in new}

    # --- how it goes out

    async def _look(self) -> None:
        plan, now = self._plan(), self._clock.now()
        since = now - GIVEN_UP_FOR * plan.notices.pace
        self.waiting = tuple(await self._db.read(lambda s: notices.waiting(s, plan.site, since)))
        self._channels.wake(await self._db.read(lambda s: notices.due(s, plan.site, now, plan.notices.pace)))

    async def _mind_addresses(self) -> None:
        """Look for each channel's address before it is needed; a file that hangs holds up nothing but this."""
        while True:
            channels = [c.id for c in self._plan().notices.channels]
            found = [(channel, await asyncio.to_thread(self._why_nowhere, channel)) for channel in channels]
            self._nowhere = {channel: why for channel, why in found if why}
            await asyncio.sleep(ADDRESSES_EACH_S)

    def _why_nowhere(self, channel: str) -> str:
        try:
            self._address(channel)
        except Unavailable as error:
            return error.detail
        return ""
