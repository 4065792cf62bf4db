"""One server at a time, and a database that is locked, full or gone is survived without a restart."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Unavailable
from app.store import marks, samples, writer
from app.store.db import Database
from tests.integration.store.making import NOON, sample
from tests.peers.postgres import Postgres, postgres
from tests.peers.process import die_with_parent

SITE = "north"
WAIT_S = 20.0


def until(condition: Callable[[], bool]) -> None:
    """Wait, looking at it again and again, until a condition holds."""
    for _ in range(int(WAIT_S / 0.02)):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came to hold")


def test_a_second_opener_is_refused_with_a_sentence(database: Database, url: str, tmp_path: Path) -> None:
    second = Database(url, SITE, tmp_path)
    with pytest.raises(Unavailable) as caught:
        second.open()
    who = f"by process {os.getpid()}" if database.is_sqlite else "by another golive"
    assert f"is already served {who}" in caught.value.detail
    database.write_now(lambda s: marks.set(s, SITE, "still", "works"))
    database.close()
    second.open()
    assert second.read_now(lambda s: marks.get(s, SITE, "still")) == "works"
    second.close()


def test_two_hospitals_share_one_postgresql_database(postgres_url: str, tmp_path: Path) -> None:
    north, south = Database(postgres_url, "north", tmp_path), Database(postgres_url, "south", tmp_path)
    for one in (north, south):
        one.open()
        one.write_now(lambda s, one=one: marks.set(s, one.site, "mine", one.site))
    for one in (north, south):
        assert one.read_now(lambda s, one=one: marks.get(s, one.site, "mine")) == one.site
        one.close()


def test_the_lock_ends_with_its_process_however_that_ends(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.integration.store.writing_child", url, str(tmp_path), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=die_with_parent) as child:
        assert child.stdout is not None
        child.stdout.readline()
        second = Database(url, SITE, tmp_path)
        with pytest.raises(Unavailable, match="already served"):
            second.open()
        child.kill()
    second.open()
    second.close()


def test_a_locked_sqlite_file_is_said_and_survived(tmp_path: Path) -> None:
    database = Database("sqlite:///golive.db", SITE, tmp_path)
    database.open()
    other = sqlite3.connect(tmp_path / "golive.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="another process holds the database locked"):
        database.write_now(lambda s: marks.set(s, SITE, "a", "x"))
    assert database.trouble == "another process holds the database locked"
    assert database.read_now(lambda s: marks.get(s, SITE, "a")) is None
    other.execute("ROLLBACK")
    other.close()
    until(lambda: database.trouble == "")
    database.write_now(lambda s: marks.set(s, SITE, "a", "y"))
    assert database.read_now(lambda s: marks.get(s, SITE, "a")) == "y"
    database.close()


def test_a_postgresql_that_goes_and_comes_back_is_survived(tmp_path: Path) -> None:
    with postgres() as server:
        database = Database(server.create("golive"), SITE, tmp_path)
        database.open()
        database.write_now(lambda s: marks.set(s, SITE, "before", "x"))
        server.stop()
        with pytest.raises(Unavailable):
            database.write_now(lambda s: marks.set(s, SITE, "during", "x"))
        with pytest.raises(Unavailable):
            database.read_now(lambda s: marks.get(s, SITE, "before"))
        assert "does not answer" in database.trouble
        server.start()
        until(lambda: database.trouble == "")
        database.write_now(lambda s: marks.set(s, SITE, "after", "x"))
        found = database.read_now(lambda s: [marks.get(s, SITE, n) for n in ("before", "during", "after")])
        assert found == ["x", None, "x"]
        with pytest.raises(Unavailable, match="already served"):
            Database(server.url("golive"), SITE, tmp_path).open()
        database.close()


def test_an_idle_writer_notices_that_postgresql_is_gone(tmp_path: Path) -> None:
    with postgres() as server:
        database = Database(server.create("golive"), SITE, tmp_path)
        database.open()
        server.stop()
        until(lambda: database.trouble != "")
        server.start()
        until(lambda: database.trouble == "")
        database.close()


def test_acts_cut_off_by_a_lost_connection_all_fail_and_none_is_stored(
    postgres_server: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    database = Database(postgres_url, SITE, tmp_path)
    database.open()

    def cut(session: object) -> None:
        with postgres_server.admin() as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and state <> 'idle'",
                [postgres_url.rpartition("/")[2]],
            )
        marks.set(session, SITE, "cut", "x")  # type: ignore[arg-type]  # a Session

    async def together() -> list[object]:
        acts = [lambda s: marks.set(s, SITE, "first", "x"), cut, lambda s: marks.set(s, SITE, "last", "x")]
        return await asyncio.gather(*(database.write(act) for act in acts), return_exceptions=True)

    results = asyncio.run(together())
    assert isinstance(results[1], Unavailable)
    until(lambda: database.trouble == "")
    stored = database.read_now(lambda s: [marks.get(s, SITE, n) is not None for n in ("first", "cut", "last")])
    assert stored == [result is None for result in results]
    database.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from app.errors import Unavailable
from app.store import samples
from app.store.db import Database
from tests.integration.store.making import sample
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database("sqlite:///golive.db", "north", Path(sys.argv[1]))
database.open()
database.write_now(lambda s: samples.append(s, "north", [sample(id="before-the-end")]))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
acknowledged = ["before-the-end"]
trouble = ""
for n in range(200):
    batch = [sample(id=f"sample-{n:03d}-{k:03d}") for k in range(100)]
    try:
        database.write_now(lambda s: samples.append(s, "north", batch))
        acknowledged += [x.id for x in batch]
    except Unavailable:
        trouble = database.trouble
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
database.write_now(lambda s: samples.append(s, "north", [sample(id="room-again")]))
acknowledged.append("room-again")
after = database.trouble
stored = {x.id for x in database.read_now(lambda s: samples.since(s, "north", sample().at.replace(year=2000)))}
database.close()
assert trouble in ("the disk of the database is full", "the disk of the database cannot be written or read"), trouble
assert after == "", after
assert stored == set(acknowledged), stored ^ set(acknowledged)
"""


def test_a_full_disk_is_said_and_survived(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_frozen_database_is_said(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_SLOW_S", 0.05)
    database = Database(postgres_url, SITE, tmp_path)
    database.open()
    go_on = threading.Event()
    future = database._writer.submit(lambda s: go_on.wait(10))
    until(lambda: "has not answered for" in database.trouble)
    go_on.set()
    future.result(10)
    until(lambda: database.trouble == "")
    database.write_now(lambda s: samples.append(s, SITE, [sample(NOON)]))
    database.close()


def test_a_log_that_is_removed_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    database = Database("sqlite:///golive.db", SITE, tmp_path)
    database.open()
    acknowledged, refused = 0, list[str]()
    for n in range(40):
        if n == 20:
            (tmp_path / "golive.db-wal").unlink()
        try:
            database.write_now(lambda s, n=n: marks.set(s, SITE, f"mark-{n}", "kept"))
        except Unavailable as error:
            refused.append(error.detail)
            continue
        acknowledged += 1
        assert database.read_now(lambda s, n=n: marks.get(s, SITE, f"mark-{n}")) == "kept"
    assert refused == ["the database's log was removed or replaced"]
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("golive.db", "golive.db-wal"):
        if (tmp_path / name).exists():
            (crashed / name).write_bytes((tmp_path / name).read_bytes())
    database.close()
    with sqlite3.connect(crashed / "golive.db") as found:
        assert found.execute("select count(*) from mark where name like 'mark-%'").fetchone() == (acknowledged,)
        assert found.execute("pragma integrity_check").fetchone() == ("ok",)
    found.close()
