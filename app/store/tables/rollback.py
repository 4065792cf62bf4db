"""Tables of rolling back: triggers and their transitions, decisions, the go-live itself, planned work."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from app.store.tables.row import Row, long_text


class TriggerRow(Row, table=True):
    """A trigger as it is now; `number` is that of its last transition, `rule` the version of the rule it lives by."""

    id: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    number: int
    body: str = long_text()


class TriggerTransitionRow(Row, table=True):
    """One transition of a trigger, with the evidence that was frozen in it; never changed."""

    trigger: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime
    body: str = long_text()


class DecisionRow(Row, table=True):
    """A proposed decision and what became of it; `ended` once it was confirmed or withdrawn."""

    __table_args__: ClassVar[Any] = (Index("decision_by_at", "site", "at"),)

    uuid: str = Field(primary_key=True)
    at: datetime
    ended: bool
    body: str = long_text()


class GoliveRow(Row, table=True):
    """One act on the go-live, such as its declaration; together, in the order of their numbers, they say what it is."""

    number: int = Field(primary_key=True)
    at: datetime
    declared_at: datetime
    by: str
    act: str = "declare"
    reason: str = long_text()
    planned_at: datetime | None = None


class PlannedWorkRow(Row, table=True):
    """Planned work as it is now; `last_at` is its end, or when it was withdrawn or ended if that came later."""

    id: str = Field(primary_key=True)
    last_at: datetime
    body: str = long_text()
