"""The hand-over of a shift: a short note, who takes over, and what goes over with it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.rollback.decisions import Person
from app.errors import Invalid

NOTE = {
    "conditions": "how it stands",
    "actions": "what was done and what is under way",
    "needs": "what the next shift needs",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is handed over, as it was sent: `leaves` and `takes_over` are names.

    `device` is the tablet that sent it: of several people at one token only the duty of this one goes over.
    """

    conditions: str
    actions: str
    needs: str
    takes_over: str
    until_at: datetime
    leaves: str = ""
    area: str = ""
    no_patient: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over that was made: the numbers of the issues and the areas that went over, and whether the lead did."""

    uuid: str
    at: datetime
    by: Person
    asked: Asked
    leaves: str
    takes_over: str
    issues: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()
    lead: bool = False


def written(asked: Asked, by: Person) -> str:
    """Give the name of who leaves, or refuse a hand-over without its note or without who takes over."""
    for field, means in NOTE.items():
        if not getattr(asked, field).strip():
            raise Invalid(field, f'is missing: a hand-over says {means}; write "nothing" where there is nothing')
    leaves, takes_over = asked.leaves.strip() or by.called, asked.takes_over.strip()
    if not takes_over:
        raise Invalid("to", "is missing: a hand-over names who takes over")
    if same(leaves, takes_over):
        raise Invalid("to", f"{takes_over!r} is who leaves: name who takes over")
    return leaves


def same(one: str, other: str) -> bool:
    """Say whether two names are one person's."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
