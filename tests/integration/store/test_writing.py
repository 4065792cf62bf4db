"""One writer, many acts: committed together, failing alone."""

import asyncio
import threading

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.errors import Conflict, Unavailable
from app.store import marks
from app.store.db import Database

SITE = "north"


def put(name: str, value: str = "x") -> object:
    return lambda session: marks.set(session, SITE, name, value)


def value(database: Database, name: str) -> str | None:
    return database.read_now(lambda s: marks.get(s, SITE, name))


def test_a_write_is_readable_as_soon_as_it_is_acknowledged(database: Database) -> None:
    for n in range(20):
        database.write_now(lambda s, n=n: marks.set(s, SITE, "count", str(n)))
        assert value(database, "count") == str(n)


def test_an_act_that_raises_undoes_only_itself(database: Database) -> None:
    def half_done(session: Session) -> None:
        marks.set(session, SITE, "half", "done")
        raise Conflict("no")

    async def together() -> list[object]:
        acts = [lambda s: marks.set(s, SITE, "before", "x"), half_done, lambda s: marks.set(s, SITE, "after", "x")]
        return await asyncio.gather(*(database.write(act) for act in acts), return_exceptions=True)

    before, failed, after = asyncio.run(together())
    assert (before, after) == (None, None)
    assert isinstance(failed, Conflict)
    assert [value(database, name) for name in ("before", "half", "after")] == ["x", None, "x"]
    assert database.trouble == ""


def test_an_act_whose_statement_fails_does_not_take_others_with_it(database: Database) -> None:
    async def together() -> list[object]:
        acts = [
            lambda s: marks.set(s, SITE, "before", "x"),
            lambda s: s.connection().execute(text("select nothing from nowhere")),
            lambda s: s.connection().execute(text("insert into mark (site, name) values ('north', 'null value')")),
            lambda s: marks.set(s, SITE, "after", "x"),
        ]
        return await asyncio.gather(*(database.write(act) for act in acts), return_exceptions=True)

    results = asyncio.run(together())
    assert [isinstance(r, Exception) for r in results] == [False, True, True, False]
    assert [value(database, name) for name in ("before", "after")] == ["x", "x"]
    assert database.trouble == ""


def test_acts_that_wait_are_committed_together(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(session: Session) -> int:
        begun.set()
        assert go_on.wait(10)
        return transaction_of(session)

    def transaction_of(session: Session) -> int:
        return id(session.connection().get_transaction())

    async def together() -> list[int]:
        first = asyncio.ensure_future(database.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.ensure_future(database.write(transaction_of)) for _ in range(50)]
        await asyncio.sleep(0)  # lets every one of them reach the queue
        go_on.set()
        return await asyncio.gather(first, *others)

    ids = asyncio.run(together())
    assert len(set(ids[1:])) == 1


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only|readonly"):
        database.read_now(lambda s: marks.set(s, SITE, "sneaked", "in"))
    assert value(database, "sneaked") is None


def test_a_reading_sees_one_moment(database: Database) -> None:
    marks_seen = []

    def ask(session: Session) -> None:
        marks_seen.append(marks.get(session, SITE, "moment"))
        database.write_now(lambda s: marks.set(s, SITE, "moment", "later"))
        marks_seen.append(marks.get(session, SITE, "moment"))

    database.write_now(lambda s: marks.set(s, SITE, "moment", "first"))
    database.read_now(ask)
    assert marks_seen == ["first", "first"]
    assert value(database, "moment") == "later"


def test_a_closed_database_says_so(database: Database) -> None:
    database.close()
    with pytest.raises(Unavailable, match="closed"):
        database.write_now(lambda s: None)
    with pytest.raises(Unavailable, match="closed"):
        database.read_now(lambda s: None)


def test_closing_writes_what_still_waits(database: Database) -> None:
    futures = [database._writer.submit(lambda s, n=n: marks.set(s, SITE, f"m{n}", "x")) for n in range(300)]
    database.close()
    assert [future.exception(0) for future in futures] == [None] * 300


def test_a_write_that_is_given_up_while_it_waits_does_not_stop_the_writer(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_session: Session) -> None:
        begun.set()
        assert go_on.wait(10)

    first = database._writer.submit(slow)
    assert begun.wait(10)
    given_up = database._writer.submit(lambda s: marks.set(s, SITE, "given up", "x"))
    assert given_up.cancel()
    go_on.set()
    first.result(10)
    database.write_now(lambda s: marks.set(s, SITE, "next", "x"))
    assert (value(database, "given up"), value(database, "next")) == (None, "x")
