"""Five hundred tablets that come back at once: all served in time, the wall never less fresh; and from tap to wall.

Each asks for what it shows and sends what it held, as after a breakdown of the wireless. Then one issue after the other
is reported, and counted is how long after the tap a wall has it.
"""

import asyncio
import contextlib
import json
import random
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import psutil
import websockets.sync.client as client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.push import views
from tests.faults.tablets_chaos import enrolled
from tests.peers.golive import GoLive, uuid7, wait_for
from tests.peers.tablets import Record, Tablet

TABLETS, TAPS, CALM_S = 500, 200, 20.0
SERVED_WITHIN_S, TAP_P95_S, FRESH_P99_S, FRESH_WORST_S = 10.0, 0.3, 2.0, 3.0


def check(tablets: int = TABLETS) -> str:
    """Let them come back, then tap; give the figures, or fail on the first that is too much."""
    with GoLive(roles=("engineer", "desk", "floor")) as golive:
        golive.start("serve")
        golive.kill()
        tokens = enrolled("sqlite:///golive.db", golive.folder, tablets)
        golive.start("serve")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda token: _put(golive, token, 3), tokens))  # each has reported something before
        wall = Wall(golive)
        with contextlib.closing(wall):
            wall.lives(CALM_S)
            calm = wall.gaps_s()
            began_s, used_s = time.monotonic(), _cpu_s(golive)
            asked_s, sent_s = asyncio.run(_come_back(golive.port, tokens))
            used_s = _cpu_s(golive) - used_s
            wall.lives(3.0)
            busy = wall.gaps_s(began_s)
            taps_s = _taps(golive, wall)
    figures = (
        f"{tablets} tablets came back at once: what they show after {_p(asked_s, 0.5):.2f} s, the last after "
        f"{max(asked_s):.2f} s; what they held received after {_p(sent_s, 0.5):.2f} s, the last {max(sent_s):.2f} s; "
        f"golive used {used_s:.1f} s of processor; ticks of the wall meanwhile p99 {_p(busy, 0.99):.2f} s apart, "
        f"at most {max(busy):.2f} s (calm {_p(calm, 0.99):.2f} s, {max(calm):.2f} s); tap to wall over {len(taps_s)} "
        f"issues p50 {_p(taps_s, 0.5) * 1000:.0f} ms, p95 {_p(taps_s, 0.95) * 1000:.0f} ms, "
        f"at most {max(taps_s) * 1000:.0f} ms"
    )
    assert max(sent_s) <= SERVED_WITHIN_S, figures
    assert _p(busy, 0.99) <= FRESH_P99_S, figures
    assert max(busy) <= FRESH_WORST_S, figures
    assert _p(taps_s, 0.95) <= TAP_P95_S, figures
    return figures


def _cpu_s(golive: GoLive) -> float:
    used = psutil.Process(golive.processes["serve"].pid).cpu_times()
    return float(used.user + used.system)


def _p(values: Sequence[float], share: float) -> float:
    """Give a nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * round(share * 100) // 100) - 1)]


class Wall:
    """A wall's websocket: every frame with the moment at which it came."""

    def __init__(self, golive: GoLive) -> None:
        self.frames: list[tuple[float, str]] = []
        self._socket = client.connect(f"ws://127.0.0.1:{golive.port}/live?view=wall", max_size=None)
        self._came = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in self._socket:
                with self._came:
                    self.frames.append((time.monotonic(), str(frame)))
                    self._came.notify_all()

    def lives(self, seconds: float) -> None:
        """Let it go on for so long."""
        until_s = time.monotonic() + seconds
        wait_for("a frame after that", lambda: self.frames and self.frames[-1][0] > until_s, seconds + 10)

    def gaps_s(self, since_s: float = 0.0) -> list[float]:
        """Give how long it was from tick to tick, from the last one before a moment on."""
        ticks = [at for at, frame in self.frames if 'hx-target="#tick"' in frame]
        first = max((n for n, at in enumerate(ticks) if at <= since_s), default=0)
        return [b - a for a, b in pairwise(ticks[first:])]

    def shown_at(self, pattern: str, after: int, seconds: float) -> float:
        """Give when a frame came, from the `after`th on, that holds a pattern."""
        end_s, looked = time.monotonic() + seconds, after
        with self._came:
            while True:
                for at, frame in self.frames[looked:]:
                    if re.search(pattern, frame):
                        return at
                looked = len(self.frames)
                assert self._came.wait(end_s - time.monotonic()), f"the wall never showed {pattern}"

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()
        self._thread.join(10)


def _put(golive: GoLive, token: str, severity: int) -> tuple[str, dict[str, Any]]:
    uuid = uuid7()
    at = datetime.now(UTC).isoformat()
    body = {"area": "ct", "category": "worklist", "severity": severity, "text": "stays empty", "observed_at": at}
    status, answer = golive.ask("PUT", f"/api/issues/{uuid}", body, token, 30)
    assert status == 201, answer
    return uuid, answer


async def _come_back(port: int, tokens: Sequence[str]) -> tuple[list[float], list[float]]:
    """Let all connect in the same moment; give when each had what it shows, and when its receipt."""
    ways = await _ways(port, tokens[0])
    gate = asyncio.Semaphore(len(tokens))
    began_s = time.monotonic()

    async def one(token: str) -> tuple[float, float]:
        uuid, body = uuid7(), {"area": "ct", "category": "worklist", "severity": 4, "text": "was held"}
        held = Record(0, uuid, uuid, "PUT", f"/api/issues/{uuid}", body)
        tablet = Tablet(port, token, [held], random.Random(token), gate)
        tablet.answer_within_s = SERVED_WITHIN_S
        for way in ways:
            status, said = await tablet.ask("GET", way)
            assert status == 200, (way, status, said[:200])
        asked_s = time.monotonic() - began_s
        await tablet.live()
        sent_s = time.monotonic() - began_s
        if views.is_view("floor"):
            url, bearer = f"ws://127.0.0.1:{port}/live?view=floor", {"Authorization": f"Bearer {token}"}
            async with connect(url, additional_headers=bearer) as socket:
                await socket.recv()
            sent_s = time.monotonic() - began_s
        return asked_s, sent_s

    found = await asyncio.gather(*(one(token) for token in tokens))
    return [asked for asked, _ in found], [sent for _, sent in found]


async def _ways(port: int, token: str) -> list[str]:
    """Give what a tablet asks for when it comes back: one document where there is one."""
    tablet = Tablet(port, token, [], random.Random(0), asyncio.Semaphore(1))
    status, _ = await tablet.ask("GET", "/api/floor")
    tablet.rest()
    return ["/api/floor"] if status == 200 else ["/api/issues?mine=true", "/api/issues?known=true"]


def _taps(golive: GoLive, wall: Wall) -> list[float]:
    """Report one SEV1 after the other; give how long after each tap the wall has it."""
    found = []
    for _ in range(TAPS):
        after, tapped_s = len(wall.frames), time.monotonic()
        uuid, receipt = _put(golive, golive.tokens["floor"], 1)
        found.append(wall.shown_at(rf"(?:#|no\. ){receipt['number']}\b", after, 10) - tapped_s)
        end = {"action": "close", "resolution": "started anew"}
        status, said = golive.ask("POST", f"/api/issues/{uuid}/events/{uuid7()}", end, golive.tokens["desk"])
        assert status == 200, json.dumps(said)
    return found
