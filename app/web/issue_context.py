"""What is kept with an issue of the minute in which it came: how its area stood, and the triggers."""

from typing import Any

from app.domain.rollback.triggers import State
from app.push.scene import Scene
from app.web import standings, triggers
from app.web.moments import utc_text

_QUIET = (State.WATCHING, State.SHADOW, State.NOT_ARMED)
MOST = 80


def context_of(scene: Scene, area: str) -> dict[str, Any]:
    """Give the standings of an area and those of no area, and the triggers that are of it or not at rest."""
    near = [s for s in scene.standings if s.series.area in (area, None) and not s.series.segment]
    near.sort(key=lambda s: (s.series.area is None, s.series.key))
    felt = [t for t in scene.triggers if t.area == area or (t.area is None and t.latch.state not in _QUIET)]
    shown = [triggers.told(t, scene) for t in felt[:MOST]]
    return {
        "at": utc_text(scene.now),
        "overall": scene.overall,
        "reasons": list(scene.reasons),
        "phase": scene.moment.phase,
        "trouble": scene.trouble,
        "standings": [standings.told(s, scene.plan.main_vantage) for s in near[:MOST]],
        "triggers": [{key: t[key] for key in _KEPT} for t in shown],
    }


_KEPT = ("id", "title", "area", "state", "sight", "since", "reason", "n", "share", "limit_share", "value", "limit")
