"""The triggers on the rollback strip: worst first, one line for areas of a rule that stand alike, the rest counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.measures import CATALOGUE, Source
from app.domain.plans import Counts
from app.domain.trigger_board import Trigger
from app.domain.triggers import Kind, Sight, State
from app.domain.words import counted, span
from app.push import words
from app.push.gravest import listed
from app.push.scene import Scene, Since, since

MOST = 4
_UNITS = {m.id: "exam" for m in CATALOGUE.values() if m.source is Source.EXAM}
# gravest first; blind stands between a breach and what only may become one
ORDER = ("breached", "recovering", "blind", "pending", "overridden", "insufficient", "decided", "watching", "shadow")
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


@dataclass(frozen=True, slots=True)
class Triggers:
    """The lines that find room, and in words how many others there are and how they stand."""

    lines: tuple[TriggerLine, ...]
    others: str = ""

    @property
    def grave(self) -> bool:
        """Say whether one of them is to be seen at any distance."""
        return any(line.state in ("breached", "recovering", "blind", "pending") for line in self.lines)


def triggers(scene: Scene) -> Triggers:
    """Give the strip's triggers; where nothing is out of the ordinary, those that watch in one line."""
    every = _lines(scene)
    if not scene.trouble:
        every = [line for line in every if line not in breaches(scene)[:1]]  # it stands in large letters beside them
    shown = [line for line in every if line.state not in QUIET][:MOST] or every[:MOST]
    hidden = every[len(shown) :]
    kinds = dict.fromkeys(line.state for line in hidden)
    others = listed((f"{sum(h.state == k for h in hidden)} {words.TRIGGER_STATES[k]}" for k in kinds), 3)
    return Triggers(tuple(shown), others)


def breaches(scene: Scene) -> tuple[TriggerLine, ...]:
    """Give the lines of what waits for a decision."""
    return tuple(line for line in _lines(scene) if line.state in ("breached", "recovering"))


def _lines(scene: Scene) -> list[TriggerLine]:
    alike: dict[tuple[str, str, str], list[Trigger]] = {}
    for trigger in scene.triggers:
        alike.setdefault((trigger.rule_id, trigger.rule, standing(trigger, scene)), []).append(trigger)
    lines = [_line(scene, state, group) for (_, _, state), group in alike.items()]
    return sorted(lines, key=lambda line: ORDER.index(line.state) if line.state in ORDER else len(ORDER))


def standing(trigger: Trigger, scene: Scene) -> str:
    """Name how a trigger stands in one word: its state, but for one that watches without seeing."""
    latch = trigger.latch
    sight = Sight.BLIND if scene.trouble else latch.sight
    if latch.state in (State.WATCHING, State.PENDING) and sight is not Sight.OK:
        return "pending" if latch.state is State.PENDING and sight is not Sight.BLIND else sight.value
    return latch.state.value


def _line(scene: Scene, state: str, group: Iterable[Trigger]) -> TriggerLine:
    members = list(group)
    worst = max(members, key=lambda t: t.share.low or 0.0)
    where = listed((scene.plan.areas.get(t.area, t.area) for t in members if t.area), 3)
    at = worst.latch.unseen_since if state in ("blind", "insufficient") else worst.latch.since
    shape = words.TRIGGER_SHAPES[state]
    began = since(scene, at) if at is not None and state not in QUIET else None
    waits = {"breached": words.TO_DECIDE, "recovering": words.RECOVERED}.get(state, "")
    counts = _counts(state, worst)
    return TriggerLine(worst.title, where, state, shape, _said(scene, state, worst, counts), began, waits, counts)


def _counts(state: str, trigger: Trigger) -> str:
    if trigger.latch.sight is Sight.BLIND and state in ("breached", "recovering"):
        return words.NOW_BLIND
    if trigger.kind != Counts.SHARE:
        return trigger.share.reason
    return f"{trigger.share.beyond} of {counted(trigger.share.n, _UNITS.get(trigger.measure, 'attempt'))} too slow"


def _said(scene: Scene, state: str, trigger: Trigger, counts: str) -> str:
    share, latch = trigger.share, trigger.latch
    match state:
        case "breached":
            return f"{words.TO_DECIDE} · {counts}"
        case "recovering":
            return f"{words.RECOVERED} · {counts}"
        case "pending":
            return f"{span(latch.pending_s)} of {span(trigger.breach_after_s)} · {counts}"
        case "insufficient":
            return f"{share.n} seen, too few to say"
        case "overridden":
            until = scene.local(latch.until).strftime("%H:%M") if latch.until else ""
            return f"{words.UNTIL} {until}"
        case "decided":
            return words.DECIDED.get(latch.decided or Kind.CONTINUE, "")
        case "watching" | "shadow" | "not_armed":
            return f"{words.TRIGGER_STATES[state]} · {counts}"
    return words.TRIGGER_STATES[state]
