"""Requests for support: asked for by tablets, listed, led by the desk, and counted."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.commands import supports as commands
from app.commands.acts import done
from app.domain.floor.support_counts import Click, by_area, by_day, by_hour, by_reason, curve_begins, means, per_100
from app.domain.floor.support_life import refusal_of_role
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Action, Stage, stage_at
from app.errors import Forbidden, Invalid, Missing
from app.store import supports
from app.web.house import House, house_of
from app.web.moments import utc_text
from app.web.security import Actor, on_floor, person_of, reader
from app.web.support_shapes import (
    SupportEventIn,
    SupportIn,
    SupportOut,
    SupportReceiptOut,
    as_csv,
    receipt,
    told,
    told_event,
)
from app.wire import Named

router = APIRouter(tags=["floor"])
OnFloor = Annotated[Actor, Depends(on_floor)]
Reader = Annotated[Actor, Depends(reader)]
Format = Literal["json", "csv"]
SIX_WEEKS = timedelta(days=42)
MOST = 20_000


def rules_of(house: House) -> SupportPlan:
    """Give what the site set up; without it there is nothing to ask for."""
    if house.plan.support is None:
        raise Missing(commands.NOT_SET_UP)
    return house.plan.support


@router.get("/api/supports", response_model=None, responses={200: {"model": list[SupportOut]}})
async def every(
    request: Request,
    _actor: Reader,
    from_at: Annotated[Named | None, Query(alias="from")] = None,
    until: Named | None = None,
    stage: Stage | None = None,
    area: Annotated[str | None, Query(max_length=48)] = None,
    format: Format = "json",
) -> Any:
    """Give the requests of the last six weeks, or of a span, by their number."""
    house, now = house_of(request), house_of(request).clock.now()
    rules, since, end = rules_of(house), from_at or now - SIX_WEEKS, until or now + timedelta(seconds=1)
    if end < since:
        raise Invalid("until", "lies before from")
    found = await house.db.read(lambda s: supports.between(s, house.site, since, end, MOST))
    rows = [
        told(r, rules, now)
        for r in found
        if (area is None or r.ask.area == area) and (stage is None or stage_at(r, now, rules.lapses_s) is stage)
    ]
    return _as(rows, list(SupportOut.model_fields), format, request, "supports.csv")


@router.get("/api/supports/counts", response_model=None)
async def counts(
    request: Request, _actor: Reader, by: Literal["day", "hour", "area", "reason"] = "day", format: Format = "json"
) -> Any:
    """Give how often support was asked for in the six weeks from go-live on, and per 100 users beside the published."""
    house, now = house_of(request), house_of(request).clock.now()
    rules = rules_of(house)
    begins_at, since_t0 = curve_begins(house.follow.scene().moment.t0, now, house.plan.zone)
    clicks = await house.db.read(lambda s: supports.clicks(s, house.site, begins_at))
    if format == "csv" or "text/csv" in request.headers.get("accept", ""):
        rows = _counted(clicks, by, begins_at, now, house, rules)
        return _as(rows, list(rows[0]) if rows else [by, "n"], "csv", request, f"supports-by-{by}.csv")
    days = by_day(clicks, begins_at, now, house.plan.zone)
    return {
        "from": utc_text(begins_at),
        "users": rules.users,
        "n": len(clicks),
        "by_day": _counted(clicks, "day", begins_at, now, house, rules),
        "by_hour": by_hour(clicks, house.plan.zone),
        "by_area": [{"area": area, "n": n} for area, n in by_area(clicks)],
        "by_reason": [{"reason": reason, "n": n} for reason, n in by_reason(clicks)],
        "weeks": [
            {
                "first": m.first_week, "last": m.last_week, "working_days": m.days, "per_day": m.per_day,
                "per_100_users": m.per_100, "published_per_day": m.published_per_day,
                "published_per_100_users": m.published_per_100,
            }
            for m in (means(days, rules.users) if since_t0 else ())
        ],
    }  # fmt: skip


def _counted(
    clicks: list[Click], by: str, begins_at: datetime, now: datetime, house: House, rules: SupportPlan
) -> list[dict[str, Any]]:
    if by == "day":
        return [
            {
                "day": d.day.isoformat(), "n": d.n, "per_100_users": per_100(d.n, rules.users), "whole": d.whole,
                "working": d.working,
            }
            for d in by_day(clicks, begins_at, now, house.plan.zone)
        ]  # fmt: skip
    if by == "hour":
        return [{"hour": hour, "n": n} for hour, n in enumerate(by_hour(clicks, house.plan.zone))]
    return [{by: name, "n": n} for name, n in (by_area(clicks) if by == "area" else by_reason(clicks))]


@router.get("/api/supports/{support}", response_model=None, responses={200: {"model": SupportOut}})
async def one(request: Request, support: UUID, _actor: Reader) -> dict[str, Any]:
    """Give a request with its events."""
    house, uuid = house_of(request), str(support)
    rules, now = rules_of(house), house.clock.now()

    def read(s: Any) -> dict[str, Any]:
        found = supports.get(s, house.site, uuid)
        if found is None:
            raise Missing(f"no request for support has the id {uuid}")
        return told(found, rules, now) | {"events": [told_event(e) for e in supports.events(s, house.site, uuid)]}

    return await house.db.read(read)


@router.put(
    "/api/supports/{support}",
    response_model=None,
    status_code=201,
    responses={200: {"model": SupportReceiptOut}, 201: {"model": SupportReceiptOut}},
)
async def ask(request: Request, response: Response, support: UUID, wanted: SupportIn, actor: OnFloor) -> dict[str, Any]:
    """Ask for support; a repeat, or a further click of a place that waits already, is answered 200."""
    house, now = house_of(request), house_of(request).clock.now()
    act = commands.asking(house.plan, str(support), wanted.ask(), person_of(actor), now)
    kept, is_new = await done(house.db, act)
    if not is_new:
        response.status_code = 200
    house.on_acted()
    return receipt(kept)


@router.post(
    "/api/supports/{support}/events/{event}", response_model=None, responses={200: {"model": SupportReceiptOut}}
)
async def act(request: Request, support: UUID, event: UUID, wanted: SupportEventIn, actor: OnFloor) -> dict[str, Any]:
    """Assign, admit, give the reason, end or withdraw; the same event again is answered as it was the first time."""
    house, by = house_of(request), person_of(actor)
    if why := refusal_of_role(Action(wanted.action), by.role):
        raise Forbidden(why)
    now = house.clock.now()
    kept, is_new = await done(
        house.db, commands.acting(house.plan, str(support), wanted.event(str(event), by, now), now)
    )
    if is_new:
        house.on_acted()
    return receipt(kept)


def _as(rows: list[dict[str, Any]], columns: list[str], format: str, request: Request, name: str) -> Any:
    if format == "csv" or "text/csv" in request.headers.get("accept", ""):
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(rows, columns), media_type="text/csv; charset=utf-8", headers=named)
    return rows
