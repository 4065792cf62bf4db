"""Connections to the two databases: one that writes, some that only read, each with its limits of time."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from app.errors import Unavailable

READERS = 4
GONE = "the database file was removed or replaced"
LOG_GONE = "the database's log was removed or replaced"
_BUSY_S = 5.0
_WRITER = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "wal_autocheckpoint = 1000")
_WRITER_LIMITS = (f"journal_size_limit = {64 * 2**20}", "temp_store = MEMORY")
_READER = ("query_only = ON", "wal_autocheckpoint = 0", "temp_store = MEMORY")
_KEEPALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "golive",
}
# The server, too, must soon notice that we are gone, for our lock ends only then.
_SERVER_SIDE = (
    "-c timezone=UTC -c synchronous_commit=on -c client_connection_check_interval=1s "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
)


def parse(url: str) -> URL:
    """Give the database's address, of one of the two kinds that golive knows."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Unavailable('the database is no address such as "sqlite:///golive.db"') from error
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise Unavailable(f"golive keeps its data in sqlite or postgresql+psycopg, not in {parsed.drivername}")
    return parsed


def sqlite_file(url: URL, folder: Path) -> Path:
    """Give the file of an SQLite database; a relative one starts from `folder`."""
    if not url.database or url.database == ":memory:":
        raise Unavailable('the database must be a file, such as "sqlite:///golive.db"')
    file = (folder / url.database).resolve()
    if not file.parent.is_dir():
        raise Unavailable(f"the folder {file.parent} of the database does not exist")
    return file


def made(file: Path) -> tuple[int, int]:
    """Make the file of an SQLite database where there is none; give which file it is."""
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    found = file.stat()
    return found.st_dev, found.st_ino


def seen(file: Path) -> tuple[int, int] | None:
    """Give which file stands there, None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def log_of(file: Path) -> Path:
    """Give the file of a database's write-ahead log, which stands there as long as anybody has the database open."""
    return file.with_name(f"{file.name}-wal")


def move_log(connection: Connection) -> bool:
    """Move what the log of a connection holds into its database; say whether all of it was."""
    driver = connection.connection.driver_connection
    if driver is None:
        return False
    busy, logged, moved = driver.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    return not busy and bool(logged == moved)


def sqlite_writer(file: Path) -> Engine:
    """Give the engine of the writing connection, which is also the only one that moves the log into the file.

    It makes no file: one that is gone while golive runs must be missed, not made anew without what was in it.
    """
    address = f"{file.as_uri()}?mode=rw"
    engine = create_engine(
        "sqlite://",
        creator=lambda: _sqlite(address, _WRITER + _WRITER_LIMITS),
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def sqlite_readers(file: Path) -> Engine:
    """Give the engine of the reading connections; each reading sees one moment."""
    address = f"{file.as_uri()}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: _sqlite(address, _READER),
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=READERS,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _sqlite(address: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, uri=address.startswith("file:")
    )
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def postgres_writer(url: URL) -> Engine:
    """Give the engine of the writing connection."""
    return create_engine(
        url,
        poolclass=NullPool,
        connect_args=_arguments("-c statement_timeout=30s -c lock_timeout=10s"),
        hide_parameters=True,
    )


def postgres_readers(url: URL) -> Engine:
    """Give the engine of the reading connections; each reading sees one moment."""
    return create_engine(
        url,
        pool_size=READERS,
        max_overflow=READERS,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args=_arguments("-c statement_timeout=30s -c default_transaction_read_only=on"),
        hide_parameters=True,
    )


def _arguments(options: str) -> dict[str, Any]:
    return {**_KEEPALIVE, "options": f"{options} {_SERVER_SIDE}"}
