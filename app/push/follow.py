"""From the store to the hub: after each commit and each second, what is true now becomes what screens show."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.clock import SteadyClock, monotonic_s, utc_now
from app.domain.floor.floor_sight import UNSET, FloorSight
from app.domain.floor.issue_board import UNREAD, IssueBoard
from app.domain.floor.shift import NO_SHIFT, Shift
from app.domain.measuring.overall import Ground
from app.domain.measuring.standings import Judged, Standing
from app.domain.plans import Plan
from app.domain.rollback.decisions import Decision
from app.domain.rollback.golive import GoLive, moment_of
from app.domain.rollback.no_return import spent
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.way_back import Cost
from app.push.beside import Beside
from app.push.fragments import Fragment, build
from app.push.hub import Hub
from app.push.scene import Scene
from app.push.views import ALWAYS, fragments_of

log = logging.getLogger("golive.push")

TICK_S = 1.0
GAP_S = 0.02  # between two looks, so that a burst of commits costs one
DESK_GAP_S = 0.05  # people read the desk; it is no worse for a twentieth of a second
DESK_REST = 3.0  # times of what a look at the desk took: so much of one core it may use at most in a burst
READ_LIMIT_S = 3.0
BLIND_AFTER_S = 5.0  # how long the store or the judge may be silent before the wall says so
UNREADABLE_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store held when it was last read; `cost` where the point of no return is one, as last counted."""

    judged: tuple[Judged, ...] = ()
    record: GoLive | None = None
    unreadable: int = 0
    triggers: tuple[Trigger, ...] = ()
    decisions: tuple[Decision, ...] = ()
    sentinel: str = ""
    cost: Cost | None = None
    issues: IssueBoard = UNREAD
    shift: Shift = NO_SHIFT
    floor: FloorSight = UNSET


Look = Callable[[datetime], Awaitable[Seen]]
Stand = Callable[[Sequence[Judged], datetime], Sequence[Standing]]
Whole = Callable[[Sequence[Standing], Sequence[Trigger], Sequence[Decision], datetime], tuple[str, Sequence[str]]]
BesideOf = Callable[[str, Scene], Awaitable[Beside]]


async def nothing_beside(_view: str, _scene: Scene) -> Beside:
    """Give a view nothing but its scene."""
    return Beside()


class Follow:
    """Keeps the newest picture of each view and gives the hub what changed in it.

    `look` reads the store, `stand` gives each series its state at a moment, `whole` the overall state and its grounds;
    `beside_of` reads what the desk's views show beyond the scene, of those alone that somebody looks at;
    `judge_alive_at` is the steady moment of the judge's last pass, None before its first.
    """

    def __init__(
        self,
        look: Look,
        stand: Stand,
        whole: Whole,
        plan: Plan,
        clock: SteadyClock,
        hub: Hub,
        *,
        judge_alive_at: Callable[[], datetime | None] = lambda: None,
        trouble: Callable[[], str] = lambda: "",
        own: Callable[[], Sequence[str]] = tuple,
        outside: Callable[[], Sequence[Ground]] = tuple,
        shown: Callable[[], datetime] = utc_now,
        beside_of: BesideOf = nothing_beside,
        count_bug: Callable[[], None] = lambda: None,
    ) -> None:
        self.plan = plan
        self._look, self._stand, self._whole = look, stand, whole
        self._clock, self._hub, self._shown = clock, hub, shown
        self._judge_alive_at, self._trouble, self._own = judge_alive_at, trouble, own
        self._outside, self._beside_of, self._count_bug = outside, beside_of, count_bug
        self._poked, self._looked = asyncio.Event(), asyncio.Event()
        self._seen = Seen()
        self._began_at = self._read_at = clock.now()
        self.begun = False  # whether what the judge's first pass stored has been read: before that no trigger is known
        self._why, self._desks = "", 0
        self._pictures: dict[str, dict[str, Fragment]] = {}
        self._sentinel, self._rendered = "", asyncio.Event()  # of the store that every view was last rendered from
        self._beside: dict[str, Beside] = {}  # of each view of the desk that somebody looks at

    def poke(self) -> None:
        """Say that something was committed; many pokes before the next look are one."""
        self._poked.set()

    async def run(self) -> None:
        """Follow the store until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(), name="follow the store")
            tasks.create_task(self._follow_desk(), name="follow what the desk looks at")
            tasks.create_task(self._tick(), name="tick")

    async def _follow(self) -> None:
        while True:
            await self._read()
            self._publish(ALWAYS)
            self._looked.set()
            await asyncio.sleep(GAP_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._poked.wait()

    async def _read(self) -> None:
        self._poked.clear()  # before the read: what is committed while it runs is read again
        judged = self._judge_alive_at() is not None
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                self._seen = await self._look(self._clock.now())
            self._read_at, self._why, self.begun = self._clock.now(), "", self.begun or judged
        except Exception as error:  # whatever ails the store: the wall goes on and says so
            why = "it does not answer" if isinstance(error, TimeoutError) else str(error).splitlines()[0][:120]
            if why != self._why:
                log.warning("the store cannot be read: %s", why)
            self._why = why

    async def _tick(self) -> None:
        due_s = monotonic_s()
        while True:
            self.publish()
            due_s = max(due_s + TICK_S, monotonic_s() + 0.2)
            await asyncio.sleep(due_s - monotonic_s())

    async def _follow_desk(self) -> None:
        """Read what is shown beside the scene, apart from the wall, which must not wait for that."""
        while True:
            self._looked.clear()
            began_s = monotonic_s()
            seen = self._hub.views - set(ALWAYS)
            for view in self._beside.keys() - seen:
                del self._beside[view]
                self._pictures.pop(view, None)
            for view in seen:
                self._beside[view] = await self._read_beside(view)
            self._publish(self._beside)
            await asyncio.sleep(min(DESK_GAP_S, DESK_REST * (monotonic_s() - began_s)))
            await self._looked.wait()

    async def _read_beside(self, view: str) -> Beside:
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                return await self._beside_of(view, self.scene())
        except Exception as error:  # whatever ails the store: the page says so, and shows what it had
            log.warning("what %s shows beside the scene cannot be read: %s", view, error)
            return replace(self._beside.get(view, Beside()), trouble=True)

    def publish(self) -> None:
        """Render every view once and give the hub the fragments that are not as they were."""
        self._desks = self._hub.looking(ALWAYS)  # with the tick: all screens say the same number at the same time
        self._publish((*ALWAYS, *self._beside))

    def _publish(self, views: Collection[str]) -> None:
        seen, scene = self._seen, self.scene()
        for view in views:
            try:
                self._hub.publish(view, self._changed(view, scene))
            except Exception:  # a mistake in one page of the desk: that page falls silent, and the wall goes on
                if view in ALWAYS:
                    raise
                self._count_bug()
                log.exception("the view %s cannot be shown", view)
        if not scene.trouble and {*ALWAYS} <= {*views}:
            self._sentinel = seen.sentinel
            self._rendered.set()

    async def shows(self, sentinel: str) -> None:
        """Wait until every view was rendered from a store in which the judge had passed this sentinel on."""
        while self._sentinel != sentinel:
            self._rendered.clear()
            await self._rendered.wait()

    def _changed(self, view: str, scene: Scene) -> list[Fragment]:
        before = self._pictures.get(view, {})
        now = self._picture(view, scene)
        self._pictures[view] = now
        return [f for f in now.values() if f != before.get(f.dom_id)]

    def _picture(self, view: str, scene: Scene) -> dict[str, Fragment]:
        return {f.dom_id: f for f in fragments_of(view, scene, self._beside.get(view, Beside()))}

    async def begin(self, view: str) -> None:
        """Begin to follow a view that somebody has just come to look at."""
        if view not in ALWAYS and view not in self._beside:
            self._beside[view] = await self._read_beside(view)

    def snapshot(self, view: str) -> list[Fragment]:
        """Give every fragment of a view as it was last published: what comes later comes through the outbox."""
        if view not in self._pictures:
            self._pictures[view] = self._picture(view, self.scene())
        return list(self._pictures[view].values())

    async def once(self, view: str) -> list[Fragment]:
        """Give every fragment of a view to somebody who asks for it once."""
        if view in ALWAYS or view in self._pictures:
            return self.snapshot(view)
        beside = await self._read_beside(view)
        return fragments_of(view, self.scene(), beside)

    def scene(self) -> Scene:
        """Give what is true now."""
        now, shown_at = self._clock.now(), self._shown()
        trouble = self.trouble_at(now)
        standings = tuple(self._stand(self._seen.judged, now))
        reasons: Sequence[str]
        if trouble:
            standings = tuple(s.blinded(trouble) for s in standings)
            overall, reasons = "blind", [trouble]
        else:
            overall, reasons = self._whole(standings, self._seen.triggers, self._seen.decisions, now)
        moment = moment_of(
            self.plan.go_live,
            self._seen.record,
            now,
            zone_now=now.astimezone(self.plan.zone),
            spent=spent(self.plan.go_live.no_return_cost, self._seen.cost, self.plan, standings),
        )
        unreadable = self._seen.unreadable
        said, own = tuple(reasons), tuple(self._own())
        return Scene(
            now,
            shown_at,
            self.plan,
            moment,
            standings,
            overall,
            said,
            unreadable,
            trouble,
            build(),
            own,
            self._seen.triggers,
            self._seen.decisions,
            outside=tuple(self._outside()),
            issues=self._seen.issues.blinded(trouble) if trouble else self._seen.issues,
            shift=self._seen.shift,
            floor=self._seen.floor,
            desks=self._desks,
        )

    def trouble_at(self, now: datetime) -> str:
        """Say why golive cannot judge now, or ""."""
        patience = timedelta(seconds=BLIND_AFTER_S * self.plan.speed)
        if now - self._read_at > patience:
            why = self._why or self._trouble() or "it does not answer"
            return f"golive's database cannot be read since {self._clock_of(self._read_at)}: {why}"
        if why := self._trouble():
            return f"golive's database cannot be written: {why}"
        alive_at = self._judge_alive_at()
        if alive_at is None:
            return "golive's judge has not begun" if now - self._began_at > patience else ""
        return f"golive's judge stands still since {self._clock_of(alive_at)}" if now - alive_at > patience else ""

    def _clock_of(self, moment: datetime) -> str:
        shift = self._shown() - self._clock.now()
        return (moment + shift).astimezone(self.plan.zone).strftime("%H:%M:%S")
