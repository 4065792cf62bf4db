"""When probes run: one task each, on a grid without drift, within what a system can bear."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from app.clock import SteadyClock, monotonic_s
from app.domain.measuring.samples import Outcome
from app.domain.measuring.standings import BYTE_BUDGET
from app.domain.measuring.turns import next_tick
from app.settings import Config, Probe, Secrets
from app.settings.accessions import rule_of_orders
from app.wire import HeartbeatIn, SampleIn
from collectors import schedule
from collectors.bugs import place_of
from collectors.dicom.identifiers import Listed
from collectors.items import FeedItems
from collectors.places import OTHERS, Places
from collectors.probes import ProbeContext, attempt
from collectors.probes.destinations import Destinations
from collectors.probes.http import HttpClients
from collectors.sightings import Sightings
from collectors.turn import IDLE, UNDER_WAY, Turn

HEARTBEAT_S = 1.0
STOP_S = 1.5
_log = logging.getLogger(__name__)


class Door(Protocol):
    """What the runner needs of the sender."""

    def sample(self, sample: SampleIn) -> None: ...

    def heartbeat(self, heartbeat: HeartbeatIn) -> None: ...

    async def durable(self, items: FeedItems) -> None: ...


class Runner:
    """Runs the probes of one collector until it is cancelled."""

    def __init__(
        self, config: Config, source: str, sender: Door, secrets: Secrets, clock: SteadyClock, places: Places
    ) -> None:
        settings = config.settings
        self._sender, self._clock, self._folder = sender, clock, config.folder
        self._zone = ZoneInfo(settings.site.timezone)
        self._issuers = settings.site.accession_issuers
        self._systems = {s.id: s for s in settings.systems}
        first = settings.collectors[0].id
        self.probes = probes_of(settings.probes, source, first)
        self._http, self._destinations = HttpClients(config.folder), Destinations()
        site_key, rule = secrets.site_key.get_secret_value(), rule_of_orders(settings.feeds)
        self._sightings = Sightings(site_key, sender, issuers=self._issuers, rule=rule)
        self._places = places
        self.turns: dict[str, Turn] = {}

    async def run(self) -> None:
        """Probe and give signs of life; after a cancellation everything is closed within two seconds."""
        start_s = monotonic_s()
        phases = schedule.spread(len(self.probes), random.random())
        for probe, phase in zip(self.probes, phases, strict=True):
            anchor_s = schedule.first_due(start_s, probe.every, phase)
            self.turns[probe.id] = Turn(probe.id, anchor_s, anchor_s)
        tasks = [asyncio.create_task(self._heartbeats()), asyncio.create_task(self._sightings.run())]
        tasks += [asyncio.create_task(self._keep_probing(probe), name=probe.id) for probe in self.probes]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=STOP_S / 2)
            await self._close()

    async def _close(self) -> None:
        closing = [asyncio.create_task(self._http.close()), asyncio.create_task(self._destinations.close())]
        _, slow = await asyncio.wait(closing, timeout=STOP_S / 2)
        for task in slow:
            task.cancel()

    async def _heartbeats(self) -> None:
        while True:
            now, now_s = self._clock.now(), monotonic_s()
            for turn in self.turns.values():
                self._sender.heartbeat(turn.heartbeat(now, now_s))
            await asyncio.sleep(HEARTBEAT_S)

    async def _keep_probing(self, probe: Probe) -> None:
        turn, anchor_s = self.turns[probe.id], self.turns[probe.id].due_s
        while True:
            await asyncio.sleep(max(0.0, turn.due_s - monotonic_s()))
            began_s = monotonic_s()
            try:
                began_s = await self._run_once(probe, turn)
            except Exception as error:  # a bug of ours must not end the probe, nor any other
                turn.bugs += 1
                _log.error("probe %s: a bug, seen %d times: %s", probe.id, turn.bugs, place_of(error))
            self._plan(probe, turn, anchor_s, began_s)

    async def _run_once(self, probe: Probe, turn: Turn) -> float:
        system, limits = self._systems[probe.system], self._places.of(probe.system)
        turn.wait(self._clock.now(), OTHERS)
        async with AsyncExitStack() as held:
            if probe.kind == "image-load":
                await held.enter_async_context(limits.images)
            await held.enter_async_context(limits.slots)
            began_s = monotonic_s()
            turn.runs += 1
            turn.go(UNDER_WAY, self._clock.now())
            spent: list[int] = []
            sample = await attempt(probe, system, self._context(probe, turn, spent.append))
        self._sightings.looked(probe.id)
        turn.fetched(sum(spent))
        turn.refusals = turn.refusals + 1 if sample.outcome in (Outcome.REFUSED, Outcome.REJECTED) else 0
        self._sender.sample(sample)
        return began_s

    def _context(self, probe: Probe, turn: Turn, spent: Callable[[int], None]) -> ProbeContext:
        def listed(orders: Sequence[Listed]) -> None:
            self._sightings.saw(probe.id, orders, self._clock.now())

        return ProbeContext(
            zone=self._zone,
            now=self._now,
            run=turn.runs,
            folder=self._folder,
            http=self._http,
            destinations=self._destinations,
            listed=listed,
            spent=spent,
            issuers=self._issuers,
        )

    def _now(self) -> datetime:
        return self._clock.now()

    def _plan(self, probe: Probe, turn: Turn, anchor_s: float, began_s: float) -> None:
        ended_s = monotonic_s()
        refused_s, budget_s = schedule.back_off_gap(probe.every, turn.refusals), 0.0
        if probe.kind == "image-load":
            budget_s = schedule.budget_gap(turn.bytes_each, self._places.of(probe.system).bytes_per_load_probe)
        gap_s = max(refused_s, budget_s)
        turn.tick_s = next_tick(anchor_s, probe.every, ended_s)
        turn.due_s = schedule.next_due(anchor_s, probe.every, began_s, ended_s, random.random(), gap_s)
        held_by = "" if gap_s <= probe.every else "back-off" if refused_s >= budget_s else BYTE_BUDGET
        turn.go(IDLE, held_by=held_by)


def probes_of(probes: Sequence[Probe], source: str, first: str) -> list[Probe]:
    """Give the probes that a collector runs: those that name it, and for the first collector those that name none."""
    return [p for p in probes if source in (p.from_ or [first])]
