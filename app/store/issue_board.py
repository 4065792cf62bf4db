"""Issues in memory for screens: read whole once, and then only what came since."""

import threading
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from app.domain.floor.issue_board import Deadline, IssueBoard
from app.domain.floor.issues import Issue
from app.store import codec
from app.store.sets import pieces, rows_of, run, table

_HEAD, _ISSUE, _TIMER = table("issue_head"), table("issue"), table("issue_timer")


class IssuesHeld:
    """The board as last read; asked for each second, it costs one row while nothing has happened.

    Whoever writes an event locks the site's numbers first, so their order is that of the commits: what is not above
    the last number seen has not changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a read that took too long may still be under way when the next begins
        self._by_uuid: dict[str, Issue] = {}
        self._deadlines: dict[str, Deadline] = {}
        self._board = IssueBoard(blind="")
        self._site = ""

    def now(self, session: Session, site: str) -> IssueBoard:
        """Give the board as the store is now."""
        with self._lock:
            told = run(session, select(_HEAD.c.sequence).where(_HEAD.c.site == site)).scalar_one_or_none() or 0
            if site != self._site or told < self._board.sequence:  # another site's, or a database put back
                self._by_uuid, self._deadlines, self._site = {}, {}, site
                self._board = IssueBoard(blind="")
            if told > self._board.sequence:
                self._read_on(session, site, told)
            return self._board

    def _read_on(self, session: Session, site: str, told: int) -> None:
        its = (_ISSUE.c.site == site) & (_ISSUE.c.last_sequence > self._board.sequence)
        found = [codec.loads(Issue, row.body) for row in rows_of(session, select(_ISSUE.c.body).where(its))]
        deadlines = _deadlines(session, site, [i.uuid for i in found])
        self._by_uuid |= {i.uuid: i for i in found}
        self._deadlines = {**self._deadlines, **{i.uuid: deadlines.get(i.uuid, Deadline()) for i in found}}
        held = tuple(sorted(self._by_uuid.values(), key=lambda i: i.number))
        newest = max((i.last_sequence for i in found), default=told)
        self._board = IssueBoard(held, self._deadlines, max(told, newest), "")


def _deadlines(session: Session, site: str, uuids: Collection[str]) -> dict[str, Deadline]:
    """Give how each of these issues waits: its live timer, and the deadline that passed before that."""
    running = _TIMER.c.fired_at.is_(None) & _TIMER.c.ended_at.is_(None)
    found: dict[str, Deadline] = {}
    for some in pieces(list(uuids)):
        its = (_TIMER.c.site == site) & _TIMER.c.issue.in_(some)
        last = select(_TIMER.c.issue, func.max(_TIMER.c.step).label("step")).where(its).group_by(_TIMER.c.issue)
        newest = last.subquery()
        joined = _TIMER.join(newest, (_TIMER.c.issue == newest.c.issue) & (_TIMER.c.step == newest.c.step))
        lives: dict[str, Any] = {
            r.issue: r for r in rows_of(session, select(_TIMER).select_from(joined).where(its & running))
        }
        past = select(_TIMER.c.issue, func.max(_TIMER.c.fired_at), func.max(_TIMER.c.ended_at))
        for issue, fired_at, ended_at in rows_of(session, past.where(its).group_by(_TIMER.c.issue)):
            live = lives.get(issue)
            taken_up_at = live.since_at if live else ended_at
            waits = fired_at is not None and (taken_up_at is None or taken_up_at <= fired_at)
            found[issue] = Deadline(live.due_at if live else None, fired_at if waits else None)
    return found
