"""Decisions: what was proposed, by whom, about which breach, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import LATCHED, Kind, State


class Choice(StrEnum):
    """What can be decided: the first three about a breach, the last three about the go-live as a whole."""

    CONTINUE = "continue"
    FALSE_ALARM = "false_alarm"
    ROLL_BACK = "roll_back"
    GO = "go"
    HOLD = "hold"


class Action(StrEnum):
    """What becomes of a proposal."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


class Stage(StrEnum):
    """Where a decision is in its life."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the name that the record shows, the role, and the token behind it."""

    name: str
    role: str
    token: str

    @property
    def called(self) -> str:
        """Give the name for the record; a token without one is named by its role and id."""
        return self.name.strip() or f"{self.role} (token {self.token[:8]})"


@dataclass(frozen=True, slots=True)
class ByPhone:
    """How an authority confirmed by telephone; `listed` says whether golive.toml names the caller an authority."""

    caller: str
    call_back: str
    witness: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is proposed, as it was sent."""

    uuid: str
    trigger: str | None
    kind: Choice
    reason: str
    accepted_risk: str = ""
    rearm_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What is done with a proposal, as it was sent."""

    uuid: str
    action: Action
    reason: str
    by_phone: ByPhone | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """The breach that a decision is about: the rule's version, and when it began."""

    rule: str
    at: str


@dataclass(frozen=True, slots=True)
class End:
    """How a proposal ended: what was done, by whom, when, and what stood beside it then."""

    event: Event
    by: Person
    at: datetime
    beside: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal and what became of it; `breaches` are those that stood when it was made, `beside` all else then."""

    asked: Asked
    by: Person
    at: datetime
    expires_at: datetime
    breaches: tuple[Breach, ...] = ()
    end: End | None = None
    beside: Mapping[str, Any] | None = None

    @property
    def confirmed_by(self) -> str | None:
        """Give who confirmed it: by telephone that is the caller, not who wrote it down."""
        if self.end is None or self.end.event.action is not Action.CONFIRM:
            return None
        phone = self.end.event.by_phone
        return phone.caller.strip() if phone is not None else self.end.by.called


def stage_of(decision: Decision, now: datetime) -> Stage:
    """Give where a decision is at a moment; what nobody confirmed in time is expired."""
    if decision.end is not None:
        return Stage.CONFIRMED if decision.end.event.action is Action.CONFIRM else Stage.WITHDRAWN
    return Stage.EXPIRED if now >= decision.expires_at else Stage.PROPOSED


def standing(triggers: Iterable[Trigger]) -> list[Trigger]:
    """Give the triggers whose breach waits for a decision, also under an override."""
    return [t for t in triggers if t.evidence is not None and _stands(t)]


def _stands(trigger: Trigger) -> bool:
    latch = trigger.latch
    if latch.state is State.OVERRIDDEN:
        return latch.underneath in LATCHED or (
            latch.underneath in (State.WATCHING, State.PENDING) and latch.told_breach
        )
    return latch.state in LATCHED


def breaches_of(triggers: Iterable[Trigger]) -> tuple[Breach, ...]:
    """Give the breaches that wait for a decision."""
    return tuple(Breach(t.rule, str(t.evidence["at"])) for t in standing(triggers) if t.evidence is not None)


def still_standing(decision: Decision, triggers: Iterable[Trigger]) -> list[Trigger]:
    """Give those of the triggers whose breach is the one that the decision is about."""
    return [t for t in standing(triggers) if any(b in decision.breaches for b in breaches_of([t]))]


def story(decision: Decision, now: datetime) -> str:
    """Say what became of a decision, and by whom."""
    said = f"{decision.asked.kind} was proposed by {decision.by.called} at {moment_text(decision.at)}"
    stage = stage_of(decision, now)
    if stage is Stage.PROPOSED:
        return f"{said} and waits until {moment_text(decision.expires_at)}"
    if stage is Stage.EXPIRED:
        return f"{said} and expired at {moment_text(decision.expires_at)} unconfirmed: propose it anew"
    assert decision.end is not None  # the two stages that are left have one
    end = decision.end
    if stage is Stage.WITHDRAWN:
        return f"{said} and withdrawn by {end.by.called} at {moment_text(end.at)}: {end.event.reason.strip()}"
    by_phone = f" by telephone, entered by {end.by.called}," if end.event.by_phone is not None else ""
    return f"{said} and confirmed by {decision.confirmed_by}{by_phone} at {moment_text(end.at)}"


def moment_text(moment: datetime) -> str:
    """Give a moment as the sentences of the record write it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def told_of(decisions: Iterable[Decision], trigger: Trigger, now: datetime) -> Decision | None:
    """Give the decision to be shown with a trigger: of a breach that stands what is proposed, else what was confirmed.

    Else the newest; with what was rolled back it is the roll-back, whatever that was about.
    """
    if trigger.latch.decided is Kind.ROLL_BACK:
        every = [d for d in decisions if d.asked.kind is Choice.ROLL_BACK and d.confirmed_by is not None]
        return max(every, key=_moved_at, default=None)
    mine, first = [d for d in decisions if d.asked.trigger == trigger.id], Stage.CONFIRMED
    if _stands(trigger):
        first, breaches = Stage.PROPOSED, breaches_of([trigger])
        mine = [d for d in mine if any(b in d.breaches for b in breaches)]
    return max(mine, key=lambda d: (stage_of(d, now) is first, _moved_at(d)), default=None)


def _moved_at(decision: Decision) -> datetime:
    return decision.end.at if decision.end is not None else decision.at
