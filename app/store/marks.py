"""Named facts about the database itself, such as that it holds a simulation."""

from sqlalchemy import select
from sqlmodel import Session

from app.store.sets import put, run, table

SIMULATION = "simulation"
DROPPED_UP_TO = "samples.dropped_up_to"
CONFIGURATION = "configuration.effective"
SENTINEL, SENTINEL_JUDGED = "sentinel.stored", "sentinel.judged"
_MARK = table("mark")


def get(session: Session, site: str, name: str) -> str | None:
    """Give the value of a mark, None where nobody set it."""
    found: str | None = run(
        session, select(_MARK.c.value).where(_MARK.c.site == site, _MARK.c.name == name)
    ).scalar_one_or_none()
    return found


def set(session: Session, site: str, name: str, value: str) -> None:
    """Set a mark, whatever it was."""
    put(session, _MARK, [{"site": site, "name": name, "value": value}], replace=True)
