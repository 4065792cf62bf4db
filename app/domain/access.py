"""Who may act: roles, and the bearer that a token or a session stands for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a bearer is; `admin` may do what all others may, `support` asks for support by a button and nothing else."""

    DISPLAY = "display"
    FLOOR = "floor"
    DESK = "desk"
    AUTHORITY = "authority"
    LEADERSHIP = "leadership"
    ENGINEER = "engineer"
    ADMIN = "admin"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who is asking: the token's id, its role and the name that the journal shows."""

    id: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as listed; its clear text is known only to whom it was given."""

    id: str
    role: Role
    name: str
    created_at: datetime
    revoked_at: datetime | None = None
