"""A copy of a running system is whole, of one moment, and can be run."""

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import Conflict, Unavailable
from app.store import backup as backups
from app.store import journal, samples
from app.store.backup import backup
from app.store.db import Database
from tests.integration.store.making import NOON, sample
from tests.peers.postgres import Postgres

SITE = "north"


def restored(database: Database, copy: Path, server: Postgres, tmp_path: Path) -> Database:
    url = f"sqlite:///{copy.name}"
    if not database.is_sqlite:
        url = server.create(f"restored_{copy.stem}")
        target = url.replace("+psycopg", "")
        subprocess.run(
            [str(server.programs / "pg_restore"), "--exit-on-error", f"--dbname={target}", str(copy)], check=True
        )
    again = Database(url, SITE, tmp_path)
    again.open()
    return again


def test_a_backup_of_a_running_system_can_be_restored(
    database: Database, postgres_server: Postgres, tmp_path: Path
) -> None:
    stop = threading.Event()
    written = 0

    def go_on_writing() -> None:
        nonlocal written
        while not stop.is_set():
            made = [sample() for _ in range(20)]
            # A journal entry and its samples are one act: a copy of one moment holds both or neither.
            database.write_now(
                lambda s, made=made: (
                    samples.append(s, SITE, made),
                    journal.append(s, SITE, NOON, "ann", "act", "x", {}),
                )
            )
            written += 1

    for _ in range(50):
        database.write_now(
            lambda s: (
                samples.append(s, SITE, [sample() for _ in range(20)]),
                journal.append(s, SITE, NOON, "a", "b", "c", {}),
            )
        )
    thread = threading.Thread(target=go_on_writing)
    thread.start()
    copy = tmp_path / f"copy{'1' if database.is_sqlite else '2'}.db"
    try:
        backup(database, copy)
    finally:
        stop.set()
        thread.join()
    again = restored(database, copy, postgres_server, tmp_path)
    try:
        chain = again.read_now(lambda s: journal.verify(s, SITE))
        count = len(again.read_now(lambda s: samples.since(s, SITE, NOON.replace(year=2000))))
        assert chain.ok
        assert 50 <= chain.entries <= 50 + written
        assert count == 20 * chain.entries
        assert again.write_now(lambda s: journal.append(s, SITE, NOON, "ann", "act", "x", {})) == chain.entries + 1
    finally:
        again.close()
        if not database.is_sqlite:
            postgres_server.drop(f"restored_{copy.stem}")
    assert copy.stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_a_backup_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("dear")
    with pytest.raises(Conflict, match="never overwrites"):
        backup(database, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "dear"


def test_a_backup_into_a_missing_folder_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not exist"):
        backup(database, tmp_path / "missing" / "copy.db")


def test_without_pg_dump_a_postgresql_backup_says_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_pg_dump", lambda: None)
    database = Database(postgres_url, SITE, tmp_path)
    database.open()
    try:
        with pytest.raises(Unavailable, match="pg_dump is not installed here"):
            backup(database, tmp_path / "copy")
    finally:
        database.close()
    assert not (tmp_path / "copy").exists()


def test_two_backups_into_one_file_are_one_backup_and_one_refusal(database: Database, tmp_path: Path) -> None:
    def once(_: int) -> str:
        try:
            backup(database, tmp_path / "same.backup")
        except Conflict:
            return "refused"
        return "made"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(once, range(4))) == ["made", "refused", "refused", "refused"]
    assert not list(tmp_path.glob(".*.part"))
