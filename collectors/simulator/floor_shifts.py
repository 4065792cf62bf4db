"""What each shift of the simulated floor does: it takes over with a note, says who is where, announces and asks."""

from datetime import datetime, timedelta

from collectors.simulator.chance import stream
from collectors.simulator.complaints import HANDED_OVER, READERS, RHYTHM, ROOMS
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act, Story, identity, soon, written
from collectors.simulator.floor_people import Shift, shift_at
from collectors.simulator.outbreaks import OUTBREAKS

_ASKS_EVERY = timedelta(hours=1)
_ABOUT = (("the worklist", ROOMS), ("images and priors", READERS))


def shifts(hospital: Hospital, from_: datetime, to: datetime) -> list[Story]:
    """Give what the shifts do that are there in a span, each thing a story of its own."""
    found, shift = [], shift_at(from_, hospital.zone)
    while shift.comes_at < to:
        found += _shift(hospital, shift)
        shift = shift_at(shift.until_at, hospital.zone)
    return found


def _shift(hospital: Hospital, shift: Shift) -> list[Story]:
    name, until = shift.from_at.isoformat(), written(shift.until_at)
    comes_at, chance = shift.comes_at, stream(hospital.seed, "shift", name)
    conditions, actions, needs = HANDED_OVER[shift.number]
    note = {"conditions": conditions, "actions": actions, "needs": needs}
    # who leads until then has had it for hours; where golive did not know that yet it learns it now
    leads = Act(comes_at, shift.former_lead, "leads", identity(hospital, "lead", name), {"until_at": until})
    over = {**note, "to": shift.lead, "until_at": until}
    hands_over = Act(
        comes_at + timedelta(minutes=2), shift.former_lead, "handovers", identity(hospital, "handover", name), over
    )
    found = [Story((leads,)), Story((hands_over,))]
    for who, areas in shift.super_users:
        at = comes_at + timedelta(minutes=1 + 5 * chance.random())
        for n, area in enumerate(areas):
            body = {"area": area, "until_at": until, "device": shift.tablet(area), "also": n > 0}
            taken_at = at + timedelta(seconds=n)  # the first alone ends what they had before
            found.append(Story((Act(taken_at, who, "duties", identity(hospital, "duty", name, area), body),)))
    says = {"text": RHYTHM[shift.number], "areas": [], "until_at": until}
    at = comes_at + timedelta(minutes=4)
    found.append(Story((Act(at, shift.triage, "announcements", identity(hospital, "rhythm", name), says),)))
    return [*found, *_questions(hospital, shift)]


def _questions(hospital: Hospital, shift: Shift) -> list[Story]:
    found, at, n = [], shift.from_at + timedelta(minutes=25), 0
    while at < shift.until_at:
        about, areas = _ABOUT[n % len(_ABOUT)]
        there = [area for area in areas if shift.super_user(area)]
        body = {"areas": there, "about": about}
        found.append(Story((Act(at, shift.lead, "questions", identity(hospital, "question", at), body),)))
        at, n = at + _ASKS_EVERY, n + 1
    return found


def answer(hospital: Hospital, question: str, area: str, asked_at: datetime) -> Act | None:
    """Give what the one on duty in an area answers to a question and when, None where nobody does."""
    chance = stream(hospital.seed, "answer", question, area)
    at = asked_at + soon(chance, 1.5, 0.8)
    shift = shift_at(at, hospital.zone)
    who = shift.super_user(area)
    lot = chance.random()
    if not who or lot < 0.06:
        return None
    trouble = OUTBREAKS.get(hospital.script.at(at).name)
    says = "slow" if lot > 0.94 else "working"
    if trouble is not None and area in trouble.areas:
        says = trouble.answer
    body = {"area": area, "answer": says, "device": shift.tablet(area), "at": written(at)}
    return Act(at, who, "questions", question, body, identity(hospital, "answer", question, area))
