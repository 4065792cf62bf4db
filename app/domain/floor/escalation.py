"""When an issue that nobody takes up goes on to the next of floor, desk, IT and vendor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.floor.issues import Issue, Status


@dataclass(frozen=True, slots=True)
class Timer:
    """One wait of an issue at a step of escalation: `step` tells its waits apart, `tier` is where it waits."""

    issue: str
    step: int
    tier: int
    severity: int
    since_at: datetime
    due_at: datetime


def next_timer(issue: Issue, live: Timer | None, deadlines_s: Sequence[float], now: datetime) -> Timer | None:
    """Give the one timer that an issue is to have now; the live one itself where nothing changes for it.

    None once somebody has acknowledged it, it is known or no longer open, or there is nobody further to ask. Another
    severity counts from the same beginning, but never makes due what lies behind.
    """
    waits = issue.is_open and issue.status is not Status.KNOWN and issue.acknowledged_at is None
    if not waits or issue.tier >= len(deadlines_s):
        return None
    same_wait = live is not None and live.tier == issue.tier
    if live is not None and same_wait and live.severity == issue.severity:
        return live
    since_at = live.since_at if live is not None and same_wait else now
    due_at = max(since_at + timedelta(seconds=deadlines_s[issue.tier]), now)
    step = live.step + 1 if live is not None else 0
    return Timer(issue.uuid, step, issue.tier, issue.severity, since_at, due_at)
