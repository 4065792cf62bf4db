"""Durable HL7 messages a second: golive's feed beside the hl7 package's server that commits each to SQLite."""

import asyncio
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import hl7
from hl7.mllp import start_hl7_server

from tests.bench.table import Row
from tests.peers.golive import GoLive
from tests.peers.hl7_lives import lives, send_all
from tests.peers.ports import free_port

LINKS, EACH = 8, 250


def messages() -> list[list[bytes]]:
    now = datetime.now(UTC).replace(microsecond=0)
    told = [m.encode() for life in lives(3, LINKS * EACH, now, now) for _, m in life.messages]
    return [told[i * EACH : (i + 1) * EACH] for i in range(LINKS)]


def rate(port: int) -> float:
    """Send over eight connections at once, each waiting for its acknowledgements."""
    threads = [threading.Thread(target=send_all, args=(port, batch)) for batch in messages()]
    began = time.perf_counter()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return LINKS * EACH / (time.perf_counter() - began)


def golive_feed() -> float:
    port = free_port()
    feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
    with GoLive(feeds=[feed]) as golive:
        golive.start()
        return rate(golive.listens(port))


def package_server(run: Callable[[int], float]) -> float:
    """Serve with hl7.mllp in a loop of its own: parse, commit the message, acknowledge."""
    port, ready, ended = free_port(), threading.Event(), threading.Event()

    async def serve(folder: str) -> None:
        db = sqlite3.connect(Path(folder) / "baseline.db")
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute("create table message (control text, body text)")

        async def one(reader: hl7.mllp.HL7StreamReader, writer: hl7.mllp.HL7StreamWriter) -> None:
            while not writer.is_closing():
                try:
                    message = await reader.readmessage()
                except asyncio.IncompleteReadError:
                    break
                with db:
                    db.execute("insert into message values (?, ?)", (str(message.segment("MSH")[10]), str(message)))
                writer.writemessage(message.create_ack("AA"))
                await writer.drain()
            writer.close()

        async with await start_hl7_server(one, port=port, host="127.0.0.1", encoding="utf-8"):
            ready.set()
            await asyncio.to_thread(ended.wait)
        db.close()

    with tempfile.TemporaryDirectory() as folder:
        server = threading.Thread(target=lambda: asyncio.run(serve(folder)))
        server.start()
        ready.wait(10)
        try:
            return run(port)
        finally:
            ended.set()
            server.join(10)


def measure() -> list[Row]:
    """Give messages/s of both."""
    ours, theirs = golive_feed(), package_server(rate)
    return [
        Row(
            "HL7, durable messages/s, 8 connections",
            f"{ours:,.0f}",
            f"{theirs:,.0f}",
            theirs / ours,
            "hl7 package's server, one commit each",
        )
    ]
