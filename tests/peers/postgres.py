"""A real PostgreSQL server of our own: a fresh cluster in a temporary folder, on a free port of 127.0.0.1.

It does not sync to its disk: tests kill processes, never the machine, and the folder is gone afterwards.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.peers.ports import free_port

_PR_SET_PDEATHSIG = 1
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
autovacuum = off
shared_buffers = 64MB
max_connections = 60
log_min_messages = fatal
jit = off
"""


def programs() -> Path | None:
    """Give the folder of the server's programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


@dataclass
class Postgres:
    """A running server; it ends with the process that started it."""

    programs: Path
    data: Path
    port: int
    user: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self.data.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_as(self.user),
                cwd=self.data,
            )
        self._wait_ready()

    def _wait_ready(self) -> None:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        for _ in range(2000):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError((self.data.parent / "log").read_text())
        raise RuntimeError("PostgreSQL did not get ready")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT disconnects everybody and shuts down, SIGQUIT is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still with all its processes, as on a hung disk: connections stay, answers do not come."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        everybody = [self.process.pid, *(int(child) for child in children)]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in everybody:
                os.kill(pid, signal.SIGCONT)

    def admin(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Give a connection of the server's owner."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True)

    def url(self, database: str) -> str:
        """Give the address of one of its databases."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database; give its address."""
        with self.admin() as connection:
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(database)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected."""
        with self.admin() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))


def _as(user: str) -> Callable[[], None]:
    """Become that user (PostgreSQL refuses root) and end with the parent."""
    entry = pwd.getpwnam(user)
    parent = os.getpid()

    def become() -> None:
        if os.getuid() == 0:
            os.setgid(entry.pw_gid)
            os.setgroups([])
            os.setuid(entry.pw_uid)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return become


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server of our own for a while."""
    folder_of_programs = programs()
    if folder_of_programs is None:
        raise RuntimeError("PostgreSQL is not installed; `make test` installs it")
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="golive-pg-"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, user)
        data = folder / "data"
        initialise = [str(folder_of_programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"]
        subprocess.run(
            [*initialise, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            check=True,
            capture_output=True,
            preexec_fn=_as(user),
            cwd=folder,
        )
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        server = Postgres(folder_of_programs, data, free_port(), user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
