"""One process from start to stop: what is made, in which order it begins, what Follow asks it, and how it ends."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.clock import SteadyClock, utc_now
from app.commands import configuration
from app.commands.way_back import Counted
from app.domain.exams.exams import ExamEvent
from app.domain.floor.issue_board import UNREAD, of_issues
from app.domain.measuring.eyes import nobody_measures
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.overall import Ground, nearly_full, of_decisions, of_planned_work, of_triggers, overall
from app.domain.measuring.samples import Sample
from app.domain.measuring.sights import standings_now
from app.domain.measuring.signs import Pulses
from app.domain.measuring.standings import Judged, Standing
from app.domain.rollback.decisions import Decision
from app.domain.rollback.planned_work import PlannedWork
from app.domain.rollback.rolled_back import is_rolled_back
from app.domain.rollback.stored_triggers import Trigger, shown
from app.errors import GoLiveError
from app.judge import Judge
from app.plan import plan_of
from app.push.follow import Follow, Seen
from app.push.hub import Hub
from app.running.asking import Asking
from app.running.dead_man import Sentinel
from app.running.escalation import Escalation
from app.running.loops import Loop, Run
from app.running.outside import Outside
from app.running.upkeep import Upkeep
from app.settings import Config, Secrets
from app.store import decisions, golives, marks, planned_work, quarantine, shift, standings, triggers
from app.store.db import Database, Session
from app.store.floor_sight import FloorHeld
from app.store.heartbeats import Heartbeats
from app.store.issue_board import IssuesHeld
from app.web import security
from app.web.besides import Besides
from app.web.house import House
from app.web.metrics import Metrics

log = logging.getLogger("golive.app")

JUDGE_SILENT_AFTER = timedelta(seconds=5)
UNREADABLE_FOR = timedelta(days=1)
DECISIONS = 200  # the newest; those of a week of breaches are fewer
OWN_MISTAKE = "a mistake of golive's own stops this, its log says which"


class Life:
    """The parts of one running app; `version` is golive's own, as the journal names it at each start."""

    def __init__(self, config: Config, secrets: Secrets, version: str, *, simulation: bool, speed: float) -> None:
        settings = config.settings
        self._version, self._simulation, self._speed = version, simulation, speed
        self._file_seen = configuration.stamp_of(config.file)  # what changes while the database opens is a change
        self._clock = SteadyClock()
        self._db = Database(settings.server.database, settings.site.id, config.folder)
        self._heartbeats, self._hub = Heartbeats(), Hub()
        self._started_at = self._clock.now()
        self._works: tuple[PlannedWork, ...] = ()
        self._rolled_back = False
        self._cost, self._held, self._issues = Counted(), IssuesHeld(), UNREAD
        self._floor = FloorHeld()
        plan = plan_of(config, simulation=simulation, speed=speed)
        self._judge = Judge(plan, self._db, self._heartbeats, self._clock, self._judged, self._count_bug)
        self._upkeep = Upkeep(lambda: self.house.plan, self._db, self._clock, self._most_bytes, self._count_bug)
        follow = Follow(
            self._look,
            self._stand,
            self._whole,
            plan,
            self._clock,
            self._hub,
            judge_alive_at=lambda: self._judge.alive_at,
            trouble=lambda: self._db.trouble,
            own=lambda: [ground.text for ground in self._own_grounds()],
            outside=lambda: list(self._outside.grounds()),
            beside_of=Besides(lambda: self.house).of,
            count_bug=self._count_bug,
        )
        self._outside = Outside(
            lambda: self.house.config,
            lambda: self.house.plan,
            self._db,
            self._clock,
            Sentinel(self._db, settings.site.id, self._judge.pass_on, follow.shows, self._eyes_shut),
            lambda channel, result: self.house.metrics.notices.labels(channel, result).inc(),
            lambda result: self.house.metrics.pings.labels(result).inc(),
            self._count_bug,
        )
        self._escalation = Escalation(lambda: self.house.plan, self._db, self._clock, self._acted, self._count_bug)
        self._asking = Asking(lambda: self.house.plan, self._db, self._clock, self._acted, self._count_bug)
        limits = [m.expected_below for m in settings.measures.values() if m.expected_below]
        self.house = House(
            config=config,
            secrets=secrets,
            plan=plan,
            db=self._db,
            heartbeats=self._heartbeats,
            clock=self._clock,
            hub=self._hub,
            follow=follow,
            metrics=Metrics(limits, size_bytes=lambda: self._upkeep.size_bytes),
            judge_alive=self._judge_alive,
            on_stored=self._stored,
            on_acted=self._acted,
        )
        self._loops = [self._loop(name, run) for name, run in self._runs()]
        self._reread = asyncio.Event()

    def _runs(self) -> Iterator[tuple[str, Run]]:
        yield "judge", lambda: self._judge.run()
        yield "upkeep", lambda: self._upkeep.run()
        yield "push", lambda: self.house.follow.run()
        yield "escalation", lambda: self._escalation.run()
        yield "asking", lambda: self._asking.run()
        yield from self._outside.runs()
        yield "configuration", self._watch_file

    def _loop(self, name: str, run: Run) -> Loop:
        crashes = self.house.metrics.crashes
        return Loop(name, run, self.house.down, lambda crashed: crashes.labels(crashed).inc())

    async def begin(self) -> None:
        """Open the database, journal the start, load the judge, then let the loops run."""
        config, at = self.house.config, utc_now()
        await asyncio.to_thread(self._db.open)
        try:
            await self._db.write(configuration.Starting(config, at, self._simulation, self._version))
            await configuration.fold_again(self._db, self.house.plan)
            await self._judge.load()
        except BaseException:
            await asyncio.to_thread(self._db.close)
            raise
        self._on_hangup(True)
        for loop in self._loops:
            loop.start()
        if why := security.no_sessions(config.settings.server):
            log.warning("%s", why)
        log.info("golive serves %s on %s", config.settings.site.id, config.settings.server.listen)

    async def end(self) -> None:
        """Let the browsers go, end the loops, journal the stop, close the database."""
        self._on_hangup(False)
        self._hub.close()
        for loop in reversed(self._loops):
            await loop.stop()
        try:
            async with asyncio.timeout(2):
                await configuration.stopping(self._db, self.house.site, utc_now())
        except (TimeoutError, GoLiveError):
            log.warning("the stop could not be journalled: %s", self._db.trouble or "the database does not answer")
        await asyncio.to_thread(self._db.close)

    def _judge_alive(self) -> bool:
        alive_at = self._judge.alive_at
        return alive_at is not None and self._clock.now() - alive_at < JUDGE_SILENT_AFTER * self._speed

    def _count_bug(self) -> None:
        self.house.metrics.bugs.inc()

    def _stored(self, samples: Sequence[Sample], events: Sequence[ExamEvent], messages: Sequence[FeedMessage]) -> None:
        self._judge.stored(samples, events, messages)

    def _acted(self) -> None:
        self._judge.acted()
        self.house.follow.poke()
        self._outside.poke()

    def _judged(self) -> None:
        self.house.follow.poke()
        self._outside.poke()

    def _eyes_shut(self) -> str:
        """Say why nobody measures, "" while somebody does or nothing is to be measured."""
        plan, now = self.house.plan, self._clock.now()
        heard = {vantage: self._heartbeats.last_heard(vantage) for vantage in plan.vantages}
        return nobody_measures(plan, heard, self._judge.heard_at or self._started_at, now)

    # --- what Follow asks

    async def _look(self, now: datetime) -> Seen:
        site = self.house.site

        def ask(s: Session) -> Seen:
            self._works = tuple(planned_work.known(s, self.house.plan, now))
            self._issues = self._held.now(s, site)
            record = golives.current(s, site)
            self._rolled_back = is_rolled_back(self.house.plan, record, now)
            there = shift.now(s, site, now)
            return Seen(
                judged=tuple(standings.all(s, site)),
                record=record,
                unreadable=quarantine.count(s, site, now - UNREADABLE_FOR),
                triggers=tuple(shown(triggers.all(s, site), self.house.plan)),
                decisions=tuple(decisions.newest(s, site, DECISIONS)),
                sentinel=marks.get(s, site, marks.SENTINEL_JUDGED) or "",
                cost=self._cost.now(s, self.house.plan, record, now),
                issues=self._issues,
                shift=there,
                floor=self._floor.now(s, self.house.plan, record, there, now),
            )

        return await self._db.read(ask)

    def _stand(self, judged: Sequence[Judged], now: datetime) -> list[Standing]:
        found = standings_now(
            judged, self.house.plan, self._pulses(), now, started_at=self._started_at, works=self._works
        )
        return [s.blinded(OWN_MISTAKE) if self._judge.broken_for(s.series.measure) else s for s in found]

    def _whole(
        self, found: Sequence[Standing], triggers: Sequence[Trigger], decisions: Sequence[Decision], now: datetime
    ) -> tuple[str, list[str]]:
        works = of_planned_work(self._works, found, self.house.plan, now)
        own = (*self._own_grounds(), *self._outside.grounds())
        issues = of_issues(self._issues, self.house.plan)
        acts = [*own, *of_triggers(triggers), *issues, *of_decisions(decisions, now), *works]
        whole = overall(found, self.house.plan, self._pulses(), now, acts, rolled_back=self._rolled_back)
        return whole.state, whole.reasons

    def _own_grounds(self) -> Iterator[Ground]:
        for step in self._judge.steps.broken:
            yield Ground("blind", f"golive, {step}", OWN_MISTAKE)
        for step in (*self._upkeep.steps.broken, *self._escalation.steps.broken, *self._asking.steps.broken):
            yield Ground("watch", f"golive, {step}", OWN_MISTAKE)
        yield from self.house.grounds(self._clock.now())
        if why := nearly_full(self._upkeep.used_bytes, self._most_bytes()):
            yield Ground("watch", "database", why)

    def _most_bytes(self) -> int:
        return self.house.config.settings.server.most_bytes

    def _pulses(self) -> Pulses:
        return self._heartbeats.newest_of_all()

    # --- the file that changes

    def _on_hangup(self, listen: bool) -> None:
        # not in the main thread (a test's server): then only the watch on the file is left
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            loop = asyncio.get_running_loop()
            if listen:
                loop.add_signal_handler(signal.SIGHUP, self._reread.set)
            else:
                loop.remove_signal_handler(signal.SIGHUP)

    async def _watch_file(self) -> None:
        await configuration.watch(
            self.house.config.file, self._file_seen, self._reread, self._take_again, self._by_clock
        )

    async def _by_clock(self) -> None:
        if await configuration.declare_by_clock(self._db, self.house.config, utc_now()):
            self.house.follow.poke()

    async def _take_again(self) -> None:
        found = await configuration.reread(self._db, self.house.config, os.environ, utc_now())
        self.house.config_trouble = found.trouble
        if found.config is None:
            log.warning("%s", found.trouble)
            return
        if found.config.version == self.house.config.version:
            self.house.config = found.config
            return
        plan = plan_of(found.config, simulation=self._simulation, speed=self._speed)
        await configuration.fold_again(self._db, plan)
        async with self.house.taking.none():  # else a batch of this moment would count twice, or never
            await self._judge.load(plan)
            self.house.config, self.house.plan, self.house.follow.plan = found.config, plan, plan
        self.house.recognised.ask_again()
        self.house.follow.poke()
        log.info("configuration %s is in effect", found.config.version)
