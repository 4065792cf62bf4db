"""From a commit to the last of 1,000 websocket clients, beside a bare uvicorn loop; and what they cost in memory."""

import asyncio
import multiprocessing
import statistics
import time

import psutil
import uvicorn

from tests.bench.table import Row
from tests.peers.browsers import Client, connect, never_reading
from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for
from tests.peers.ports import free_port

CLIENTS, ROUNDS = 1000, 30
PROBE = {"id": "worklist-ris", "kind": "worklist", "system": "ris", "area": "ct", "every": "60s", "timeout": "2s"}


def rss_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 2**20


async def last_arrival_ms(clients: list[Client], text: str, began: float) -> float:
    while any(c.seen_at is None for c in clients):
        if time.perf_counter() - began > 10:
            missing = sum(1 for c in clients if c.seen_at is None)
            raise AssertionError(f"{missing} of {len(clients)} clients never got {text!r}")
        await asyncio.sleep(0.002)
    return max((c.seen_at or 0) - began for c in clients) * 1000


def post(golive: GoLive) -> None:
    sample = {"id": uuid7(), "probe": "worklist-ris", "kind": "worklist", "system": "ris", "area": "ct", "at": now_z()}
    golive.ingest(
        samples=[sample | {"outcome": "ok", "connect_s": 0.001, "total_s": 0.02, "first_s": 0.01, "matches": 9}]
    )


async def rounds(golive: GoLive, clients: list[Client], n: int, count: int) -> list[float]:
    """Post `count` samples one by one; give for each the ms from the answer (after the commit) to the last client."""
    took = []
    for i in range(count):
        text = f'<b class="n">{n + i + 1}</b>'
        for c in clients:
            c.wait_for_text(text)
        await asyncio.to_thread(post, golive)
        took.append(await last_arrival_ms(clients, text, time.perf_counter()))
    return took


def bare_loop(port: int) -> None:
    """A uvicorn app that sends one frame to every socket in a plain loop, each time somebody asks."""
    sockets: list[object] = []
    frame = "x" * 2000

    async def app(scope: dict[str, str], receive: object, send: object) -> None:
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]  # type: ignore[operator]  # plain ASGI
                await send({"type": f"{kind}.complete"})  # type: ignore[operator]  # plain ASGI
                if kind.endswith("shutdown"):
                    return
        if scope["type"] == "websocket":
            await receive()  # type: ignore[operator]  # plain ASGI
            await send({"type": "websocket.accept"})  # type: ignore[operator]  # plain ASGI
            sockets.append(send)
            while (await receive())["type"] != "websocket.disconnect":  # type: ignore[operator]  # plain ASGI
                pass
            return
        for one in sockets:
            await one({"type": "websocket.send", "text": frame + scope["path"]})  # type: ignore[operator]  # plain ASGI
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]  # plain ASGI
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]  # plain ASGI

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", ws_per_message_deflate=False)  # type: ignore[arg-type]  # plain ASGI


async def bare_rounds(port: int) -> list[float]:
    clients, took = await connect(port, CLIENTS), []
    for i in range(ROUNDS):
        for c in clients:
            c.wait_for_text(f"/round/{i}")
        began = time.perf_counter()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /round/{i} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        took.append(await last_arrival_ms(clients, f"/round/{i}", began))
        writer.close()
    for c in clients:
        c.transport.abort()
    return took


async def golive_rounds(golive: GoLive) -> tuple[list[float], list[float], list[float], float, float]:
    pid = golive.processes["serve"].pid
    post(golive)
    one = await connect(golive.port, 1)
    alone = await rounds(golive, one, 1, 100)
    n, before = 101, rss_mb(pid)
    clients = one + await connect(golive.port, CLIENTS - 1)
    took = await rounds(golive, clients, n, ROUNDS)
    with_all = rss_mb(pid)
    stuck = never_reading(golive.port, 50)
    slow = await rounds(golive, clients, n + ROUNDS, ROUNDS)
    cost = rss_mb(pid) - with_all
    for s in stuck:
        s.close()
    for c in clients:
        c.transport.abort()
    return alone, took, slow, with_all - before, cost


def measure() -> list[Row]:
    """Give the fan-out's rows."""
    with GoLive(systems=[dicom_system("ris", 9, "RIS")], probes=[PROBE]) as golive:
        golive.start("serve")
        alone, took, slow, memory, stuck_mb = asyncio.run(golive_rounds(golive))
    port = free_port()
    server = multiprocessing.get_context("spawn").Process(target=bare_loop, args=(port,), daemon=True)
    server.start()
    try:
        wait_for("the bare loop listens", lambda: psutil.pid_exists(server.pid or 0) and _listens(port), 10)
        bare = asyncio.run(bare_rounds(port))
    finally:
        server.kill()
        server.join()
    alone.sort()
    p50, worst, base = statistics.median(took), max(took), statistics.median(bare)
    rows = [
        Row("commit answered → one client, ms p50 / p99", f"{alone[50]:.1f} / {alone[98]:.1f}", "", None, ""),
        Row(
            "commit answered → last of 1,000 clients, ms p50",
            f"{p50:.0f}",
            f"{base:.0f}",
            p50 / base,
            "bare uvicorn loop, 2 KB frame",
        ),
        Row("the same, worst of 30, ms", f"{worst:.0f}", f"{max(bare):.0f}", worst / max(bare), "bare uvicorn loop"),
        Row(
            "the same with 50 clients that never read, ms p50",
            f"{statistics.median(slow):.0f}",
            f"{p50:.0f}",
            None,
            "without them",
        ),
        Row("memory of 1,000 browsers, MB", f"{memory:.0f}", "", None, ""),
        Row("memory of 50 clients that never read, MB", f"{stuck_mb:.1f}", "", None, ""),
    ]
    return rows


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0
