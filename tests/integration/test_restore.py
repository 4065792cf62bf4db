"""A backup is put back over whatever a golive left behind that did not end well."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.served import sample
from tests.peers.golive import GoLive, dicom_system, wait_for

PROBE = {"id": "worklist-ct", "kind": "worklist", "system": "ris", "area": "ct", "every": "10s", "timeout": "8s"}


@pytest.fixture
def golive() -> Iterator[GoLive]:
    with GoLive(systems=[dicom_system("ris", 4243, "RIS")], probes=[PROBE]) as house:
        yield house.start("serve")


def counted(file: Path) -> tuple[int, str]:
    with closing(sqlite3.connect(file)) as connection:
        [n] = connection.execute("select count(*) from sample").fetchone()
        [whole] = connection.execute("pragma integrity_check").fetchone()
    return n, whole


def test_a_backup_is_restored_over_a_golive_that_was_killed(golive: GoLive) -> None:
    file, copy = golive.folder / "golive.db", golive.folder / "copy.db"
    golive.ingest(samples=[sample() for _ in range(300)])
    assert golive.cli("backup", str(copy)).returncode == 0
    for _ in range(5):
        golive.ingest(samples=[sample() for _ in range(200)])
    refused = golive.cli("restore", str(copy))
    assert (refused.returncode, "is already served by process" in refused.stderr) == (2, True)
    golive.kill("serve")
    assert file.with_name("golive.db-wal").stat().st_size > 0
    done = golive.cli("restore", str(copy))
    assert (done.returncode, "what was there is kept in" in done.stdout) == (0, True), done.stderr
    assert counted(file) == (300, "ok")
    [kept] = [f for f in golive.folder.glob("golive.db.before-*") if not f.name.endswith(("-wal", "-shm"))]
    assert counted(kept) == (1300, "ok")
    golive.start("serve")
    assert golive.cli("journal", "verify").returncode == 0
    assert [e["act"] for e in golive.get("/api/journal")].count("backup.restore") == 1


def test_what_is_no_backup_is_not_restored(golive: GoLive) -> None:
    golive.kill("serve")
    wrong = golive.folder / "wrong.db"
    for content in (b"", b"no database", (golive.folder / "golive.db").read_bytes()[:5000]):
        wrong.write_bytes(content)
        assert golive.cli("restore", str(wrong)).returncode == 2
    assert golive.cli("restore", str(golive.folder / "nothing.db")).returncode == 2
    assert golive.cli("token", "list").returncode == 0


def test_a_backup_of_another_site_is_restored_only_by_its_name(golive: GoLive) -> None:
    copy = golive.folder / "copy.db"
    assert golive.cli("backup", str(copy)).returncode == 0
    golive.kill("serve")
    before = (golive.folder / "golive.db").read_bytes()
    golive.file.write_text(golive.file.read_text().replace('id = "north"', 'id = "south"'))
    refused = golive.cli("restore", str(copy))
    assert (refused.returncode, "holds the site north, and this is south" in refused.stderr) == (2, True)
    assert golive.cli("restore", str(copy), "--of-site", "east").returncode == 2
    assert (golive.folder / "golive.db").read_bytes() == before
    assert golive.cli("restore", str(copy), "--of-site", "north").returncode == 0


def test_a_token_is_not_waited_for_longer_than_a_person_waits(golive: GoLive) -> None:
    golive.signal(signal.SIGSTOP, "serve")
    try:
        said = golive.cli("token", "create", "--role", "desk", timeout=25)
    finally:
        golive.signal(signal.SIGCONT, "serve")
    assert (said.returncode, "golive runs, but has not answered for 10 s" in said.stderr) == (2, True)
    wait_for("it answers again", lambda: golive.status_of("/healthz") == 200, 10)
