"""A file that is not the one that was opened takes nothing more, and a frozen server cannot keep golive from ending."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import Unavailable
from app.store import db, marks
from app.store.db import Database
from tests.integration.store.test_serving import SITE, until
from tests.peers.postgres import postgres

GONE = "the database file was removed or replaced"


def put(database: Database, name: str) -> None:
    database.write_now(lambda s: marks.set(s, SITE, name, "x"))


def held(database: Database, name: str) -> str | None:
    return database.read_now(lambda s: marks.get(s, SITE, name))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    opened = Database("sqlite:///golive.db", SITE, tmp_path)
    opened.open()
    put(opened, "before")
    yield opened
    opened.close()


def test_nothing_is_acknowledged_into_a_file_that_was_moved_away(sqlite: Database, tmp_path: Path) -> None:
    file, away = tmp_path / "golive.db", tmp_path / "away.db"
    file.rename(away)
    with pytest.raises(Unavailable, match=GONE):
        put(sqlite, "lost")
    assert sqlite.trouble == GONE
    assert not file.exists(), "golive must not make it anew"
    away.rename(file)
    until(lambda: sqlite.trouble == "")
    put(sqlite, "after")
    assert [held(sqlite, name) for name in ("before", "lost", "after")] == ["x", None, "x"]


def test_a_file_that_was_deleted_is_missed_without_anybody_writing(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "golive.db").unlink()
    until(lambda: sqlite.trouble == GONE)


def test_a_file_that_was_put_in_place_of_ours_is_left_alone(sqlite: Database, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("create table theirs (n)")
    other.replace(tmp_path / "golive.db")
    with pytest.raises(Unavailable, match=GONE):
        put(sqlite, "lost")
    until(lambda: sqlite.trouble == GONE)
    assert (tmp_path / "golive.db").stat().st_ino
    with sqlite3.connect(f"file:{tmp_path}/golive.db?mode=ro&immutable=1", uri=True) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == [("theirs",)]


def test_a_frozen_server_does_not_keep_golive_from_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "CLOSE_WITHIN_S", 1.0)
    with postgres() as server:
        database = Database(server.create("frozen"), SITE, tmp_path)
        database.open()
        put(database, "before")
        assert held(database, "before") == "x"
        with server.frozen():
            written = [database.submit(lambda s: marks.set(s, SITE, "never", "x")) for _ in range(3)]
            until(written[0].running)
            written.append(database.submit(lambda s: marks.set(s, SITE, "nor this", "x")))
            read: list[BaseException] = []
            reading = threading.Thread(target=lambda: read.append(failing(database)))
            reading.start()
            began_s = time.monotonic()
            database.close()
            assert time.monotonic() - began_s < 5
            assert all(isinstance(w.exception(1), Unavailable) for w in written)
            reading.join(5)
            assert isinstance(read[0], Unavailable)


def failing(database: Database) -> BaseException:
    with pytest.raises(Unavailable) as caught:
        held(database, "before")
    return caught.value
