"""The one thread that writes: it takes all acts that wait, gives each its own savepoint, and commits them together."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from app.clock import monotonic_s
from app.errors import Unavailable
from app.store import troubles

T = TypeVar("T")
_AT_ONCE = 256
_MOST_WAITING = 5000
_LOOK_AGAIN_S = 1.0
_SLOW_S = 10.0


@dataclass(slots=True)
class _Waiting:
    act: Callable[[Session], Any]
    future: "Future[Any]"
    result: Any = None
    error: Exception | None = None


class Writer:
    """Group commit over one connection, which it opens anew by itself when it is lost.

    `connect` gives a connection that may write (locks taken), `check` is a small act that shows whether writing works:
    while something is wrong it is tried each second, so that golive recovers without being asked. `gone` says why
    nothing may be committed although the connection would take it, or ""; `leave` is called before one is closed.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        check: Callable[[Session], None],
        gone: Callable[[], str],
        leave: Callable[[Connection], None],
        *,
        idle_check: bool,
    ) -> None:
        self._connect, self._check, self._gone, self._leave = connect, check, gone, leave
        self._idle_check = idle_check
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._under_way: list[_Waiting] = []
        self._trouble = ""
        self._busy_since_s: float | None = None
        self._closing = threading.Lock()
        self._closed = True
        self._thread: threading.Thread | None = None

    def start(self, connection: Connection) -> None:
        """Begin to write on a connection that is open already."""
        self._connection, self._closed = connection, False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def stop(self, within_s: float) -> bool:
        """Write what waits, then end; False when that is not done in time."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        if self._thread is not None:
            self._thread.join(within_s)
        return self._thread is None or not self._thread.is_alive()

    def give_up(self) -> None:
        """Wait no longer: whoever waits for a commit is told that there was none that we know of."""
        if self._thread is not None:
            self._thread.join(1.0)
        waiting = list(self._under_way)
        with suppress(queue.Empty):
            while True:
                if (found := self._queue.get_nowait()) is not None:
                    waiting.append(found)
        for one in waiting:
            _fail(one, Unavailable(self.trouble or "the database does not answer"))

    def submit(self, act: Callable[[Session], T]) -> "Future[T]":
        """Queue an act; its future has the result after the commit."""
        with self._closing:
            if self._closed:
                raise Unavailable("the database is closed")
            if self.waiting >= _MOST_WAITING:
                raise Unavailable(self.trouble or "too many writes wait for the database")
            waiting = _Waiting(act, Future())
            self._queue.put(waiting)
        return waiting.future

    @property
    def waiting(self) -> int:
        """Give how many acts wait for their turn."""
        return self._queue.qsize()

    @property
    def trouble(self) -> str:
        """Give why writing does not work now; nothing while it does."""
        since_s = self._busy_since_s
        if not self._trouble and since_s is not None and monotonic_s() - since_s > _SLOW_S:
            return f"the database has not answered for {monotonic_s() - since_s:.0f} s"
        return self._trouble

    def _run(self) -> None:
        going_on = True
        while going_on:
            group, going_on = self._next()
            self._busy_since_s = monotonic_s()
            if group:
                self._write(group)
            elif going_on and (self._trouble or self._idle_check or self._gone()):
                self._write([_Waiting(self._check, Future())])
            self._busy_since_s = None
        self._drop_connection()

    def _next(self) -> tuple[list[_Waiting], bool]:
        """Give all acts that wait, an empty list after a second without any; False when it was told to end."""
        group: list[_Waiting] = []
        try:
            first = self._queue.get(timeout=_LOOK_AGAIN_S)
            while first is not None:
                group.append(first)
                if len(group) == _AT_ONCE:
                    return group, True
                first = self._queue.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _write(self, group: list[_Waiting]) -> None:
        self._under_way = group = [waiting for waiting in group if waiting.future.set_running_or_notify_cancel()]
        try:
            self._must_be_there()
            if self._connection is None:
                self._connection = self._connect()
            with self._connection.begin():
                for waiting in group:
                    _carry_out(self._connection, waiting)
                self._must_be_there()
        except Exception as error:  # whatever it is, nothing of this group is stored, and each sender must know
            self._lost(error, group)
        else:
            self._trouble = ""
            for waiting in group:
                if waiting.error is not None:
                    _fail(waiting, waiting.error)
                else:
                    with suppress(InvalidStateError):  # it was given up
                        waiting.future.set_result(waiting.result)
        self._under_way = []

    def _must_be_there(self) -> None:
        if why := self._gone():
            raise Unavailable(why)

    def _lost(self, error: Exception, group: Sequence[_Waiting]) -> None:
        self._trouble = error.detail if isinstance(error, Unavailable) else troubles.sentence(error)
        self._drop_connection()
        for waiting in group:
            _fail(waiting, Unavailable(self._trouble))

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                self._leave(connection)
                connection.close()
            except Exception:  # a dead connection cannot even be closed; then it is thrown away
                connection.invalidate()


def _fail(waiting: _Waiting, error: Exception) -> None:
    with suppress(InvalidStateError):  # it was given up, or called off before its turn
        waiting.future.set_exception(error)


def _carry_out(connection: Connection, waiting: _Waiting) -> None:
    """Let one act write inside its own savepoint; its failure undoes only that, unless the database is at fault."""
    try:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            waiting.result = waiting.act(session)
            session.commit()
    except Exception as error:
        if not troubles.of_one_act(error) or not _goes_on(connection):
            raise
        database = troubles.of_the_database(error)
        waiting.error = Unavailable(troubles.sentence(error)) if database else error


def _goes_on(connection: Connection) -> bool:
    """Say whether the transaction of the group survived the failure of one act."""
    if connection.invalidated or connection.closed or not connection.in_transaction():
        return False
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return bool(driver is not None and driver.in_transaction)
    return bool(driver is not None and driver.info.transaction_status.name == "INTRANS")
