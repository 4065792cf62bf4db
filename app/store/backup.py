"""A copy of the whole database as of one moment, made while golive runs and goes on writing."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import URL

from app.errors import Conflict, Unavailable
from app.store.db import Database
from app.store.troubles import sentence

_PG_DUMPS = "/usr/lib/postgresql"


def backup(database: Database, file: Path) -> None:
    """Write the copy to a new file: an SQLite database, or PostgreSQL's own archive for `pg_restore`.

    It is read by a connection of its own (SQLite's log keeps its moment for it), so that no write waits. The file has
    its name only once it is whole and on the disk.
    """
    file = file.resolve()
    if file.exists():
        raise Conflict(f"{file} is there already; a backup never overwrites one")
    if not file.parent.is_dir():
        raise Unavailable(f"the folder {file.parent} does not exist")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}") from error
    os.close(descriptor)
    part = Path(name)  # a name of its own, mode 0600: two backups into one file must not share it
    try:
        if database.file:
            _sqlite(database.file, part)
        else:
            _postgres(database.url, part)
        settle(part)
        os.link(part, file)
    except FileExistsError as error:
        raise Conflict(f"{file} is there already; a backup never overwrites one") from error
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _sqlite(source: Path, part: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("VACUUM INTO ?", (str(part),))
    except sqlite3.Error as error:
        raise Unavailable(f"the backup failed: {sentence(error)}") from error


def _postgres(url: URL, part: Path) -> None:
    program = _pg_dump()
    if program is None:
        raise Unavailable(
            "pg_dump is not installed here; install PostgreSQL's client programs, or back up on its server"
        )
    environ = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    target = url.set(drivername="postgresql", password=None).render_as_string()
    command = [program, "--format=custom", f"--file={part}", f"--dbname={target}"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Unavailable(f"pg_dump failed: {lines[-1] if lines else done.returncode}")
    part.chmod(0o600)


def _pg_dump() -> str | None:
    """Give the newest pg_dump, for one older than its server refuses to work."""
    found = sorted(
        Path(_PG_DUMPS).glob("*/bin/pg_dump"), key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0
    )
    return str(found[-1]) if found else shutil.which("pg_dump")


def settle(part: Path) -> None:
    """Wait until the copy, and its place in the folder, are on the disk."""
    for path, flags in ((part, os.O_RDWR), (part.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(path, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
