"""Rollback triggers in every state, as plain values to be shown on a stage."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.intervals import wilson
from app.domain.trigger_board import Trigger
from app.domain.trigger_sights import Share
from app.domain.triggers import Kind, Latch, Sight, State

MINUTE = timedelta(minutes=1)


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
    return Trigger(id_, rule, "v1", title, area, "worklist.response", 0.2, 120.0, True, held, share, None)


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


TRIGGERS: dict[str, Callable[[datetime], list[Trigger]]] = {
    "none": lambda now: [],
    "watching": _all_watching,
    "breached": _breached,
    "blind-breach": _blind_breach,
    "every": _every,
}
