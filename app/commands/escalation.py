"""Let issues that nobody takes up go on by themselves: timers are rows, and each fires in one commit or not at all."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from app.domain.floor.escalation import Timer, next_timer
from app.domain.floor.issues import GOLIVE, Action, Event, Issue, folded
from app.domain.plans import Plan
from app.domain.rollback.golive import effective_t0, phase_at
from app.store import codec, escalation, golives, issues
from app.store.db import Session


def timed(s: Session, plan: Plan, issue: Issue, now: datetime) -> None:
    """Let an issue have the timer that its state asks for, by the deadlines of its severity and of the phase now."""
    before = escalation.live(s, plan.site, issue.uuid)
    spans = plan.floor.deadlines_s(phase(s, plan, now), issue.severity)
    escalation.replace(s, plan.site, before, next_timer(issue, before, spans, now), now)


def phase(s: Session, plan: Plan, now: datetime) -> str:
    """Give the phase of the go-live at a moment."""
    record = golives.current(s, plan.site)
    rolled_back = record is not None and record.rolled_back_at is not None
    return phase_at(plan.go_live, effective_t0(plan.go_live, record, now), now, rolled_back)


def firing(plan: Plan, timers: Sequence[Timer], now: datetime) -> Callable[[Session], int]:
    """Give the act that escalates issues whose deadlines passed; it says how many it escalated itself."""

    def act(s: Session) -> int:
        _, sequence = issues.lock(s, plan.site)
        begun, said = sequence, phase(s, plan, now)
        for timer in timers:
            sequence += _fired(s, plan, timer, said, sequence + 1, now)
        return sequence - begun

    return act


def _fired(s: Session, plan: Plan, timer: Timer, said: str, sequence: int, now: datetime) -> bool:
    if not escalation.take(s, timer, plan.site, now):
        return False
    issue = issues.get(s, plan.site, timer.issue)
    if issue is None or not issue.is_open or issue.tier != timer.tier:
        return False
    name = f"golive/{plan.site}/{timer.issue}/{timer.step}"
    event = Event(str(uuid.uuid5(uuid.NAMESPACE_URL, name)), Action.ESCALATE, GOLIVE, now, sequence)
    after = folded(issue, event)
    issues.append(s, plan.site, after, event, codec.dumps(event))
    spans = plan.floor.deadlines_s(said, after.severity)
    escalation.replace(s, plan.site, None, next_timer(after, None, spans, now), now)
    return True
