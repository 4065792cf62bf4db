"""What the desk asks the floor: one question to the tablets of some areas, answered by one tap each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from app.domain.floor.announcements import known_areas
from app.domain.rollback.decisions import Person
from app.errors import Invalid

WAITS = timedelta(minutes=30)  # how long tablets show one that nobody answers
COUNTS_FOR = timedelta(hours=12)  # older answers are no longer shown
LATE_BY = timedelta(minutes=5)  # one that golive was away for is left out: the next comes soon


class Answer(StrEnum):
    """How the work goes in an area, the gravest last."""

    WORKING = "working"
    SLOW = "slow"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `about` says of what, "" for the work as a whole, `by_clock` that golive asked it by itself."""

    uuid: str
    areas: tuple[str, ...]
    by: Person
    at: datetime
    about: str = ""
    by_clock: bool = False
    no_patient: bool = False

    def waits(self, now: datetime) -> bool:
        """Say whether tablets still show it."""
        return self.at <= now < self.at + WAITS


@dataclass(frozen=True, slots=True)
class Said:
    """One tap: `at` is when it was made as far as golive can know, `received_at` when it came."""

    uuid: str
    question: str
    area: str
    answer: Answer
    by: Person
    at: datetime
    received_at: datetime
    device: str = ""
    about: str = ""


def asked(wanted: Question, areas: Collection[str]) -> Question:
    """Give a question as it can be asked, or refuse it naming the field and its value."""
    if not wanted.areas:
        raise Invalid("areas", "is empty: a question goes to the tablets of some areas")
    known_areas(wanted.areas, areas)
    return wanted


def tapped_at(question: Question, at: datetime | None, offset_s: float | None, received_at: datetime) -> datetime:
    """Give when a tap was made: what its tablet says, corrected, and never outside of what can be."""
    if at is None:
        return received_at
    made_at = at - timedelta(seconds=offset_s or 0.0)
    return min(max(made_at, question.at), received_at)


def latest(said: Iterable[Said], now: datetime) -> dict[str, Said]:
    """Give the newest answer of each area."""
    found: dict[str, Said] = {}
    for one in sorted(said, key=lambda s: (s.at, s.received_at, s.uuid)):
        if now - one.at < COUNTS_FOR:
            found[one.area] = one
    return found


def unanswered(questions: Iterable[Question], said: Iterable[Said], area: str, now: datetime) -> list[Question]:
    """Give what tablets of an area are to answer, the newest of each kind only."""
    answered = {(s.question, s.area) for s in said}
    newest: dict[str, Question] = {}
    for one in sorted(questions, key=lambda q: (q.at, q.uuid)):
        if area in one.areas and one.waits(now):
            newest[one.about] = one
    return [q for q in newest.values() if (q.uuid, area) not in answered]


def turn(now: datetime, every_s: float, zone: tzinfo) -> datetime | None:
    """Give the moment at which golive asks by itself, None where none has just come; it lies on the site's clock."""
    local = now.astimezone(zone)
    offset_s = (local.utcoffset() or timedelta()).total_seconds()
    since_s = (now.timestamp() + offset_s) % every_s
    return None if since_s > LATE_BY.total_seconds() else (now - timedelta(seconds=since_s)).replace(microsecond=0)
