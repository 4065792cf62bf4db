"""The go-live itself: when T0 was, which phase it is, and how long a way back stays open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.plans import GoLivePlan
from app.domain.rollback.no_return import Spent
from app.domain.words import local_clock, span
from app.errors import Conflict, Invalid


class Act(StrEnum):
    """What people do with the go-live; a roll-back comes of a confirmed decision alone."""

    DECLARE = "declare"
    DELAY = "delay"
    CALL_OFF = "call_off"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class GoLiveAct:
    """One act: `at` is the T0 or the new plan that it sets, `planned_at` what golive.toml planned when it was done."""

    act: Act
    at: datetime
    done_at: datetime
    by: str = ""
    reason: str = ""
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GoLive:
    """What the acts come to: `at` is T0, None while there is none; it may lie before `declared_at`.

    `delayed` and `called_off` outrank the plan of golive.toml for as long as that is the one which they changed.
    """

    at: datetime | None = None
    declared_at: datetime | None = None
    by: str = ""
    delayed: GoLiveAct | None = None
    called_off: GoLiveAct | None = None
    rolled_back_at: datetime | None = None


def folded(acts: Iterable[GoLiveAct]) -> GoLive | None:
    """Give what these acts come to, the oldest first; None before there is one."""
    record: GoLive | None = None
    for one in acts:
        before = record or GoLive()
        match one.act:
            case Act.DECLARE:
                record = replace(before, at=one.at, declared_at=one.done_at, by=one.by, rolled_back_at=None)
            case Act.DELAY:
                record = replace(before, delayed=one, called_off=None)
            case Act.CALL_OFF:
                record = replace(before, called_off=one)
            case Act.ROLL_BACK:
                record = GoLive(by=one.by, rolled_back_at=one.done_at)
    return record


def acted(act: GoLiveAct, plan: GoLivePlan, record: GoLive | None, now: datetime) -> GoLiveAct:
    """Give an act as it is to be recorded, or refuse it in words."""
    t0 = effective_t0(plan, record, now)
    if act.act in (Act.DELAY, Act.CALL_OFF) and not act.reason.strip():
        raise Invalid("reason", "is missing: the record says why")
    if t0 is not None:
        since = f"the go-live was declared for {t0.isoformat(timespec='minutes')}"
        by = f" by {record.by}" if record is not None and record.by else ""
        raise Conflict(f"{since}{by}; what has gone live ends by a decision to roll back")
    if act.act is Act.DECLARE and act.at > now:
        raise Invalid("at", "lies in the future: T0 is declared when it has come; delay the plan to move it")
    back_at = record.rolled_back_at if record is not None else None
    if act.act is Act.DECLARE and back_at is not None and act.at <= back_at:
        raise Invalid("at", f"lies before the roll-back of {back_at.isoformat(timespec='minutes')}")
    if act.act is Act.DELAY and act.at <= now:
        raise Invalid("at", "lies in the past: a delay names the new moment")
    if act.act is Act.CALL_OFF and planned_at(plan, record) is None:
        off = record is not None and _outranks(record.called_off, plan)
        raise Conflict("it is called off already" if off else "it was rolled back, and nothing is planned since")
    return replace(act, planned_at=plan.at)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the go-live is now; `t0` is None until it has begun, `planned_words` speaks while it is only planned.

    `spent` is what a roll-back costs, where that is what makes the point of no return.
    """

    phase: str
    rollback: str
    t0: datetime | None
    declared_at: datetime | None
    since_go_live_s: float | None
    decision_left_s: float | None
    no_return_left_s: float | None
    planned_words: str
    planned_at: datetime | None = None
    spent: Spent | None = None


def planned_at(plan: GoLivePlan, record: GoLive | None) -> datetime | None:
    """Give the moment that is planned now; None while it is called off, or rolled back and not planned anew."""
    if record is None:
        return plan.at
    if _outranks(record.called_off, plan):
        return None
    planned = record.delayed.at if record.delayed is not None and _outranks(record.delayed, plan) else plan.at
    return None if record.rolled_back_at is not None and planned <= record.rolled_back_at else planned


def _outranks(act: GoLiveAct | None, plan: GoLivePlan) -> bool:
    return act is not None and act.planned_at == plan.at


def effective_t0(plan: GoLivePlan, record: GoLive | None, now: datetime) -> datetime | None:
    """Give T0: the record's, else the plan's where it comes by the clock.

    A plan that had passed at the first start was recorded then; one that is moved into the past later declares nothing.
    """
    if record is not None and record.at is not None:
        return record.at
    planned = planned_at(plan, record)
    return planned if plan.by_clock and planned is not None and planned <= now else None


def phase_at(plan: GoLivePlan, t0: datetime | None, now: datetime, rolled_back: bool = False) -> str:
    """Name the phase at `now`."""
    if t0 is None or now < t0:
        return "rolled_back" if rolled_back else "before"
    since_s = (now - t0).total_seconds()
    if since_s < plan.decision_window_s:
        return "decision"
    if since_s < plan.command_center_s:
        return "command_center"
    return "stabilisation" if since_s < plan.stabilisation_s else "handed_over"


def phases_around(plan: GoLivePlan, acts: Sequence[GoLiveAct], moment: datetime, grace: timedelta) -> frozenset[str]:
    """Name the phase of a moment, and the one that ended just before it: what ends a phase belongs to it still."""
    before, until = [a for a in acts if a.done_at < moment], [a for a in acts if a.done_at <= moment]
    ways = ((before, moment - grace), (before, moment), (until, moment))
    found = set()
    for done, at in ways:
        record = folded(done)
        t0, rolled_back = effective_t0(plan, record, at), record is not None and record.rolled_back_at is not None
        found.add(phase_at(plan, t0, at, rolled_back))
    return frozenset(found)


def closed_at(plan: GoLivePlan, record: GoLive | None, now: datetime) -> datetime | None:
    """Give when the command center closed, None while it has not, and where it was rolled back."""
    t0 = effective_t0(plan, record, now)
    if t0 is None or (record is not None and record.rolled_back_at is not None):
        return None
    closed = t0 + timedelta(seconds=plan.command_center_s)
    return closed if closed <= now else None


def rollback_at(plan: GoLivePlan, t0: datetime | None, now: datetime, spent: Spent | None = None) -> str:
    """Say whether a way back is still open; passing a moment, or a cost, changes no state, only this word.

    What nobody can count closes nothing.
    """
    if t0 is None or now < t0:
        return "possible"
    since_s = (now - t0).total_seconds()
    if plan.no_return_s is not None and since_s >= plan.no_return_s:
        return "no_longer_possible"
    if spent is not None and spent.passed:
        return "no_longer_possible"
    return "possible" if since_s < plan.decision_window_s else "window_passed"


def planned_words(
    plan: GoLivePlan,
    t0: datetime | None,
    now: datetime,
    zone_now: datetime | None = None,
    record: GoLive | None = None,
) -> str:
    """Say when it is planned, and by how much that has passed undeclared; nothing once T0 is set."""
    if t0 is not None and t0 <= now:
        return ""
    local_now = zone_now or now
    planned = t0 or planned_at(plan, record)
    if planned is None:
        off = record.called_off if record is not None else None
        return f"called off {_local(off.done_at, local_now)}" if off is not None else ""
    clock = _local(planned, local_now)
    if planned > now:
        return f"planned {clock}, in {span((planned - now).total_seconds())}"
    return f"planned {clock}, not declared, +{span((now - planned).total_seconds())}"


def _local(moment: datetime, now: datetime) -> str:
    return local_clock(moment.astimezone(now.tzinfo), now)


def moment_of(
    plan: GoLivePlan,
    record: GoLive | None,
    now: datetime,
    *,
    zone_now: datetime | None = None,
    spent: Spent | None = None,
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
        phase=phase_at(plan, t0, now, record is not None and record.rolled_back_at is not None),
        rollback=rollback_at(plan, t0, now, spent),
        t0=t0,
        declared_at=record.declared_at if record else None,
        since_go_live_s=since_s,
        decision_left_s=decision_left_s,
        no_return_left_s=no_return_left_s,
        planned_words=planned_words(plan, t0, now, zone_now, record),
        planned_at=t0 or planned_at(plan, record),
        spent=spent if began else None,
    )


def decision_point(plan: GoLivePlan, t0: datetime) -> datetime:
    """Give the moment by which a decision is due."""
    return t0 + timedelta(seconds=plan.decision_window_s)
