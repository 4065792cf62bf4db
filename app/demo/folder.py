"""A demo's folder: its database and its golive.toml, begun anew; what is not a demo's is left as it is."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.commands import pour as pouring
from app.errors import Conflict
from app.store.db import Database
from collectors.simulator.site import MARK, SITE

FILE, DATABASE = "golive.toml", "golive.db"
# what each start sets anew: a file that differs in no more was written by nobody
_OF_A_START = re.compile(
    r'^at = .*$|^(listen|url) = ".*"|^(every = "\d+s"|quiet_after = "\d+m")|port = \d+|127\.0\.0\.1:\d+', re.MULTILINE
)


def begin_anew(folder: Path, text: str, alike: Sequence[str] = ()) -> Path:
    """Empty the folder's database, then write the file and give it; a former one that somebody changed stays beside it.

    `alike` are texts of other starts, which nobody wrote either. A file that says it is a demo's may have been copied
    from one: it is the mark in the database that no copy carries.
    """
    file, database = folder / FILE, folder / DATABASE
    former = file.read_text("utf-8", errors="replace") if file.exists() else ""
    if former and not (former.startswith(MARK) and database.exists()):
        raise Conflict(f"{file} is not a demo's: a demo needs a folder of its own (--folder)")
    folder.mkdir(parents=True, exist_ok=True)
    if database.exists():
        with opened(folder) as db:
            pouring.claim(db, fresh=False)
        for end in ("", "-wal", "-shm"):
            database.with_name(DATABASE + end).unlink(missing_ok=True)
    with opened(folder) as db:
        pouring.claim(db, fresh=True)
        if former and _as_set(former) not in map(_as_set, (text, *alike)):
            file.with_name(FILE + ".bak").write_text(former, "utf-8")
        file.write_text(text, "utf-8")
    return file


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """Open the folder's database, which is refused while another demo lives in it."""
    db = Database(f"sqlite:///{DATABASE}", SITE, folder)
    db.open()
    try:
        yield db
    finally:
        db.close()


def _as_set(text: str) -> str:
    return _OF_A_START.sub("", text)
