"""Logins as rows: a cookie of 256 random bits, kept as its SHA-256, ended at once when its token is revoked."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.access import Bearer, Role
from app.store.sets import plain, run, table
from app.store.tokens import hashed

_SESSION, _TOKEN = table("session"), table("token")


def open(session: Session, site: str, token_id: str, role: Role, name: str, at: datetime, hours: float) -> str:
    """Begin a login of some hours; give the cookie's clear text. Logins that have ended are forgotten by the way."""
    run(session, delete(_SESSION).where(_SESSION.c.site == site, _SESSION.c.until <= at))
    clear = secrets.token_urlsafe(32)
    row = {"site": site, "hash": hashed(clear), "token_id": token_id, "role": Role(role).value, "name": plain(name)}
    run(session, _SESSION.insert(), [{**row, "opened_at": at, "until": at + timedelta(hours=hours)}])
    return clear


def find(session: Session, site: str, clear: str, at: datetime) -> Bearer | None:
    """Give who is logged in; None when nobody is, the time is up or the token was revoked."""
    its = (_SESSION.c.site == site) & (_SESSION.c.hash == hashed(clear)) & (_SESSION.c.until > at)
    revoked = (_TOKEN.c.site == site) & (_TOKEN.c.id == _SESSION.c.token_id) & _TOKEN.c.revoked_at.is_not(None)
    ask = select(_SESSION.c.token_id, _SESSION.c.role, _SESSION.c.name)
    row = run(session, ask.where(its, ~select(_TOKEN.c.id).where(revoked).exists())).one_or_none()
    return Bearer(row.token_id, Role(row.role), row.name) if row else None


def close(session: Session, site: str, clear: str) -> None:
    """End a login."""
    run(session, delete(_SESSION).where(_SESSION.c.site == site, _SESSION.c.hash == hashed(clear)))
