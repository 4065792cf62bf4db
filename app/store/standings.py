"""The newest judged numbers of each series: one small query paints a whole screen."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.measuring.standings import Judged
from app.store import codec
from app.store.sets import put, rows_of, run, table

_STANDING = table("standing")
# what each row's text says, known from its writing or reading: screens read all rows after each commit
_read: dict[tuple[str, str, str], tuple[str, Judged]] = {}


def save(session: Session, site: str, rows: Sequence[Judged], judged_at: datetime) -> None:
    """Store judged numbers in place of those before."""
    newest = {(judged.series.key, judged.window): judged for judged in rows}
    stored = []
    for (key, window), judged in newest.items():
        body = codec.dumps(judged)
        _read[(site, key, window)] = (body, judged)
        row = {"site": site, "series": key, "window": window, "as_of": judged.as_of, "judged_at": judged_at}
        stored.append({**row, "body": body})
    put(session, _STANDING, stored, replace=True)


def all(session: Session, site: str) -> list[Judged]:
    """Give the newest numbers of every series, by name."""
    order = (_STANDING.c.series, _STANDING.c.window)
    ask = select(_STANDING.c.series, _STANDING.c.window, _STANDING.c.body).where(_STANDING.c.site == site)
    return [_judged((site, row.series, row.window), row.body) for row in rows_of(session, ask.order_by(*order))]


def _judged(key: tuple[str, str, str], body: str) -> Judged:
    known = _read.get(key)
    if known is None or known[0] != body:
        _read[key] = known = (body, codec.loads(Judged, body))
    return known[1]


def keep_only(session: Session, site: str, series: Collection[str]) -> None:
    """Forget the series that are no longer configured."""
    there = {row.series for row in rows_of(session, select(_STANDING.c.series).where(_STANDING.c.site == site))}
    gone = sorted(there - {*series})
    if gone:
        run(session, delete(_STANDING).where(_STANDING.c.site == site, _STANDING.c.series.in_(gone)))
