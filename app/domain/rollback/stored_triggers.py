"""A trigger as it is stored and shown: what it is, the evidence of its breach, and which ones screens show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.domain.plans import Counts, Plan
from app.domain.rollback.trigger_rules import Instance, instances, limit_of
from app.domain.rollback.trigger_sights import Share
from app.domain.rollback.triggers import LATCHED, Cause, Latch, State, Transition


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as it is stored and shown; `rule` is the version of its rule, `evidence` what stood at its breach."""

    id: str
    rule_id: str
    rule: str
    title: str
    area: str | None
    measure: str
    limit_share: float | None
    breach_after_s: float
    required: bool
    latch: Latch
    share: Share
    evidence: Mapping[str, Any] | None = None
    kind: str = Counts.SHARE.value
    limit: float | None = None
    depends_on: str = ""


def trigger_of(instance: Instance, latch: Latch, share: Share, evidence: Mapping[str, Any] | None) -> Trigger:
    """Give the trigger of an instance of a rule."""
    rule = instance.rule
    return Trigger(
        instance.id,
        rule.id,
        rule.version,
        rule.title,
        instance.area,
        rule.measure,
        rule.share if rule.kind is Counts.SHARE else None,
        rule.breach_after_s,
        rule.required,
        latch,
        share,
        evidence,
        rule.kind.value,
        limit_of(rule),
        rule.depends_on,
    )


def evidence_of(stored: Trigger | None, latch: Latch, told: Iterable[Transition]) -> Mapping[str, Any] | None:
    """Give the evidence of the breach that stands: frozen when it began, gone when a person's decision ended it."""
    if latch.state in (State.WATCHING, State.PENDING, State.SHADOW, State.NOT_ARMED):
        return None
    kept = stored.evidence if stored is not None else None
    for transition in told:
        if kept is None and transition.cause in (Cause.BREACH, Cause.WOULD_BREACH):
            kept = {"at": transition.at.isoformat().replace("+00:00", "Z"), **transition.facts}
    return kept


def acted_on(trigger: Trigger, latch: Latch) -> Trigger:
    """Give a trigger after what a person did to it."""
    return replace(trigger, latch=latch, evidence=evidence_of(trigger, latch, ()))


def shown(stored: Iterable[Trigger], plan: Plan) -> list[Trigger]:
    """Give the triggers that screens show: those of today's rules in their order, before each what an older rule left.

    A breach by a rule that has changed or gone stays with its own words until a person decides.
    """
    now = {i.id: place for place, i in enumerate(instances(plan.rules, plan))}
    versions = {rule.id: rule.version for rule in plan.rules}
    kept = [t for t in stored if (t.id in now and versions.get(t.rule_id) == t.rule) or stands(t.latch)]
    return sorted(kept, key=lambda t: (now.get(t.id, -1), versions.get(t.rule_id) == t.rule, t.id))


def stands(latch: Latch) -> bool:
    """Say whether a breach stands, under an override too."""
    return latch.state in LATCHED or (latch.state is State.OVERRIDDEN and latch.underneath in LATCHED)


def stood_at(stored: Trigger | None, moment: datetime) -> bool:
    """Say whether the breach that is stored began before a moment."""
    if stored is None or stored.evidence is None:
        return False
    return datetime.fromisoformat(str(stored.evidence["at"])) < moment


def worth_storing(stored: Trigger, latch: Latch, share: Share) -> bool:
    """Say whether more has changed than the moment of the last look; a pending clock is stored each second."""
    if share != stored.share or latch.sight is not stored.latch.sight:
        return True
    return latch.state is State.PENDING and latch.pending_s - stored.latch.pending_s >= 1
