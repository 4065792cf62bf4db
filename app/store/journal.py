"""The append-only, hash-chained record of acts; its order comes from a head row that an appender locks first."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, or_, select
from sqlmodel import Session

from app.domain.journal import GENESIS, Entry, Verification, canonical, sealed
from app.domain.journal import verify as verified
from app.store.sets import put, rows_of, run, table

_JOURNAL, _HEAD = table("journal"), table("journal_head")
_AT_ONCE = 1000


def append(
    session: Session, site: str, at: datetime, actor: str, act: str, subject: str, body: Mapping[str, Any]
) -> int:
    """Write one act at the end of the site's chain; give its sequence number."""
    put(session, _HEAD, [{"site": site, "seq": 0, "hash": GENESIS}], replace=False)
    head = run(session, select(_HEAD).where(_HEAD.c.site == site).with_for_update()).one()
    text = canonical(body)
    entry = sealed(site, head.seq + 1, at, actor, act, subject, json.loads(text), head.hash)
    run(session, _JOURNAL.insert(), [_row(site, entry, text)])
    run(session, _HEAD.update().where(_HEAD.c.site == site).values(seq=entry.seq, hash=entry.hash))
    return entry.seq


def _row(site: str, entry: Entry, text: str) -> dict[str, Any]:
    return {
        "site": site,
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "body": text,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def after(session: Session, site: str, seq: int, limit: int) -> list[Entry]:
    """Give the entries behind a sequence number, in order."""
    its = (_JOURNAL.c.site == site) & (_JOURNAL.c.seq > seq)
    return _entries(session, select(_JOURNAL).where(its).order_by(_JOURNAL.c.seq).limit(limit))


def first_hash(session: Session, site: str) -> str:
    """Give the hash of the first entry, "" before there is one: it tells one journal from another, restored or not."""
    found = run(session, select(_JOURNAL.c.hash).where(_JOURNAL.c.site == site, _JOURNAL.c.seq == 1)).first()
    return str(found[0]) if found else ""


def since(session: Session, site: str, moment: datetime, prefixes: Iterable[str]) -> list[Entry]:
    """Give the entries of after a moment whose acts begin with one of these words, in order."""
    wanted = or_(*(_JOURNAL.c.act.startswith(prefix, autoescape=True) for prefix in prefixes))
    its = (_JOURNAL.c.site == site) & (_JOURNAL.c.at > moment) & wanted
    # put in order here: SQLite would walk the whole journal by its key to save itself the sorting
    return sorted(_entries(session, select(_JOURNAL).where(its)), key=lambda entry: entry.seq)


def between(
    session: Session, site: str, from_at: datetime, until_at: datetime, acts: Collection[str], limit: int
) -> list[Entry]:
    """Give the entries of some acts from a moment up to another one, in order; of too many the first and the last.

    Their order is that of time, so that where they begin is found by a few steps however long the journal is.
    """
    head = run(session, select(_HEAD.c.seq).where(_HEAD.c.site == site)).scalar_one_or_none() or 0
    first, last = _first_at(session, site, head, from_at), _first_at(session, site, head, until_at)
    c = _JOURNAL.c
    its = (c.site == site) & (c.seq >= first) & (c.seq < last) & c.act.in_(sorted(acts))
    found = _entries(session, select(_JOURNAL).where(its).order_by(c.seq).limit(limit))
    if len(found) < limit:
        return found
    newest = _entries(session, select(_JOURNAL).where(its).order_by(c.seq.desc()).limit(limit))
    held = {entry.seq: entry for entry in (*found[: limit - limit // 3], *newest[: limit // 3])}
    return [held[seq] for seq in sorted(held)]


def _first_at(session: Session, site: str, head: int, moment: datetime) -> int:
    """Give the sequence number of the first entry of a moment or later, one behind the last where there is none."""
    low, high = 1, head + 1
    while low < high:
        middle = (low + high) // 2
        at = run(session, select(_JOURNAL.c.at).where(_JOURNAL.c.site == site, _JOURNAL.c.seq == middle)).scalar_one()
        low, high = (low, middle) if at >= moment else (middle + 1, high)
    return low


def of_acts(session: Session, site: str, prefix: str) -> list[Entry]:
    """Give the entries of all acts that begin with a word, in order."""
    its = (_JOURNAL.c.site == site) & _JOURNAL.c.act.startswith(prefix, autoescape=True)
    return _entries(session, select(_JOURNAL).where(its).order_by(_JOURNAL.c.seq))


def of_subject(session: Session, site: str, subject: str) -> list[Entry]:
    """Give the entries about one subject, in order."""
    its = (_JOURNAL.c.site == site) & (_JOURNAL.c.subject == subject)
    return _entries(session, select(_JOURNAL).where(its).order_by(_JOURNAL.c.seq))


def _entries(session: Session, ask: Executable) -> list[Entry]:
    return [
        Entry(r.seq, r.at, r.actor, r.act, r.subject, json.loads(r.body), r.previous, r.hash)
        for r in rows_of(session, ask)
    ]  # fmt: skip


def verify(session: Session, site: str) -> Verification:
    """Walk the whole chain and compare its end with the head."""
    head = run(session, select(_HEAD).where(_HEAD.c.site == site)).one_or_none()
    return verified(site, _walk(session, site), head.seq if head else 0, head.hash if head else GENESIS)


def _walk(session: Session, site: str) -> Iterator[Entry]:
    seq = -1
    while entries := after(session, site, seq, _AT_ONCE):
        yield from entries
        seq = entries[-1].seq
