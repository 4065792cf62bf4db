"""Tokens and sessions: who may come in, made and taken away by name, each act in the journal."""

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from app.domain.access import Bearer, Role
from app.errors import Invalid, Unauthenticated, Unavailable
from app.settings.signs import written
from app.store import journal, sessions, tokens
from app.store.db import Database, Session

T = TypeVar("T")
SESSION_HOURS = 12
ANSWER_WITHIN_S = 5.0


async def bearer_of_token(db: Database, site: str, clear: str) -> Bearer | None:
    """Give who a token stands for, or None."""
    return await _soon(db.read(lambda s: tokens.find(s, site, clear)))


async def bearer_of_session(db: Database, site: str, clear: str, now: datetime) -> Bearer | None:
    """Give who a session stands for, or None when it is unknown, closed or over."""
    return await _soon(db.read(lambda s: sessions.find(s, site, clear, now)))


async def _soon(asked: Awaitable[T]) -> T:
    """Give what was asked for, but let no caller hang on a database that stands still."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await asked
    except TimeoutError as error:
        raise Unavailable("the database does not answer, so nobody can be recognised now") from error


def name_of(field: str, name: str) -> str:
    """Give a name as it can be kept, or refuse it naming the field and what stands in it."""
    try:
        return written(name)
    except ValueError as error:
        raise Invalid(field, str(error)) from error


def creating_a_token(site: str, role: str, name: str, at: datetime, by: str) -> Callable[[Session], dict[str, str]]:
    """Give the act that makes a token; its clear text is in the answer and nowhere else."""
    if role not in set(Role):
        raise Invalid("role", f'"{role[:40]}" is no role; there are {", ".join(Role)}')
    if len(name) > 80:
        raise Invalid("name", "at most 80 characters")
    name_of("name", name)

    def act(s: Session) -> dict[str, str]:
        known, clear = tokens.create(s, site, Role(role), name, at)
        journal.append(s, site, at, by, "token.create", str(known), {"role": role, "name": name})
        return {"id": str(known), "role": role, "name": name, "token": clear}

    return act


def revoking_a_token(site: str, known: str, at: datetime, by: str) -> Callable[[Session], None]:
    """Give the act that takes a token away, and with it every session that it opened."""

    def act(s: Session) -> None:
        tokens.revoke(s, site, known, at)
        journal.append(s, site, at, by, "token.revoke", known, {})

    return act


async def log_in(db: Database, site: str, clear_token: str, at: datetime, former: str | None) -> tuple[str, Bearer]:
    """Open a session for the bearer of a token and give its clear text; the former session of this browser ends."""

    def act(s: Session) -> tuple[str, Bearer] | None:
        bearer = tokens.find(s, site, clear_token)
        if bearer is None or bearer.role is Role.SUPPORT:  # the key of a button is no login
            return None
        if former:
            sessions.close(s, site, former)
        clear = sessions.open(s, site, bearer.id, bearer.role, bearer.name, at, SESSION_HOURS)
        journal.append(s, site, at, bearer.name or bearer.role, "session.open", str(bearer.id), {"role": bearer.role})
        return clear, bearer

    opened = await db.write(act)
    if opened is None:
        raise Unauthenticated("the token is unknown or revoked")
    return opened


async def log_out(db: Database, site: str, clear: str, at: datetime, who: Mapping[str, Any]) -> None:
    """End a session."""

    def act(s: Session) -> None:
        sessions.close(s, site, clear)
        journal.append(s, site, at, str(who.get("name") or who.get("role")), "session.close", str(who.get("id")), {})

    await db.write(act)


class Recognised:
    """Who was recognised of late, for the time in which the database cannot say it: a blind golive must still say so.

    It counts only while the database does not answer, when nothing can be changed anyway; whoever is sent away is
    forgotten at once. Clear texts are not kept.
    """

    def __init__(self, within: timedelta = timedelta(hours=SESSION_HOURS), most: int = 1000) -> None:
        self._within, self._most = within, most
        self._known: dict[bytes, tuple[datetime, Bearer]] = {}
        self._changed = asyncio.Event()

    @property
    def changed(self) -> asyncio.Event:
        """Give what is set when somebody may be known no more, or not let in any more; then there is another one."""
        return self._changed

    async def of(self, clear: str, asked: Awaitable[Bearer | None], now: datetime) -> Bearer | None:
        """Give what the database says of a clear text; while it does not answer, what it said last."""
        key = hashlib.sha256(clear.encode()).digest()
        try:
            found = await asked
        except Unavailable:
            at, bearer = self._known.get(key, (now - self._within, None))
            if bearer is None or now - at >= self._within:
                raise
            return bearer
        self._known.pop(key, None)
        if found is not None:
            if len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)))
            self._known[key] = now, found
        return found

    def knows(self, clear: str, now: datetime) -> bool:
        """Say whether a clear text was recognised of late, without asking anybody."""
        found = self._known.get(hashlib.sha256(clear.encode()).digest())
        return found is not None and now - found[0] < self._within

    def forget(self) -> None:
        """Forget everybody, because somebody was sent away."""
        self._known.clear()
        self.ask_again()

    def ask_again(self) -> None:
        """Have those asked again who stay connected."""
        self._changed.set()
        self._changed = asyncio.Event()


class Attempts:
    """How often an address failed to log in of late; only failures count, and the oldest are forgotten."""

    def __init__(self, most: int = 10, within: timedelta = timedelta(minutes=5), addresses: int = 10_000) -> None:
        self._most, self._within, self._addresses = most, within, addresses
        self._failed: dict[str, deque[datetime]] = {}

    def wait_s(self, address: str, now: datetime) -> float:
        """Give for how long this address must wait, 0 when it need not."""
        failed = self._failed.get(address)
        while failed and failed[0] <= now - self._within:
            failed.popleft()
        if not failed:
            self._failed.pop(address, None)
            return 0.0
        return (failed[-self._most] + self._within - now).total_seconds() if len(failed) >= self._most else 0.0

    def failed(self, address: str, now: datetime) -> None:
        """Remember a failure."""
        if address not in self._failed and len(self._failed) >= self._addresses:
            self._failed.pop(next(iter(self._failed)))
        self._failed.setdefault(address, deque(maxlen=self._most)).append(now)
