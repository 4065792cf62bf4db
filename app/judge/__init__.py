"""The machine's flow: what was stored is judged in memory, the numbers are stored, and then screens are told.

A sample touches the windows of its series and is judged at once; exams are judged apart, at most once a second.
A database that is gone stops neither: the numbers wait, the newest of each series, until it is back.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from app.clock import SteadyClock, monotonic_s
from app.commands.habits import learn
from app.domain.exams.exam_board import ExamBoard
from app.domain.exams.exams import Exam, ExamEvent
from app.domain.floor.issue_standings import ENDED
from app.domain.floor.issue_standings import judged as issues_judged
from app.domain.floor.support_measure import WAIT, judged
from app.domain.measuring.board import Board
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.samples import Sample
from app.domain.plans import Plan
from app.domain.rollback.golive import effective_t0
from app.domain.rollback.trigger_board import trigger_board
from app.judge.loading import hear, loaded
from app.judge.numbers import WRITE_LIMIT_S, Numbers
from app.judge.rules import evaluated
from app.steps import Steps
from app.store import exams, golives, marks, supports, triggers
from app.store.db import Database, Session
from app.store.heartbeats import Heartbeats
from app.store.issue_board import IssuesHeld

log = logging.getLogger("golive.judge")

TICK_S = 1.0
BY_TIME_S = 10.0  # how often time alone is a reason to judge
EXAMS_APART_S = 1.0
TRIGGERS_APART_S = 0.25
SUPPORT_APART_S = 1.0  # however much people do
REFRESH_S = 3600.0
LEARN_S = 86_400.0
PROBES, EXAMS, TRIGGERS = "numbers of probes", "numbers of exams", "rollback triggers"
SUPPORT = "waits for support"
ISSUES = "numbers of issues"
SENTINEL = "sentinel"


class Judge:
    """Judges what is stored; `changed` is called after each commit of new numbers.

    `alive_at` is the steady moment of its last pass, None before the first; `steps` knows what keeps numbers waiting.
    """

    def __init__(
        self,
        plan: Plan,
        db: Database,
        heartbeats: Heartbeats,
        clock: SteadyClock,
        changed: Callable[[], None],
        count_bug: Callable[[], None] = lambda: None,
    ) -> None:
        self._plan, self._db, self._heartbeats, self._clock, self._changed = plan, db, heartbeats, clock, changed
        self.steps = Steps(log, "judging goes on in memory", count_bug)
        self.alive_at: datetime | None = None
        self.heard_at: datetime | None = None  # the newest samples were stored
        self.passes = 0
        self._board, self._exam_board = Board(plan), ExamBoard(plan, clock.now())
        self._triggers = trigger_board(plan)
        self._numbers = Numbers(db, clock, changed)
        self._triggers_judged_s, self._acted, self._sentinel = 0.0, False, False
        self._wake, self._exams_wake = asyncio.Event(), asyncio.Event()
        self._by_time_s = self._refreshed_s = self._learnt_s = self._support_s = self._issues_s = 0.0
        self._reported = IssuesHeld()

    def broken_for(self, measure: str) -> bool:
        """Say whether a mistake of golive's own stops the numbers of a measure."""
        if measure == WAIT:
            return SUPPORT in self.steps.broken
        if measure.startswith("issue."):
            return ISSUES in self.steps.broken
        of_probes = CATALOGUE[measure].source is Source.PROBE or measure in ("availability", "own.load")
        return (PROBES if of_probes else EXAMS) in self.steps.broken

    async def load(self, plan: Plan | None = None) -> None:
        """Take up where the last run ended: numbers judged then, the samples of the windows, exams, feeds.

        A reloaded `plan` counts from here on; until all is read the old one does, also where reading fails.
        """
        plan = plan or self._plan
        found = await loaded(plan, self._db, self._clock.now())
        self._learnt_s = monotonic_s()
        self._plan, self._board, self._exam_board = plan, found.board, found.exam_board
        self._triggers = found.triggers
        self._numbers.begin(found.rows)
        self._refreshed_s = monotonic_s()
        self._wake.set()
        self._exams_wake.set()

    def stored(
        self, samples: Sequence[Sample], events: Sequence[ExamEvent] = (), messages: Sequence[FeedMessage] = ()
    ) -> None:
        """Take what was just committed; the judging itself comes with the next turn of the event loop."""
        for sample in samples:
            hear(self._board, self._triggers, sample)
        if samples:
            self.heard_at = self._clock.now()
            self._wake.set()
        if events or messages:
            self._exam_board.hear(events, messages, self._clock.now())
            self._triggers.hear_events(events, self._clock.now())
            self._exams_wake.set()

    def acted(self) -> None:
        """Take over at once what people have just done to triggers and to the go-live."""
        self._acted = True
        self._issues_s = 0.0
        self._support_s = min(self._support_s, monotonic_s() - BY_TIME_S + SUPPORT_APART_S)
        self._wake.set()

    def pass_on(self) -> None:
        """Carry the sentinel that lies in the store on, with the next pass in which everything is judged."""
        self._sentinel = True
        self._wake.set()

    async def run(self) -> None:
        """Judge until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._probes(), name="judge probes")
            tasks.create_task(self._exams(), name="judge exams")

    async def _probes(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            self._wake.clear()
            await self.steps.do(PROBES, self._judge_probes)
            if self._plan.areas and monotonic_s() - self._issues_s >= BY_TIME_S:
                self._issues_s = monotonic_s()
                await self.steps.do(ISSUES, self._judge_issues)
            if self._acted or monotonic_s() - self._triggers_judged_s >= TRIGGERS_APART_S:
                self._triggers_judged_s = monotonic_s()
                await self.steps.do(TRIGGERS, self._judge_triggers)
            if self._plan.support is not None and monotonic_s() - self._support_s >= BY_TIME_S:
                self._support_s = monotonic_s()
                await self.steps.do(SUPPORT, self._judge_support)
            if self._sentinel and not {PROBES, EXAMS, TRIGGERS} & {*self.steps.waiting, *self.steps.broken}:
                await self.steps.do(SENTINEL, self._pass_sentinel)
            self.alive_at, self.passes = self._clock.now(), self.passes + 1

    async def _pass_sentinel(self) -> None:
        site, self._sentinel = self._plan.site, False  # before the read: one that comes while it runs is read again
        try:
            word = await self._db.read(lambda s: marks.get(s, site, marks.SENTINEL))
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._db.write(lambda s: marks.set(s, site, marks.SENTINEL_JUDGED, word or ""))
        except BaseException:
            self._sentinel = True
            raise
        self._changed()

    async def _judge_probes(self) -> None:
        now = self._clock.now()
        if monotonic_s() - self._by_time_s >= BY_TIME_S:
            self._by_time_s = monotonic_s()
            self._board.expire(now)
        await self._numbers.save(self._plan.site, self._board.judged(now))

    async def _judge_support(self) -> None:
        rules, site, now = self._plan.support, self._plan.site, self._clock.now()
        if rules is None:
            return
        since = now - timedelta(days=1)
        found, t0 = await self._db.read(lambda s: (supports.since(s, site, since), self._t0(s)))
        await self._numbers.save(self._plan.site, [judged(found, self._plan, rules, now, t0)])

    async def _judge_issues(self) -> None:
        site, now = self._plan.site, self._clock.now()
        board, t0 = await self._db.read(lambda s: (self._reported.now(s, site), self._t0(s)))
        ended = self._numbers.newest.get((ENDED.key, "day"))
        exams = ended.n + (ended.open or 0) if ended is not None else None
        await self._numbers.save(self._plan.site, issues_judged(board.issues, exams, self._plan, now, t0))

    async def _judge_triggers(self) -> None:
        """Evaluate every trigger and store what it came to; where somebody else was faster, take that over."""
        if not (self._triggers.instances or self._triggers.former):
            return
        if self._acted:
            await self._take_acts()
        now = self._clock.now()
        if monotonic_s() - self._learnt_s > LEARN_S:
            self._learnt_s = monotonic_s()
            await self._db.read(lambda s: learn(s, self._plan, self._triggers, now))
        newest, pulses = self._numbers.newest.values(), self._heartbeats.newest_of_all()
        if await evaluated(self._triggers, self._plan, self._db, now, self._t0, newest, pulses):
            self._changed()

    async def _take_acts(self) -> None:
        site, self._acted = self._plan.site, False  # before the read: what is done while it runs is read again
        try:
            self._triggers.take_changed(await self._db.read(lambda s: triggers.all(s, site)))
        except BaseException:
            self._acted = True
            raise

    async def _exams(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S if EXAMS in self.steps.waiting else BY_TIME_S):
                    await self._exams_wake.wait()
            self._exams_wake.clear()
            began_s = monotonic_s()
            await self.steps.do(EXAMS, self._judge_exams)
            took_s = monotonic_s() - began_s
            await asyncio.sleep(max(EXAMS_APART_S, 4 * took_s))  # many exams must not slow the probes down

    async def _judge_exams(self) -> None:
        site, touched = self._plan.site, self._exam_board.touched()
        try:
            if monotonic_s() - self._refreshed_s > REFRESH_S:
                await self._refresh_exams()
            elif touched:
                self._exam_board.put(await self._db.read(lambda s: exams.get_many(s, site, touched)))
            t0 = await self._db.read(self._t0)
        except BaseException:
            self._exam_board.touch(touched)
            raise
        now = self._clock.now()
        if self._triggers.counts_exams:
            self._triggers.see_exams(await asyncio.to_thread(self._exam_board.exams))
        feeds = self._exam_board.feeds_judged(now)
        await self._numbers.save(self._plan.site, await asyncio.to_thread(self._exam_board.judged, now, t0, feeds))

    def _t0(self, session: Session) -> datetime | None:
        return effective_t0(self._plan.go_live, golives.current(session, self._plan.site), self._clock.now())

    async def _refresh_exams(self) -> None:
        since, site = self._clock.now() - self._exam_board.look_back, self._plan.site
        found: list[Exam] = await self._db.read(lambda s: exams.current(s, site, since))
        self._exam_board.replace(found)
        self._refreshed_s = monotonic_s()
