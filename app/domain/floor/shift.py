"""The shift as screens show it: who is there, what was said to the floor, and what the floor says."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.announcements import Announcement
from app.domain.floor.duties import COMMAND_CENTER, Duty, leading
from app.domain.floor.handovers import Handover
from app.domain.floor.questions import Question, Said


@dataclass(frozen=True, slots=True)
class Shift:
    """What is so now; `questions` are those that wait, `said` the newest answer of each area and of each to those.

    `handovers` are the last of each area, the newest first; that of the command center is of no area.
    """

    duties: tuple[Duty, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    questions: tuple[Question, ...] = ()
    said: tuple[Said, ...] = ()
    handovers: tuple[Handover, ...] = ()

    @property
    def handover(self) -> Handover | None:
        """Give the last hand-over of all."""
        return next(iter(self.handovers), None)

    def lead(self, now: datetime) -> Duty | None:
        """Give who leads now."""
        return leading(self.duties, now)

    @property
    def of_areas(self) -> tuple[Duty, ...]:
        """Give the duties of the floor."""
        return tuple(d for d in self.duties if d.area != COMMAND_CENTER)


NO_SHIFT = Shift()
