"""Signs of life at one moment: what heartbeats and newest events tell of each probe and feed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.measuring.standings import PRECEDENCE, Judged, Pulse, Standing, State
from app.domain.plans import FeedPlan, Plan
from app.domain.words import span

Pulses = Mapping[tuple[str, str], Pulse]  # (source, probe or feed) → newest

NO_ANSWER = "no answer"  # a feed's heartbeat while the system that it asks gives none
_DOWN = PRECEDENCE.index(State.DOWN)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known at `now`; the newest pulses by probe and vantage, and by name alone."""

    plan: Plan
    by_vantage: Mapping[tuple[str, str], Pulse]  # (vantage, probe)
    by_name: Mapping[str, Pulse]
    now: datetime
    heard: Mapping[str, datetime]  # feed → its newest event
    listening_since: Mapping[str, datetime]  # feed → when golive began to listen; those never heard
    cut_off: Collection[str]  # vantages
    started_at: datetime | None
    planned: Mapping[str, str] = field(default_factory=dict)  # system → its planned work in words


def indexed(pulses: Pulses, plan: Plan) -> tuple[dict[tuple[str, str], Pulse], dict[str, Pulse]]:
    """Give the newest pulse of each name from each vantage, and from anywhere."""
    by_vantage: dict[tuple[str, str], Pulse] = {}
    by_name: dict[str, Pulse] = {}
    for (source, name), pulse in sorted(pulses.items(), key=lambda item: item[1].known_at):
        by_vantage[(plan.vantage_of(source), name)] = by_name[name] = pulse
    return by_vantage, by_name


def blind_feeds(plan: Plan, pulses: Pulses, now: datetime) -> dict[str, str]:
    """Give the feeds that golive does not hear, by their heartbeats alone, each with a reason."""
    reasons = {}
    for feed in plan.feeds.values():
        told = (p for (_, name), p in pulses.items() if name == feed.id)
        pulse = max(told, key=lambda p: p.known_at, default=None)
        if pulse is None:
            reasons[feed.id] = "never heard"
        elif (age_s := (now - pulse.known_at).total_seconds()) > 5 * feed.heartbeat_s:
            told_why = pulse.detail if pulse.state == "waiting" else ""
            reasons[feed.id] = told_why or f"its collector has been silent for {span(age_s)}"
    return reasons


def why_absent(feed: FeedPlan, pulse: Pulse | None) -> str:
    """Say that a feed has never been heard, or nothing."""
    return "" if pulse else f"{feed.name or feed.id} has not been heard yet"


def quiet_of(feeds: list[FeedPlan], signs: Signs) -> tuple[float | None, float]:
    """Give how long the least quiet of the feeds that tell a milestone has been quiet, beside what it may be.

    An HL7 feed that was never heard is quiet since golive began to listen; a list that is asked for may be empty.
    """
    since = dict(signs.heard) | {f.id: began for f in feeds if f.hl7 and (began := signs.listening_since.get(f.id))}
    told = [((signs.now - moment).total_seconds(), f.quiet_after_s) for f in feeds if (moment := since.get(f.id))]
    if not told:
        return None, feeds[0].quiet_after_s
    return min(told, key=lambda pair: pair[0] / pair[1])


def as_of_pulse(row: Judged, pulse: Pulse | None) -> Judged:
    """Give numbers as of the last sign of life: a feed that lives and tells nothing new has nothing to tell."""
    heard_at = pulse.known_at if pulse else None
    return replace(row, as_of=heard_at, known_at=heard_at)


def with_trouble(standing: Standing, pulse: Pulse | None) -> Standing:
    """Give a feed's own words for why it is not looking; one that looks and gets no answer is down, not blind."""
    if pulse is not None and pulse.state == NO_ANSWER and PRECEDENCE.index(standing.state) > _DOWN:
        return replace(standing, state=State.DOWN, reason=pulse.detail)
    if (
        standing.state not in (State.STALE, State.BLIND)
        or pulse is None
        or pulse.state != "waiting"
        or not pulse.detail
    ):
        return standing
    return replace(standing, reason=f"{standing.reason}: {pulse.detail}")
