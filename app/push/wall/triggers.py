"""The triggers on the rollback strip: worst first, one line for areas of a rule that stand alike, the rest counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.plans import Counts
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_alarms import raised
from app.domain.rollback.trigger_dependencies import by_id, held_back
from app.domain.rollback.triggers import LATCHED, Kind, Sight, State
from app.domain.words import counted, span
from app.push import words
from app.push.scene import Scene, Since, since
from app.push.wall.decisions import confirmed, confirmed_by, proposal_words, proposed, wholes
from app.push.wall.gravest import listed

MOST = 3
_UNITS = {m.id: "exam" for m in CATALOGUE.values() if m.source is Source.EXAM}
# gravest first; blind stands between a breach and what only may become one
ORDER = (
    *("breached", "proposed", "recovering", "blind", "pending", "overridden", "planned", "insufficient", "decided"),
    *("watching", "shadow"),
)
WAITS = ("breached", "proposed", "recovering")
QUIET = ("watching", "shadow", "not_armed")


@dataclass(frozen=True, slots=True)
class TriggerLine:
    """One line of the strip: what, where, how it stands in shape and words, and since when."""

    name: str
    where: str
    state: str
    shape: str
    said: str
    since: Since | None = None
    waits: str = ""  # of a breach: for what
    counts: str = ""
    heard: str = ""
    members: int = 1  # how many triggers it tells of
    left: Since | None = None  # of a proposal: until when it can be confirmed


@dataclass(frozen=True, slots=True)
class Triggers:
    """The lines that find room, and in words how many others there are and how they stand."""

    lines: tuple[TriggerLine, ...]
    others: str = ""
    every: str = ""  # all of them by how they stand, for where lines find no room

    @property
    def grave(self) -> bool:
        """Say whether one of them is to be seen at any distance."""
        return any(line.state in (*WAITS, "blind", "pending") for line in self.lines)


def triggers(scene: Scene) -> Triggers:
    """Give the strip's triggers; where nothing is out of the ordinary, only how many there are."""
    every = _lines(scene)
    if not scene.trouble:
        first = breaches(scene)[:1]
        every = [line for line in every if line not in first]  # it stands in large letters beside them
    shown = [line for line in every if line.state not in QUIET][:MOST]
    return Triggers(tuple(shown), _kinds(every[len(shown) :]), _kinds(every))


def _kinds(lines: list[TriggerLine]) -> str:
    """Count lines by how they stand."""
    kinds = dict.fromkeys(line.state for line in lines)
    return listed((f"{sum(h.members for h in lines if h.state == k)} {words.TRIGGER_STATES[k]}" for k in kinds), 3)


def breaches(scene: Scene) -> tuple[TriggerLine, ...]:
    """Give the lines of what waits for a decision."""
    return tuple(line for line in _lines(scene) if line.state in WAITS and line.waits)


def _lines(scene: Scene) -> list[TriggerLine]:
    alike: dict[tuple[str, ...], list[Trigger]] = {}
    for trigger in scene.triggers:
        told = proposed(trigger, scene) or confirmed(trigger, scene)
        key = (standing(trigger, scene), trigger.rule_id, trigger.rule, told.asked.uuid if told else "")
        alike.setdefault(key, []).append(trigger)
    lines = [_line(scene, key[0], group) for key, group in alike.items()]
    for whole in wholes(scene):
        shape = words.TRIGGER_SHAPES[whole.state]
        lines.append(TriggerLine(whole.name, "", whole.state, shape, whole.said, whole.since, left=whole.left))
    return sorted(lines, key=lambda line: ORDER.index(line.state) if line.state in ORDER else len(ORDER))


def standing(trigger: Trigger, scene: Scene) -> str:
    """Name how a trigger stands in one word: its state, but for one that watches without seeing."""
    latch = trigger.latch
    sight = Sight.BLIND if scene.trouble else latch.sight
    if latch.state in (State.WATCHING, State.PENDING) and sight is not Sight.OK:
        if latch.state is State.PENDING and sight is not Sight.BLIND:
            return "pending"
        return "planned" if trigger.share.planned and not scene.trouble else sight.value
    if proposed(trigger, scene) is not None:
        return "proposed"
    return latch.state.value


def _line(scene: Scene, state: str, group: Iterable[Trigger]) -> TriggerLine:
    members = list(group)
    worst = max(members, key=lambda t: t.share.low or 0.0)
    where = listed((scene.plan.areas.get(t.area, t.area) for t in members if t.area), 3)
    at = worst.latch.unseen_since if state in ("blind", "insufficient") else worst.latch.since
    shape = words.TRIGGER_SHAPES[state]
    began = since(scene, at) if at is not None and state not in (*QUIET, "pending", "proposed") else None
    waits, counts, proposal = _waits(scene, state, worst), _counts(state, worst), proposed(worst, scene)
    # first what explains it: the end of a long line finds no room
    said = " · ".join(filter(None, (explained(scene, state, members), _said(scene, state, worst, waits, counts))))
    left = since(scene, proposal.expires_at) if proposal is not None else None
    return TriggerLine(worst.title, where, state, shape, said, began, waits, counts, _heard(worst), len(members), left)


def _waits(scene: Scene, state: str, trigger: Trigger) -> str:
    """Say for what a breach waits, "" of anything else."""
    if state not in WAITS:
        return ""
    proposal = proposed(trigger, scene)
    if proposal is not None:
        return proposal_words(proposal)
    if trigger.latch.told_undecided:
        return words.UNDECIDED
    return words.RECOVERED if state == "recovering" else words.TO_DECIDE


def _heard(trigger: Trigger) -> str:
    latch = trigger.latch
    return words.heard_by(latch.acknowledged_by) if latch.acknowledged_at is not None and raised(latch) else ""


def explained(scene: Scene, state: str, members: Iterable[Trigger]) -> str:
    """Name what explains all of a line, and holds back its notice; the line stands all the same."""
    if state in QUIET or state in ("decided", "overridden", "planned"):
        return ""
    known = by_id(scene.triggers)
    holders = [known.get(held_back(trigger, known)) for trigger in members]
    first = holders[0]
    return f"{words.EXPLAINED_BY} {first.title}" if first is not None and all(holders) else ""


def _counts(state: str, trigger: Trigger) -> str:
    if trigger.latch.sight is Sight.BLIND and state in WAITS:
        return words.NOW_BLIND
    if trigger.kind != Counts.SHARE:
        return trigger.share.reason
    return f"{trigger.share.beyond} of {counted(trigger.share.n, _UNITS.get(trigger.measure, 'attempt'))} too slow"


def _said(scene: Scene, state: str, trigger: Trigger, waits: str, counts: str) -> str:
    share, latch = trigger.share, trigger.latch
    match state:
        case "proposed":
            return waits
        case "breached" | "recovering":
            return f"{waits} · {counts}"
        case "pending":
            return f"{span(latch.pending_s)} of {span(trigger.breach_after_s)} · {counts}"
        case "planned":
            return share.reason
        case "insufficient":
            return f"{share.n} seen, too few to say"
        case "overridden":
            until = f"{words.UNTIL} {_clock(scene, latch.until)}"
            return f"{until}, {words.UNDERNEATH}" if latch.underneath in LATCHED else until
        case "decided":
            told = confirmed(trigger, scene)
            said = words.DECISIONS[told.asked.kind if told is not None else latch.decided or Kind.CONTINUE]
            if latch.rearm_at is not None:
                said = words.watches_again(said, _clock(scene, latch.rearm_at))
            return f"{said} · {confirmed_by(told)}" if told is not None else said
        case "watching" | "shadow" | "not_armed":
            return f"{words.TRIGGER_STATES[state]} · {counts}"
    return words.TRIGGER_STATES[state]


def _clock(scene: Scene, moment: datetime | None) -> str:
    return scene.local(moment).strftime("%H:%M") if moment is not None else ""
