"""What a notice says: names from golive.toml, states, numbers and times; never a patient, a person or a typed word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.plans import Counts, Plan
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_sights import percent
from app.domain.rollback.triggers import Cause
from app.domain.telling.notice_plans import Occasion
from app.domain.words import span, window_words

CRITICAL, WARNING, INFO, GOOD = "failure", "warning", "info", "success"  # as services colour them
_KINDS = {"roll_back": "roll back", "false_alarm": "false alarm"}
_ENDS = {"confirm": "confirmed", "withdraw": "withdrawn", "expire": "expired, confirmed by nobody"}


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a notice and how grave it is."""

    severity: str
    title: str
    text: str


def of_trigger(
    plan: Plan,
    trigger: Trigger,
    occasion: Occasion,
    cause: str,
    at: datetime,
    facts: Mapping[str, Any],
    *,
    reminder: int = 0,
    now: datetime | None = None,
) -> Said:
    """Say what became of a trigger; a reminder says since when, and what it sees now."""
    name, clock = name_of(plan, trigger), local(plan, at)
    state = facts.get("after", trigger.latch.state.value)
    severity, word, sentence = _happened(occasion, cause, clock, str(state))
    if reminder and now is not None:
        told = "" if trigger.latch.acknowledged_at else " and nobody has acknowledged it"
        sentence = f"Reminder {reminder}: {word} since {clock}, for {span((now - at).total_seconds())}{told}."
        facts = _now(trigger)
    lines = [sentence, numbers(trigger, facts), f"Trigger {trigger.id}, now {state}."]
    title = f"reminder {reminder}, {word}" if reminder else word
    return Said(severity, titled(plan, f"{title}: {name}"), "\n".join(filter(None, lines)))


def _happened(occasion: Occasion, cause: str, clock: str, state: str) -> tuple[str, str, str]:
    match occasion:
        case Occasion.UNSEEN if cause == Cause.SEEN_AGAIN.value.replace(" ", "_"):
            return GOOD, "seen again", f"Sees enough again since {clock}."
        case Occasion.UNSEEN:
            return WARNING, "not seen", f"Has not seen enough to say anything for longer than allowed, at {clock}."
        case Occasion.UNDECIDED:
            said = f"The decision point passed at {clock} over a breach that nobody has decided."
            return CRITICAL, "undecided", said
        case Occasion.RECOVERY:
            return INFO, "within again", f"Within its limits again since {clock}; a decision is still due."
        case _:
            again = " again" if cause == Cause.BREACH_AGAIN.value.replace(" ", "_") else ""
            return CRITICAL, f"breach{again}", f"Breached{again} at {clock}; a decision is due."


def of_proposal(
    plan: Plan,
    kind: str,
    trigger: str | None,
    at: datetime,
    expires_at: datetime,
    reminder: int = 0,
    place: int = 0,
) -> Said:
    """Ask for a confirmation: what is proposed, about what, until when."""
    about = _about(plan, trigger)
    again = f"Reminder {reminder}. " if reminder else ""
    next_ = f"You are asked as number {place + 1}: nobody before has confirmed. " if place else ""
    text = (
        f"{again}{next_}Proposed at {local(plan, at)}: {_KINDS.get(kind, kind)}, about {about}. "
        f"It takes a second person who holds authority, until {local(plan, expires_at)}."
    )
    word = f"reminder {reminder}, confirmation asked" if reminder else "confirmation asked"
    return Said(WARNING, titled(plan, f"{word}: {_KINDS.get(kind, kind)}, {about}"), text)


def of_decision(plan: Plan, kind: str, trigger: str | None, end: str, at: datetime) -> Said:
    """Say how a proposal ended."""
    about, what = _about(plan, trigger), _KINDS.get(kind, kind)
    severity = WARNING if end == "expire" or (end == "confirm" and kind == "roll_back") else INFO
    text = f"The proposal to decide {what}, about {about}, is {_ENDS[end]}; {local(plan, at)}."
    return Said(severity, titled(plan, f"{_ENDS[end]}: {what}, {about}"), text)


def of_go_live(plan: Plan, act: str, at: datetime, body: Mapping[str, Any]) -> Said:
    """Say what became of the go-live."""
    moment = local(plan, datetime.fromisoformat(str(body["at"])))
    words = {
        "declare": (INFO, "go-live declared", f"T0 is {moment}."),
        "delay": (INFO, "go-live delayed", f"It is planned for {moment} now."),
        "call_off": (WARNING, "go-live called off", f"It was called off at {local(plan, at)}."),
        "roll_back": (CRITICAL, "go-live rolled back", f"Decided by two people at {local(plan, at)}; triggers rest."),
    }
    severity, title, text = words[act]
    return Said(severity, titled(plan, title), text)


def of_test(plan: Plan, channel: str, at: datetime) -> Said:
    """Say that this is a test."""
    text = f"Sent to channel {channel} at {local(plan, at)} by hand. Nothing has happened."
    return Said(INFO, titled(plan, "test notice"), text)


def titled(plan: Plan, words: str) -> str:
    """Give a title that says from which site it comes, and that it is practice where it is."""
    return f"{'SIMULATION, ' if plan.simulation else ''}golive {plan.site_name}: {words}"


def name_of(plan: Plan, trigger: Trigger) -> str:
    """Name a trigger as the wall does."""
    return f"{trigger.title}, {plan.areas.get(trigger.area, trigger.area)}" if trigger.area else trigger.title


def _about(plan: Plan, trigger: str | None) -> str:
    if trigger is None:
        return "the go-live as a whole"
    rule, _, area = trigger.partition(":")
    title = next((r.title for r in plan.rules if r.id == rule), rule)
    return f"{title}, {plan.areas.get(area, area)}" if area else title


def local(plan: Plan, moment: datetime) -> str:
    """Give a moment by the site's clock, with its day and offset: who reads it may be in another zone."""
    return moment.astimezone(plan.zone).strftime("%a %-d %b %H:%M:%S %z")


def numbers(trigger: Trigger, facts: Mapping[str, Any]) -> str:
    """Give what was counted against what is allowed, "" where nothing was."""
    n, value, window = facts.get("n"), facts.get("value"), _window(facts)
    if facts.get("kind") == Counts.SHARE and n and facts.get("low") is not None:
        slower = _limit(" slower than {}", facts.get("slower_than_s"))
        between = f"{percent(facts['share'])}, between {percent(facts['low'])} and {percent(facts['high'])}"
        return f"{facts.get('beyond')} of {n}{slower}{window}: {between}; {percent(trigger.limit_share)} allowed."
    if facts.get("kind") == Counts.SHARE and n is not None:
        return f"{n} counted{window}."
    if value is None:
        return ""
    match facts.get("kind"):
        case Counts.AVAILABILITY:
            return f"{span(value)} without an answer{window}{_limit('; {} allowed', facts.get('down_for_s'))}."
        case Counts.SILENCE:
            return f"Quiet for {span(value)}{_limit('; {} allowed', facts.get('quiet_for_s'))}."
        case Counts.BACKLOG:
            return f"{value:g} waiting for longer than {span(facts.get('older_than_s', 0))}{_allowed(trigger)}."
        case Counts.COUNT:
            return f"{value:g} counted{window}{_allowed(trigger)}."
    return ""


def _now(trigger: Trigger) -> Mapping[str, Any]:
    """Give what a trigger sees now, by the limits that its evidence holds."""
    share, evidence = trigger.share, trigger.evidence or {}
    seen = {"n": share.n, "beyond": share.beyond, "share": share.share, "low": share.low, "high": share.high}
    return {**evidence, **seen, "value": share.value, "kind": trigger.kind}


def _window(facts: Mapping[str, Any]) -> str:
    seconds = facts.get("window_s")
    return f" in {window_words(seconds)}" if seconds else ""


def _limit(words: str, seconds: float | None) -> str:
    return words.format(span(seconds)) if seconds is not None else ""


def _allowed(trigger: Trigger) -> str:
    return f"; {trigger.limit:g} allowed" if trigger.limit is not None else ""
