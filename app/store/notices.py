"""The outbox: notices made from the journal, each sent by who holds its lease, until it is sent, dropped or given up.

A notice is owed from the commit of the journal's entry on: the mark that says how far the journal was followed moves
in the same commit in which the notices are stored, so that a kill between the two loses nothing and doubles nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlmodel import Session

from app.domain.journal import Entry
from app.domain.telling.notice_plans import Occasion
from app.domain.telling.notices import LONGEST_WAIT_S, REMINDED, Notice, NoticeStage
from app.store import journal, marks
from app.store.sets import plain, put, rows_of, run, table

FOLLOWED = "notices.followed_to"
_NOTICE, _HEAD = table("notice"), table("journal_head")
_NAMES = [f.name for f in fields(Notice)]
_AT_ONCE = 200
_WAITING = _NOTICE.c.stage == NoticeStage.WAITING.value


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice that one sender has for itself for a while; `attempts` counts this one too."""

    notice: Notice
    attempts: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice with what became of it so far."""

    notice: Notice
    stage: NoticeStage
    attempts: int
    made_at: datetime
    ended_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a channel's notices does not get through."""

    channel: str
    waiting: int
    failing: int  # of the waiting ones, those that were tried already
    since: datetime | None  # when the oldest of the failing ones was made
    problem: str
    given_up: int
    given_up_at: datetime | None


def begin(session: Session, site: str) -> None:
    """Follow the journal from here on, where it was not followed before: nobody is told the past."""
    if marks.get(session, site, FOLLOWED) is None:
        marks.set(session, site, FOLLOWED, str(_head(session, site)))


def unfollowed(session: Session, site: str) -> list[Entry]:
    """Give the next entries of the journal that no notice was made of yet."""
    seq = int(marks.get(session, site, FOLLOWED) or 0)
    return journal.after(session, site, seq, _AT_ONCE) if _head(session, site) > seq else []


def followed(session: Session, site: str, seq: int) -> None:
    """Note that all that the journal says up to an entry was told."""
    marks.set(session, site, FOLLOWED, str(seq))


def _head(session: Session, site: str) -> int:
    found = run(session, select(_HEAD.c.seq).where(_HEAD.c.site == site)).scalar_one_or_none()
    return int(found or 0)


def keep(session: Session, site: str, notices: Sequence[Notice], now: datetime) -> None:
    """Store notices that wait; what is there already stays, and a reminder takes the place of older ones that wait."""
    rows = [_row(site, notice, now) for notice in notices]
    put(session, _NOTICE, rows, replace=False)
    for notice in notices:
        if notice.reminder:
            older = and_(_its_subject(site, notice), _NOTICE.c.reminder > 0, _NOTICE.c.reminder < notice.reminder)
            _end(session, and_(older, _WAITING), NoticeStage.DROPPED, now, "a later reminder takes its place")


def _row(site: str, notice: Notice, now: datetime) -> dict[str, Any]:
    values = {name: getattr(notice, name) for name in _NAMES}
    values |= {"occasion": notice.occasion.value, "title": plain(notice.title), "text": plain(notice.text)}
    state = {"stage": NoticeStage.WAITING.value, "made_at": now, "due_at": now, "attempts": 0, "sender": ""}
    return {"site": site, **values, **state, "problem": ""}


def _its_subject(site: str, notice: Notice) -> ColumnElement[bool]:
    c = _NOTICE.c
    same = (c.channel == notice.channel, c.subject == notice.subject, c.rule == notice.rule, c.number == notice.number)
    return and_(c.site == site, *same)


def alarms(session: Session, site: str, since: datetime) -> list[Notice]:
    """Give the first tellings of what is reminded of, as far as they are not older than `since`."""
    of = [occasion.value for occasion in REMINDED]
    c = _NOTICE.c
    ask = select(_NOTICE).where(c.site == site, c.happened_at >= since, c.reminder == 0, c.occasion.in_(of))
    return [_notice(row) for row in rows_of(session, ask)]


def known(session: Session, site: str, notices: Iterable[Notice]) -> set[str]:
    """Give the ids of those of these notices that are stored."""
    ids = [notice.id for notice in notices]
    return {r.id for r in rows_of(session, select(_NOTICE.c.id).where(_NOTICE.c.site == site, _NOTICE.c.id.in_(ids)))}


def due(session: Session, site: str, now: datetime, pace: float = 1.0) -> set[str]:
    """Give the channels of which a notice is to be sent now."""
    return {r.channel for r in rows_of(session, select(_NOTICE.c.channel).where(_ready(site, now, pace)).distinct())}


def _ready(site: str, now: datetime, pace: float) -> ColumnElement[bool]:
    """Select what waits, is due and held by nobody.

    A moment farther ahead than any wait is one of a clock that was set back since.
    """
    c, longest = _NOTICE.c, timedelta(seconds=LONGEST_WAIT_S * pace)
    due_ = or_(c.due_at <= now, c.due_at > now + longest)
    free = or_(c.leased_until.is_(None), c.leased_until <= now, c.leased_until > now + longest)
    return and_(c.site == site, _WAITING, due_, free)


def lease(
    session: Session,
    site: str,
    channel: str,
    sender: str,
    now: datetime,
    until: datetime,
    pace: float = 1.0,
    *,
    in_order: bool = False,
) -> Leased | None:
    """Give a sender the next notice of a channel, None where none is due; first those that were never tried.

    What another sender holds is taken over when its lease has run out. `in_order` lets none overtake another one.
    """
    c = _NOTICE.c
    ask = select(_NOTICE).where(_ready(site, now, pace), c.channel == channel)
    if in_order:
        first = select(func.min(c.number)).where(c.site == site, c.channel == channel, _WAITING).scalar_subquery()
        ask = ask.where(c.number == first)
    row = run(session, ask.order_by(c.attempts, c.happened_at, c.id).limit(1)).one_or_none()
    if row is None:
        return None
    taken = {"attempts": row.attempts + 1, "sender": sender, "leased_until": until}
    run(session, update(_NOTICE).where(c.site == site, c.id == row.id).values(**taken))
    return Leased(_notice(row), row.attempts + 1, row.made_at)


def take_over(session: Session, site: str, sender: str) -> None:
    """End the leases of all others: who has the database's lock knows that they are gone."""
    others = and_(_NOTICE.c.site == site, _WAITING, _NOTICE.c.sender != sender)
    run(session, update(_NOTICE).where(others).values(leased_until=None, sender=""))


def sent(session: Session, site: str, id_: str, sender: str, now: datetime) -> bool:
    """Note that a notice was accepted, and let the others of its channel go at once; False where another one has it."""
    its = _held(site, id_, sender)
    row = run(session, select(_NOTICE.c.channel).where(its)).one_or_none()
    if row is None:
        return False
    _end(session, its, NoticeStage.SENT, now, "")
    others = and_(_NOTICE.c.site == site, _WAITING, _NOTICE.c.channel == row.channel, _NOTICE.c.attempts > 0)
    run(session, update(_NOTICE).where(others, _NOTICE.c.due_at > now).values(due_at=now))
    return True


def failed(session: Session, site: str, id_: str, sender: str, problem: str, again_at: datetime) -> None:
    """Note why an attempt failed, and when the next one is due."""
    values = {"problem": plain(problem), "due_at": again_at, "leased_until": None}
    run(session, update(_NOTICE).where(_held(site, id_, sender)).values(**values))


def postponed(session: Session, site: str, id_: str, sender: str, why: str, again_at: datetime) -> None:
    """Put a notice back that was not tried, and say what holds it back."""
    values = {"problem": plain(why), "due_at": again_at, "leased_until": None, "attempts": _NOTICE.c.attempts - 1}
    run(session, update(_NOTICE).where(_held(site, id_, sender)).values(**values))


def ended(session: Session, site: str, id_: str, sender: str, stage: NoticeStage, now: datetime, problem: str) -> None:
    """End a notice that its sender holds, unsent."""
    _end(session, _held(site, id_, sender), stage, now, problem)


def without_channel(session: Session, site: str, channels: Sequence[str], now: datetime) -> int:
    """Give up what waits for channels that golive.toml no longer has; say how many those were."""
    its = and_(_NOTICE.c.site == site, _WAITING, _NOTICE.c.channel.not_in(channels))
    return _end(session, its, NoticeStage.GIVEN_UP, now, "golive.toml has this channel no longer")


def _held(site: str, id_: str, sender: str) -> ColumnElement[bool]:
    return and_(_NOTICE.c.site == site, _NOTICE.c.id == id_, _WAITING, _NOTICE.c.sender == sender)


def _end(session: Session, which: ColumnElement[bool], stage: NoticeStage, now: datetime, problem: str) -> int:
    values = {"stage": stage.value, "ended_at": now, "leased_until": None, "problem": plain(problem)}
    return run(session, update(_NOTICE).where(which).values(**values)).rowcount


def waiting(session: Session, site: str, since: datetime) -> list[Waiting]:
    """Give what waits and fails by channel, and what was given up later than `since`."""
    c = _NOTICE.c
    concerned = or_(_WAITING, and_(c.stage == NoticeStage.GIVEN_UP.value, c.ended_at > since))
    ask = select(c.channel, c.stage, c.attempts, c.made_at, c.ended_at, c.problem).where(c.site == site, concerned)
    found: dict[str, list[Any]] = {}
    for row in rows_of(session, ask.order_by(c.made_at)):
        found.setdefault(row.channel, []).append(row)
    return [_waiting(channel, rows) for channel, rows in sorted(found.items())]


def _waiting(channel: str, rows: Sequence[Any]) -> Waiting:
    waits = [r for r in rows if r.stage == NoticeStage.WAITING.value]
    failing = [r for r in waits if r.attempts and r.problem]
    gone = [r for r in rows if r.stage != NoticeStage.WAITING.value]
    return Waiting(
        channel,
        len(waits),
        len(failing),
        failing[0].made_at if failing else None,
        failing[-1].problem if failing else "",
        len(gone),
        max((r.ended_at for r in gone), default=None),
    )


def newest(session: Session, site: str, limit: int, subject: str | None = None) -> list[Kept]:
    """Give notices with what became of them, the newest first; only those about a subject where one is named."""
    ask = select(_NOTICE).where(_NOTICE.c.site == site)
    if subject is not None:
        ask = ask.where(_NOTICE.c.subject == subject)
    rows = rows_of(session, ask.order_by(_NOTICE.c.made_at.desc(), _NOTICE.c.id).limit(limit))
    return [Kept(_notice(r), NoticeStage(r.stage), r.attempts, r.made_at, r.ended_at, r.problem) for r in rows]


def drop_old(session: Session, site: str, before: datetime) -> None:
    """Forget what ended before a moment."""
    run(session, delete(_NOTICE).where(_NOTICE.c.site == site, _NOTICE.c.ended_at < before))


def _notice(row: Any) -> Notice:
    values = {name: getattr(row, name) for name in _NAMES}
    return Notice(**{**values, "occasion": Occasion(row.occasion)})
