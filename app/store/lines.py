"""The open connections to a PostgreSQL server, so that whoever waits for a frozen one can be let go."""

import contextlib
import os
import socket
import weakref
from typing import Any

from sqlalchemy import Dialect, Engine, event

from app.errors import Unavailable


class Lines:
    """The connections of some engines; `cut` ends them all, under the very hands of those who wait for an answer."""

    def __init__(self) -> None:
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()
        self._cut = False

    def watch(self, engine: Engine) -> Engine:
        """Know every connection that this engine opens, before a first question goes over it."""
        event.listen(engine, "do_connect", self._opened)
        return engine

    def cut(self) -> None:
        """End every connection, and open none any more.

        Closing one in another thread's hands would not wake that thread; the end of its socket does.
        """
        self._cut = True
        for connection in list(self._open):
            if not connection.closed:
                with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def _opened(self, dialect: Dialect, _record: Any, cargs: Any, cparams: Any) -> Any:
        if not self._cut:
            connection = dialect.connect(*cargs, **cparams)
            self._open.add(connection)
            if not self._cut:
                return connection
            connection.close()
        raise Unavailable("the database is closed")
