"""What people do to a trigger: armed, disarmed, overridden, acknowledged, decided, put to rest after a roll-back."""

from dataclasses import replace
from datetime import datetime

from app.domain.rollback.trigger_alarms import alarm
from app.domain.rollback.triggers import (
    ASIDE,
    LATCHED,
    Cause,
    Kind,
    Latch,
    State,
    Stepped,
    anew,
    moved,
    rearmed,
)

CARRIED = "holds on from the former version of this rule"


def armed(latch: Latch, now: datetime, by: str, why: str = "") -> Stepped:
    """Give the state after arming, by T0 or by hand: watching, with an empty pending clock; elsewhere nothing.

    What was rolled back is armed by the next T0 as what never watched.
    """
    if latch.state is State.OVERRIDDEN and latch.underneath in ASIDE:
        latch, made = moved(latch, State.OVERRIDDEN, Cause.ARM, now, by, why)
        return replace(anew(latch), underneath=State.WATCHING, counts_after=now), made
    if latch.state not in ASIDE and latch.decided is not Kind.ROLL_BACK:
        return latch, ()
    latch, made = moved(latch, State.WATCHING, Cause.ARM, now, by, why)
    return replace(anew(latch), decided=None, until=None, underneath=None, counts_after=now), made


def disarmed(latch: Latch, now: datetime, by: str, why: str) -> Stepped:
    """Give the state after a named act that ends watching; a breach is ended by a decision only."""
    if latch.state not in (State.WATCHING, State.PENDING, State.SHADOW):
        return latch, ()
    latch, made = moved(latch, State.NOT_ARMED, Cause.DISARM, now, by, why)
    return anew(latch), made


def overridden(latch: Latch, now: datetime, until: datetime, by: str, why: str) -> Stepped:
    """Give the state after an override until a moment; what lies under it is kept for its end."""
    underneath = latch.underneath if latch.state is State.OVERRIDDEN else latch.state
    latch, made = moved(latch, State.OVERRIDDEN, Cause.OVERRIDE, now, by, why, until=until)
    return replace(latch, until=until, underneath=underneath), made


def acknowledged(latch: Latch, now: datetime, by: str, why: str = "") -> Stepped:
    """Give the state after somebody heard its alarm: the same, and the alarm is still until it is raised anew."""
    if alarm(latch) is None:
        return latch, ()
    latch, made = moved(latch, latch.state, Cause.ACKNOWLEDGE, now, by, why)
    return replace(latch, acknowledged_by=by, acknowledged_at=now), made


def decided(latch: Latch, now: datetime, kind: Kind, by: str, why: str, rearm_at: datetime | None = None) -> Stepped:
    """Give the state after a confirmed decision; a false alarm watches again at once, `continue` from `rearm_at` on."""
    latch, made = moved(latch, State.DECIDED, Cause.DECIDE, now, by, why, until=rearm_at, decided=kind)
    latch = replace(anew(latch), decided=kind, until=None, underneath=None, rearm_at=rearm_at, told_undecided=False)
    if kind is not Kind.FALSE_ALARM:
        return latch, made
    latch, again = rearmed(latch, now, now)
    return latch, (*made, *again)


def rested(latch: Latch, now: datetime, by: str, why: str) -> Stepped:
    """Give the state after the go-live was rolled back: what waits or was decided is so, what watches rests."""
    beneath = latch.underneath if latch.state is State.OVERRIDDEN else latch.state
    if beneath in ASIDE or latch.decided is Kind.ROLL_BACK:
        return latch, ()
    if beneath in (*LATCHED, State.DECIDED):
        return decided(latch, now, Kind.ROLL_BACK, by, why)
    latch, made = moved(latch, State.SHADOW, Cause.REST, now, by, why)
    return replace(anew(latch), until=None, underneath=None), made


def carried(latch: Latch, former: Latch, now: datetime) -> Stepped:
    """Give the first state of a changed rule: what people limited or disarmed under its former version still holds."""
    if former.state is State.OVERRIDDEN and former.until is not None and now < former.until:
        return overridden(latch, now, former.until, "", CARRIED)
    if former.state is State.NOT_ARMED:
        return disarmed(latch, now, "", CARRIED)
    if former.decided is Kind.CONTINUE and former.rearm_at is not None and now < former.rearm_at:
        return decided(latch, now, Kind.CONTINUE, "", CARRIED, former.rearm_at)
    return latch, ()
