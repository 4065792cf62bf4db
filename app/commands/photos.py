"""Add a photo to an issue: named by its content, so that sending it again changes nothing."""

from collections.abc import Callable
from datetime import datetime

from app.domain.floor.photos import checked
from app.domain.rollback.decisions import Person
from app.errors import Conflict, Missing
from app.store import issues, photos
from app.store.db import Session

MOST = 5  # of one issue


def adding(
    site: str, issue: str, sha256: str, body: bytes, by: Person, now: datetime
) -> Callable[[Session], tuple[int, bool]]:
    """Give the act that stores a photo; it gives the issue's number, and whether the photo is new."""
    checked(sha256, body)

    def act(s: Session) -> tuple[int, bool]:
        found = issues.get(s, site, issue)
        if found is None:
            raise Missing(f"no issue has the id {issue}")
        if photos.has(s, site, issue, sha256):
            return found.number, False
        if len(photos.of(s, site, issue)) >= MOST:
            raise Conflict(f"no. {found.number} has {MOST} photos already, and no issue has more")
        photos.keep(s, site, issue, sha256, body, by, now)
        return found.number, True

    return act
