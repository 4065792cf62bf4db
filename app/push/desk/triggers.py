"""The desk's list of triggers: worst first, a group for each rule, above them what waits for somebody to confirm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from app.domain.rollback.decisions import Decision, Stage, stage_of, told_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import Sight
from app.domain.words import span
from app.push import words
from app.push.desk import words as desk_words
from app.push.scene import Scene, Since, since
from app.push.wall.decisions import rollback
from app.push.wall.head import Point, points
from app.push.wall.triggers import ORDER, explained, standing

GO_LIVE = "/desk/go-live"


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """One trigger: where, how it stands in shape and words, since when, what it counts, and what was decided."""

    id: str
    href: str
    where: str
    state: str
    shape: str
    word: str
    since: Since | None
    counts: str
    reason: str
    sight: str
    decision: str


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """A rule with its triggers, the worst first; `former` says that the rule has changed since."""

    title: str
    rule: str
    former: bool
    rows: tuple[TriggerRow, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits for a second person."""

    kind: str
    about: str
    href: str
    by: str
    at: str
    reason: str
    until: Since | None
    until_clock: str


@dataclass(frozen=True, slots=True)
class Head:
    """When T0 was or is planned, and how long until the two moments of the plan."""

    t0: str
    phase: str
    rollback: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class TriggerList:
    """All triggers of the desk's list, and in words how many stand how."""

    waiting: tuple[Waiting, ...]
    groups: tuple[RuleGroup, ...]
    counted: str


def trigger_list(scene: Scene) -> TriggerList:
    """Give the list."""
    groups: dict[tuple[str, str], list[Trigger]] = {}
    for trigger in scene.triggers:
        groups.setdefault((trigger.rule_id, trigger.rule), []).append(trigger)
    ranked = sorted(groups.values(), key=lambda group: min(rank(t, scene) for t in group))
    stand = [standing(t, scene) for t in sorted(scene.triggers, key=lambda t: rank(t, scene))]
    counted = " · ".join(f"{stand.count(s)} {words.TRIGGER_STATES[s]}" for s in dict.fromkeys(stand))
    return TriggerList(tuple(waiting(scene)), tuple(_group(scene, group) for group in ranked), counted)


def rank(trigger: Trigger, scene: Scene) -> int:
    """Give a trigger's place among states, the worst first."""
    state = standing(trigger, scene)
    return ORDER.index(state) if state in ORDER else len(ORDER)


def head(scene: Scene) -> Head:
    """Give where the go-live is."""
    moment = scene.moment
    t0 = f"T0 {clock(scene, moment.t0)}" if moment.t0 is not None else moment.planned_words
    return Head(t0, words.PHASES.get(moment.phase, moment.phase), rollback(scene).said, points(scene))


def waiting(scene: Scene) -> Iterable[Waiting]:
    """Give the proposals that somebody may confirm, the one that ends first before the others."""
    titles = {t.id: name(scene, t) for t in scene.triggers}
    proposed = [d for d in scene.decisions if stage_of(d, scene.now) is Stage.PROPOSED]
    for decision in sorted(proposed, key=lambda d: d.expires_at):
        about = decision.asked.trigger
        yield Waiting(
            desk_words.CHOICES[decision.asked.kind.value][0],
            "the go-live as a whole" if about is None else titles.get(about, about),
            f"{href(about) if about is not None else GO_LIVE}#decide",
            decision.by.called,
            clock(scene, decision.at),
            decision.asked.reason,
            since(scene, decision.expires_at),
            clock(scene, decision.expires_at),
        )


def _group(scene: Scene, group: list[Trigger]) -> RuleGroup:
    first = group[0]
    former = all(rule.version != first.rule for rule in scene.plan.rules if rule.id == first.rule_id)
    rows = tuple(row(scene, t) for t in sorted(group, key=lambda t: rank(t, scene)))
    return RuleGroup(first.title, first.rule_id, former, rows)


def row(scene: Scene, trigger: Trigger) -> TriggerRow:
    """Give one trigger's line."""
    state, latch, share = standing(trigger, scene), trigger.latch, trigger.share
    unseen = state in ("blind", "insufficient")
    sight = Sight.BLIND if scene.trouble else latch.sight
    return TriggerRow(
        trigger.id,
        href(trigger.id),
        scene.plan.areas.get(trigger.area, trigger.area) if trigger.area else words.WHOLE,
        state,
        words.TRIGGER_SHAPES[state],
        state_words(scene, trigger),
        since(scene, latch.unseen_since if unseen else latch.since) if state != "pending" else None,
        f"{share.beyond} of {share.n}" if share.n else "",
        scene.trouble or " · ".join(filter(None, (share.reason, explained(scene, state, [trigger])))),
        desk_words.SIGHT[sight.value] if sight is not Sight.OK else "",
        decision_words(told_of(scene.decisions, trigger, scene.now), scene.now),
    )


def state_words(scene: Scene, trigger: Trigger) -> str:
    """Name how a trigger stands, with what it waits for."""
    state, latch = standing(trigger, scene), trigger.latch
    if state == "pending":
        return f"pending {span(latch.pending_s)} of {span(trigger.breach_after_s)}"
    if state == "proposed":  # what is proposed stands beside it; its age is that of the breach
        return words.TRIGGER_STATES[latch.state.value]
    if state in ("breached", "recovering") and latch.told_undecided:
        return f"{words.TRIGGER_STATES[state]}, {words.UNDECIDED}"
    if state == "recovering":
        return words.RECOVERED
    if state == "overridden" and latch.until is not None:
        return f"{words.UNTIL} {clock(scene, latch.until)}"
    if state == "decided" and latch.decided is not None:
        again = f", watches again at {clock(scene, latch.rearm_at)}" if latch.rearm_at is not None else ""
        return f"{words.DECISIONS[latch.decided.value]} decided{again}"
    return words.TRIGGER_STATES[state]


def decision_words(decision: Decision | None, now: datetime) -> str:
    """Say in a few words what was proposed or decided, and by whom."""
    if decision is None:
        return ""
    kind, stage = desk_words.CHOICES[decision.asked.kind.value][0], stage_of(decision, now)
    said = desk_words.SHORTLY[stage.value]
    return said.format(kind=kind, by=decision.by.called, confirmed_by=decision.confirmed_by)


def name(scene: Scene, trigger: Trigger) -> str:
    """Give a trigger's title with its area."""
    area = scene.plan.areas.get(trigger.area, trigger.area) if trigger.area else ""
    return f"{trigger.title} · {area}" if area else trigger.title


def href(trigger: str) -> str:
    """Give the address of a trigger's page."""
    return f"/desk/triggers/{quote(trigger, safe=':')}"


def clock(scene: Scene, moment: datetime) -> str:
    """Give a moment as the site's clock tells it, with the date where it is another day."""
    local, today = scene.local(moment), scene.shown_at.astimezone(scene.plan.zone).date()
    return local.strftime("%H:%M:%S") if local.date() == today else local.strftime("%-d %b %H:%M:%S")
