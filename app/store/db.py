"""The database: one writer with group commit, a few readers, on SQLite and PostgreSQL by one code path."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.clock import utc_now
from app.errors import GoLiveError, Unavailable
from app.store import engines, marks, partitions, troubles
from app.store.lines import Lines
from app.store.lock import FileLock, site_lock
from app.store.schema import migrate
from app.store.writer import Writer

__all__ = ["Database", "Session"]  # acts of other layers name the session only through here

log = logging.getLogger("golive.store")

T = TypeVar("T")
CLOSE_WITHIN_S = 5.0


class Database:
    """Where everything of a site is kept; a relative SQLite path starts from `folder`.

    A write is an act on a session: it runs in its own savepoint and its result comes after the COMMIT, so that what is
    acknowledged is durable. A reading sees one moment and cannot write. Neither act may keep its session.
    """

    def __init__(self, url: str, site: str, folder: Path) -> None:
        self.url, self.site = engines.parse(url), site
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.file = engines.sqlite_file(self.url, folder) if self.is_sqlite else None
        self._lock = FileLock(self.file) if self.file else None
        self._writing: Engine | None = None
        self._reading: Engine | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._known: tuple[int, int] | None = None
        self._known_log: tuple[int, int] | None = None
        self._lines = Lines()
        self._writer = Writer(self._connect, self._check, self._gone, self._leave, idle_check=not self.is_sqlite)

    @property
    def address(self) -> str:
        """Give where the data are, without any password."""
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)

    @property
    def trouble(self) -> str:
        """Give why the database does not take writes now; nothing while it does."""
        return self._writer.trouble

    @property
    def waiting(self) -> int:
        """Give how many acts wait for their turn."""
        return self._writer.waiting

    def open(self) -> None:
        """Take the lock of the one server, bring the schema up to date, start the writer and the readers."""
        if self._lock:
            self._lock.take()
        try:
            if self.file:
                self._known = engines.made(self.file)
                self._writing, self._reading = engines.sqlite_writer(self.file), engines.sqlite_readers(self.file)
            else:
                self._writing = self._lines.watch(engines.postgres_writer(self.url))
                self._reading = self._lines.watch(engines.postgres_readers(self.url))
            connection = self._prepared()
        except BaseException:
            self._put_away()
            raise
        self._pool = ThreadPoolExecutor(engines.READERS, thread_name_prefix="store-reader")
        self._writer.start(connection)

    def close(self) -> None:
        """Write what waits, then let go of everything; a second time does nothing.

        A database that does not answer is waited for no longer than CLOSE_WITHIN_S; then what waits fails.
        """
        if not self._writer.stop(CLOSE_WITHIN_S):
            log.warning("the database does not answer: golive ends without it, and what waited is not written")
            self._lines.cut()
            self._writer.give_up()
        pool, self._pool = self._pool, None
        if pool is not None and not _ends(pool):
            self._lines.cut()
        self._put_away()

    async def write(self, act: Callable[[Session], T]) -> T:
        """Carry out an act and give its result after the COMMIT."""
        return await asyncio.wrap_future(self.submit(act))

    def submit(self, act: Callable[[Session], T]) -> "Future[T]":
        """Queue an act; its future has the result after the COMMIT, and can be cancelled until the act is begun."""
        return self._writer.submit(act)

    def write_now(self, act: Callable[[Session], T]) -> T:
        """Do the same where there is no event loop."""
        return self.submit(act).result()

    async def read(self, ask: Callable[[Session], T]) -> T:
        """Give what a question on one moment of the database is answered, off the event loop."""
        if self._pool is None:
            raise Unavailable("the database is closed")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read_now, ask)

    def read_now(self, ask: Callable[[Session], T]) -> T:
        """Do the same where there is no event loop."""
        if self._reading is None:
            raise Unavailable("the database is closed")
        try:
            with Session(self._reading) as session:
                return ask(session)
        except DBAPIError as error:
            if troubles.of_the_database(error):
                raise Unavailable(troubles.sentence(error)) from error
            raise

    def _connect(self) -> Connection:
        """Give a connection that may write: the site's lock is on it."""
        if self._writing is None:
            raise Unavailable("the database is closed")
        if self.is_sqlite and self._reading is not None:
            self._reading.dispose()  # what they opened may be another file than the one that is there now
        connection = self._writing.connect()
        try:
            if self.file is None:
                site_lock(connection, self.site)
            self._known_log = None
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepared(self) -> Connection:
        """Give the first such connection, with the schema of this golive behind it."""
        try:
            connection = self._connect()
        except DBAPIError as error:
            raise Unavailable(f"{self.address}: {troubles.sentence(error)}") from error
        try:
            migrate(connection)
            with connection.begin(), Session(connection, join_transaction_mode="create_savepoint") as session:
                partitions.ahead(session, utc_now())
                session.commit()
        except BaseException as error:
            connection.close()
            if isinstance(error, DBAPIError):
                raise Unavailable(f"{self.address}: {troubles.sentence(error)}") from error
            if isinstance(error, GoLiveError):
                raise Unavailable(f"{self.address}: {error.detail}") from error
            raise
        return connection

    def _check(self, session: Session) -> None:
        """Show whether writing works: by a real write while something is wrong, else by a word with the server."""
        if self.trouble:
            tick = marks.get(session, self.site, "store.check")
            marks.set(session, self.site, "store.check", "b" if tick == "a" else "a")
        else:
            session.connection().exec_driver_sql("select 1")

    def _gone(self) -> str:
        """Say that the file or its log is not the one that was opened, or "": a commit into it would be lost."""
        if self.file is None or self._known is None:
            return ""
        if engines.seen(self.file) != self._known:
            return engines.GONE
        return engines.LOG_GONE if self._log_gone() else ""

    def _log_gone(self) -> bool:
        if self.file is None:
            return False
        there = engines.seen(engines.log_of(self.file))
        if self._known_log is None:  # the first write makes it
            self._known_log = there
        return there != self._known_log

    def _leave(self, connection: Connection) -> None:
        """Before a connection is closed whose log nobody else can find any more, bring home what was acknowledged."""
        lost, self._known_log = self._log_gone(), None  # with the last connection the log goes too, as it should
        if not lost:
            return
        whole = engines.move_log(connection)
        log.warning("%s; what it held is %s the database", engines.LOG_GONE, "in" if whole else "only partly in")

    def _put_away(self) -> None:
        for engine in (self._reading, self._writing):
            if engine is not None:
                engine.dispose()
        self._reading = self._writing = None
        if self._lock:
            self._lock.release()


def _ends(pool: ThreadPoolExecutor) -> bool:
    """Let the readers end, and say whether they did within a second."""
    ending = threading.Thread(target=pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)
    ending.start()
    ending.join(1.0)
    return not ending.is_alive()
