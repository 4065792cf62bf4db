"""Rollback triggers and decisions in every state, as plain values to be shown on a stage."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.measuring.intervals import wilson
from app.domain.rollback.decisions import (
    Action,
    Asked,
    ByPhone,
    Choice,
    Decision,
    End,
    Event,
    Person,
    breaches_of,
)
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_sights import Share
from app.domain.rollback.triggers import LATCHED, Kind, Latch, Sight, State

Held = tuple[Sequence[Trigger], Sequence[Decision]]
MINUTE = timedelta(minutes=1)
ANN, ADA = Person("Ann Desk", "desk", "t1"), Person("Dr. Ada Chief", "authority", "t2")


def trigger(
    now: datetime,
    title: str,
    state: State,
    *,
    area: str | None = None,
    beyond: int = 0,
    n: int = 88,
    sight: Sight = Sight.OK,
    ago_min: float = 4,
    **latch: object,
) -> Trigger:
    """Give one trigger, so long in its state."""
    since = now - ago_min * MINUTE
    low, high = wilson(beyond, n)
    share = Share(n, beyond, beyond / n if n else None, low, high, sight, f"{beyond} of {n} slower than 5.0 s in 5 min")
    held = replace(Latch(state, since, 3, sight), **latch)  # type: ignore[arg-type]  # fields by name
    rule = title.lower().replace(" ", "-")
    id_ = f"{rule}:{area}" if area else rule
    breached = {"at": since.isoformat()} if state in LATCHED else None
    return Trigger(id_, rule, "v1", title, area, "worklist.response", 0.2, 120.0, True, held, share, breached)


def _all_watching(now: datetime) -> list[Trigger]:
    areas = [trigger(now, "Worklist unusable", State.WATCHING, area=a, n=88) for a in ("ct", "mr", "xray", "us")]
    return [*areas, trigger(now, "Images not loading", State.WATCHING, n=41, beyond=1)]


def _breached(now: datetime) -> list[Trigger]:
    slow = [
        trigger(now, "Worklist unusable", State.BREACHED, area=a, beyond=33, n=88, ago_min=14.7) for a in ("ct", "mr")
    ]
    unseen = trigger(
        now,
        "Images not loading",
        State.WATCHING,
        n=3,
        sight=Sight.BLIND,
        unseen_since=now - 4 * MINUTE,
        told_unseen=True,
    )
    others = [trigger(now, "Worklist unusable", State.WATCHING, area=a) for a in ("xray", "us", "mammo", "cardio")]
    return [*slow, unseen, *others, trigger(now, "PACS down", State.PENDING, beyond=20, n=40, pending_s=40.0)]


def _blind_breach(now: datetime) -> list[Trigger]:
    return [
        trigger(now, "Worklist unusable", State.BREACHED, beyond=33, sight=Sight.BLIND, unseen_since=now - 2 * MINUTE)
    ]


def _every(now: datetime) -> list[Trigger]:
    later = now + 37 * MINUTE
    return [
        trigger(now, "Worklist unusable", State.RECOVERING, beyond=2),
        trigger(now, "Images not loading", State.PENDING, beyond=20, n=40, pending_s=40.0),
        trigger(now, "Results not flowing", State.OVERRIDDEN, until=later),
        trigger(now, "New studies missing", State.WATCHING, n=7, sight=Sight.INSUFFICIENT, unseen_since=now - MINUTE),
        trigger(now, "PACS down", State.DECIDED, decided=Kind.CONTINUE, rearm_at=later),
        trigger(now, "Strays to the old PACS", State.SHADOW, n=12),
        trigger(now, "Viewer unusable", State.NOT_ARMED, n=30),
    ]


def decision(now: datetime, kind: Choice, about: Trigger | None, *, ago_min: float = 3, **asked: object) -> Decision:
    """Give a proposal about the breach of a trigger, or about the go-live as a whole."""
    wanted = replace(
        Asked(f"about {about.id if about else 'all'}", about and about.id, kind, "too slow to work"), **asked
    )  # type: ignore[arg-type]  # fields by name
    at = now - ago_min * MINUTE
    return Decision(wanted, ANN, at, at + 30 * MINUTE, breaches_of([about]) if about else ())


def confirmed(made: Decision, *, by_phone: bool = False) -> Decision:
    """Give a proposal after its confirmation."""
    phone = ByPhone("Dr. Ada Chief", "+49 30 1234", "Bo Witness", listed=True) if by_phone else None
    return replace(made, end=End(Event("e", Action.CONFIRM, "agreed", phone), ADA, made.at + MINUTE))


def _proposed(now: datetime) -> Held:
    slow, other, *rest = _breached(now)
    return [slow, other, *rest], [decision(now, Choice.ROLL_BACK, slow), decision(now, Choice.ROLL_BACK, other)]


def _whole(now: datetime) -> Held:
    return _all_watching(now), [decision(now, Choice.ROLL_BACK, None)]


def _decided(now: datetime) -> Held:
    goes_on = trigger(now, "PACS down", State.DECIDED, decided=Kind.CONTINUE, rearm_at=now + 37 * MINUTE)
    made = confirmed(decision(now, Choice.CONTINUE, goes_on), by_phone=True)
    return [goes_on, *_all_watching(now)], [made, confirmed(decision(now, Choice.HOLD, None))]


def _undecided(now: datetime) -> Held:
    slow = trigger(now, "Worklist unusable", State.BREACHED, area="ct", beyond=33, ago_min=17, told_undecided=True)
    heard = replace(slow.latch, acknowledged_by="Kim", acknowledged_at=now - 12 * MINUTE)
    return [replace(slow, latch=heard), *_all_watching(now)[1:]], []


def _rolled_back(now: datetime) -> Held:
    states = {State.DECIDED: Kind.ROLL_BACK, State.SHADOW: None}
    held = [trigger(now, f"Rule {i}", state, decided=kind) for i, (state, kind) in enumerate(states.items())]
    return held, [confirmed(decision(now, Choice.ROLL_BACK, None), by_phone=True)]


def _alone(of: Callable[[datetime], list[Trigger]]) -> Callable[[datetime], Held]:
    return lambda now: (of(now), [])


TRIGGERS: dict[str, Callable[[datetime], Held]] = {
    "none": _alone(lambda now: []),
    "watching": _alone(_all_watching),
    "breached": _alone(_breached),
    "blind-breach": _alone(_blind_breach),
    "every": _alone(_every),
    "proposed": _proposed,
    "whole": _whole,
    "decided": _decided,
    "undecided": _undecided,
    "rolled-back": _rolled_back,
}
