"""The machine's flow: what was stored is judged in memory, the numbers are stored, and then screens are told.

A sample touches the windows of its series and is judged at once; exams are judged apart, at most once a second.
A database that is gone stops neither: the numbers wait, the newest of each series, until it is back.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

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
from app.domain.measuring.samples import Sample, not_ahead
from app.domain.measuring.series import WINDOW_S
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Judged, known_by
from app.domain.plans import Plan
from app.domain.rollback.golive import effective_t0
from app.domain.rollback.planned_work import PlannedWork, by_system
from app.domain.rollback.trigger_board import TriggerBoard, trigger_board
from app.domain.rollback.trigger_sights import by_series
from app.steps import Steps
from app.store import (
    exams,
    feed_messages,
    golives,
    issues,
    marks,
    planned_work,
    quarantine,
    samples,
    standings,
    supports,
    triggers,
)
from app.store.db import Database, Session
from app.store.heartbeats import Heartbeats
from app.store.issue_board import IssuesHeld

log = logging.getLogger("golive.judge")

TICK_S = 1.0
BY_TIME_S = 10.0  # how often time alone is a reason to judge
EXAMS_APART_S = 1.0
TRIGGERS_APART_S = 0.25
SUPPORT_APART_S = 1.0  # however much people do
WRITE_LIMIT_S = 3.0
REFRESH_S = PICTURE_S = 3600.0
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
        self._newest: dict[tuple[str, str], Judged] = {}
        self._triggers_judged_s, self._acted, self._sentinel = 0.0, False, False
        self._unsaved: dict[tuple[str, str], Judged] = {}
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
        plan, now = plan or self._plan, self._clock.now()
        board, exam_board = Board(plan), ExamBoard(plan, now)
        rules = trigger_board(plan)
        rows = [known_by(row, now) for row in await self._db.read(lambda s: standings.all(s, plan.site))]
        back_s = WINDOW_S if rows else PICTURE_S  # what was judged before holds its picture already
        back_s = max(back_s, rules.longest_window_s)
        for sample in await self._db.read(lambda s: _window_samples(s, board, now, back_s)):
            _hear(board, rules, sample)
        board.restore(rows)
        rules.take_over(await self._db.read(lambda s: triggers.all(s, plan.site)))
        exam_board.restore(rows)
        since, day = now - exam_board.look_back, now - timedelta(days=1)
        exam_board.replace(await self._db.read(lambda s: exams.current(s, plan.site, since)))
        for event in await self._db.read(lambda s: exams.received_since(s, plan.site, day)):
            exam_board.heard_before(event, now)
            rules.hear_events([event], now)
        rules.see_exams(exam_board.exams())
        await self._db.read(lambda s: learn(s, plan, rules, now))
        self._learnt_s = monotonic_s()
        for feed in plan.feeds:
            exam_board.messages_before(feed, await self._offsets(feed))
        self._plan, self._board, self._exam_board, self._triggers = plan, board, exam_board, rules
        self._newest = {(row.series.key, row.window): row for row in rows}
        self._refreshed_s = monotonic_s()
        self._wake.set()
        self._exams_wake.set()

    def stored(
        self, samples: Sequence[Sample], events: Sequence[ExamEvent] = (), messages: Sequence[FeedMessage] = ()
    ) -> None:
        """Take what was just committed; the judging itself comes with the next turn of the event loop."""
        for sample in samples:
            _hear(self._board, self._triggers, sample)
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
        await self._save(self._board.judged(now))

    async def _judge_support(self) -> None:
        rules, site, now = self._plan.support, self._plan.site, self._clock.now()
        if rules is None:
            return
        since = now - timedelta(days=1)
        found, t0 = await self._db.read(lambda s: (supports.since(s, site, since), self._t0(s)))
        await self._save([judged(found, self._plan, rules, now, t0)])

    async def _judge_issues(self) -> None:
        site, now = self._plan.site, self._clock.now()
        board, t0 = await self._db.read(lambda s: (self._reported.now(s, site), self._t0(s)))
        ended = self._newest.get((ENDED.key, "day"))
        exams = ended.n + (ended.open or 0) if ended is not None else None
        await self._save(issues_judged(board.issues, exams, self._plan, now, t0))

    async def _judge_triggers(self) -> None:
        """Evaluate every trigger and store what it came to; where somebody else was faster, take that over."""
        if not (self._triggers.instances or self._triggers.former):
            return
        if self._acted:
            await self._take_acts()
        site, now = self._plan.site, self._clock.now()
        if monotonic_s() - self._learnt_s > LEARN_S:
            self._learnt_s = monotonic_s()
            await self._db.read(lambda s: learn(s, self._plan, self._triggers, now))
        t0, quarantined, works, open_ = await self._db.read(partial(self._beside_triggers, now=now))
        pulses = self._heartbeats.newest_of_all()
        standing = standings_now(self._newest.values(), self._plan, pulses, now, works=works)
        planned = by_system(works, self._plan.zone, now)
        found = self._triggers.evaluated(now, t0, by_series(standing), quarantined, planned, works, open_)
        if not found:
            return

        def act(session: Session) -> list[str]:
            return [e.trigger.id for e in found if not triggers.keep(session, site, e.trigger, e.before, e.transitions)]

        async with asyncio.timeout(WRITE_LIMIT_S):
            slower = set(await self._db.write(act))
        self._triggers.take_over(e.trigger for e in found if e.trigger.id not in slower)
        for name in slower:
            self._triggers.take_over(await self._db.read(partial(triggers.get, site=site, trigger=name)))
        self._changed()

    async def _take_acts(self) -> None:
        site, self._acted = self._plan.site, False  # before the read: what is done while it runs is read again
        try:
            self._triggers.take_changed(await self._db.read(lambda s: triggers.all(s, site)))
        except BaseException:
            self._acted = True
            raise

    def _beside_triggers(
        self, session: Session, now: datetime
    ) -> tuple[datetime | None, list[datetime] | None, list[PlannedWork], list[tuple[int, datetime]] | None]:
        """Give T0 once it has come, what could not be read and open issues where a rule counts them, planned work."""
        t0, back_s = self._t0(session), self._triggers.quarantine_back_s
        since = now - timedelta(seconds=back_s)
        quarantined = quarantine.moments(session, self._plan.site, since) if back_s else None
        works = planned_work.since(session, self._plan, now - timedelta(seconds=self._triggers.work_back_s))
        open_ = issues.open_now(session, self._plan.site) if self._triggers.counts_issues else None
        return t0 if t0 is not None and t0 <= now else None, quarantined, works, open_

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
        await self._save(await asyncio.to_thread(self._exam_board.judged, now, t0, feeds))

    def _t0(self, session: Session) -> datetime | None:
        return effective_t0(self._plan.go_live, golives.current(session, self._plan.site), self._clock.now())

    async def _refresh_exams(self) -> None:
        since, site = self._clock.now() - self._exam_board.look_back, self._plan.site
        found: list[Exam] = await self._db.read(lambda s: exams.current(s, site, since))
        self._exam_board.replace(found)
        self._refreshed_s = monotonic_s()

    async def _offsets(self, feed: str) -> list[float]:
        return await self._db.read(lambda s: feed_messages.newest_offsets(s, self._plan.site, feed))

    async def _save(self, rows: list[Judged]) -> None:
        """Store numbers, newest of each series, with those that an outage kept waiting; then tell the screens."""
        self._unsaved |= {(row.series.key, row.window): row for row in rows}
        if not self._unsaved:
            return
        saving, self._unsaved = self._unsaved, {}
        self._newest |= saving
        site, now = self._plan.site, self._clock.now()
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._db.write(lambda s: standings.save(s, site, list(saving.values()), now))
        except BaseException:
            self._unsaved = saving | self._unsaved
            raise
        self._changed()


def _hear(board: Board, rules: TriggerBoard, sample: Sample) -> None:
    for series, attempt in board.take(sample):
        rules.hear(series, attempt, sample.id)


def _window_samples(session: Session, board: Board, now: datetime, back_s: float) -> list[Sample]:
    """Give what the windows hold, oldest first: `back_s` of all probes, more of those that look back farther."""
    plan = board.plan
    found = {s.id: s for s in samples.since(session, plan.site, now - timedelta(seconds=back_s))}
    for probe in plan.probes.values():
        window_s = board.longest_window_s(probe)
        if window_s > back_s:
            most = round(1.5 * window_s / probe.every_s * len(probe.vantages)) + 10
            oldest = now - timedelta(seconds=window_s)
            newest = samples.newest(session, plan.site, [probe.id], most)
            found |= {s.id: s for s in newest if (s.known_at or s.at) > oldest}
    return not_ahead(sorted(found.values(), key=lambda s: (s.known_at or s.at, s.id)), now)
