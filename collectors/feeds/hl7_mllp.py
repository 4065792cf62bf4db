"""The HL7 listener: every whole frame is answered once the app has stored what it told, and never before."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from app.clock import SteadyClock, monotonic_s
from app.settings import Feed, Settings
from app.wire import HeartbeatIn
from collectors.feeds import hl7_quarantine
from collectors.feeds.hl7_answer import acknowledgement
from collectors.feeds.hl7_connection import LARGE_BYTES, Connection
from collectors.feeds.hl7_reading import read_message
from collectors.feeds.mllp import Broken, framed
from collectors.feeds.sockets import Allowed, address_of, keep_alive, listener
from collectors.identity import message_digest
from collectors.items import FeedItems
from collectors.sender import NotStored, Sender

_LOG = structlog.get_logger()

LARGE_AT_ONCE = 2
MOST_CONNECTIONS = 200
PORT_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the listener waits: for the rest of a frame, for a commit, until it says that it is stuck."""

    half_frame_s: float = 30.0
    commit_s: float = 30.0
    queueing_s: float = 60.0
    heartbeat_s: float = 10.0


@dataclass(slots=True)
class Counts:
    """What the listener has done since its start."""

    frames: int = 0
    answered: int = 0
    unanswered: int = 0
    closed: dict[str, int] = field(default_factory=dict)


class Hl7Feed:
    """One listener of one feed."""

    def __init__(
        self,
        feed: Feed,
        settings: Settings,
        site_key: str,
        sender: Sender,
        clock: SteadyClock,
        patience: Patience | None = None,
    ) -> None:
        self._feed, self._settings, self._site_key = feed, settings, site_key
        self._sender, self._clock, self._patience = sender, clock, patience or Patience()
        self._allowed = Allowed(feed.allow_from)
        self._zone = ZoneInfo(settings.site.timezone)
        self._connections: set[Connection] = set()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._changed = asyncio.Event()
        self._tried_at = clock.now()
        self._closed_port = "not opened yet"
        self._stuck_since: datetime | None = None
        self.opened = asyncio.Event()
        self.counts = Counts()

    async def run(self) -> None:
        """Listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            group.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            try:
                sock = listener(*address_of(self._feed.listen or ""))
            except OSError as error:
                self._port_trouble(error)
                await asyncio.sleep(PORT_AGAIN_S)
                continue
            self._closed_port = ""
            self.opened.set()
            self._changed.set()
            _LOG.info("listening for HL7", feed=self._feed.id, listen=self._feed.listen)
            try:
                await self._accept(sock)
            finally:
                sock.close()
                await self._close_all()

    def _port_trouble(self, error: OSError) -> None:
        why = f"{self._feed.listen} cannot be opened: {error.strerror or type(error).__name__}"
        if why != self._closed_port:
            _LOG.warning("the HL7 port cannot be opened, trying again", feed=self._feed.id, why=why)
            self._closed_port = why
            self._changed.set()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, address = await loop.sock_accept(listening)
            except OSError as error:  # out of descriptors: those who wait, wait
                _LOG.error("no connection can be taken", feed=self._feed.id, why=type(error).__name__)
                await asyncio.sleep(PORT_AGAIN_S)
                continue
            peer = str(address[0])
            if not self._allowed.holds(peer):
                self._end(sock, "address not allowed")
            elif len(self._connections) >= MOST_CONNECTIONS and not await self._make_room():
                self._end(sock, "too many connections")
            else:
                self._begin(sock, peer)

    def _begin(self, sock: socket.socket, peer: str) -> None:
        sock.setblocking(False)
        keep_alive(sock)
        connection = Connection(sock, peer, monotonic_s(), self._large)
        self._connections.add(connection)
        connection.task = asyncio.create_task(self._serve(connection))
        self._changed.set()

    async def _make_room(self) -> bool:
        """Close the connection that has been silent longest, one minute at least; engines forget some open."""
        idle = [c for c in self._connections if not c.busy and not c.framer.inside]
        oldest = min(idle, key=lambda c: c.quiet_since_s, default=None)
        if oldest is None or oldest.task is None or monotonic_s() - oldest.quiet_since_s < 60:
            return False
        oldest.task.cancel()
        await asyncio.wait([oldest.task], timeout=1)
        return True

    async def _serve(self, c: Connection) -> None:
        why = "closed by the sender"
        try:
            while True:
                frame = c.framer.next()
                if frame is not None:
                    await self._take(c, frame.content)
                elif not await c.receive(self._patience.half_frame_s):
                    break
        except asyncio.CancelledError:
            why = "stopped"
            raise
        except Broken as broken:
            why = str(broken)
        except TimeoutError as late:
            why = str(late) or "too slow"
        except OSError as error:
            why = type(error).__name__
        except Exception as bug:  # golive's own fault ends one connection, never the listener
            why = f"golive's fault: {type(bug).__name__}"
            hl7_quarantine.log_bug(self._feed.id, bug)
        finally:
            c.release()
            self._connections.discard(c)
            self._end(c.sock, why)

    def _end(self, sock: socket.socket, why: str) -> None:
        sock.close()
        self.counts.closed[why] = self.counts.closed.get(why, 0) + 1
        if self.counts.closed[why] <= 3:
            _LOG.info("HL7 connection closed", feed=self._feed.id, why=why)
        self._changed.set()

    async def _take(self, c: Connection, content: bytes) -> None:
        """Read a frame, have it stored, answer it."""
        c.busy = True
        received_at = self._clock.now()
        self.counts.frames += 1
        self._stuck_since = self._stuck_since or received_at
        reading = (content, self._feed, self._settings, self._site_key, received_at)
        try:
            large = len(content) > LARGE_BYTES
            items = await asyncio.to_thread(read_message, *reading) if large else read_message(*reading)
            c.release()
            async with asyncio.timeout(self._patience.commit_s):
                await self._store(items, content, received_at)
        except TimeoutError:
            self.counts.unanswered += 1
            raise TimeoutError("the app could not store it in time") from None
        answer = framed(acknowledgement(content[:20_000], self._clock.now(), self.counts.frames))
        async with asyncio.timeout(self._patience.commit_s):
            await asyncio.get_running_loop().sock_sendall(c.sock, answer)
        c.busy = False
        c.quiet_since_s = monotonic_s()
        self.counts.answered += 1
        self._stuck_since = self._clock.now() if any(o.busy for o in self._connections) else None

    async def _store(self, items: FeedItems, content: bytes, received_at: datetime) -> None:
        try:
            await self._sender.durable(items)
        except NotStored:
            about = hl7_quarantine.About(content, message_digest(content), self._feed.id, self._site_key, received_at)
            await self._sender.durable(hl7_quarantine.items(about, "golive's app did not take what it told"))

    async def _close_all(self) -> None:
        tasks = [c.task for c in self._connections if c.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)

    async def _beat(self) -> None:
        while True:
            self._changed.clear()
            self._sender.heartbeat(self._pulse(self._clock.now()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.heartbeat_s):
                    await self._changed.wait()

    def _pulse(self, now: datetime) -> HeartbeatIn:
        """Give the sign of life; where nothing can be taken, `at` stays at the last moment when it could."""
        name, n = self._feed.id, len(self._connections)
        if self._closed_port:
            at = self._tried_at
            return HeartbeatIn(probe_or_feed=name, at=at, state="waiting", detail=self._closed_port[:400], since=at)
        self._tried_at = now
        since = self._stuck_since
        if since and (now - since).total_seconds() > self._patience.queueing_s:
            if self._sender.trouble or any(c.busy for c in self._connections):
                detail = f"the engine is queueing for us since {since.astimezone(self._zone):%H:%M:%S}"
                return HeartbeatIn(probe_or_feed=name, at=since, state="waiting", detail=detail, since=since)
            self._stuck_since = None
        detail = f"{n} connection{'' if n == 1 else 's'}" if n else f"nobody is connected to {self._feed.listen}"
        return HeartbeatIn(probe_or_feed=name, at=now, state="connected" if n else "listening", detail=detail)
