"""What people decide, on the rollback strip: what of a breach waits for whom, and whether there is a way back."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.rollback.decisions import Choice, Decision, Stage, stage_of, told_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import LATCHED
from app.domain.rollback.way_back import way_back
from app.push import words
from app.push.scene import Scene, Since, since

_OVER = ("before", "rolled_back", "handed_over")


@dataclass(frozen=True, slots=True)
class Rollback:
    """Whether a roll-back can be had: by the clock, and by what the old system answers; `gone` where it cannot."""

    said: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """A decision about the go-live as a whole that waits or holds; `said` is by whom."""

    state: str
    name: str
    said: str
    since: Since | None
    left: Since | None = None


def rollback(scene: Scene) -> Rollback:
    """Say whether a roll-back is possible, and while it is, whether there is anything to go back to."""
    said, moment = words.ROLLBACK.get(scene.moment.rollback, scene.moment.rollback), scene.moment
    if moment.rollback == "no_longer_possible":
        return Rollback(said, True)
    if moment.t0 is None or moment.phase in _OVER:
        return Rollback(said, False)
    answer = way_back(scene.plan, scene.standings).answer if not scene.trouble else "unknown"
    return Rollback(f"{said}, {words.WAY_BACK[answer]}", answer == "no")


def proposed(trigger: Trigger, scene: Scene) -> Decision | None:
    """Give the proposal that waits for its confirmation, of a breach that stands."""
    if trigger.latch.state not in LATCHED:
        return None
    told = told_of(scene.decisions, trigger, scene.now)
    return told if told is not None and stage_of(told, scene.now) is Stage.PROPOSED else None


def confirmed(trigger: Trigger, scene: Scene) -> Decision | None:
    """Give the decision that a trigger rests on."""
    told = told_of(scene.decisions, trigger, scene.now)
    return told if told is not None and told.confirmed_by is not None else None


def wholes(scene: Scene) -> list[Whole]:
    """Give what is proposed about the go-live as a whole, and a hold until the next such decision."""
    about = [d for d in scene.decisions if d.asked.trigger is None]
    waiting = [d for d in about if stage_of(d, scene.now) is Stage.PROPOSED]
    found = [
        Whole("proposed", _name(d, proposed=True), words.by(d.by.called), None, since(scene, d.expires_at))
        for d in waiting
    ]
    newest = max(_confirmed(about), key=lambda d: d.end.at if d.end else d.at, default=None)
    if newest is not None and newest.asked.kind is Choice.HOLD and newest.end is not None:
        found.append(Whole("decided", _name(newest, proposed=False), confirmed_by(newest), since(scene, newest.end.at)))
    return found


def _name(decision: Decision, *, proposed: bool) -> str:
    return words.of_the_whole(words.DECISIONS[decision.asked.kind], proposed=proposed)


def _confirmed(decisions: Iterable[Decision]) -> list[Decision]:
    return [d for d in decisions if d.confirmed_by is not None]


def proposal_words(decision: Decision) -> str:
    """Say what is proposed and by whom; the reason is for the desk, never for a wall."""
    return words.proposed_by(words.DECISIONS[decision.asked.kind], decision.by.called)


def confirmed_by(decision: Decision) -> str:
    """Say who decided, by telephone where it was so."""
    by_phone = decision.end is not None and decision.end.event.by_phone is not None
    return words.by(decision.confirmed_by or "", by_phone=by_phone)
