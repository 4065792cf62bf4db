"""Tokens of every role: 256 random bits, given out once and kept only as their SHA-256."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from app.domain.access import Bearer, Role, TokenRecord
from app.store.sets import plain, rows_of, run, table

_TOKEN = table("token")
_PREFIX = "golive_"  # so that a leaked one is recognised by people and by scanners


def hashed(clear: str) -> str:
    """Give what is kept of a secret; 256 random bits need no slow hash."""
    return hashlib.sha256(clear.encode()).hexdigest()


def create(session: Session, site: str, role: Role, name: str, at: datetime) -> tuple[str, str]:
    """Make a token; give its id and its clear text, which nobody can ask for again."""
    id_, clear = secrets.token_hex(8), _PREFIX + secrets.token_urlsafe(32)
    row = {"site": site, "id": id_, "role": Role(role).value, "name": plain(name)}
    run(session, _TOKEN.insert(), [{**row, "hash": hashed(clear), "created_at": at, "revoked_at": None}])
    return id_, clear


def find(session: Session, site: str, clear: str) -> Bearer | None:
    """Give whom a token stands for; None when it is unknown or revoked."""
    its = (_TOKEN.c.site == site) & (_TOKEN.c.hash == hashed(clear)) & _TOKEN.c.revoked_at.is_(None)
    row = run(session, select(_TOKEN.c.id, _TOKEN.c.role, _TOKEN.c.name).where(its)).one_or_none()
    return Bearer(row.id, Role(row.role), row.name) if row else None


def list(session: Session, site: str) -> "tuple[TokenRecord, ...]":
    """Give all tokens, the newest last; never their text."""
    ask = select(_TOKEN).where(_TOKEN.c.site == site).order_by(_TOKEN.c.created_at, _TOKEN.c.id)
    return tuple(TokenRecord(r.id, Role(r.role), r.name, r.created_at, r.revoked_at) for r in rows_of(session, ask))


def revoke(session: Session, site: str, id_: str, at: datetime) -> bool:
    """End a token and with it every session that it opened; False when there is no such token in force."""
    its = (_TOKEN.c.site == site) & (_TOKEN.c.id == id_) & _TOKEN.c.revoked_at.is_(None)
    return run(session, _TOKEN.update().where(its).values(revoked_at=at)).rowcount == 1
