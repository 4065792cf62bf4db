"""One server per database: a file lock that ends with its process, or an advisory lock of its connection."""

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app.errors import Unavailable

_PATIENCE = "2s"
_LOCK_NOT_AVAILABLE = "55P03"


class FileLock:
    """The mark of the process that serves an SQLite file; the kernel lifts it however that process ends."""

    def __init__(self, database: Path) -> None:
        self._database, self._file = database, database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take it, or say who has it."""
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unavailable(f"{self._file} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise Unavailable(f"{self._database} is already served by process {holder}; stop that one first") from error
        with contextlib.suppress(OSError):  # a full disk takes no process id, the lock itself holds all the same
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give it back; the file stays, for two openers must never lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def site_lock(connection: Connection, site: str) -> None:
    """Take the site's advisory lock on the writing connection, so that losing the one means losing the other.

    It waits a little: a server that was killed just now needs a moment to be noticed.
    """
    key = int.from_bytes(hashlib.sha256(f"golive site {site}".encode()).digest()[:8], "big", signed=True)
    try:
        with connection.begin():
            connection.execute(text(f"set local lock_timeout = '{_PATIENCE}'"))
            connection.execute(text("select pg_advisory_lock(:key)"), {"key": key})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        who = _holder(connection, key)
        raise Unavailable(f'the site "{site}" is already served by another golive{who}; stop that one first') from error


def _holder(connection: Connection, key: int) -> str:
    ask = text(
        "select host(a.client_addr) as host, a.backend_start as since "
        "from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted "
        "and l.classid = :high and l.objid = :low and l.objsubid = 1 limit 1"
    )
    with connection.begin():
        row = connection.execute(ask, {"high": (key >> 32) & 0xFFFFFFFF, "low": key & 0xFFFFFFFF}).first()
    if row is None:
        return ""
    return f" on {row.host or 'its own machine'} since {row.since:%Y-%m-%d %H:%M:%S} UTC"
