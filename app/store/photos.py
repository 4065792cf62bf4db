"""Photos that belong to issues, each kept once by the hash of its content."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.rollback.decisions import Person
from app.store import journal
from app.store.sets import put, rows_of, run, table

_PHOTO = table("photo")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a photo without looking at it."""

    sha256: str
    received_at: datetime
    by: str
    size_bytes: int


def has(session: Session, site: str, issue: str, sha256: str) -> bool:
    """Say whether an issue has this photo already."""
    its = (_PHOTO.c.site == site) & (_PHOTO.c.issue == issue) & (_PHOTO.c.sha256 == sha256)
    return run(session, select(_PHOTO.c.sha256).where(its)).first() is not None


def keep(session: Session, site: str, issue: str, sha256: str, body: bytes, by: Person, at: datetime) -> None:
    """Store a photo, and journal that it came."""
    row = {
        "site": site, "issue": issue, "sha256": sha256, "received_at": at, "by": by.called, "size_bytes": len(body),
        "body": body,
    }  # fmt: skip
    put(session, _PHOTO, [row], replace=False)
    said = {"sha256": sha256, "bytes": len(body), "role": by.role, "token": by.token}
    journal.append(session, site, at, by.called, "issue.photo", issue, said)


def of(session: Session, site: str, issue: str) -> list[Kept]:
    """Give the photos of an issue, the oldest first."""
    names = [_PHOTO.c[name] for name in ("sha256", "received_at", "by", "size_bytes")]
    its = (_PHOTO.c.site == site) & (_PHOTO.c.issue == issue)
    return [Kept(*row) for row in rows_of(session, select(*names).where(its).order_by("received_at", "sha256"))]


def picture(session: Session, site: str, issue: str, sha256: str) -> bytes | None:
    """Give a photo itself, None where there is no such one."""
    its = (_PHOTO.c.site == site) & (_PHOTO.c.issue == issue) & (_PHOTO.c.sha256 == sha256)
    found: bytes | None = run(session, select(_PHOTO.c.body).where(its)).scalar_one_or_none()
    return found


def drop_old(session: Session, site: str, before: datetime) -> None:
    """Forget photos that came before a moment."""
    run(session, delete(_PHOTO).where(_PHOTO.c.site == site, _PHOTO.c.received_at < before))
