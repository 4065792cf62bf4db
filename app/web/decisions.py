"""Decisions: proposed, confirmed or withdrawn, listed, and what stands beside them."""

import asyncio
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from app.commands import decisions as commands
from app.commands.acts import done
from app.domain.floor.questions import latest
from app.domain.rollback.decisions import Action, Asked, ByPhone, Choice, Decision, Event, stage_of
from app.domain.rollback.no_return import Spent
from app.domain.rollback.way_back import Cost, cost_of, way_back
from app.errors import Missing
from app.push.desk.beside import amount_told
from app.push.scene import Scene
from app.store import decisions, exams
from app.web.house import House, house_of
from app.web.issue_shapes import Line
from app.web.moments import utc_text
from app.web.once import made_once
from app.web.security import Actor, at_desk, person_of, reader
from app.wire import Named, Strict

router = APIRouter(tags=["rollback"])
Text = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Desk = Annotated[Actor, Depends(at_desk)]


class ProposalIn(Strict):
    """A decision that is proposed, about a trigger's breach or, without one, about the go-live as a whole."""

    trigger: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")] | None = None
    kind: Choice
    reason: Text = ""
    accepted_risk: Text | None = None
    rearm_at: Named | None = None


class ByPhoneIn(Strict):
    """A confirmation that an authority gave by telephone."""

    caller: Line = ""
    call_back: Line = ""
    witness: Line = ""


def _not_by_phone(said: Any) -> Any:
    return None if said is False else said


class EventIn(Strict):
    """What is done with a proposal."""

    action: Action
    reason: Text = ""
    by_phone: Annotated[ByPhoneIn | None, BeforeValidator(_not_by_phone)] = None


class DecisionOut(BaseModel):
    """A decision as it is now."""

    uuid: str
    trigger: str | None
    kind: str
    state: str
    reason: str
    accepted_risk: str | None
    rearm_at: datetime | None
    by: str
    by_role: str
    at: datetime
    expires_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    by_phone: dict[str, Any] | None
    ended_by: str | None
    ended_at: datetime | None
    ended_why: str | None


def told(decision: Decision, now: datetime) -> dict[str, Any]:
    """Give a decision as the interface writes it."""
    asked, end = decision.asked, decision.end
    phone = end.event.by_phone if end is not None else None
    return {
        "uuid": asked.uuid,
        "trigger": asked.trigger,
        "kind": asked.kind.value,
        "state": stage_of(decision, now).value,
        "reason": asked.reason,
        "accepted_risk": asked.accepted_risk or None,
        "rearm_at": utc_text(asked.rearm_at),
        "by": decision.by.called,
        "by_role": decision.by.role,
        "at": utc_text(decision.at),
        "expires_at": utc_text(decision.expires_at),
        "confirmed_by": decision.confirmed_by,
        "confirmed_at": utc_text(end.at) if end is not None and decision.confirmed_by is not None else None,
        "by_phone": _phone(phone),
        "ended_by": end.by.called if end is not None else None,
        "ended_at": utc_text(end.at) if end is not None else None,
        "ended_why": end.event.reason if end is not None else None,
    }


def _phone(phone: ByPhone | None) -> dict[str, Any] | None:
    if phone is None:
        return None
    return {
        "caller": phone.caller,
        "call_back": phone.call_back,
        "witness": phone.witness,
        "listed": phone.listed,
    }


@router.get(
    "/api/decisions", response_model=None, dependencies=[Depends(reader)], responses={200: {"model": list[DecisionOut]}}
)
async def every(request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> list[dict[str, Any]]:
    """Give the decisions, the newest first."""
    house = house_of(request)
    now = house.clock.now()
    return [told(d, now) for d in await house.db.read(lambda s: decisions.newest(s, house.site, limit))]


@router.get("/api/decisions/context", dependencies=[Depends(reader)])
async def context(request: Request) -> dict[str, Any]:
    """Give what stands beside a decision: the time left, what a roll-back costs, the way back, and whom to call."""
    return await beside(house_of(request))


async def beside(house: House) -> dict[str, Any]:
    """Give what stands beside a decision now."""
    scene = house.follow.scene()
    moment, plan = scene.moment, scene.plan
    back, cost = way_back(plan, scene.standings), await cost_now(house, scene)
    return {
        "now": utc_text(scene.shown_at),
        "phase": moment.phase,
        "declared_at": utc_text(moment.t0),
        "rollback": moment.rollback,
        "decision_left_s": moment.decision_left_s,
        "no_return_left_s": moment.no_return_left_s,
        "no_return_cost": _no_return(moment.spent),
        "proposal_lasts_s": plan.go_live.proposal_lasts_s,
        "authorities": [
            {"name": a.name, "telephone": a.telephone, "deputy_for": a.deputy_for} for a in plan.authorities
        ],
        "cost": cost and {f.name: amount_told(getattr(cost, f.name)) for f in fields(cost)},
        "way_back": {"answer": back.answer, "reason": back.reason},
        "evidence": f"golive's own test queries, from {', '.join(plan.vantages)}",
        "floor_says": [
            {"area": area, "answer": said.answer.value, "at": utc_text(said.at), "about": said.about}
            for area, said in latest(scene.shift.said, scene.now).items()
        ],
    }


def _no_return(spent: Spent | None) -> dict[str, Any] | None:
    if spent is None:
        return None
    limit = {"what": spent.limit.what, "limit": spent.limit.n}
    return {**limit, "n": spent.n, "not_seen": list(spent.not_seen), "words": spent.words}


async def cost_now(house: House, scene: Scene) -> Cost | None:
    """Give what a roll-back costs now, None before T0."""
    t0 = scene.moment.t0
    if t0 is None or t0 > scene.now:
        return None
    found = await house.db.read(lambda s: exams.touched_since(s, house.site, t0))
    return await asyncio.to_thread(cost_of, found, t0, scene.plan, scene.standings)


async def kept_beside(house: House) -> dict[str, Any]:
    """Give what stands beside a decision as its record keeps it: with how all else stood, without telephone numbers."""
    scene, now = house.follow.scene(), await beside(house)
    del now["authorities"], now["proposal_lasts_s"]
    standings = {s.series.key: s.state.value for s in scene.standings if s.judged.window in ("", "now")}
    return now | {"standings": standings, "triggers": {t.id: t.latch.state.value for t in scene.triggers}}


@router.get(
    "/api/decisions/{decision}",
    response_model=None,
    dependencies=[Depends(reader)],
    responses={200: {"model": DecisionOut}},
)
async def one(request: Request, decision: UUID) -> dict[str, Any]:
    """Give one decision as it is now."""
    house = house_of(request)
    found = await house.db.read(lambda s: decisions.get(s, house.site, str(decision)))
    if found is None:
        raise Missing(f"no decision has the id {decision}")
    return told(found, house.clock.now())


@router.put(
    "/api/decisions/{decision}",
    response_model=None,
    status_code=201,
    responses={200: {"model": DecisionOut}, 201: {"model": DecisionOut}},
)
async def propose(
    request: Request, response: Response, decision: UUID, wanted: ProposalIn, actor: Desk
) -> dict[str, Any]:
    """Propose a decision; the same again is answered 200 as it was the first time."""
    house = house_of(request)
    sent = wanted.model_copy(update={"accepted_risk": wanted.accepted_risk or ""})
    asked = Asked(str(decision), **{name: getattr(sent, name) for name in type(sent).model_fields})
    act = commands.proposing(house.plan, asked, person_of(actor), house.clock.now(), await kept_beside(house))
    made = await made_once(house, response, act)
    return told(made, made.at)


@router.post("/api/decisions/{decision}/events/{event}", response_model=None, responses={200: {"model": DecisionOut}})
async def end(request: Request, decision: UUID, event: UUID, wanted: EventIn, actor: Desk) -> dict[str, Any]:
    """Confirm or withdraw a decision; the same event again is answered as it was the first time."""
    house = house_of(request)
    phone = ByPhone(**wanted.by_phone.model_dump()) if wanted.by_phone is not None else None
    sent = Event(str(event), wanted.action, wanted.reason, phone)
    by, kept = person_of(actor), await kept_beside(house)
    act = commands.ending(house.plan, str(decision), sent, by, house.clock.now(), kept)
    made = await done(house.db, act)
    house.on_acted()
    return told(made, made.end.at if made.end is not None else made.at)
