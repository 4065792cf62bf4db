"""How the simulated PACS and RIS answer at any moment: played by waiting that long, poured by writing it down.

An answer is a function of seed, question and moment alone; the waiting is as short or long as it is, at every speed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.measuring.samples import Outcome
from collectors.simulator.chance import around, stream
from collectors.simulator.exams import Hospital, demand


class Question(StrEnum):
    """What a system can be asked."""

    ASSOCIATION = "association"  # asked for before any other over DICOM, and the only one that is rejected
    ECHO = "echo"
    WORKLIST = "worklist"
    STUDIES = "studies"
    SLICE = "slice"  # the studies of a part of a day: a few rows by date and time
    METADATA = "metadata"
    FRAME = "frame"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a question is answered: `outcome` ok, rejected (limit reached) or timeout (never)."""

    outcome: Outcome
    first_s: float = 0.0
    total_s: float = 0.0


# median seconds, spread, how much a busy hour adds
_USUAL: dict[tuple[Question, str], tuple[float, float, float]] = {
    (Question.ASSOCIATION, ""): (0.002, 0.25, 0.5),
    (Question.ECHO, ""): (0.006, 0.25, 0.5),
    (Question.WORKLIST, ""): (0.16, 0.30, 0.6),
    (Question.STUDIES, ""): (0.28, 0.30, 0.6),
    (Question.SLICE, ""): (0.05, 0.30, 0.6),
    (Question.METADATA, ""): (0.07, 0.25, 0.5),
    (Question.FRAME, "CT"): (0.32, 0.30, 0.5),
    (Question.FRAME, "MR"): (0.27, 0.30, 0.5),
    (Question.STUDY, "CT"): (1.9, 0.25, 0.5),
    (Question.STUDY, "MR"): (1.2, 0.25, 0.5),
}
_IMAGES = frozenset({Question.METADATA, Question.FRAME, Question.STUDY})


def answer(hospital: Hospital, system: str, question: Question, subject: str, at: datetime) -> Answer:
    """Give how a system (pacs, ris or legacy) answers a question about a modality (or "") at a moment."""
    trouble = hospital.script.at(at)
    chance = stream(hospital.seed, system, question, subject, at.isoformat())
    lot = chance.random()
    if system == "pacs":
        if trouble.frozen:
            return Answer(Outcome.TIMEOUT)
        if question is Question.ASSOCIATION and lot < trouble.rejected_share:
            return Answer(Outcome.REJECTED)
    median, sigma, busy = _USUAL.get((question, subject)) or _USUAL.get((question, "")) or _USUAL[(question, "CT")]
    slow = trouble.worklist_slow if question is Question.WORKLIST else 1.0
    if question in _IMAGES and system == "pacs":
        slow = trouble.images_slow
    if system == "legacy":
        slow = 1.6
    total_s = around(chance, median * (1 + busy * demand(hospital, at)), sigma) * slow
    if chance.random() < 0.004:
        total_s *= 4  # now and then something else is in the way
    return Answer(Outcome.OK, total_s * 0.5, total_s)
