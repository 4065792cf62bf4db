"""The rollback decision record: one decision as a page to print, and as JSON."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.domain.journal import Entry
from app.domain.rollback.decisions import Decision
from app.domain.rollback.triggers import Transition
from app.errors import Missing
from app.push.desk import words as desk_words
from app.push.desk.record import breach_of, record
from app.push.fragments import page
from app.store import decisions, journal, triggers
from app.store.db import Session
from app.web import decisions as decision_calls
from app.web import triggers as trigger_calls
from app.web.house import house_of
from app.web.moments import utc_text
from app.web.security import Actor, reader

BREACHES = ("trigger.breach", "trigger.would_breach")
router = APIRouter(tags=["screens"], include_in_schema=False)


@router.get("/desk/decisions/{decision}")
async def one(
    request: Request,
    actor: Annotated[Actor, Depends(reader)],
    decision: UUID,
    format: Annotated[Literal["html", "json"], Query()] = "html",
) -> Response:
    """Give the record of a decision."""
    house = house_of(request)

    def read(s: Session) -> tuple[Decision | None, list[Transition], list[Entry]]:
        found = decisions.get(s, house.site, str(decision))
        if found is None:
            return None, [], []
        about = found.asked.trigger
        breaches = {datetime.fromisoformat(b.at) for b in found.breaches}
        until = found.end.at if found.end is not None else found.expires_at
        ask = partial(triggers.transitions, s, house.site, until=until, also=breaches)
        made = ask(about) if about is not None else []
        of_trigger = journal.of_subject(s, house.site, about) if about is not None else []
        told = [e for e in of_trigger if e.act in BREACHES and e.at in breaches]
        return found, made, [*told, *journal.of_subject(s, house.site, str(decision))]

    found, made, entries = await house.db.read(read)
    if found is None:
        raise Missing(f"no decision has the id {decision}")
    scene = house.follow.scene()
    trigger = next((t for t in scene.triggers if t.id == found.asked.trigger), None)
    if format == "json":
        told = {
            "site": scene.plan.site,
            "site_name": scene.plan.site_name,
            "taken_at": utc_text(scene.shown_at),
            "decision": decision_calls.told(found, scene.now),
            "trigger": trigger_calls.told(trigger, scene) if trigger is not None else None,
            "evidence": breach_of(found, made, trigger) or None,
            "beside": {"proposed": found.beside, "ended": found.end.beside if found.end is not None else None},
            "transitions": [trigger_calls.transition_told(t) for t in made],
            "journal": [_entry(e) for e in entries],
        }
        return JSONResponse(told)
    html = page(
        "desk_record",
        view=record(scene, found, trigger, made, entries),
        uuid=str(decision),
        site_name=scene.plan.site_name,
        site=scene.plan.site,
        zone=str(scene.plan.zone),
        means=desk_words.RECORD_MEANS.format(zone=scene.plan.zone),
        simulation=scene.plan.simulation,
        who=actor.name or actor.role,
    )
    return HTMLResponse(html)


def _entry(e: Entry) -> dict[str, Any]:
    return {"seq": e.seq, "at": utc_text(e.at), "actor": e.actor, "act": e.act, "hash": e.hash, "previous": e.previous}
