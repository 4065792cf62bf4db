"""The rollback decision record: all that a reader without golive needs, as one page to print."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.journal import Entry as Journalled
from app.domain.rollback.decisions import Decision, Stage, stage_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import Cause, Transition
from app.domain.words import span
from app.push import words
from app.push.desk import shift_words
from app.push.desk import words as desk_words
from app.push.desk.beside import cost_words
from app.push.desk.decisions import phone_words
from app.push.desk.evidence import Fact, frozen
from app.push.desk.share_drawing import Gauge, share_gauge, value_gauge
from app.push.desk.stood import Stood, stood_then
from app.push.desk.words import TOLD
from app.push.scene import Scene


@dataclass(frozen=True, slots=True)
class Record:
    """A decision as its record shows it; each row is a name and its words."""

    about: str
    kind: str
    stage: str
    people: tuple[Fact, ...]
    breach_at: str
    facts: tuple[Fact, ...]
    gauge: Gauge | None
    rule: str
    rule_id: str
    series: tuple[str, ...]
    stood: Stood
    columns: tuple[Fact, ...]
    proposed_at: str
    ended_at: str
    moves: tuple[tuple[str, str], ...]
    journal: tuple[tuple[int, str, str, str, str], ...]
    printed_at: str


def record(
    scene: Scene,
    decision: Decision,
    trigger: Trigger | None,
    made: Sequence[Transition],
    journal: Iterable[Journalled],
) -> Record:
    """Give the record of a decision; `made` are all transitions of its trigger, `trigger` what that is now."""
    then = breach_of(decision, made, trigger)
    stood = then.get("standings", (decision.beside or {}).get("standings", {}))
    ended = decision.end.beside if decision.end is not None else None
    return Record(
        _about(scene, decision, trigger),
        desk_words.CHOICES[decision.asked.kind.value][0],
        stage_of(decision, scene.now).value,
        tuple(_people(scene, decision)),
        dated(scene, datetime.fromisoformat(then["at"])) if then else "",
        tuple(frozen(then)) if then else (),
        _gauge(then),
        str(then.get("rule", ""))[:24],
        trigger.rule_id if trigger is not None else (decision.asked.trigger or "").split(":")[0],
        tuple(then.get("series", ())),
        stood_then(stood, scene.plan),
        tuple(_beside(scene, decision.beside, ended, decision.end is not None)),
        dated(scene, decision.at),
        dated(scene, decision.end.at) if decision.end is not None else "",
        tuple(_moves(scene, decision, made, then)),
        tuple((e.seq, dated(scene, e.at), e.act, e.actor, e.hash) for e in journal),
        dated(scene, scene.now),
    )


def breach_of(decision: Decision, made: Iterable[Transition], trigger: Trigger | None) -> Mapping[str, Any]:
    """Give the frozen evidence of the breach that a decision is about; nothing where it is about the whole."""
    about = {(b.rule, datetime.fromisoformat(b.at)) for b in decision.breaches}
    for one in made:
        if one.cause in (Cause.BREACH, Cause.WOULD_BREACH) and (str(one.facts.get("rule")), one.at) in about:
            return {"at": one.at.isoformat(), **one.facts}
    evidence = trigger.evidence if trigger is not None else None
    if evidence is not None and (str(evidence["rule"]), datetime.fromisoformat(str(evidence["at"]))) in about:
        return evidence
    return {}


def dated(scene: Scene, moment: datetime) -> str:
    """Give a moment with its date, for paper that is read on another day."""
    return scene.local(moment).strftime("%-d %b %Y %H:%M:%S")


def _about(scene: Scene, decision: Decision, trigger: Trigger | None) -> str:
    if decision.asked.trigger is None:
        return desk_words.GO_LIVE
    if trigger is None:
        return decision.asked.trigger
    area = scene.plan.areas.get(trigger.area, trigger.area) if trigger.area else ""
    return f"{trigger.title} · {area}" if area else trigger.title


def _people(scene: Scene, decision: Decision) -> Iterable[Fact]:
    asked, end = decision.asked, decision.end
    yield Fact(TOLD["proposed"], f"by {decision.by.called} ({decision.by.role}), {dated(scene, decision.at)}")
    yield Fact(TOLD["why"], asked.reason)
    if asked.accepted_risk:
        yield Fact(TOLD["risk"], asked.accepted_risk)
    if asked.rearm_at is not None:
        yield Fact(TOLD["again"], dated(scene, asked.rearm_at))
    if end is None:
        word = TOLD["expired" if stage_of(decision, scene.now) is Stage.EXPIRED else "waits"]
        yield Fact(word, dated(scene, decision.expires_at))
        return
    confirmed = decision.confirmed_by is not None
    entered = "" if decision.confirmed_by == end.by.called or not confirmed else f", entered by {end.by.called}"
    role = f" ({end.by.role})" if not entered else ""
    who = f"by {decision.confirmed_by or end.by.called}{role}{entered}, {dated(scene, end.at)}"
    yield Fact(TOLD["confirmed" if confirmed else "withdrawn"], who)
    yield Fact(TOLD["why"], end.event.reason)
    if phone := phone_words(end.event.by_phone, end.by.called):
        yield Fact(TOLD["how"], phone)


def _beside(
    scene: Scene, then: Mapping[str, Any] | None, ended: Mapping[str, Any] | None, over: bool
) -> Iterable[Fact]:
    for called, said in (
        (TOLD["t0"], lambda kept: _t0(scene, kept)),
        (TOLD["would_cost"], _cost),
        (TOLD["way_back"], _way_back),
        (TOLD["floor"], lambda kept: _floor(scene, kept)),
        (TOLD["rollback"], _rollback),
        (TOLD["evidence_was"], lambda kept: str(kept.get("evidence", desk_words.NOT_KEPT))),
    ):
        yield Fact(called, said(then or {}), said(ended or {}) if over else "")


def _t0(scene: Scene, kept: Mapping[str, Any]) -> str:
    if "declared_at" not in kept:
        return desk_words.NOT_KEPT
    if kept["declared_at"] is None:
        return str(words.PHASES.get(kept["phase"], kept["phase"]))
    left = kept.get("decision_left_s")
    until = f"; {span(left)} {words.LEFT} until the decision point" if left else ""
    return dated(scene, datetime.fromisoformat(kept["declared_at"])) + until


def _cost(kept: Mapping[str, Any]) -> str:
    if "cost" not in kept:
        return desk_words.NOT_KEPT
    return "; ".join(cost_words(kept["cost"])) or desk_words.NO_COST


def _way_back(kept: Mapping[str, Any]) -> str:
    back = kept.get("way_back")
    return f"{back['answer']}: {back['reason']}" if back else desk_words.NOT_KEPT


def _floor(scene: Scene, kept: Mapping[str, Any]) -> str:
    """Give what the floor had said by then, each answer with its age at that moment."""
    if "floor_says" not in kept:
        return desk_words.NOT_KEPT
    then = datetime.fromisoformat(kept["now"])
    return (
        "; ".join(
            f"{scene.plan.areas.get(said['area'], said['area'])} {said['answer']}, "
            f"{span((then - datetime.fromisoformat(said['at'])).total_seconds())} before"
            for said in kept["floor_says"]
        )
        or shift_words.NOT_ASKED
    )


def _rollback(kept: Mapping[str, Any]) -> str:
    said = kept.get("rollback", "")
    return words.ROLLBACK.get(said, said) or desk_words.NOT_KEPT


def _gauge(then: Mapping[str, Any]) -> Gauge | None:
    if then.get("limit_share") is not None:
        return share_gauge(then["share"], then["low"], then["high"], then["limit_share"])
    limit = next((then[k] for k in ("limit", "down_for_s", "quiet_for_s") if k in then), None)
    return value_gauge(str(then["kind"]), then.get("value"), limit) if limit is not None else None


def _moves(
    scene: Scene, decision: Decision, made: Iterable[Transition], then: Mapping[str, Any]
) -> Iterable[tuple[str, str]]:
    """Give what happened to the trigger from its breach to the end of the decision."""
    began = datetime.fromisoformat(then["at"]) if then else decision.at
    ended = decision.end.at if decision.end is not None else decision.expires_at
    for one in made:
        if began <= one.at <= ended:
            by = f", {one.by}" if one.by else ""
            yield dated(scene, one.at), desk_words.CAUSES[one.cause.value] + by
