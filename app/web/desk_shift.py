"""The desk's pages of the shift: who is there, the contact card, and the sheet of the next huddle."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.domain.floor.huddles import span_of
from app.domain.floor.issue_life import FLOOR
from app.push.desk import shift_words
from app.push.desk.contact_card import contact_card
from app.push.desk.huddle_sheet import huddle_sheet
from app.push.desk.shift import clock
from app.push.fragments import page
from app.push.views import CONTACTS, SHIFT
from app.store import decisions, handovers, issues, planned_work, tokens
from app.store.db import Session
from app.web.desk_triggers import desk_page
from app.web.house import house_of
from app.web.security import Actor, reader

router = APIRouter(tags=["screens"], include_in_schema=False)
Reader = Annotated[Actor, Depends(reader)]
WITHOUT_HUDDLES = timedelta(hours=12)


@router.get("/desk/shift")
async def now(request: Request, actor: Reader) -> HTMLResponse:
    """Give who is on duty and who leads, what is announced and asked, and the forms of all that."""
    house = house_of(request)
    known = await house.db.read(lambda s: tokens.list(s, house.site))
    named = [t.name.strip() for t in known if t.revoked_at is None and t.role in FLOOR]
    people = sorted({*named, *(a.name for a in house.plan.authorities)} - {""})
    more = {"areas": house.plan.areas, "people": people, "patterns": house.plan.floor.patterns}
    return await desk_page(request, actor, "desk_shift", SHIFT, shift_words.TITLE, **more)


@router.get("/desk/contacts")
async def contacts(request: Request, actor: Reader) -> HTMLResponse:
    """Give whom one calls for what, and the bridge."""
    card = contact_card(house_of(request).config.settings)
    return await desk_page(request, actor, "desk_contacts", CONTACTS, shift_words.CONTACTS, card=card)


@router.get("/desk/huddle")
async def huddle(request: Request, actor: Reader) -> HTMLResponse:
    """Give the sheet of the huddle that is now or next, one page of A4 when printed."""
    house = house_of(request)
    scene, plan = house.follow.scene(), house.plan
    last, at = span_of(plan.go_live.huddles, plan.zone, scene.now)
    since = last or scene.now - WITHOUT_HUDDLES

    def read(s: Session) -> tuple[Any, ...]:
        return (
            issues.all(s, house.site),
            decisions.newest(s, house.site, 200),
            handovers.since(s, house.site, since),
            planned_work.known(s, plan, scene.now),
        )

    found = await house.db.read(read)
    html = page(
        "desk_huddle",
        view=huddle_sheet(scene, since, at, *found),
        printed_at=clock(scene, scene.now),
        site_name=plan.site_name,
        simulation=plan.simulation,
        who=actor.name or actor.role,
    )
    return HTMLResponse(html)
