"""The state of a rollback trigger: what it saw and what people did, in the order of time, give each next state.

Absence of data moves nothing, time alone ends only what a person limited, and nothing but a person ends a breach.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The states of a trigger; sight stands beside each."""

    NOT_ARMED = "not_armed"
    SHADOW = "shadow"
    WATCHING = "watching"
    PENDING = "pending"
    BREACHED = "breached"
    RECOVERING = "recovering"
    DECIDED = "decided"
    OVERRIDDEN = "overridden"


class Sight(StrEnum):
    """Whether a trigger sees enough to say anything."""

    OK = "ok"
    INSUFFICIENT = "insufficient"
    BLIND = "blind"


class Cause(StrEnum):
    """Why a transition was recorded; those that leave the state as it is are records of their own."""

    BEYOND = "beyond"  # watching → pending
    WITHIN = "within"  # pending → watching
    BREACH = "breach"
    BREACH_AGAIN = "breach again"  # recovering → breached, the first evidence stays
    RECOVERY = "recovery"
    WOULD_BREACH = "would breach"  # in a state that does not follow it
    UNSEEN = "unseen"  # blind or insufficient beyond the allowance
    SEEN_AGAIN = "seen again"
    PLANNED_WORK = "planned work"  # it takes the sight: recorded, and nobody is called for it
    WORK_OVER = "planned work over"
    UNDECIDED = "undecided"  # a breach that stood at the decision point
    ARM = "arm"
    DISARM = "disarm"
    REST = "shadow"
    OVERRIDE = "override"
    OVERRIDE_ENDS = "override ends"
    DECIDE = "decide"
    REARM = "re-arm"
    ACKNOWLEDGE = "acknowledge"


class Kind(StrEnum):
    """What a decision about a breach may be."""

    ROLL_BACK = "roll_back"
    CONTINUE = "continue"
    FALSE_ALARM = "false_alarm"


LATCHED = (State.BREACHED, State.RECOVERING)
ALARMING = (Cause.BREACH, Cause.BREACH_AGAIN, Cause.UNSEEN, Cause.UNDECIDED)  # what makes an alarm sound anew
ASIDE = (State.NOT_ARMED, State.SHADOW)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a rule may be beyond, or without sight, before that is said.

    Two evaluations that lie farther apart than `longest_step` were not watched all the while.
    """

    breach_after: timedelta
    blind_after: timedelta
    longest_step: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule sees at one moment; `beyond` and `recovered` hold only where sight is ok.

    `planned` says that planned work alone takes the sight, `unsure` that what failed last is not seen: what is left
    ends nothing.
    """

    sight: Sight
    beyond: bool = False
    recovered: bool = False
    planned: bool = False
    unsure: bool = False

    @property
    def within(self) -> bool:
        """Say whether enough was seen, and that it is not beyond."""
        return self.sight is Sight.OK and not self.beyond and not self.unsure


@dataclass(frozen=True, slots=True)
class Latch:
    """All that is remembered of one trigger.

    `number` counts its transitions. `pending_s` is how long it was seen beyond, `seen_beyond_at` the evaluation before
    if that was beyond too. `unseen_since` is when sight was lost, `told_unseen` that this was recorded;
    `told_undecided`, that the decision point passed over the breach. `underneath` is the state that an override lies
    on. Only what is later than `counts_after` counts. `acknowledged_by` heard the alarm that was last raised.
    `planned` is true while planned work takes the sight.
    """

    state: State
    since: datetime
    number: int = 0
    sight: Sight = Sight.INSUFFICIENT
    pending_s: float = 0.0
    seen_beyond_at: datetime | None = None
    told_breach: bool = False
    unseen_since: datetime | None = None
    told_unseen: bool = False
    told_undecided: bool = False
    underneath: State | None = None
    until: datetime | None = None
    decided: Kind | None = None
    rearm_at: datetime | None = None
    counts_after: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One immutable record: its number among its trigger's, from where to where, why, by whom, on what evidence.

    `until` is when an override ends or a decision to continue watches again, `decided` what was decided.
    """

    number: int
    at: datetime
    before: State
    after: State
    cause: Cause
    by: str = ""
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    decided: Kind | None = None


Stepped = tuple[Latch, tuple[Transition, ...]]


def evaluate(latch: Latch, allowed: Allowance, reading: Reading, now: datetime) -> Stepped:
    """Give the state after one evaluation, and what is to be recorded of it.

    The reading is to be of what counts once `with_limits_ended` is done: after a re-arm that is less than before.
    """
    latch, ended = with_limits_ended(latch, now)
    latch, unseen = _mind_sight(latch, allowed, reading, now)
    if latch.decided is Kind.ROLL_BACK:
        return latch, (*ended, *unseen)
    latch, stands = _count_pending(latch, allowed, reading, now)
    latch, moved = _switch(latch, reading, stands, now)
    return latch, (*ended, *unseen, *moved)


def with_limits_ended(latch: Latch, now: datetime) -> Stepped:
    """Give the state after what a person limited in time has run its time: an override, a decision to continue."""
    made: tuple[Transition, ...] = ()
    if latch.state is State.OVERRIDDEN and latch.until is not None and now >= latch.until:
        latch, made = moved(latch, _after_override(latch), Cause.OVERRIDE_ENDS, now)
        latch = replace(latch, until=None, underneath=None)
    if latch.state is State.DECIDED and latch.rearm_at is not None and now >= latch.rearm_at:
        latch, again = rearmed(latch, latch.rearm_at, now)
        made += again
    return latch, made


def _after_override(latch: Latch) -> State:
    """Give what an override ends in: what was not armed or is decided comes back, a breach that stands is one."""
    if latch.underneath in (*ASIDE, State.DECIDED):
        return latch.underneath
    return State.BREACHED if latch.underneath in LATCHED or latch.told_breach else State.WATCHING


def rearmed(latch: Latch, after: datetime, now: datetime) -> Stepped:
    """Give the state after a decision has run its time: watching, and only what is later than `after` counts."""
    latch, made = moved(latch, State.WATCHING, Cause.REARM, now)
    return replace(anew(latch), decided=None, rearm_at=None, counts_after=after), made


def anew(latch: Latch) -> Latch:
    """Give the same with nothing seen beyond yet."""
    return replace(latch, pending_s=0.0, seen_beyond_at=None, told_breach=False)


def _mind_sight(latch: Latch, allowed: Allowance, reading: Reading, now: datetime) -> Stepped:
    latch, worked = _mind_work(latch, reading, now)
    if reading.planned:  # the allowance begins anew when the work is over
        return replace(latch, sight=reading.sight, unseen_since=None), worked
    latch, made = _mind_lost_sight(latch, allowed, reading, now)
    return latch, (*worked, *made)


def _mind_work(latch: Latch, reading: Reading, now: datetime) -> Stepped:
    if reading.planned is latch.planned:
        return latch, ()
    cause = Cause.PLANNED_WORK if reading.planned else Cause.WORK_OVER
    return moved(replace(latch, planned=reading.planned), latch.state, cause, now)


def _mind_lost_sight(latch: Latch, allowed: Allowance, reading: Reading, now: datetime) -> Stepped:
    if reading.sight is Sight.OK:
        told, latch = latch.told_unseen, replace(latch, sight=Sight.OK, unseen_since=None, told_unseen=False)
        return moved(latch, latch.state, Cause.SEEN_AGAIN, now) if told else (latch, ())
    since = min(latch.unseen_since or now, now)  # a clock set back must not hold back that nothing is seen
    latch = replace(latch, sight=reading.sight, unseen_since=since)
    if latch.told_unseen or now - since < allowed.blind_after:
        return latch, ()
    return moved(replace(latch, told_unseen=True), latch.state, Cause.UNSEEN, now)


def _count_pending(latch: Latch, allowed: Allowance, reading: Reading, now: datetime) -> tuple[Latch, bool]:
    """Let the pending clock run while beyond, stand while unseen, and begin anew when within; say whether it is over.

    A clock that was set back adds nothing, and one set forth no more than one step.
    """
    if reading.within:
        return anew(latch), False
    if reading.sight is not Sight.OK or not reading.beyond:
        return replace(latch, seen_beyond_at=None), False
    before = latch.seen_beyond_at
    passed = timedelta() if before is None else min(max(now - before, timedelta()), allowed.longest_step)
    latch = replace(latch, pending_s=latch.pending_s + passed.total_seconds(), seen_beyond_at=now)
    return latch, latch.pending_s >= allowed.breach_after.total_seconds()


def _switch(latch: Latch, reading: Reading, stands: bool, now: datetime) -> Stepped:
    match latch.state:
        case State.WATCHING | State.PENDING if stands:
            latch, made = moved(latch, State.BREACHED, Cause.BREACH, now)
            return replace(latch, told_breach=True), made
        case State.WATCHING if reading.beyond and reading.sight is Sight.OK:
            return moved(latch, State.PENDING, Cause.BEYOND, now)
        case State.PENDING if reading.within:
            return moved(latch, State.WATCHING, Cause.WITHIN, now)
        case State.BREACHED if reading.within and reading.recovered:
            return moved(latch, State.RECOVERING, Cause.RECOVERY, now)
        case State.RECOVERING if reading.sight is Sight.OK and reading.beyond:
            return moved(latch, State.BREACHED, Cause.BREACH_AGAIN, now)
        case State.NOT_ARMED | State.SHADOW | State.OVERRIDDEN | State.DECIDED if stands and not latch.told_breach:
            return moved(replace(latch, told_breach=True), latch.state, Cause.WOULD_BREACH, now)
    return latch, ()


def undecided(latch: Latch, decide_by: datetime, now: datetime) -> Stepped:
    """Give what is to be recorded when the decision point passes over a breach: it changes no state."""
    beneath = latch.underneath if latch.state is State.OVERRIDDEN else latch.state
    if latch.told_undecided or beneath not in LATCHED or now < decide_by:
        return latch, ()
    return moved(replace(latch, told_undecided=True), latch.state, Cause.UNDECIDED, now)


def raises_anew(cause: Cause, before: State, after: State) -> bool:
    """Say whether a transition raises an alarm that somebody may have acknowledged before."""
    return cause in ALARMING or (after in LATCHED and before not in LATCHED)


def moved(
    latch: Latch,
    after: State,
    cause: Cause,
    now: datetime,
    by: str = "",
    why: str = "",
    **limits: Any,
) -> Stepped:
    """Give the state after one more transition, and its record; `limits` are `until` and `decided`."""
    number = latch.number + 1
    made = Transition(number, now, latch.state, after, cause, by, why, **limits)
    since = latch.since if after is latch.state else now
    if raises_anew(cause, latch.state, after):
        latch = replace(latch, acknowledged_by="", acknowledged_at=None)
    return replace(latch, state=after, since=since, number=number), (made,)
