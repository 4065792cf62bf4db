"""Ask the floor: questions to the tablets of some areas, and what they answered."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StrictBool

from app.commands import questions as commands
from app.domain.floor.questions import COUNTS_FOR, WAITS, Answer, Question, Said, latest, unanswered
from app.domain.floor.shift import Shift
from app.domain.plans import Plan
from app.store import questions
from app.web.house import house_of
from app.web.issue_shapes import Id, Line
from app.web.moments import utc_text
from app.web.once import made_once
from app.web.security import Actor, at_desk, on_floor, person_of
from app.wire import Named, Strict

router = APIRouter(tags=["floor"])
OnFloor = Annotated[Actor, Depends(on_floor)]
Desk = Annotated[Actor, Depends(at_desk)]


class QuestionIn(Strict):
    """A question to the tablets of some areas; `about` says of what, empty for the work as a whole."""

    areas: Annotated[list[Id], Field(max_length=200)]
    about: Line = ""
    no_patient: StrictBool = False


class AnswerIn(Strict):
    """One tap; `at` is the tablet's moment, `clock_offset_s` how far its clock lies ahead."""

    area: Id
    answer: Answer
    device: Line = ""
    at: Named | None = None
    clock_offset_s: Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)] | None = None


class AnswerOut(BaseModel):
    """An answer as it was taken; `at` is when it was tapped as far as golive can know."""

    uuid: str
    question: str
    area: str
    answer: str
    by: str
    at: str
    received_at: str


class QuestionOut(BaseModel):
    """A question, until when tablets show it, and what was answered; `open` names who has not."""

    uuid: str
    areas: list[str]
    about: str
    by: str
    by_clock: bool
    at: str
    until_at: str
    answers: list[AnswerOut]
    open: list[str]


def told(one: Question) -> dict[str, Any]:
    """Give a question as the interface writes it."""
    return {
        "uuid": one.uuid,
        "areas": list(one.areas),
        "about": one.about,
        "by": one.by.called,
        "by_clock": one.by_clock,
        "at": utc_text(one.at),
        "until_at": utc_text(one.at + WAITS),
    }


def told_answer(said: Said) -> dict[str, Any]:
    """Give an answer as the interface writes it."""
    return {
        "uuid": said.uuid,
        "question": said.question,
        "area": said.area,
        "answer": said.answer.value,
        "by": said.by.called,
        "at": utc_text(said.at),
        "received_at": utc_text(said.received_at),
    }


def section(plan: Plan, shift: Shift, now: Any) -> list[dict[str, Any]]:
    """Give what tablets are to answer; `areas` are those that have not yet."""
    waiting: dict[str, list[str]] = {}
    for area in plan.areas:
        for one in unanswered(shift.questions, shift.said, area, now):
            waiting.setdefault(one.uuid, []).append(area)
    return [told(q) | {"areas": waiting[q.uuid]} for q in shift.questions if q.uuid in waiting]


@router.get("/api/questions", response_model=None, responses={200: {"model": list[QuestionOut]}})
async def every(request: Request, actor: OnFloor) -> list[dict[str, Any]]:
    """Give the questions of the last 12 hours with their answers, the newest first."""
    house = house_of(request)
    since = house.clock.now() - COUNTS_FOR

    def read(s: Any) -> tuple[list[Question], list[Said]]:
        return questions.since(s, house.site, since), questions.said_since(s, house.site, since)

    found, said = await house.db.read(read)
    told_all = []
    for one in reversed(found):
        mine = [a for a in said if a.question == one.uuid]
        left = [area for area in one.areas if area not in {a.area for a in mine}]
        told_all.append(told(one) | {"answers": [told_answer(a) for a in mine], "open": left})
    return told_all


@router.put(
    "/api/questions/{question}",
    response_model=None,
    status_code=201,
    responses={200: {"model": QuestionOut}, 201: {"model": QuestionOut}},
)
async def ask(request: Request, response: Response, question: UUID, wanted: QuestionIn, actor: Desk) -> dict[str, Any]:
    """Ask the tablets of some areas how it goes; the same again is answered 200 as it was the first time."""
    house = house_of(request)
    asked = commands.Wanted(tuple(wanted.areas), wanted.about, wanted.no_patient)
    act = commands.asking(house.plan, str(question), asked, person_of(actor), house.clock.now())
    made = await made_once(house, response, act)
    return told(made) | {"answers": [], "open": list(made.areas)}


@router.put(
    "/api/questions/{question}/answers/{answer}",
    response_model=None,
    status_code=201,
    responses={200: {"model": AnswerOut}, 201: {"model": AnswerOut}},
)
async def answer(
    request: Request, response: Response, question: UUID, answer: UUID, wanted: AnswerIn, actor: OnFloor
) -> dict[str, Any]:
    """Answer for an area by one tap, also late; the same again is answered 200 as it was the first time."""
    house = house_of(request)
    tapped = commands.Tapped(**wanted.model_dump())
    by, now = person_of(actor), house.clock.now()
    act = commands.answering(house.plan, str(question), str(answer), tapped, by, now)
    made = await made_once(house, response, act)
    return told_answer(made)


def floor_says(plan: Plan, shift: Shift, now: Any) -> dict[str, dict[str, Any]]:
    """Give the newest answer of each area."""
    return {area: told_answer(said) for area, said in latest(shift.said, now).items() if area in plan.areas}
