"""What a tablet shows of support now: the lobby, how many wait, and what became of its own requests."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from app.domain.floor.supports import OPEN, WAITS, Request, Stage, stage_at
from app.domain.rollback.decisions import Person
from app.settings.support import Support
from app.store import supports
from app.store.db import Session
from app.web.floor_look import Look
from app.web.moments import utc_text

LATELY, MOST_MINE = timedelta(days=1), 10


def support(s: Session, look: Look) -> dict[str, Any] | None:
    """Give the section of the tablet's document, None where support is not set up."""
    rules, settings = look.scene.plan.support, look.settings.support
    if rules is None or settings is None:
        return None
    found = supports.since(s, look.settings.site.id, look.now - LATELY)
    return section(settings, found, look.actor, look.now, rules.lapses_s)


def section(
    settings: Support, requests: Iterable[Request], actor: Person, now: datetime, lapses_s: float
) -> dict[str, Any]:
    """Give the lobby's link, how many wait, and this person's requests of the last day, the newest first.

    No age is in it: what only grows older is worked out on the tablet.
    """
    links = {room.name: room.link for room in settings.breakouts}
    told = [(request, stage_at(request, now, lapses_s)) for request in requests]
    mine = [(r, stage) for r, stage in told if r.by.token == actor.token and stage is not Stage.WITHDRAWN]
    return {
        "lobby": settings.lobby,
        "waiting": sum(stage in WAITS for _, stage in told),
        "mine": [
            {
                "uuid": r.uuid,
                "number": r.number,
                "stage": stage.value,
                "open": stage in OPEN,
                "area": r.ask.area,
                "room": r.ask.place,
                "about": r.reason or r.ask.about,
                "received_at": utc_text(r.received_at),
                "supporter": r.supporter,
                "breakout": r.breakout,
                "link": links.get(r.breakout) if stage in OPEN else None,
            }
            for r, stage in sorted(mine, key=lambda one: -one[0].number)[:MOST_MINE]
        ],
    }
