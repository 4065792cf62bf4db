"""Fifty SIGKILLs with SQLite."""

import sqlite3
import tempfile
from functools import partial
from pathlib import Path

from tests.faults.kills import run

_FILL = """
with recursive k(i) as (select 1 union all select i + 1 from k where i < :n)
insert into sample (site, at, id, probe, kind, system, area, source, outcome, detail, total_s,
                    quickack, planned, known_at)
select 'north', t, printf('00000000-0000-7000-8000-%012d', i),
       'old-' || (i % 50), 'echo', 'ris', 'ct', 'main', 'ok', '',
       0.004 + (i % 97) / 10000.0, 0, 0, t
from (select i, strftime('%Y-%m-%d %H:%M:%f', julianday('now') - 6.9 * (1 - 1.0 * i / :n)) || '000' as t from k)
"""


def fill(file: Path, n: int) -> None:
    """Put so many samples of the last week into a database that nobody has open."""
    with sqlite3.connect(file) as db:
        for fast in ("journal_mode = off", "synchronous = off", "cache_size = -262144"):
            db.execute(f"pragma {fast}")
        db.execute(_FILL, {"n": n})
    db.close()


def check() -> str:
    """Run the case on a database file of its own."""
    with tempfile.TemporaryDirectory(prefix="golive-kills-") as folder:
        file = Path(folder) / "golive.db"

        def count(sql: str) -> int:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
                return int(db.execute(sql).fetchone()[0])

        return run(f"sqlite:///{file}", partial(fill, file), count, 1)
