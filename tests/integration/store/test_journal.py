"""The journal: in order, chained, and every tampering seen."""

import asyncio

import pytest

from app.errors import Conflict
from app.store import journal
from app.store.db import Database
from tests.integration.store.making import NOON

SITE = "north"


def fill(database: Database, count: int = 5) -> None:
    for n in range(count):
        database.write_now(
            lambda s, n=n: journal.append(s, SITE, NOON, "ann", "act", f"subject {n}", {"n": n, "ü": [1.5]})
        )


def tamper(database: Database, statement: str) -> None:
    database.write_now(lambda s: s.connection().exec_driver_sql(statement))


def test_an_untouched_journal_verifies(database: Database) -> None:
    assert database.read_now(lambda s: journal.verify(s, SITE)).ok
    fill(database)
    found = database.read_now(lambda s: journal.verify(s, SITE))
    assert (found.ok, found.entries, found.problem) == (True, 5, "")
    entries = database.read_now(lambda s: journal.after(s, SITE, 2, 2))
    assert [(e.seq, e.at, e.actor, e.subject, e.body) for e in entries] == [
        (3, NOON, "ann", "subject 2", {"n": 2, "ü": [1.5]}),
        (4, NOON, "ann", "subject 3", {"n": 3, "ü": [1.5]}),
    ]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update journal set actor = 'bob' where seq = 3", "entry 3 was changed after it was written"),
        ("""update journal set body = '{"n":9}' where seq = 2""", "entry 2 was changed after it was written"),
        ("delete from journal where seq = 4", "entry 4 is missing; 5 follows 3"),
        ("delete from journal where seq = 5", "the journal ends at entry 4, its head says 5"),
        ("update journal set site = 'south' where seq = 1", "entry 1 is missing; 2 follows 0"),
        ("update journal_head set seq = 9 where site = 'north'", "the journal ends at entry 5, its head says 9"),
    ],
)
def test_tampering_is_seen_and_named(database: Database, statement: str, problem: str) -> None:
    fill(database)
    tamper(database, statement)
    found = database.read_now(lambda s: journal.verify(s, SITE))
    assert (found.ok, found.problem) == (False, problem)


def test_entries_of_one_group_and_failed_ones_leave_no_gap(database: Database) -> None:
    def failing(session: object) -> None:
        journal.append(session, SITE, NOON, "ann", "act", "never", {})  # type: ignore[arg-type]  # a Session
        raise Conflict("no")

    async def together() -> None:
        acts = [
            failing if n % 3 == 0 else lambda s, n=n: journal.append(s, SITE, NOON, "ann", "act", str(n), {})
            for n in range(60)
        ]
        await asyncio.gather(*(database.write(act) for act in acts), return_exceptions=True)

    asyncio.run(together())
    found = database.read_now(lambda s: journal.verify(s, SITE))
    assert (found.ok, found.entries) == (True, 40)


def test_each_hospital_has_its_own_chain(database: Database) -> None:
    fill(database, 2)
    assert database.write_now(lambda s: journal.append(s, "south", NOON, "bob", "act", "x", {})) == 1
    assert database.read_now(lambda s: journal.verify(s, "south")).entries == 1
