"""The go-live as a whole as the desk's page shows it: when T0 was or is planned, and what people did about it."""

from dataclasses import dataclass

from app.domain.rollback.decisions import Choice
from app.domain.rollback.golive import Act, GoLiveAct
from app.push import words
from app.push.beside import Beside
from app.push.desk import words as desk_words
from app.push.desk.decisions import Entry, Told, decisions_of, entries, in_order, told_words, waits
from app.push.desk.triggers import clock
from app.push.scene import Scene, Since, since
from app.push.wall.decisions import rollback


@dataclass(frozen=True, slots=True)
class GoLivePage:
    """Where the go-live is; `live` says whether T0 has come, `word` the same for who hears the page."""

    live: bool
    phase: str
    word: str
    said: str
    since: Since | None
    to_do: str
    rollback: str
    decision: Told | None
    timeline: tuple[Entry, ...]


def go_live_page(scene: Scene, beside: Beside) -> GoLivePage:
    """Give the page of the go-live."""
    moment = scene.moment
    phase = words.PHASES.get(moment.phase, moment.phase)
    decisions = [d for d in decisions_of(scene, beside) if d.asked.trigger is None or d.asked.kind is Choice.ROLL_BACK]
    whole = [d for d in decisions if d.asked.trigger is None]
    shown = max(whole, key=lambda d: (waits(scene, d), d.end.at if d.end is not None else d.at), default=None)
    acts = [(act.done_at, 1, _did(scene, act)) for act in beside.acts]
    return GoLivePage(
        moment.t0 is not None,
        phase,
        phase,
        f"T0 {clock(scene, moment.t0)}" if moment.t0 is not None else moment.planned_words or desk_words.NO_PLAN,
        since(scene, moment.t0),
        desk_words.GO_LIVE_TO_DO["live" if moment.t0 is not None else "planned"],
        rollback(scene).said,
        told_words(scene, shown) if shown is not None else None,
        in_order((*acts, *entries(scene, decisions))),
    )


def _did(scene: Scene, act: GoLiveAct) -> Entry:
    said = desk_words.ACTS[act.act.value]
    if act.act in (Act.DECLARE, Act.DELAY):
        said = said.format(at=clock(scene, act.at))
    return Entry(clock(scene, act.done_at), "", said, act.by or "golive", act.reason)
