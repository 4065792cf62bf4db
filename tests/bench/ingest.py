"""Rows a second through the door: POST /api/ingest in batches, beside sqlite3 executemany with the same durability."""

import http.client
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from tests.bench.table import Row
from tests.peers.golive import GoLive, dicom_system, now_z, uuid7

BATCH, BATCHES = 500, 80


def sample() -> dict[str, object]:
    durations = {"connect_s": 0.0002, "associate_s": 0.0011, "first_s": 0.0052, "total_s": 0.0071}
    of = {"probe": "echo-ris", "kind": "echo", "system": "ris", "area": "ct", "stamp": "kernel"}
    return {"id": uuid7(), "at": now_z(), "outcome": "ok", **of, **durations}


def through_the_door() -> float:
    probe = {"id": "echo-ris", "kind": "echo", "system": "ris", "area": "ct", "every": "60s", "timeout": "2s"}
    with GoLive(systems=[dicom_system("ris", 9, "RIS")], probes=[probe]) as golive:
        golive.start("serve")
        web = http.client.HTTPConnection("127.0.0.1", golive.port, timeout=30)
        headers = {"Authorization": f"Bearer {golive.ingest_token}", "Content-Type": "application/json"}
        bodies = []
        for _ in range(BATCHES):
            rows = [sample() for _ in range(BATCH)]
            bodies.append(json.dumps({"batch": uuid7(), "source": "main", "sent_at": now_z(), "samples": rows}))
        began = time.perf_counter()
        for body in bodies:
            web.request("POST", "/api/ingest", body, headers)
            answer = json.loads(web.getresponse().read())
            assert answer["accepted"] == BATCH, answer
        return BATCH * BATCHES / (time.perf_counter() - began)


def executemany() -> float:
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "baseline.db")
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute("create table sample (id text primary key, probe, at, outcome, a real, b real, c real, d real)")
        rows = [[(uuid7(), "p", now_z(), "ok", 0.1, 0.2, 0.3, 0.4) for _ in range(BATCH)] for _ in range(BATCHES)]
        began = time.perf_counter()
        for batch in rows:
            with db:
                db.executemany("insert into sample values (?,?,?,?,?,?,?,?)", batch)
        took = time.perf_counter() - began
        db.close()
        return BATCH * BATCHES / took


def measure() -> list[Row]:
    """Give rows/s of golive (HTTP, JSON, checks, two indexes, roll-up marks) beside a bare insert."""
    ours, bare = through_the_door(), executemany()
    return [
        Row("ingest, samples/s", f"{ours:,.0f}", f"{bare:,.0f}", bare / ours, "sqlite3 executemany, 500 a commit, FULL")
    ]
