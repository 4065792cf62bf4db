"""One trigger as the desk's page and its printed record show it: what it is, the evidence, and what people did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.domain.plans import Rule
from app.domain.rollback.decisions import Decision, standing, told_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_alarms import raised
from app.domain.rollback.triggers import Cause, Transition
from app.push import words
from app.push.beside import Beside
from app.push.desk import words as desk_words
from app.push.desk.decisions import Dated, Entry, Told, decisions_of, entries, in_order, told_words
from app.push.desk.evidence import Fact, facts, seen_now
from app.push.desk.stood import Stood, stood_then
from app.push.desk.triggers import TriggerRow, clock, name, row
from app.push.scene import Scene

_SHAPES = {Cause.BREACH: "◆", Cause.BREACH_AGAIN: "◆", Cause.BEYOND: "△", Cause.RECOVERY: "◇", Cause.UNSEEN: "◌"}


@dataclass(frozen=True, slots=True)
class TriggerPage:
    """All of one trigger that is neither its picture nor what stands beside the decision."""

    title: str
    row: TriggerRow
    means: str
    to_do: str
    acknowledged: str
    stands: bool
    breached: str
    facts: tuple[Fact, ...]
    reads: tuple[tuple[str, str], ...]
    rule: str
    counted: int
    stood: Stood
    decision: Told | None
    timeline: tuple[Entry, ...]


def trigger_page(scene: Scene, trigger: Trigger, beside: Beside) -> TriggerPage:
    """Give the page of one trigger."""
    shown, then = row(scene, trigger), _then(trigger, beside.transitions) or {}
    decisions = decisions_of(scene, beside)
    told = told_of(decisions, trigger, scene.now)
    mine = [d for d in decisions if d.asked.trigger == trigger.id or d is told]
    heard = _acknowledged(scene, trigger)
    return TriggerPage(
        name(scene, trigger),
        shown,
        desk_words.MEANS[shown.state],
        desk_words.DECIDE_NOW if heard and shown.state == "breached" else desk_words.TO_DO[shown.state],
        heard,
        any(t is trigger for t in standing([trigger])),
        clock(scene, datetime.fromisoformat(then["at"])) if then else "",
        tuple(facts(then, trigger) if then else seen_now(trigger, _rule(scene, trigger))),
        tuple((key, f"/series/{quote(key, safe='/=:@')}") for key in then.get("series", ())),
        str(then.get("rule", trigger.rule))[:12],
        len(then.get("samples", ()) or then.get("exams", ())),
        stood_then(then.get("standings", {}), scene.plan),
        told_words(scene, told) if told is not None else None,
        in_order((*_moves(scene, beside.transitions, mine), *entries(scene, mine))),
    )


def _rule(scene: Scene, trigger: Trigger) -> Rule | None:
    return next((r for r in scene.plan.rules if (r.id, r.version) == (trigger.rule_id, trigger.rule)), None)


def _acknowledged(scene: Scene, trigger: Trigger) -> str:
    latch = trigger.latch
    if raised(latch) is None or latch.acknowledged_at is None:
        return ""
    return desk_words.ACKNOWLEDGED.format(by=latch.acknowledged_by, at=clock(scene, latch.acknowledged_at))


def _then(trigger: Trigger, made: Sequence[Transition]) -> Mapping[str, Any] | None:
    """Give the evidence of the breach that stands, else that of the last one there was."""
    if trigger.evidence is not None:
        return trigger.evidence
    breaches = [t for t in made if t.cause in (Cause.BREACH, Cause.WOULD_BREACH)]
    return {"at": breaches[-1].at.isoformat(), **breaches[-1].facts} if breaches else None


def _moves(scene: Scene, made: Iterable[Transition], decisions: Iterable[Decision]) -> Iterable[Dated]:
    """Give the transitions as lines; one that comes of a decision stands with that."""
    told = {d.asked.uuid for d in decisions}
    for one in made:
        if one.cause is Cause.DECIDE and one.facts.get("decision") in told:
            continue
        yield one.at, one.number, _moved(scene, one)


def _moved(scene: Scene, made: Transition) -> Entry:
    said = desk_words.CAUSES[made.cause.value]
    if made.facts.get("reason"):
        said += f": {made.facts['reason']}"
    state = words.TRIGGER_STATES[made.after.value]
    if made.after is not made.before and state not in said:
        said += f" → {state}"
    return Entry(clock(scene, made.at), _SHAPES.get(made.cause, ""), said, made.by or "golive", made.why)
