"""Simulated tablets: each sends what its user did, in order for each issue, again and again until it has a receipt."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.peers.cutting_proxy import whole

FIRST_S, MOST_S = 0.1, 4.0


@dataclass(eq=False)
class Record:
    """One thing that somebody did; `order` is the issue whose records stay in order, `after` what was seen before."""

    tablet: int
    uuid: str
    order: str
    method: str
    path: str
    body: dict[str, Any]
    after: "Record | None" = None
    tries: int = 0
    receipt: dict[str, Any] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Tablet:
    """A tablet with one sender; `gate` lets so many records of all tablets be under way."""

    answer_within_s = 3.0  # how long it waits before it sends again

    def __init__(self, port: int, token: str, records: Sequence[Record], dice: random.Random, gate: asyncio.Semaphore):
        self.port, self._token, self._dice, self._gate = port, token, dice, gate
        self._orders: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            self._orders[record.order].append(record)
        self._sender = asyncio.Lock()
        self._link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def live(self) -> None:
        """Send all of it; it ends when each record has its receipt."""
        async with asyncio.TaskGroup() as tasks:
            for records in self._orders.values():
                tasks.create_task(self._send(records))
        self.rest()

    async def _send(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.after is not None:
                await record.after.done.wait()
            async with self._gate:
                while not await self._tried(record):
                    longest_s = min(MOST_S, FIRST_S * 2.0**record.tries)
                    await asyncio.sleep(self._dice.uniform(longest_s / 4, longest_s))

    async def _tried(self, record: Record) -> bool:
        """Send a record once and say whether it has its receipt now."""
        async with self._sender:
            record.tries += 1
            try:
                async with asyncio.timeout(self.answer_within_s):
                    status, body = await self.ask(record.method, record.path, record.body)
            except (OSError, TimeoutError):
                self.rest()
                return False
        if status in (200, 201):
            record.receipt = json.loads(body)
            record.done.set()
            return True
        if status < 500:
            said = body.decode(errors="replace")[:300]
            raise AssertionError(f"{record.method} {record.path} {record.body}: {status} {said}")
        return False

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        """Give status and body of one call over the tablet's connection."""
        if self._link is None:
            self._link = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._link
        sent = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
        )
        writer.write(head.encode() + sent)
        await writer.drain()
        answer = await whole(reader)
        if not answer:
            raise ConnectionError("ended without an answer")
        return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]

    def rest(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            self._link[1].transport.abort()
            self._link = None
