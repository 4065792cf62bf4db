"""Tables of measuring: what was seen, its hours and what was judged of it, what feeds received."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary
from sqlmodel import Field

from app.domain.measuring.samples import Kind, Outcome
from app.store.tables.row import Row, big, long_text, not_negative, one_of


class SampleRow(Row, table=True):
    """What one probe saw once; on PostgreSQL one partition a day."""

    __table_args__: ClassVar[Any] = (
        one_of("outcome", Outcome),
        one_of("kind", Kind),
        not_negative(
            "connect_s", "tls_s", "associate_s", "metadata_s", "first_s", "total_s",
            "matches", "instances", "instances_announced", "bytes",
        ),
        Index("sample_by_id", "site", "id"),
        Index("sample_by_known_at", "site", "known_at"),
        Index("sample_by_probe", "site", "probe", "at"),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (at)"},
    )  # fmt: skip

    at: datetime = Field(primary_key=True)
    id: str = Field(primary_key=True)
    probe: str
    kind: str
    system: str
    area: str | None = None
    source: str
    outcome: str
    detail: str = ""
    connect_s: float | None = None
    tls_s: float | None = None
    associate_s: float | None = None
    metadata_s: float | None = None
    first_s: float | None = None
    total_s: float | None = None
    matches: int | None = big()
    instances: int | None = big()
    instances_announced: int | None = big()
    bytes: int | None = big()
    stamp: str | None = None
    quickack: bool = False
    planned: bool = False
    known_at: datetime


class RollupDueRow(Row, table=True):
    """An hour of a probe that got samples since it was last rolled up."""

    hour: datetime = Field(primary_key=True)
    probe: str = Field(primary_key=True)


class RollupRow(Row, table=True):
    """What one probe gave to one series in one hour; `counts` is an encoded HdrHistogram."""

    __table_args__: ClassVar[Any] = (
        CheckConstraint("n >= 0 and failed >= 0 and failed <= n", name="counts_fit"),
        Index("rollup_by_probe", "site", "probe", "hour"),
    )

    key: str = Field(primary_key=True)
    hour: datetime = Field(primary_key=True)
    probe: str = Field(primary_key=True)
    unit: str
    n: int
    failed: int
    total: float
    least: float | None = None
    most: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    counts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class StandingRow(Row, table=True):
    """The newest judged numbers of a series."""

    series: str = Field(primary_key=True)
    window: str = Field(primary_key=True)
    as_of: datetime | None = None
    judged_at: datetime
    body: str = long_text()


class FeedMessageRow(Row, table=True):
    """What a feed received, whether or not it told a milestone."""

    __table_args__: ClassVar[Any] = (Index("feed_message_by_at", "site", "feed", "at"),)

    id: str = Field(primary_key=True)
    feed: str
    at: datetime
    message_at: datetime | None = None
    key: str = ""
    verdict: str = ""
    shapes: str = long_text()
