"""Reads what the desk's views show beside the scene: transitions, decisions, the cost, the course of the last hour."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from app.clock import monotonic_s
from app.domain.floor.issue_board import logged_at
from app.domain.floor.support_counts import curve_begins
from app.domain.rollback.decisions import Decision
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_course import Step, course, is_drawn, moments_until, probes_of
from app.domain.rollback.trigger_rules import instances
from app.domain.rollback.way_back import Cost
from app.push.beside import Beside, IssueBeside, SupportBeside
from app.push.desk import issue_timeline
from app.push.desk import words as desk_words
from app.push.desk.queue import chosen
from app.push.desk.support import LATELY
from app.push.desk.view import desk_of_view
from app.push.scene import Scene
from app.push.views import GO_LIVE, PLANNED_WORK, SUPPORT, trigger_of
from app.store import (
    announcements,
    decisions,
    golives,
    issues,
    journal,
    photos,
    planned_work,
    samples,
    supports,
    tablets,
    triggers,
)
from app.store.db import Session
from app.store.issue_context import HOUR
from app.web.decisions import cost_now
from app.web.house import House

T = TypeVar("T")
DRAWN = timedelta(hours=1)
MOMENTS = 121
DECISIONS = 1000  # what one page looks through
AROUND = 300  # so many acts around an issue are looked through
SOON = timedelta(minutes=1)  # the clocks of a reader and a writer are not one
AGAIN_S = 10.0  # the cost and the course look at thousands of rows: that often at most


class Besides:
    """Reads for each view what it needs: anew when its trigger moved, else once in AGAIN_S for all browsers."""

    def __init__(self, house: Callable[[], House]) -> None:
        self._house = house
        self._held: dict[str, tuple[float, object]] = {}

    async def of(self, view: str, scene: Scene) -> Beside:
        """Give what a view shows beside the scene."""
        house, trigger = self._house(), trigger_of(view)
        if view == PLANNED_WORK:
            known = await house.db.read(lambda s: planned_work.known(s, house.plan, scene.now))
            return Beside(works=tuple(known))
        if view == SUPPORT:
            return Beside(support=await self.support(house, scene))
        if (desk := desk_of_view(view)) is not None:
            return Beside(issue=await self._issue(house, scene, desk.issue), support=await self._waiting(house, scene))
        if view == GO_LIVE:
            moment = scene.moment
            key = f"acts {moment.t0} {moment.planned_at} {moment.phase}"
            acts = await self._again(key, lambda: house.db.read(lambda s: golives.acts(s, house.site)))
            return Beside((), await self._said(house), tuple(acts), await self._cost(house, scene))
        found = [t for t in scene.triggers if t.id == trigger]
        if not found:
            return Beside()
        key = f"{trigger} {[(t.rule, t.latch.number) for t in found]}"
        made = await self._again(key, lambda: house.db.read(lambda s: triggers.transitions(s, house.site, trigger)))
        key = f"course {trigger} {found[0].rule} {found[0].latch.counts_after}"
        steps, undrawn = await self._again(key, lambda: drawn(house, scene, found[0]))
        return Beside(tuple(made), await self._said(house), (), await self._cost(house, scene), steps, undrawn)

    async def support(self, house: House, scene: Scene) -> SupportBeside:
        """Give what is asked for now and of late, and the clicks of six weeks as they were within AGAIN_S."""
        begins_at, since_t0 = curve_begins(scene.moment.t0, scene.now, house.plan.zone)
        found = await house.db.read(lambda s: supports.since(s, house.site, scene.now - LATELY))
        key = f"clicks {begins_at} {len(found)}"
        clicks = await self._again(key, lambda: house.db.read(lambda s: supports.clicks(s, house.site, begins_at)))
        return SupportBeside(tuple(found), tuple(clicks), begins_at, since_t0)

    async def _waiting(self, house: House, scene: Scene) -> SupportBeside:
        """Give what is asked for now and of late, where support is set up."""
        if house.plan.support is None:
            return SupportBeside()
        return SupportBeside(tuple(await house.db.read(lambda s: supports.since(s, house.site, scene.now - LATELY))))

    async def _issue(self, house: House, scene: Scene, number: int | None) -> IssueBeside:
        """Give what is read of a chosen issue, anew when any issue or trigger moved."""
        issue = chosen(scene.issues, number)
        if issue is None:
            return IssueBeside()
        plan, moved = house.plan, [t.latch.number for t in scene.triggers]
        key = f"issue {issue.uuid} {issue.last_sequence} {scene.issues.sequence} {moved}"
        until = issue.ended_at or scene.now

        def read(s: Session) -> IssueBeside:
            from_ = logged_at(issue) - HOUR
            around = journal.between(s, plan.site, from_, until + SOON, issue_timeline.ACTS, AROUND)
            context = json.loads(issues.context(s, plan.site, issue.uuid))
            events = tuple(issues.events(s, plan.site, issue.uuid))
            said = {a.uuid: a.text for a in announcements.since(s, plan.site, from_)}
            taken = tuple((p.sha256, p.received_at, p.by) for p in photos.of(s, plan.site, issue.uuid))
            tablet = tablets.get(s, plan.site, issue.report.device) if issue.report.device else None
            return IssueBeside(events, context, tuple(around), said, taken, tablet, len(around) >= AROUND)

        return await self._again(key, lambda: house.db.read(read))

    async def _said(self, house: House) -> tuple[Decision, ...]:
        """Give the decisions back to older ones than the scene holds, which knows what became of the newest."""
        ask = partial(decisions.newest, site=house.site, limit=DECISIONS)
        return tuple(await self._again("decisions", lambda: house.db.read(ask)))

    async def _cost(self, house: House, scene: Scene) -> Cost | None:
        return await self._again(f"cost {scene.moment.t0}", lambda: cost_now(house, scene))

    async def _again(self, key: str, read: Callable[[], Awaitable[T]]) -> T:
        at_s, value = self._held.get(key, (0.0, None))
        if key not in self._held or monotonic_s() - at_s > AGAIN_S:
            old = monotonic_s() - AGAIN_S
            self._held = {k: held for k, held in self._held.items() if held[0] > old}
            value = await read()
            self._held[key] = (monotonic_s(), value)
        return value  # type: ignore[return-value]  # what is held under a key is what its reader gave


async def drawn(house: House, scene: Scene, trigger: Trigger) -> tuple[tuple[Step, ...], str]:
    """Give the course of a trigger's last hour, or why there is none."""
    plan, now = house.plan, scene.now
    instance = next((i for i in instances(plan.rules, plan) if i.id == trigger.id), None)
    if instance is None or instance.rule.version != trigger.rule:
        return (), desk_words.FORMER_RULE
    if not is_drawn(instance):
        return (), desk_words.NOT_DRAWN
    from_ = now - DRAWN - timedelta(seconds=instance.rule.window_s)
    probes = probes_of(instance, plan)
    read = await house.db.read(lambda s: samples.between(s, house.site, probes, from_, now + timedelta(seconds=1)))
    moments, after = moments_until(now, DRAWN, MOMENTS), trigger.latch.counts_after
    steps = await asyncio.to_thread(course, instance, plan, read, moments, after)
    return tuple(steps), "" if any(s.share is not None for s in steps) else desk_words.NOTHING_DRAWN
