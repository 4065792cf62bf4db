"""Ask the floor and take its answers; golive itself asks each hour, once however often it is started."""

import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.commands.escalation import phase
from app.domain.floor.coverage import STAFFED
from app.domain.floor.issues import GOLIVE
from app.domain.floor.questions import Answer, Question, Said, asked, tapped_at
from app.domain.plans import Plan
from app.domain.privacy.phi import guarded
from app.domain.rollback.decisions import Person
from app.errors import Invalid, Missing
from app.store import acts, duties, questions
from app.store.db import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked, as it was sent."""

    areas: tuple[str, ...]
    about: str = ""
    no_patient: bool = False


@dataclass(frozen=True, slots=True)
class Tapped:
    """One tap, as it was sent; `clock_offset_s` is how far its tablet's clock lies ahead."""

    area: str
    answer: Answer
    device: str = ""
    at: datetime | None = None
    clock_offset_s: float | None = None


def asking(
    plan: Plan, uuid: str, wanted: Wanted, by: Person, now: datetime
) -> Callable[[Session], tuple[Question, bool]]:
    """Give the act that asks the floor; it says whether that is new."""

    def act(s: Session) -> tuple[Question, bool]:
        before = acts.answered(s, plan.site, uuid, "question", {"sent": wanted}, Question)
        if before is not None:
            return before, False
        guarded({"about": wanted.about}, wanted.no_patient, plan.floor.patterns, now.year)
        areas, about = tuple(dict.fromkeys(wanted.areas)), wanted.about.strip()
        made = asked(Question(uuid, areas, by, now, about, no_patient=wanted.no_patient), tuple(plan.areas))
        questions.ask(s, plan.site, made)
        acts.keep(s, plan.site, uuid, "question", {"sent": wanted}, made, now)
        return made, True

    return act


def answering(
    plan: Plan, question: str, uuid: str, tapped: Tapped, by: Person, now: datetime
) -> Callable[[Session], tuple[Said, bool]]:
    """Give the act that takes an answer, also one that comes late; it says whether that is new."""
    site, subject = plan.site, f"question {question}"

    def act(s: Session) -> tuple[Said, bool]:
        before = acts.answered(s, site, uuid, subject, {"sent": tapped}, Said)
        if before is not None:
            return before, False
        found = questions.get(s, site, question)
        if found is None:
            raise Missing(f"no question has the id {question}")
        if tapped.area not in found.areas:
            raise Invalid("area", f"{tapped.area!r} was not asked (asked were {', '.join(found.areas)})")
        guarded({"device": tapped.device}, False, plan.floor.patterns, now.year)
        at = tapped_at(found, tapped.at, tapped.clock_offset_s, now)
        made = Said(uuid, question, tapped.area, tapped.answer, by, at, now, tapped.device, found.about)
        questions.answer(s, site, made)
        acts.keep(s, site, uuid, subject, {"sent": tapped}, made, now)
        return made, True

    return act


def to_ask(s: Session, plan: Plan, turn: datetime, now: datetime) -> tuple[str, ...]:
    """Give the areas that golive asks by itself at a turn of the clock: those with somebody on duty, once each turn."""
    if phase(s, plan, now) not in STAFFED or questions.get(s, plan.site, _of(plan, turn)) is not None:
        return ()
    there = {d.area for d in duties.since(s, plan.site, now) if d.is_on(now)}
    return tuple(area for area in plan.areas if area in there)


def asking_by_itself(plan: Plan, turn: datetime, now: datetime) -> Callable[[Session], bool]:
    """Give the act that asks at a turn of the clock, or finds that it was asked at already; it says whether it did."""

    def act(s: Session) -> bool:
        if areas := to_ask(s, plan, turn, now):
            questions.ask(s, plan.site, Question(_of(plan, turn), areas, GOLIVE, now, by_clock=True))
        return bool(areas)

    return act


def _of(plan: Plan, turn: datetime) -> str:
    """Give the id that a turn makes: the row itself says that it was asked at, whoever looks again."""
    return str(uuids.uuid5(uuids.NAMESPACE_URL, f"golive/{plan.site}/ask-the-floor/{turn.isoformat()}"))
