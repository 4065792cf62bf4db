"""Days of samples as partitions on PostgreSQL, so that old ones go by dropping a table; on SQLite there are none."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

DAY = timedelta(days=1)
_DEFAULT = "sample_default"


def day_of(at: datetime) -> datetime:
    """Give the start of the UTC day that a moment lies in."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def on(session: Session) -> bool:
    """Say whether this database keeps days in partitions."""
    return session.connection().dialect.name == "postgresql"


def ahead(session: Session, now: datetime, days: int = 3) -> None:
    """Make the partitions of yesterday up to `days` ahead, so that nothing new has to go to the default one."""
    if not on(session):
        return
    there = _names(session)
    for day in (day_of(now) + DAY * n for n in range(-1, days + 1)):
        if _name(day) not in there:
            _make(session, day)


def drop_empty(session: Session, before: datetime) -> int:
    """Drop the partitions of days before a moment that hold nothing; give how many."""
    if not on(session):
        return 0
    connection, dropped = session.connection(), 0
    for name in sorted(_names(session)):
        if name < _name(day_of(before)) and not connection.execute(text(f"select 1 from {name} limit 1")).first():
            connection.execute(text(f"drop table {name}"))
            dropped += 1
    return dropped


def drop_day(session: Session, site: str, day: datetime) -> None:
    """Drop a site's samples of one day: the whole partition where nobody else's rows are in it."""
    connection, name, bounds = session.connection(), _name(day), {"site": site, "low": day, "high": day + DAY}
    if name in _names(session):
        others = text(f"select 1 from {name} where site <> :site limit 1")
        if not connection.execute(others, {"site": site}).first():
            connection.execute(text(f"drop table {name}"))
            return
    connection.execute(text("delete from sample where site = :site and at >= :low and at < :high"), bounds)


def _name(day: datetime) -> str:
    return f"sample_{day:%Y%m%d}"


def _names(session: Session) -> set[str]:
    ask = text(
        "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid "
        "where i.inhparent = 'sample'::regclass"
    )
    return {row.relname for row in session.connection().execute(ask)} - {_DEFAULT}


def _make(session: Session, day: datetime) -> None:
    """Make one day's partition, taking over what the default one already holds of that day."""
    connection, name = session.connection(), _name(day)
    low, high = f"{day:%Y-%m-%d} 00:00:00+00", f"{day + DAY:%Y-%m-%d} 00:00:00+00"
    within = f"at >= '{low}' and at < '{high}'"
    connection.execute(text(f"create table {name} (like sample including defaults including constraints)"))
    moved = f"with gone as (delete from {_DEFAULT} where {within} returning *) insert into {name} select * from gone"
    connection.execute(text(moved))
    connection.execute(text(f"alter table sample attach partition {name} for values from ('{low}') to ('{high}')"))
