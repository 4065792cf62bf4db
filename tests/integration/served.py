"""golive's app in this process, served by the real uvicorn on a free port, with its loop in a thread of its own."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from app.clock import utc_now
from app.commands.access import creating_a_token
from app.main import create_app
from app.settings import Config, Secrets, load
from app.store.db import Database
from tests.peers.golive import config_text
from tests.peers.ports import free_port

SECRETS = Secrets(
    site_key=SecretStr("the site key of the tests"),
    ingest_token=SecretStr("ingest-token-of-the-tests"),
    admin_token=SecretStr("admin-token-of-the-tests"),
)
TABLES: dict[str, Sequence[Mapping[str, Any]]] = {
    "systems": [
        {"id": "ris", "name": "RIS", "kind": "ris", "dicom": {"host": "127.0.0.1", "port": 4243, "ae_title": "RIS"}}
    ],
    "probes": [
        {
            "id": "worklist-ct",
            "kind": "worklist",
            "system": "ris",
            "area": "ct",
            "every": "10s",
            "timeout": "8s",
            "match": {"Modality": "CT"},
        }
    ],
    "feeds": [{"id": "ris-hl7", "kind": "hl7-mllp", "listen": "127.0.0.1:2575"}],
}


@dataclass
class Served:
    """A running app and a client to it."""

    app: FastAPI
    config: Config
    port: int
    tokens: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def call(self, method: str, path: str, role: str | None = None, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.token(role)}"
        with httpx.Client(base_url=self.url, timeout=10) as client:
            return client.request(method, path, headers=headers, **more)

    def token(self, role: str) -> str:
        own = {"ingest": SECRETS.ingest_token, "local": SECRETS.admin_token}
        return own[role].get_secret_value() if role in own else self.tokens[role]

    def get(self, path: str, role: str = "engineer") -> Any:
        answer = self.call("GET", path, role)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def ingest(self, **parts: Any) -> dict[str, Any]:
        body = {"batch": str(uuid4()), "source": "main", "sent_at": stamp(), **parts}
        answer = self.call("POST", "/api/ingest", "ingest", json=body)
        assert answer.status_code == 200, answer.text[:300]
        return dict(answer.json())

    def standing(self, measure: str, **where: str) -> dict[str, Any]:
        query = "".join(f"&{k}={v}" for k, v in where.items())
        rows = [r for r in self.get(f"/api/standings?measure={measure}{query}") if r["segment"] is None]
        assert len(rows) == 1, rows
        return dict(rows[0])


def stamp(seconds_ago: float = 0.0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds")


def sample(seconds_ago: float = 0.0, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "probe": "worklist-ct",
        "kind": "worklist",
        "system": "ris",
        "area": "ct",
        "at": stamp(seconds_ago),
        "outcome": "ok",
        "connect_s": 0.0002,
        "associate_s": 0.0011,
        "first_s": 0.0052,
        "total_s": 0.0071,
        "matches": 10,
        "stamp": "kernel",
        **more,
    }


def event(accession: str, milestone: str, minutes_ago: float = 0.0, **more: Any) -> dict[str, Any]:
    at = stamp(60 * minutes_ago)
    told = {"id": str(uuid4()), "feed": "ris-hl7", "accession": accession, "milestone": milestone, "at": at}
    return {**told, "at_field": "OBR-22", "received_at": at, "message_at": at, "modality": "CT", **more}


def wait_for(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Give the first true value of `look()`; a failing assert inside it is a value that is not there yet."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(AssertionError, httpx.TransportError):
            if seen := look():
                return seen
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.02)


def write_config(folder: Path, extra: str = "", **tables: Any) -> Path:
    file = folder / "golive.toml"
    file.write_text(config_text(free_port(), **{**TABLES, **tables}) + extra)
    return file


def prepared(folder: Path, roles: Sequence[str], file: Path | None = None) -> tuple[Config, dict[str, str]]:
    """Read the configuration and make tokens, as `golive token create` does before the first start."""
    config = load(file or write_config(folder), {})
    site = config.settings.site.id
    database = Database(config.settings.server.database, site, config.folder)
    database.open()
    try:
        made = {r: database.write_now(creating_a_token(site, r, f"the {r}", utc_now(), "test")) for r in roles}
    finally:
        database.close()
    return config, {role: token["token"] for role, token in made.items()}


@contextlib.contextmanager
def serving(
    folder: Path, roles: Sequence[str] = ("engineer",), file: Path | None = None, **options: Any
) -> Iterator[Served]:
    """Serve until the block ends; the lifespan's end is waited for."""
    config, tokens = prepared(folder, roles, file)
    with running(config, tokens, **options) as served:
        yield served


@contextlib.contextmanager
def running(config: Config, tokens: dict[str, str], host: str = "127.0.0.1", **options: Any) -> Iterator[Served]:
    app = create_app(config, SECRETS, **options)
    # named as TCP, or asyncio leaves Nagle on and every answer takes 40 ms
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as s:
        s.bind((host, 0))
        settings = uvicorn.Config(app, log_config=None, lifespan="on", proxy_headers=False)
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [s]}, daemon=True)
        thread.start()
        try:
            wait_for(lambda: server.started or not thread.is_alive())
            assert server.started, "the app did not start"
            served = Served(app, config, int(s.getsockname()[1]), tokens, host)
            wait_for(lambda: served.call("GET", "/readyz").status_code == 200)
            yield served
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive(), "the app did not stop"


def body_of(answer: httpx.Response) -> dict[str, Any]:
    return dict(json.loads(answer.text))
