"""What was acknowledged survives a SIGKILL of the process, exactly once."""

import subprocess
import sys
from pathlib import Path

from app.store import journal, samples
from app.store.db import Database
from tests.integration.store.making import NOON
from tests.peers.process import die_with_parent

SITE, ROUNDS, LINES = "north", 3, 150


def killed_while_writing(url: str, folder: Path, start: int) -> list[str]:
    """Give what a child acknowledged before it was killed."""
    command = [sys.executable, "-m", "tests.integration.store.writing_child", url, str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(LINES)]
        child.kill()
        said += child.stdout.readlines()
    return [line.strip() for line in said if line.endswith("\n")]


def test_every_acknowledged_write_is_there_once_after_a_kill(url: str, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for round_ in range(ROUNDS):
        acknowledged += killed_while_writing(url, tmp_path, round_ * 1_000_000)
        database = Database(url, SITE, tmp_path)
        database.open()
        try:
            stored = [x.id for x in database.read_now(lambda s: samples.since(s, SITE, NOON.replace(year=2000)))]
            chain = database.read_now(lambda s: journal.verify(s, SITE))
            entries = database.read_now(lambda s: journal.after(s, SITE, 0, 100_000))
        finally:
            database.close()
        assert len(acknowledged) >= LINES * (round_ + 1)
        assert set(acknowledged) <= set(stored)
        assert len(stored) == len(set(stored))
        assert chain.ok, chain.problem
        assert sorted(e.subject for e in entries) == sorted(stored)
