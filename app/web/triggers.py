"""Rollback triggers: GET /api/triggers and /api/triggers/{id}."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from app.domain.trigger_board import Trigger
from app.domain.triggers import Transition
from app.errors import Missing
from app.push.scene import Scene
from app.store import triggers
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import reader
from app.wire import TriggerOut

router = APIRouter(tags=["rollback"], dependencies=[Depends(reader)])


@router.get("/api/triggers", response_model=None, responses={200: {"model": list[TriggerOut]}})
async def every(request: Request) -> list[dict[str, Any]]:
    """Give every trigger as it is now, in the order of golive.toml."""
    scene = house_of(request).follow.scene()
    return [told(trigger, scene) for trigger in scene.triggers]


@router.get("/api/triggers/{trigger}", response_model=None, responses={200: {"model": TriggerOut}})
async def one(request: Request, trigger: Annotated[str, Path(max_length=100)]) -> dict[str, Any]:
    """Give one trigger as it is now, with its transitions; a breach by a former version of its rule stands first."""
    house = house_of(request)
    scene = house.follow.scene()
    found = [t for t in scene.triggers if t.id == trigger]
    if not found:
        raise Missing(f"no rollback trigger has the id {trigger!r}; with `per` each area has one of its own")
    made = await house.db.read(lambda s: triggers.transitions(s, house.site, trigger))
    return told(found[0], scene) | {"transitions": [_transition(t) for t in made]}


def told(trigger: Trigger, scene: Scene) -> dict[str, Any]:
    """Give a trigger as the interface writes it."""
    latch, share = trigger.latch, trigger.share
    return {
        "id": trigger.id,
        "title": trigger.title,
        "area": trigger.area,
        "kind": trigger.kind,
        "measure": trigger.measure or None,
        "state": latch.state.value,
        "sight": "blind" if scene.trouble else latch.sight.value,
        "since": utc_text(latch.since),
        "reason": scene.trouble or share.reason,
        "n": share.n,
        "beyond": share.beyond,
        "share": share.share,
        "limit_share": trigger.limit_share,
        "low": share.low,
        "high": share.high,
        "value": share.value,
        "limit": trigger.limit,
        "pending_s": latch.pending_s,
        "breach_after_s": trigger.breach_after_s,
        "until": utc_text(latch.until),
        "rule": trigger.rule,
        "evidence": trigger.evidence,
        "decision": latch.decided.value if latch.decided else None,
    }


def _transition(t: Transition) -> dict[str, Any]:
    return {
        "number": t.number,
        "at": utc_text(t.at),
        "before": t.before.value,
        "after": t.after.value,
        "cause": t.cause.value,
        "by": t.by,
        "why": t.why,
        "facts": t.facts or None,
    }
