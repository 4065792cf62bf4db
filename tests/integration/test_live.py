"""The live socket over real connections: snapshots, slow readers, and a server that goes on whatever the store does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from app.push.follow import Seen
from app.push.fragments import Fragment
from app.web import live
from tests.browser.stage import Stage

DUMB = 50


@asynccontextmanager
async def serving(stage: Stage) -> AsyncIterator[int]:
    config = uvicorn.Config(
        stage.app(), port=0, log_level="error", ws_per_message_deflate=False, lifespan="on", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def until(condition: Callable[[], bool], within_s: float = 8) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  no event to wait for
            await asyncio.sleep(0.005)


def dumb_client(port: int) -> socket.socket:
    """Open a websocket and never read a byte of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    head = [
        "GET /live?view=wall HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    request = "\r\n".join([*head, "", ""])
    client.sendall(request.encode())
    return client


def test_a_browser_gets_the_whole_wall_first_and_then_what_changes() -> None:
    async def scene() -> tuple[str, str]:
        stage = Stage()
        async with serving(stage) as port, connect(f"ws://127.0.0.1:{port}/live?view=wall") as browser:
            first = str(await browser.recv())
            stage.show("frozen-pacs")
            async with asyncio.timeout(3):
                while 'hx-target="#tile-image-first"' not in (later := str(await browser.recv())):
                    pass
            return first, later

    first, later = asyncio.run(scene())
    assert first.count("<hx-partial ") == 11
    assert 'data-state="down"' in later
    assert later.count("<hx-partial ") < 11  # not the whole again; which of them, the clock may have moved meanwhile


def test_the_snapshot_is_what_the_socket_sends_first() -> None:
    async def scene() -> tuple[str, str]:
        stage = Stage()
        async with serving(stage) as port, httpx.AsyncClient() as client:
            polled = (await client.get(f"http://127.0.0.1:{port}/live/snapshot?view=wall")).text
            refused = await client.get(f"http://127.0.0.1:{port}/live/snapshot?view=nothing")
            assert (refused.status_code, refused.json()["title"]) == (404, "Not found")
            return polled, "".join(f.message for f in stage.follow.snapshot("wall"))

    polled, held = asyncio.run(scene())
    assert polled.split("</hx-partial>")[1:] == held.split("</hx-partial>")[1:]


@pytest.mark.parametrize("path", ["/live?view=nothing", "/live?view=wall"])
def test_an_unknown_view_and_a_foreign_page_are_refused(path: str) -> None:
    async def scene() -> None:
        async with serving(Stage()) as port:
            origin = "http://evil.example" if path.endswith("wall") else f"http://127.0.0.1:{port}"
            with pytest.raises(InvalidStatus, match="403"):
                await connect(f"ws://127.0.0.1:{port}{path}", origin=origin)

    asyncio.run(scene())


@pytest.mark.quiet
def test_fifty_browsers_that_never_read_delay_nobody_and_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "DRAIN_S", 1.0)

    async def scene() -> list[float]:
        stage, gaps = Stage(), []
        loop = asyncio.get_running_loop()
        async with serving(stage) as port:
            dumb = [await asyncio.to_thread(dumb_client, port) for _ in range(DUMB)]
            await until(lambda: len(stage.hub) == DUMB)
            async with connect(f"ws://127.0.0.1:{port}/live?view=wall", max_size=None) as browser:
                await browser.recv()
                for i in range(60):
                    sent = loop.time()
                    stage.hub.publish("wall", [Fragment("systems", f"<p>{i}{'x' * 60_000}</p>")])
                    async with asyncio.timeout(3):
                        while f"<p>{i}x" not in str(await browser.recv()):
                            pass
                    gaps.append(loop.time() - sent)
                await until(lambda: len(stage.hub) == 1, 12)
            for client in dumb:
                client.close()
        return gaps

    gaps = asyncio.run(scene())
    assert sorted(gaps)[len(gaps) // 2] < 0.1
    assert max(gaps) < 1.5


def test_who_stops_reading_is_let_go_and_may_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "DRAIN_S", 0.5)

    async def scene() -> int | None:
        stage = Stage()
        async with (
            serving(stage) as port,
            connect(f"ws://127.0.0.1:{port}/live", max_queue=1, max_size=None) as browser,
        ):
            await until(lambda: len(stage.hub) == 1)

            def gone() -> bool:
                """Publish on: only as many frames as were really sent fill the buffers on the way."""
                stage.hub.publish("wall", [Fragment("systems", "x" * 200_000)])
                return len(stage.hub) == 0

            await until(gone)
            try:
                async for _ in browser:
                    pass
            except ConnectionClosedError as closed:
                return closed.rcvd.code if closed.rcvd else None
            raise AssertionError("it was let go as if it had asked to")

    # no code at all is 1006 to a browser: the close frame itself finds no room in a full buffer; it comes back on both
    assert asyncio.run(scene()) in (1013, None)


def test_a_store_that_hangs_does_not_stop_the_clock_and_is_named() -> None:
    async def hangs(_now: datetime) -> Seen:
        await asyncio.Event().wait()
        return Seen()

    async def scene() -> tuple[int, str]:
        stage = Stage()
        stage.follow._look = hangs
        ticks = 0
        async with serving(stage) as port, connect(f"ws://127.0.0.1:{port}/live") as browser, asyncio.timeout(12):
            while "database cannot be read" not in (frame := str(await browser.recv())):
                ticks += 'hx-target="#tick"' in frame
        return ticks, frame

    ticks, frame = asyncio.run(scene())
    assert ticks >= 4
    assert 'id="rollback"' in frame
    assert "overall is-blind" in frame
