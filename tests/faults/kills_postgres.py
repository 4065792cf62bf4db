"""Fifty SIGKILLs with PostgreSQL."""

import psycopg

from tests.faults.kills import run
from tests.peers.postgres import postgres

_FILL = """
insert into sample (site, at, id, probe, kind, system, area, source, outcome, detail, total_s,
                    quickack, planned, known_at)
select 'north', t, '00000000-0000-7000-8000-' || lpad(i::text, 12, '0'),
       'old-' || (i %% 50), 'echo', 'ris', 'ct', 'main', 'ok', '',
       0.004 + (i %% 97) / 10000.0, false, false, t
from (select i, now() - interval '6.9 days' * (1 - 1.0 * i / %(n)s) as t from generate_series(1, %(n)s) i) k
"""


def check() -> str:
    """Run the case on a server of its own."""
    with postgres() as server:
        url = server.create("kills")
        address = url.replace("+psycopg", "")

        def prefill(n: int) -> None:
            with psycopg.connect(address) as db:
                db.execute("set synchronous_commit = off")
                db.execute(_FILL, {"n": n})

        def count(sql: str) -> int:
            with psycopg.connect(address) as db:
                row = db.execute(sql.encode()).fetchone()
                return int(row[0]) if row else 0

        return run(url, prefill, count, 2)
