"""Tables of no one room: the journal, who may come in, configurations, repeats, quarantine and marks."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field

from app.domain.access import Role
from app.store.tables.row import Row, big, long_text, not_negative, one_of


class JournalRow(Row, table=True):
    """One act, chained to the one before it; `body` is canonical JSON."""

    __table_args__: ClassVar[Any] = (
        CheckConstraint("seq > 0", name="seq_from_one"),
        Index("journal_by_at", "site", "at", "act"),
    )

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime
    actor: str
    act: str
    subject: str
    body: str = long_text()
    previous: str
    hash: str


class JournalHeadRow(Row, table=True):
    """The end of a site's journal; whoever appends locks this row first."""

    seq: int = big(nullable=False)
    hash: str


class TokenRow(Row, table=True):
    """A token of a role, as its hash."""

    __table_args__: ClassVar[Any] = (one_of("role", Role), Index("token_by_hash", "site", "hash", unique=True))

    id: str = Field(primary_key=True)
    role: str
    name: str
    hash: str
    created_at: datetime
    revoked_at: datetime | None = None


class SessionRow(Row, table=True):
    """A login, as the hash of its cookie; `token_id` is the token it was opened with."""

    __table_args__: ClassVar[Any] = (one_of("role", Role),)

    hash: str = Field(primary_key=True)
    token_id: str
    role: str
    name: str
    opened_at: datetime
    until: datetime


class ConfigurationRow(Row, table=True):
    """An effective configuration, canonical and without secrets."""

    version: str = Field(primary_key=True)
    first_at: datetime
    canonical: str = long_text()


class ActRow(Row, table=True):
    """An act from outside under an id of its sender: what was asked and what was answered, for its repeats."""

    uuid: str = Field(primary_key=True)
    subject: str
    at: datetime
    asked: str = long_text()
    answer: str = long_text()


class QuarantineRow(Row, table=True):
    """What could not be read: shape and reason, never the body."""

    __table_args__: ClassVar[Any] = (not_negative("length"), Index("quarantine_by_at", "site", "at"))

    id: str = Field(primary_key=True)
    feed: str
    at: datetime
    reason: str
    shape: str = ""
    control_hash: str = ""
    bytes_hash: str = ""
    message_type: str = ""
    length: int = big(nullable=False)


class MarkRow(Row, table=True):
    """A named fact about the database itself, such as that it holds a simulation."""

    name: str = Field(primary_key=True)
    value: str = long_text()
