"""A database that is locked, full or gone: nothing is acknowledged meanwhile, the wall says why, all heals itself."""

import contextlib
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.faults.kills import Count, Sender
from tests.peers.golive import GoLive, dicom_system, wait_for
from tests.peers.ports import free_port
from tests.peers.postgres import postgres
from tests.peers.wlmscpfs import Wlmscpfs

GONE_S = 20.0
SAID_WITHIN_S = 15.0
HEALED_WITHIN_S = 15.0
DISK_MB = 24
LOST_MOST = 2  # the two ends of the span, of a cadence of one second


@dataclass(frozen=True)
class Case:
    """One way to lose a database: `take` it away, `give` it back; `words` name the cause on screens."""

    name: str
    url: str
    take: Callable[[], None]
    give: Callable[[], None]
    count: Count
    words: tuple[str, ...]


def check() -> str:
    """Try the three ways one after the other."""
    with _locked() as case:
        figures = [_lived(case)]
    with _full() as case:
        figures.append(_lived(case))
    with _stopped() as case:
        figures.append(_lived(case))
    return "; ".join(figures)


def _lived(case: Case) -> str:
    port = free_port()
    with Wlmscpfs() as ris:
        often = {"system": "ris", "area": "ct", "every": "1s", "timeout": "2s"}
        probes = [{"id": "echo", "kind": "echo", **often}]
        feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
        systems = [dicom_system("ris", ris.port, ris.aet)]
        with GoLive(database=case.url, systems=systems, probes=probes, feeds=[feed]) as golive:
            golive.start()
            sender = Sender(golive.listens(port))
            sender.start()
            wait_for("all is well", lambda: sender.acknowledged > 20 and _echo(golive)["state"] == "ok", 30)
            processes = _children(golive)
            before, since_s = _echo(golive)["n"], time.monotonic()
            case.take()
            said_s = _is_said(golive, case, sender)
            case.give()
            healed_s = _heals(golive, sender)
            assert _children(golive) == processes, f"{case.name}: it took a restart"
            sender.stopping.set()
            sender.join(60)
            lost = int(time.monotonic() - since_s) - (_echo(golive)["n"] - before)
            assert lost <= LOST_MOST, f"{case.name}: {max(0, lost)} probes lost"
            rows = case.count("select count(*) from exam_event where milestone = 'ordered'")
            told = golive.get("/api/exams/summary")["milestones"]["ordered"]
            assert told == rows == sender.acknowledged, f"{case.name}: {told}, {rows} of {sender.acknowledged}"
            verified = golive.cli("journal", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
            assert "Traceback" not in golive.said(), golive.said()[-3000:]
    figure = f"{case.name}: said after {said_s:.1f} s, {GONE_S:.0f} s gone, well again after {healed_s:.1f} s"
    return f"{figure}, {sender.acknowledged} messages there once, {max(0, lost)} probes lost"


def _is_said(golive: GoLive, case: Case, sender: Sender) -> float:
    """Wait until screens say it, then see for the rest of the time that nothing is acknowledged."""
    began_s = time.monotonic()
    wait_for("/readyz names the database", lambda: "database" in _gone(golive), SAID_WITHIN_S)
    wait_for("the status is blind", lambda: _status(golive)["overall"] == "blind", SAID_WITHIN_S)
    said_s = time.monotonic() - began_s
    assert any(word in reason for word in case.words for reason in _status(golive)["reasons"]), _status(golive)
    wait_for("the wall says why", lambda: _wall_says(golive, case), 5)
    acknowledged = sender.acknowledged
    while time.monotonic() < began_s + GONE_S:
        assert golive.alive()
        assert "database" in _gone(golive), f"{case.name}: ready without a database"
        status = _status(golive)
        assert status["overall"] == "blind", status
        assert _wall_says(golive, case), f"{case.name}: the wall no longer says why"
        assert _echo(golive)["state"] == "blind"
        assert sender.acknowledged == acknowledged, f"{case.name}: acknowledged without a database"
        time.sleep(0.5)
    return said_s


def _wall_says(golive: GoLive, case: Case) -> bool:
    wall = str(golive.ask("GET", "/live/snapshot?view=wall")[1])
    return any(word in wall for word in case.words)


def _heals(golive: GoLive, sender: Sender) -> float:
    began_s, before = time.monotonic(), sender.acknowledged
    wait_for("ready again", lambda: golive.alive() and golive.status_of("/readyz") == 200, HEALED_WITHIN_S)
    wait_for("messages flow", lambda: sender.acknowledged > before + 20, HEALED_WITHIN_S)
    wait_for("ok again", lambda: _echo(golive)["state"] == "ok", HEALED_WITHIN_S)
    assert _status(golive)["overall"] != "blind", _status(golive)
    return time.monotonic() - began_s


def _echo(golive: GoLive) -> Mapping[str, Any]:
    return golive.standing("echo.response") or {"state": "missing", "n": 0}


def _gone(golive: GoLive) -> list[str]:
    status, body = golive.ask("GET", "/readyz")
    return [] if status == 200 else list(body["gone"])


def _status(golive: GoLive) -> Mapping[str, Any]:
    found: Mapping[str, Any] = golive.get("/api/status")
    return found


def _children(golive: GoLive) -> set[int]:
    top = psutil.Process(golive.processes["run"].pid)
    return {p.pid for p in [top, *top.children(recursive=True)]}


def _counting(file: Path) -> Count:
    def count(sql: str) -> int:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return int(db.execute(sql).fetchone()[0])

    return count


@contextlib.contextmanager
def _locked() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="golive-locked-") as folder:
        file = Path(folder) / "golive.db"
        held: list[sqlite3.Connection] = []

        def take() -> None:
            held.append(sqlite3.connect(file, isolation_level=None, timeout=10))
            held[0].execute("begin immediate")

        def give() -> None:
            held[0].execute("rollback")
            held[0].close()

        words = ("another process holds the database locked",)
        yield Case("SQLite locked", f"sqlite:///{file}", take, give, _counting(file), words)


@contextlib.contextmanager
def _full() -> Iterator[Case]:
    """A small disk of our own that something else fills; root alone may have one."""
    with tempfile.TemporaryDirectory(prefix="golive-full-") as folder:
        disk = Path(folder) / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)], check=True)
        try:
            ballast, file = disk / "ballast", disk / "golive.db"

            def take() -> None:
                with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as out:
                    while out.write(bytes(4096)):
                        continue

            words = ("the disk of the database is full",)
            yield Case("disk full", f"sqlite:///{file}", take, ballast.unlink, _counting(file), words)
        finally:
            subprocess.run(["umount", str(disk)], check=True)


@contextlib.contextmanager
def _stopped() -> Iterator[Case]:
    with postgres() as server:
        url = server.create("gone")

        def count(sql: str) -> int:
            with psycopg.connect(url.replace("+psycopg", "")) as db:
                row = db.execute(sql.encode()).fetchone()
                return int(row[0]) if row else 0

        yield Case("PostgreSQL stopped", url, server.stop, server.start, count, ("does not answer",))
