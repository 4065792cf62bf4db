"""Issues of the floor: reported, listed, and everything that people do with them."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.commands import issues as commands
from app.commands.acts import done
from app.domain.floor.issue_life import refusal_of_role
from app.domain.floor.issue_merging import merged
from app.domain.floor.issues import Issue, Status
from app.errors import Forbidden, Missing
from app.store import issues
from app.web.house import house_of
from app.web.issue_context import context_of
from app.web.issue_shapes import MERGED, IssueEventIn, IssueIn, IssueOut, ReceiptOut, as_csv, receipt, told, told_event
from app.web.once import made_once
from app.web.security import Actor, on_floor, person_of

router = APIRouter(tags=["floor"])
OnFloor = Annotated[Actor, Depends(on_floor)]


@router.get("/api/issues", response_model=None, responses={200: {"model": list[IssueOut]}})
async def every(
    request: Request,
    actor: OnFloor,
    area: Annotated[str | None, Query(max_length=48)] = None,
    status: Status | None = None,
    severity: Annotated[int | None, Query(ge=1, le=4)] = None,
    known: bool | None = None,
    mine: bool = False,
    number: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    after: Annotated[int | None, Query(ge=0)] = None,
    format: Literal["json", "csv"] = "json",
) -> Response:
    """Give issues by their number; `after` only those that something happened to after that sequence number."""
    house, token = house_of(request), person_of(actor).token

    def wanted(issue: Issue) -> bool:
        return (
            (area is None or issue.report.area == area)
            and (status is None or issue.status is status)
            and (severity is None or issue.severity == severity)
            and (known is None or (issue.status is Status.KNOWN) is known)
            and (number is None or issue.number == number)
            and (not mine or issue.reporter.token == token)
            and (after is None or issue.last_sequence > after)
        )

    as_table = format == "csv" or "text/csv" in request.headers.get("accept", "")

    def written(s: Any) -> str:  # where the store is read: ten thousand issues would hold up every screen for seconds
        every = issues.all(s, house.site) if after is None or issues.last_sequence(s, house.site) > after else []
        found = [i for i in every if wanted(i)]
        beside = merged(every) if found else {}
        rows = [told(i, beside.get(i.uuid, MERGED), token) for i in found]
        return as_csv(rows) if as_table else json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

    text = await house.db.read(written)
    named = {"Content-Disposition": 'attachment; filename="issues.csv"'} if as_table else {}
    return Response(text, media_type="text/csv; charset=utf-8" if as_table else "application/json", headers=named)


@router.get("/api/issues/{issue}", response_model=None, responses={200: {"model": IssueOut}})
async def one(request: Request, issue: UUID, actor: OnFloor) -> dict[str, Any]:
    """Give an issue with its events, and what was kept of the minute in which it came."""
    house, uuid = house_of(request), str(issue)

    def read(s: Any) -> dict[str, Any]:
        found = issues.get(s, house.site, uuid)
        if found is None:
            raise Missing(f"no issue has the id {uuid}")
        beside = merged(issues.all(s, house.site))
        return {
            **told(found, beside.get(uuid, MERGED), person_of(actor).token),
            "events": [told_event(e) for e in issues.events(s, house.site, uuid)],
            "context": json.loads(issues.context(s, house.site, uuid)),
        }

    return await house.db.read(read)


@router.put(
    "/api/issues/{issue}",
    response_model=None,
    status_code=201,
    responses={200: {"model": ReceiptOut}, 201: {"model": ReceiptOut}},
)
async def report(request: Request, response: Response, issue: UUID, wanted: IssueIn, actor: OnFloor) -> dict[str, Any]:
    """Report an issue; the same again is answered 200 with the receipt of the first time."""
    house = house_of(request)
    scene = house.follow.scene()
    act = commands.reporting(
        house.plan,
        str(issue),
        wanted.report(),
        person_of(actor),
        house.clock.now(),
        lambda: context_of(scene, wanted.area),
    )
    kept = await made_once(house, response, act)
    return receipt(kept)


@router.post("/api/issues/{issue}/events/{event}", response_model=None, responses={200: {"model": ReceiptOut}})
async def act(request: Request, issue: UUID, event: UUID, wanted: IssueEventIn, actor: OnFloor) -> dict[str, Any]:
    """Do something with an issue; the same event again is answered as it was the first time."""
    house, by = house_of(request), person_of(actor)
    if why := refusal_of_role(wanted.action, by.role):
        raise Forbidden(why)
    now = house.clock.now()
    done_to_it = wanted.event(str(event), by, now)
    kept, is_new = await done(
        house.db, commands.acting(house.plan, str(issue), done_to_it, now, seen=wanted.seen_sequence)
    )
    if is_new:
        house.on_acted()
    return receipt(kept)
