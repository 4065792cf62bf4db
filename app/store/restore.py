"""A backup put in the place of an SQLite database, so that nothing of the old one is replayed onto it."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from app.clock import utc_now
from app.errors import Unavailable
from app.store.backup import settle
from app.store.lock import FileLock
from app.store.troubles import sentence


def restore(file: Path, copy: Path, site: str) -> Path | None:
    """Make `copy` the database `file`; give where the former one is kept, None where there was none.

    A copy that holds other sites' rows and none of `site` is refused: golive would find nothing in it.
    The log of a golive that was killed lies beside its database and would be replayed onto whatever stands there: it
    goes away with the old one, before the copy comes. A second golive on the file is refused, as always.
    """
    _looked_through(copy, site)
    lock = FileLock(file)
    lock.take()
    part = file.with_name(f".{file.name}.restoring")
    try:
        shutil.copyfile(copy, part)
        part.chmod(0o600)
        settle(part)
        kept = _kept(file)
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        part.replace(file)
        settle(file)
    except OSError as error:
        raise Unavailable(f"{file} cannot be restored: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
        lock.release()
    return kept


def _looked_through(copy: Path, site: str) -> None:
    """Refuse what is no whole database of golive; it is looked at as it is, without any log beside it."""
    try:
        with contextlib.closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
            ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal_head'").fetchone()
            sites = {row[0] for row in connection.execute("SELECT site FROM journal_head")} if ours else set()
    except sqlite3.Error as error:
        raise Unavailable(f"{copy} cannot be restored: {sentence(error)}") from error
    if found != "ok" or not ours:
        raise Unavailable(f"{copy} is no whole database of golive; it is not restored")
    if sites and site not in sites:
        raise Unavailable(
            f"{copy} holds the site {', '.join(sorted(sites))}, and this is {site}; it is not restored unless that is "
            "said by --of-site"
        )


def _kept(file: Path) -> Path | None:
    """Give the database, and with it the end of its log, a second name that says when."""
    if not file.exists():
        return None
    kept = file.with_name(f"{file.name}.before-{utc_now():%Y%m%dT%H%M%SZ}")
    os.link(file, kept)
    log = file.with_name(f"{file.name}-wal")
    if log.exists():
        os.link(log, kept.with_name(f"{kept.name}-wal"))
    return kept
