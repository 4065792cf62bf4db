"""What every table has, and how a column is guarded."""

import re
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel


class Row(SQLModel):
    """Base of every row: the table's name is the class's, without "Row"."""

    site: str = Field(primary_key=True)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # a class is what SQLAlchemy passes here
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Let a column hold these words alone."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def not_negative(*columns: str) -> CheckConstraint:
    """Let columns hold no number below 0."""
    return CheckConstraint(" and ".join(f"({c} is null or {c} >= 0)" for c in columns), name="not_negative")


def big(nullable: bool = True) -> Any:
    """Give a column of 64 bits."""
    return Field(default=None, sa_column=Column(BigInteger, nullable=nullable))


def long_text() -> Any:
    """Give a column of text of any length."""
    return Field(sa_column=Column(Text, nullable=False))
