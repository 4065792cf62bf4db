"""The desk in its states, as plain values to be shown on a stage: one trigger of many, and what people did about it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.measuring.intervals import wilson
from app.domain.plans import Authority, Rule
from app.domain.rollback.decisions import Action, Asked, Breach, ByPhone, Choice, Decision, End, Event, Person
from app.domain.rollback.golive import Act, GoLiveAct
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_course import Step
from app.domain.rollback.triggers import Cause, Kind, Sight, State, Transition
from app.domain.rollback.way_back import Amount, Cost
from app.push.beside import Beside
from tests.browser.trigger_scenes import trigger

MINUTE = timedelta(minutes=1)
SHOWN = "worklist-unusable:ct"
ANN, BO = Person("Ann Desk", "desk", "token-ann"), Person("Dr. Bo Second", "authority", "token-bo")
PROPOSAL = "0193f3c0-0000-7000-8000-000000000001"
RULES = tuple(
    Rule(name.lower().replace(" ", "-"), name, "worklist.response", slower_than_s=5.0, share=0.2, version="v1")
    for name in ("Worklist unusable", "Images not loading", "Results not flowing", "Strays to the old PACS")
)
AUTHORITIES = (Authority("Dr. Ada Chief", "+49 30 1234"), Authority("Dr. Bo Second", "+49 30 1235", "Dr. Ada Chief"))
COST = Cost(Amount(214), Amount(96, ("HL7 from RIS",)), Amount(None))


@dataclass(frozen=True)
class Scenery:
    """What the desk sees at one moment."""

    triggers: tuple[Trigger, ...]
    decisions: tuple[Decision, ...] = ()
    beside: Beside = field(default_factory=Beside)


def share_of(ago_min: float, began_min: float, ended_min: float = 0.0) -> float:
    """Give the share of slow answers so many minutes ago, of a fault that began and perhaps ended."""
    if ago_min > began_min:
        return 0.02 + 0.015 * math.sin(ago_min)
    rise = min(1.0, (began_min - ago_min) / 5)
    fall = max(0.0, min(1.0, (ended_min - ago_min) / 5)) if ended_min else 0.0
    return max(0.01, 0.41 * rise * (1 - fall) + 0.02 * math.sin(2 * ago_min))


def course(
    now: datetime, began_min: float, gap: tuple[float, float] = (0, 0), ended_min: float = 0.0
) -> tuple[Step, ...]:
    """Give the course of an hour; within the gap too little was seen."""
    steps = []
    for i in range(121):
        ago = 60 - i / 2
        n = 4 if gap[0] <= ago < gap[1] else 88
        beyond = round(n * share_of(ago, began_min, ended_min))
        seen = n >= 20
        low, high = wilson(beyond, n) if seen else (None, None)
        steps.append(Step(now - ago * MINUTE, n, beyond, beyond / n if seen else None, low, high))
    return tuple(steps)


def facts(n: int = 88, beyond: int = 33) -> dict[str, Any]:
    """Give frozen evidence."""
    low, high = wilson(beyond, n)
    return {
        "kind": "share",
        "n": n,
        "beyond": beyond,
        "share": beyond / n,
        "low": low,
        "high": high,
        "value": None,
        "limit_share": 0.2,
        "slower_than_s": 5.0,
        "window_s": 300.0,
        "rule": "v1",
        "series": ["worklist.response/ris/ct"],
        "samples": [f"s{i}" for i in range(n)],
        "standings": {
            "worklist.response/ris/ct": "degraded",
            "image.first/pacs/ct": "ok",
            "feed.age/ris/-/feed=ris-hl7": "stale",
        },
        "reason": f"{beyond} of {n} slower than 5.0 s in 5 min: 38 %, between 28 % and 48 %; 20 % allowed",
    }


def _shown(now: datetime, state: State, beyond: int, ago_min: float, **more: Any) -> Trigger:
    made = trigger(now, "Worklist unusable", state, area="ct", beyond=beyond, ago_min=ago_min, **more)
    at = (now - 14.7 * MINUTE).isoformat()
    stands = state in (State.BREACHED, State.RECOVERING, State.DECIDED)
    return replace(made, evidence={"at": at, **facts()} if stands else None)


def _others(now: datetime) -> list[Trigger]:
    later = now + 37 * MINUTE
    areas = [trigger(now, "Worklist unusable", State.WATCHING, area=a) for a in ("mr", "xray", "us")]
    return [
        *areas,
        trigger(now, "Images not loading", State.WATCHING, n=41, beyond=1),
        trigger(now, "Results not flowing", State.OVERRIDDEN, until=later, underneath=State.WATCHING),
        trigger(now, "Strays to the old PACS", State.SHADOW, n=12),
    ]


def _moves(now: datetime, *moves: tuple[float, State, State, Cause]) -> tuple[Transition, ...]:
    told = []
    for number, (ago, before, after, cause) in enumerate(moves, 1):
        by = "Ann Desk" if cause is Cause.ACKNOWLEDGE else ""
        evidence = facts() if cause in (Cause.BREACH, Cause.BEYOND) else {}
        told.append(Transition(number, now - ago * MINUTE, before, after, cause, by, "", evidence))
    return tuple(told)


W, P, B, R, D = State.WATCHING, State.PENDING, State.BREACHED, State.RECOVERING, State.DECIDED
BREACHING = ((83.0, State.SHADOW, W, Cause.ARM), (16.7, W, P, Cause.BEYOND), (14.7, P, B, Cause.BREACH))


def _watching(now: datetime) -> Scenery:
    beside = Beside(_moves(now, BREACHING[0]), cost=COST, steps=course(now, 0))
    return Scenery((_shown(now, W, 1, 83), *_others(now)), beside=beside)


def _pending(now: datetime) -> Scenery:
    beside = Beside(_moves(now, *BREACHING[:1], (1.2, W, P, Cause.BEYOND)), cost=COST, steps=course(now, 6))
    return Scenery((_shown(now, P, 27, 1.2, pending_s=70.0), *_others(now)), beside=beside)


def _breached(now: datetime) -> Scenery:
    beside = Beside(_moves(now, *BREACHING), cost=COST, steps=course(now, 20))
    return Scenery((_shown(now, B, 36, 14.7), *_others(now)), beside=beside)


def proposal(now: datetime, kind: Choice = Choice.CONTINUE) -> Decision:
    """Give a proposal of four minutes ago."""
    goes_on = kind is Choice.CONTINUE
    asked = Asked(
        PROPOSAL,
        SHOWN,
        kind,
        "CT and its worklist server were restarted; the vendor is on the phone and sees the cause.",
        "Technologists type patients by hand for up to 30 minutes." if goes_on else "",
        now + 30 * MINUTE if goes_on else None,
    )
    at = now - 4 * MINUTE
    breach = Breach("v1", (now - 14.7 * MINUTE).isoformat())
    kept = {"cost": {"studies": {"n": 208, "at_least": False, "not_seen": []}}}
    return Decision(asked, ANN, at, at + 30 * MINUTE, (breach,), None, kept)


def _proposed(now: datetime) -> Scenery:
    asked = proposal(now)
    moves = (*BREACHING, (12.0, B, B, Cause.ACKNOWLEDGE))
    beside = Beside(_moves(now, *moves), (asked,), cost=COST, steps=course(now, 20))
    held = _shown(now, B, 36, 14.7, acknowledged_by="Ann Desk", acknowledged_at=now - 12 * MINUTE)
    return Scenery((held, *_others(now)), (asked,), beside)


def _replaced(now: datetime) -> Scenery:
    """Give the proposal withdrawn, and another one in its place."""
    seen = _proposed(now)
    withdrawn = replace(proposal(now), end=End(Event("e0", Action.WITHDRAW, "a slip", None), ANN, now - 3 * MINUTE))
    asked = replace(proposal(now, Choice.ROLL_BACK).asked, uuid=PROPOSAL[:-1] + "2")
    said = (replace(proposal(now), asked=asked, by=BO), withdrawn)
    return replace(seen, decisions=said, beside=replace(seen.beside, decisions=said))


def _decided(now: datetime) -> Scenery:
    phone = ByPhone("Dr. Ada Chief", "+49 30 1234", "Carl Witness", True)
    ended = End(Event("e1", Action.CONFIRM, "The vendor's fix is in place.", phone), ANN, now - 2 * MINUTE)
    made = replace(proposal(now), end=ended)
    moves = (*BREACHING, (12.0, B, B, Cause.ACKNOWLEDGE), (6.0, B, R, Cause.RECOVERY), (2.0, R, D, Cause.DECIDE))
    beside = Beside(_moves(now, *moves), (made,), cost=COST, steps=course(now, 20, ended_min=9))
    held = _shown(now, D, 4, 2, decided=Kind.CONTINUE, rearm_at=now + 30 * MINUTE)
    return Scenery((held, *_others(now)), (made,), beside)


def _blind(now: datetime) -> Scenery:
    beside = Beside(_moves(now, BREACHING[0], (3.0, W, W, Cause.UNSEEN)), cost=COST, steps=course(now, 0, gap=(0, 8)))
    held = trigger(
        now, "Worklist unusable", W, area="ct", n=4, sight=Sight.BLIND, unseen_since=now - 8 * MINUTE, told_unseen=True
    )
    held = replace(held, share=replace(held.share, reason="not seen: no sample for 8 min, the collector is silent"))
    return Scenery((held, *_others(now)), beside=beside)


def _recovering(now: datetime) -> Scenery:
    moves = (*BREACHING, (3.0, B, R, Cause.RECOVERY))
    beside = Beside(_moves(now, *moves), cost=COST, steps=course(now, 20, ended_min=8))
    return Scenery((_shown(now, R, 3, 3), *_others(now)), beside=beside)


DESKS: dict[str, Callable[[datetime], Scenery]] = {
    "watching": _watching,
    "pending": _pending,
    "breached": _breached,
    "proposed": _proposed,
    "replaced": _replaced,
    "decided": _decided,
    "blind": _blind,
    "recovering": _recovering,
}


def acts(now: datetime) -> tuple[GoLiveAct, ...]:
    """Give the acts on the go-live."""
    planned = now - 2 * timedelta(hours=1)
    return (
        GoLiveAct(Act.DELAY, now - 84 * MINUTE, now - 130 * MINUTE, "Ann Desk", "Network change runs late", planned),
        GoLiveAct(Act.DECLARE, now - 84 * MINUTE, now - 83 * MINUTE, "Ann Desk", "", planned),
    )
