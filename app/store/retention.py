"""What is forgotten and when: raw samples after some days, roll-ups and exam events never."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlmodel import Session

from app.domain.floor.tablets import COPIES_KEPT
from app.domain.measuring.rollups import hour_of
from app.store import notices, partitions, photos, rollups, tablets
from app.store.sets import rows_of, run, table

_SAMPLE, _MESSAGE, _QUARANTINE = table("sample"), table("feed_message"), table("quarantine")
_QUARANTINE_DAYS = 90
_NOTICE_DAYS = 90
_PHOTO_DAYS = 90
_HOUR = timedelta(hours=1)
_ROWS_AT_ONCE = 3000


def drop_old(session: Session, site: str, now: datetime, days: int = 7, most_bytes: int | None = None) -> int:
    """Drop the oldest piece of raw samples of days that are over; give 1, or 0 when nothing is left to drop.

    A piece is a day on PostgreSQL, some probes' hour on SQLite: one each call keeps the writer's act short. Nothing
    goes that still waits for its roll-up. Beyond `most_bytes` samples of those days go as well, the oldest first, but
    for the last day's. With the last piece old feed messages, quarantine, notices, photos and tablets go too,
    and on PostgreSQL the next days' partitions are made.
    """
    partitions.ahead(session, now)
    cutoff = partitions.day_of(now) - timedelta(days=days)
    due = rollups.oldest_due(session, site)
    oldest = _oldest(session, site)
    by_day = partitions.on(session)
    if oldest is not None:
        start = partitions.day_of(oldest) if by_day else hour_of(oldest)
        end = start + (partitions.DAY if by_day else _HOUR)
        limit = now - partitions.DAY if most_bytes is not None and used_bytes(session) > most_bytes else cutoff
        if end <= min(limit, due or limit):
            _drop_day(session, site, start) if by_day else _drop_probes(session, site, start)
            return 1
    _drop_others(session, site, now, days)
    partitions.drop_empty(session, cutoff)
    return 0


def _oldest(session: Session, site: str) -> datetime | None:
    ask = select(_SAMPLE.c.at).where(_SAMPLE.c.site == site).order_by(_SAMPLE.c.at).limit(1)
    found: datetime | None = run(session, ask).scalar_one_or_none()
    return found


def _drop_day(session: Session, site: str, day: datetime) -> None:
    partitions.drop_day(session, site, day)
    rollups.note_dropped(session, site, day + partitions.DAY, "")


def _drop_probes(session: Session, site: str, hour: datetime) -> None:
    """Drop an hour of the next few probes, by name; at least one, whole, for a roll-up is of one probe's hour."""
    its = (_SAMPLE.c.site == site) & (_SAMPLE.c.at >= hour) & (_SAMPLE.c.at < hour + _HOUR)
    ask = select(_SAMPLE.c.probe, func.count().label("rows")).where(its).group_by(_SAMPLE.c.probe)
    gone: list[str] = []
    rows = 0
    for row in rows_of(session, ask.order_by(_SAMPLE.c.probe)):
        if gone and rows + row.rows > _ROWS_AT_ONCE:
            break
        gone.append(row.probe)
        rows += row.rows
    run(session, delete(_SAMPLE).where(its, _SAMPLE.c.probe.in_(gone)))
    rollups.note_dropped(session, site, hour, gone[-1])


def _drop_others(session: Session, site: str, now: datetime, days: int) -> None:
    old_message = (_MESSAGE.c.site == site) & (_MESSAGE.c.at < now - timedelta(days=days))
    newest = select(func.max(_MESSAGE.c.at)).where(_MESSAGE.c.site == site).group_by(_MESSAGE.c.feed)
    run(session, delete(_MESSAGE).where(old_message, _MESSAGE.c.at.not_in(newest)))
    old = (_QUARANTINE.c.site == site) & (_QUARANTINE.c.at < now - timedelta(days=_QUARANTINE_DAYS))
    run(session, delete(_QUARANTINE).where(old))
    notices.drop_old(session, site, now - timedelta(days=_NOTICE_DAYS))
    photos.drop_old(session, site, now - timedelta(days=_PHOTO_DAYS))
    tablets.drop_old(session, site, now - COPIES_KEPT)


def size_bytes(session: Session) -> int:
    """Give how much room the database takes on its disk."""
    if partitions.on(session):
        found = session.connection().execute(text("select pg_database_size(current_database())"))
        return int(found.scalar_one())
    return _pragma(session, "page_count") * _pragma(session, "page_size")


def used_bytes(session: Session) -> int:
    """Give how much of that is in use: an SQLite file does not shrink, but fills again what was dropped."""
    free = 0 if partitions.on(session) else _pragma(session, "freelist_count") * _pragma(session, "page_size")
    return size_bytes(session) - free


def _pragma(session: Session, name: str) -> int:
    return int(session.connection().exec_driver_sql(f"pragma {name}").scalar_one())
