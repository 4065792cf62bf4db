"""Whom golive tells, and by what way, as golive.toml says it; durations in seconds."""

from dataclasses import dataclass
from enum import StrEnum


class Occasion(StrEnum):
    """What a notice is about."""

    BREACH = "breach"  # also one that comes again, or that an ended override uncovers
    UNSEEN = "unseen"  # blind or insufficient beyond the allowance, and seen again
    UNDECIDED = "undecided"  # a breach that stood at the decision point
    RECOVERY = "recovery"
    PROPOSAL = "proposal"
    DECISION = "decision"  # confirmed, withdrawn or expired
    SAFETY = "safety"  # an issue that endangers patients
    ESCALATION = "escalation"  # an issue that went on to the next team
    ISSUE = "issue"  # any new issue
    CLOSING = "closing"  # the command center closed over an open issue
    TICKET = "ticket"  # an event of an issue for the ticket system; no route has it
    GO_LIVE = "go_live"  # declared, delayed, called off, rolled back


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out: a service, whose address only the sender knows, and how long it may take to accept a message."""

    id: str
    timeout_s: float = 10.0
    webhook: bool = False  # a ticket system, which gets events as JSON in their order


@dataclass(frozen=True, slots=True)
class Route:
    """What goes to a channel; empty `triggers` and `phases` stand for all of them.

    `remind_every_s` is how often it is said again until somebody acknowledges or decides, None for never.
    """

    channel: str
    on: frozenset[Occasion]
    triggers: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    remind_every_s: float | None = None


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """All channels and routes; the next authority is told of a proposal when the one before did not confirm it.

    `pace` is how many of the hospital's seconds one of ours is: what waits for services waits in ours.
    """

    channels: tuple[Channel, ...] = ()
    routes: tuple[Route, ...] = ()
    next_authority_after_s: float = 300.0
    give_up_after_s: float = 86_400.0
    pace: float = 1.0
    ticket_answer: str | None = None  # where the ticket's number stands in an answer; None without a ticket system
