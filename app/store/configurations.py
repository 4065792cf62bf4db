"""Every configuration that was ever in effect, so that rules, cadences and evidence can name theirs."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from app.store import journal, marks
from app.store.sets import put, run, table

_CONFIGURATION = table("configuration")


def effective(session: Session, site: str, version: str, canonical: str, at: datetime) -> bool:
    """Note which configuration is in effect; True, and an entry in the journal, when it was another one before."""
    before = marks.get(session, site, marks.CONFIGURATION)
    if before == version:
        return False
    row = {"site": site, "version": version, "first_at": at, "canonical": canonical}
    put(session, _CONFIGURATION, [row], replace=False)
    marks.set(session, site, marks.CONFIGURATION, version)
    journal.append(session, site, at, "golive", "configuration.effective", version, {"before": before})
    return True


def get(session: Session, site: str, version: str) -> str | None:
    """Give the canonical text of a configuration."""
    its = (_CONFIGURATION.c.site == site) & (_CONFIGURATION.c.version == version)
    found: str | None = run(session, select(_CONFIGURATION.c.canonical).where(its)).scalar_one_or_none()
    return found
