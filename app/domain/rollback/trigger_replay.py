"""What the record of a trigger says that it is: its transitions, read in their order, give its state."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.domain.journal import Entry
from app.domain.rollback.triggers import Cause, Kind, Latch, State, Transition, raises_anew

BY_GOLIVE = "golive"
ACT = "trigger."


class Gap(ValueError):
    """A transition that does not follow from the one before it."""


def recorded(latch: Latch) -> Latch:
    """Give of a latch what transitions tell: all but what was only seen and is counted anew."""
    return Latch(
        latch.state,
        latch.since,
        latch.number,
        told_unseen=latch.told_unseen,
        told_undecided=latch.told_undecided,
        underneath=latch.underneath,
        until=latch.until,
        decided=latch.decided,
        rearm_at=latch.rearm_at,
        counts_after=latch.counts_after,
        acknowledged_by=latch.acknowledged_by,
        acknowledged_at=latch.acknowledged_at,
    )


def replayed(first: Latch, made: Iterable[Transition]) -> Latch:
    """Give what a trigger is after these transitions, the oldest first, by `recorded`; or raise at a gap."""
    latch = recorded(first)
    for one in made:
        if one.number != latch.number + 1:
            raise Gap(f"transition {one.number} follows {latch.number}")
        if one.before is not latch.state:
            raise Gap(f"transition {one.number} begins in {one.before.value}, the one before ended in {latch.state}")
        latch = _after(latch, one)
    return latch


def _after(before: Latch, one: Transition) -> Latch:
    since = before.since if one.after is one.before else one.at
    latch = replace(before, state=one.after, number=one.number, since=since)
    if raises_anew(one.cause, one.before, one.after):
        latch = replace(latch, acknowledged_by="", acknowledged_at=None)
    match one.cause:
        case Cause.UNSEEN | Cause.SEEN_AGAIN:
            return replace(latch, told_unseen=one.cause is Cause.UNSEEN)
        case Cause.UNDECIDED:
            return replace(latch, told_undecided=True)
        case Cause.ACKNOWLEDGE:
            return replace(latch, acknowledged_by=one.by, acknowledged_at=one.at)
        case Cause.ARM if one.after is State.OVERRIDDEN:
            return replace(latch, underneath=State.WATCHING, counts_after=one.at)
        case Cause.ARM:
            return replace(latch, decided=None, until=None, underneath=None, counts_after=one.at)
        case Cause.OVERRIDE:
            beneath = before.underneath if before.state is State.OVERRIDDEN else before.state
            return replace(latch, until=one.until, underneath=beneath)
        case Cause.OVERRIDE_ENDS | Cause.REST:
            return replace(latch, until=None, underneath=None)
        case Cause.DECIDE:
            ended = replace(latch, until=None, underneath=None, told_undecided=False)
            return replace(ended, decided=one.decided, rearm_at=one.until)
        case Cause.REARM:
            return replace(latch, decided=None, rearm_at=None, counts_after=before.rearm_at or one.at)
    return latch


def act_of(cause: Cause) -> str:
    """Give the journal's word for a cause."""
    return ACT + cause.value.replace(" ", "_")


_CAUSES = {act_of(cause): cause for cause in Cause}


def transition_of(entry: Entry) -> Transition:
    """Give the transition that an entry of the journal tells of, without its evidence."""
    told = entry.body
    by = "" if entry.actor == BY_GOLIVE else entry.actor
    until = datetime.fromisoformat(told["until"]) if "until" in told else None
    decided = Kind(told["decided"]) if "decided" in told else None
    return Transition(
        told["number"], entry.at, State(told["before"]), State(told["after"]), _CAUSES[entry.act], by, told["why"],
        until=until, decided=decided,
    )  # fmt: skip
