"""The go-live itself: when T0 was, which phase it is, and how long a way back stays open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.plans import GoLivePlan
from app.domain.words import local_clock, span


@dataclass(frozen=True, slots=True)
class GoLive:
    """The record of a declared go-live: `at` is T0, which may lie before `declared_at`."""

    at: datetime
    declared_at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the go-live is now; `t0` is None until it has begun, `planned_words` speaks while it is only planned."""

    phase: str
    rollback: str
    t0: datetime | None
    declared_at: datetime | None
    since_go_live_s: float | None
    decision_left_s: float | None
    no_return_left_s: float | None
    planned_words: str


def effective_t0(plan: GoLivePlan, record: GoLive | None, now: datetime) -> datetime | None:
    """Give T0: the record's, else the plan's where it comes by the clock.

    A plan that had passed at the first start was recorded then; one that is moved into the past later declares nothing.
    """
    if record is not None:
        return record.at
    if plan.by_clock and plan.at <= now:
        return plan.at
    return None


def phase_at(plan: GoLivePlan, t0: datetime | None, now: datetime) -> str:
    """Name the phase at `now`."""
    if t0 is None or now < t0:
        return "before"
    since_s = (now - t0).total_seconds()
    if since_s < plan.decision_window_s:
        return "decision"
    if since_s < plan.command_center_s:
        return "command_center"
    return "stabilisation" if since_s < plan.stabilisation_s else "handed_over"


def rollback_at(plan: GoLivePlan, t0: datetime | None, now: datetime) -> str:
    """Say whether a way back is still open; passing a moment changes no state, only this word."""
    if t0 is None or now < t0:
        return "possible"
    since_s = (now - t0).total_seconds()
    if plan.no_return_s is not None and since_s >= plan.no_return_s:
        return "no_longer_possible"
    return "possible" if since_s < plan.decision_window_s else "window_passed"


def planned_words(plan: GoLivePlan, t0: datetime | None, now: datetime, zone_now: datetime | None = None) -> str:
    """Say when it is planned, and by how much that has passed undeclared; nothing once T0 is set."""
    if t0 is not None and t0 <= now:
        return ""
    planned = t0 or plan.at
    clock = local_clock(planned.astimezone((zone_now or now).tzinfo), (zone_now or now))
    if planned > now:
        return f"planned {clock}, in {span((planned - now).total_seconds())}"
    return f"planned {clock}, not declared, +{span((now - planned).total_seconds())}"


def moment_of(
    plan: GoLivePlan,
    record: GoLive | None,
    now: datetime,
    *,
    zone_now: datetime | None = None,
) -> Moment:
    """Give all that screens and the status say about the go-live; `zone_now` is `now` in the site's zone."""
    t0 = effective_t0(plan, record, now)
    since_s = (now - t0).total_seconds() if t0 is not None else None
    began = since_s is not None and since_s >= 0
    decision_left_s = max(0.0, plan.decision_window_s - since_s) if began and since_s is not None else None
    no_return_left_s = None
    if began and since_s is not None and plan.no_return_s is not None:
        no_return_left_s = max(0.0, plan.no_return_s - since_s)
    return Moment(
        phase=phase_at(plan, t0, now),
        rollback=rollback_at(plan, t0, now),
        t0=t0,
        declared_at=record.declared_at if record else None,
        since_go_live_s=since_s,
        decision_left_s=decision_left_s,
        no_return_left_s=no_return_left_s,
        planned_words=planned_words(plan, t0, now, zone_now),
    )


def decision_point(plan: GoLivePlan, t0: datetime) -> datetime:
    """Give the moment by which a decision is due."""
    return t0 + timedelta(seconds=plan.decision_window_s)
