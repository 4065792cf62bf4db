"""The alarm of a trigger: what calls for a person, until somebody acknowledges that it was heard."""

from enum import StrEnum

from app.domain.rollback.triggers import LATCHED, Latch, State


class Alarm(StrEnum):
    """What of a trigger calls for a person."""

    BREACH = "breach"
    UNSEEN = "unseen"


def raised(latch: Latch) -> Alarm | None:
    """Give what of a trigger calls for a person, acknowledged or not; what does not watch calls for nobody."""
    if latch.state in LATCHED:
        return Alarm.BREACH
    return Alarm.UNSEEN if latch.told_unseen and latch.state in (State.WATCHING, State.PENDING) else None


def alarm(latch: Latch) -> Alarm | None:
    """Give what of a trigger calls for a person and was acknowledged by nobody yet."""
    return raised(latch) if latch.acknowledged_at is None else None
