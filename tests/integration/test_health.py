"""`golive health` against servers that answer, refuse, say nothing or nonsense; and how little it loads for that."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from app.running import health
from app.settings import Config, load
from tests.peers.golive import config_text
from tests.peers.ports import free_port


def config(folder: Path, port: int) -> Config:
    file = folder / "golive.toml"
    file.write_text(config_text(port))
    return load(file)


@contextmanager
def answering(said: bytes | None) -> Iterator[int]:
    """A server that takes one connection and says this, or nothing as long as it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            taken, _ = server.accept()
            with taken:
                taken.recv(4096)
                if said is None:
                    taken.recv(4096)
                else:
                    taken.sendall(said)

        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalive", ""),
        (b"HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n", "answered 503"),
        (b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", "answered 302"),
        (b"220 mail.example ESMTP\r\n", "does not answer: 220 mail.example ESMTP"),
        (b"", "does not answer: Remote end closed connection without response"),
        (None, "does not answer: timed out"),
    ],
)
def test_what_is_said_of_an_answer(
    said: bytes | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WITHIN_S", 0.5)
    with answering(said) as port:
        found = health.healthy(config(tmp_path, port))
    assert found == (f"http://127.0.0.1:{port}/healthz {told}" if told else "")


def test_where_nobody_listens_that_is_said(tmp_path: Path) -> None:
    port = free_port()
    assert health.healthy(config(tmp_path, port)).startswith(f"http://127.0.0.1:{port}/healthz does not answer: ")


@pytest.mark.parametrize(
    ("module", "not_needed"),
    [
        ("app.cli, app.running.health", {"sqlalchemy", "fastapi", "httpx", "numpy", "rich.console", "app.wire"}),
        ("app.main", {"httpx", "numpy", "segno", "fpdf", "alembic", "apprise", "pydicom", "rich.console"}),
    ],
)
def test_what_a_start_does_not_need_is_not_loaded(module: str, not_needed: set[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert not_needed & {*said.stdout.split()} == set()
