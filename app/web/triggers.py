"""Rollback triggers: what each is, and what people do to one by hand."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from app.commands import trigger_acts as commands
from app.commands.acts import done
from app.domain.rollback.decisions import told_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_alarms import alarm, raised
from app.domain.rollback.trigger_dependencies import by_id, held_back
from app.domain.rollback.triggers import Latch, Transition
from app.errors import Missing
from app.push.scene import Scene
from app.store import triggers
from app.web import decisions
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import Actor, at_desk, person_of, reader
from app.wire import Named, Strict, TriggerOut

router = APIRouter(tags=["rollback"], dependencies=[Depends(reader)])


class TriggerActIn(Strict):
    """What is done to a trigger by hand."""

    action: commands.Doing
    until: Named | None = None
    reason: decisions.Text = ""


@router.get("/api/triggers", response_model=None, responses={200: {"model": list[TriggerOut]}})
async def every(request: Request) -> list[dict[str, Any]]:
    """Give every trigger as it is now, in the order of golive.toml."""
    scene = house_of(request).follow.scene()
    return [told(trigger, scene) for trigger in scene.triggers]


@router.get("/api/triggers/{trigger}", response_model=None, responses={200: {"model": TriggerOut}})
async def one(
    request: Request,
    trigger: Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$")],
    limit: Annotated[int, Query(ge=1, le=1000, description="so many of the newest transitions")] = triggers.MOST,
) -> dict[str, Any]:
    """Give one trigger as it is now, with its transitions; a breach by a former version of its rule stands first."""
    house = house_of(request)
    scene = house.follow.scene()
    found = found_in(scene, trigger)
    made = await house.db.read(lambda s: triggers.transitions(s, house.site, trigger, limit))
    return told(found, scene) | {"transitions": [transition_told(t) for t in made]}


def found_in(scene: Scene, trigger: str) -> Trigger:
    """Give a trigger by its id, a breach by a former version of its rule before what watches now."""
    found = next((t for t in scene.triggers if t.id == trigger), None)
    if found is None:
        raise Missing(f"no rollback trigger has the id {trigger!r}; with `per` each area has one of its own")
    return found


def told(trigger: Trigger, scene: Scene) -> dict[str, Any]:
    """Give a trigger as the interface writes it."""
    latch, share = trigger.latch, trigger.share
    decision = told_of(scene.decisions, trigger, scene.now)
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
        "alarm": alarm(latch),
        "acknowledged": _acknowledged(latch),
        "rule": trigger.rule,
        "held_back_by": held_back(trigger, by_id(scene.triggers)) or None,
        "evidence": trigger.evidence,
        "decision": decisions.told(decision, scene.now) if decision is not None else None,
    }


def _acknowledged(latch: Latch) -> dict[str, Any] | None:
    if raised(latch) is None or latch.acknowledged_at is None:
        return None
    return {"by": latch.acknowledged_by, "at": utc_text(latch.acknowledged_at)}


@router.post("/api/triggers/{trigger}/acts/{act}", response_model=None, responses={200: {"model": TriggerOut}})
async def act(
    request: Request,
    trigger: Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$")],
    act: UUID,
    wanted: TriggerActIn,
    actor: Annotated[Actor, Depends(at_desk)],
) -> dict[str, Any]:
    """Override, arm, disarm or acknowledge a trigger; the same act again is answered as it was the first time."""
    house = house_of(request)
    sent = commands.TriggerAct(str(act), trigger, wanted.action, wanted.reason, wanted.until)
    after = await done(house.db, commands.acting(house.plan, sent, person_of(actor), house.clock.now()))
    house.on_acted()
    return told(after, house.follow.scene())


def transition_told(t: Transition) -> dict[str, Any]:
    """Give a transition as the interface writes it."""
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
