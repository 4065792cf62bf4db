"""Announce something to the floor, and withdraw it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.announcements import Action, Announcement, announced, withdrawn
from app.domain.plans import Plan
from app.domain.privacy.phi import guarded
from app.domain.rollback.decisions import Person
from app.errors import Missing
from app.store import acts, announcements
from app.store.db import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is announced, as it was sent."""

    text: str
    areas: tuple[str, ...] = ()
    until_at: datetime | None = None
    no_patient: bool = False


def announcing(
    plan: Plan, uuid: str, wanted: Wanted, by: Person, now: datetime
) -> Callable[[Session], tuple[Announcement, bool]]:
    """Give the act that announces something; it says whether that is new."""

    def act(s: Session) -> tuple[Announcement, bool]:
        before = acts.answered(s, plan.site, uuid, "announcement", {"sent": wanted}, Announcement)
        if before is not None:
            return before, False
        guarded({"text": wanted.text}, wanted.no_patient, plan.floor.patterns, now.year)
        asked = Announcement(uuid, wanted.text, wanted.areas, by, now, wanted.until_at, no_patient=wanted.no_patient)
        made = announced(asked, tuple(plan.areas), now)
        announcements.keep(s, plan.site, made, "make", by, now)
        acts.keep(s, plan.site, uuid, "announcement", {"sent": wanted}, made, now)
        return made, True

    return act


def acting(
    plan: Plan, announcement: str, uuid: str, action: Action, by: Person, now: datetime
) -> Callable[[Session], Announcement]:
    """Give the act that withdraws an announcement."""
    site, subject = plan.site, f"announcement {announcement}"

    def act(s: Session) -> Announcement:
        before = acts.answered(s, site, uuid, subject, {"sent": {"action": action}}, Announcement)
        if before is not None:
            return before
        found = announcements.get(s, site, announcement)
        if found is None:
            raise Missing(f"no announcement has the id {announcement}")
        made = withdrawn(found, by, now)
        announcements.keep(s, site, made, action.value, by, now)
        acts.keep(s, site, uuid, subject, {"sent": {"action": action}}, made, now)
        return made

    return act
