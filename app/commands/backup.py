"""A copy of the running database: whole, consistent, and named in the journal."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import Conflict, Invalid
from app.store import backup, journal
from app.store.db import Database


@dataclass(frozen=True, slots=True)
class Made:
    """The copy that was made."""

    file: Path
    size: int
    sha256: str


async def back_up(db: Database, site: str, file: Path, *, at: datetime, by: str) -> Made:
    """Copy the database into a new file and journal it; what exists is never written over."""
    made = await asyncio.to_thread(_copy, db, file)
    body = {"file": str(file), "bytes": made.size, "sha256": made.sha256}
    await db.write(lambda s: journal.append(s, site, at, by, "backup.make", file.name, body))
    return made


def back_up_now(db: Database, site: str, file: Path, *, at: datetime, by: str) -> Made:
    """Do the same where no server runs."""
    made = _copy(db, file)
    body = {"file": str(file), "bytes": made.size, "sha256": made.sha256}
    db.write_now(lambda s: journal.append(s, site, at, by, "backup.make", file.name, body))
    return made


def _copy(db: Database, file: Path) -> Made:
    if file.exists():
        raise Conflict(f"{file} exists; a backup never writes over a file")
    if not file.parent.is_dir():
        raise Invalid("file", f"there is no folder {file.parent}")
    backup.backup(db, file)
    digest = hashlib.sha256()
    with file.open("rb") as f:
        while part := f.read(1 << 20):
            digest.update(part)
    return Made(file, file.stat().st_size, digest.hexdigest())
