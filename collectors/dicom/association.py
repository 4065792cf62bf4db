"""One association as a modality opens it: connect, TLS, negotiate, ask, answer for answer, release."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.clock import monotonic_s
from app.domain.measuring.samples import Outcome
from app.settings import Dicom
from collectors.dicom import pdu
from collectors.dicom.dimse import ANSWERED_ID, COMMENT, OFFENDING, STATUS, Assembler, Message
from collectors.dicom.host_names import LOOK_UP, resolve
from collectors.dicom.pdu import Context, Event
from collectors.dicom.tls import tls_context
from collectors.dicom.wire import Address, Closed, Wire
from collectors.outcomes import Failure, of_error, of_tls_files, within

RELEASE_S = 0.5
_REJECTIONS = {
    (1, 1): "no reason given",
    (1, 2): "application context not supported",
    (1, 3): "calling AE title not recognized",
    (1, 7): "called AE title not recognized",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}
_STATUSES = {
    0x0122: "SOP class not supported",
    0x0124: "not authorised",
    0xA700: "out of resources",
    0xA701: "out of resources to count the matches",
    0xA702: "out of resources to send the images",
    0xA801: "move destination unknown",
    0xA900: "identifier does not match the SOP class",
    0xFE00: "cancelled",
}
_REFUSALS = {1: "user rejection", 2: "no reason", 3: "abstract syntax", 4: "transfer syntaxes"}


@dataclass(frozen=True, slots=True)
class Peer:
    """A DICOM application and the title under which we ask it."""

    address: Address
    called: str
    calling: str


def peer_of(dicom: Dicom, folder: Path, calling: str | None = None) -> Peer:
    """Give the peer of a system's settings; `calling` is the title of the modality that a probe asks as."""
    address = Address(dicom.host, dicom.port, dicom.tls, folder)
    return Peer(address, dicom.ae_title, calling or dicom.calling_ae_title)


@dataclass(slots=True)
class Exchange:
    """What an attempt saw, filled as it goes; `first_s` and `total_s` count from the request's last byte."""

    outcome: Outcome = Outcome.OK
    detail: str = ""
    local_port: int | None = None  # finds the attempt in a packet capture
    connect_s: float | None = None
    tls_s: float | None = None
    associate_s: float | None = None
    first_s: float | None = None
    total_s: float | None = None
    sent_s: float | None = None  # when the request's last byte was handed over, by the monotonic clock
    known_s: float | None = None  # when the outcome was known, by the monotonic clock; releasing comes after it
    kernel: bool | None = None
    size: int = 0  # bytes of the answers' data sets
    unfinished: int = 0  # bytes of a data set that was under way at the end
    instances: int = 0
    instances_announced: int | None = None
    answers: list[bytes] = field(default_factory=list)

    @property
    def stamp(self) -> Literal["kernel", "user"] | None:
        """Say whose clock the newest answer's moment is."""
        return None if self.kernel is None else "kernel" if self.kernel else "user"


class Association:
    """An association under way; every way in which the peer can fail it is a `Failure` that names the phase."""

    def __init__(self, peer: Peer, contexts: Sequence[Context], exchange: Exchange, quickack: bool = False) -> None:
        self.phase = "connect"
        self.exchange = exchange
        self.max_pdu = 0
        self.accepted: dict[int, str] = {}
        self._peer, self._contexts = peer, contexts
        self._quickack = quickack
        self._wire: Wire | None = None
        self._reader, self._assembler = pdu.Reader(), Assembler()
        self._events: deque[tuple[Event, float, bool]] = deque()
        self._open = False

    @property
    def wire(self) -> Wire:
        if self._wire is None:
            raise Failure(Outcome.ABORTED, "not connected")
        return self._wire

    async def open(self, deadline_s: float) -> None:
        """Connect and negotiate; at least one context is accepted afterwards."""
        self.phase = LOOK_UP
        addresses = await resolve(self._peer.address.host, self._peer.address.port)
        self.phase = "connect"
        self._wire = wire = Wire(deadline_s, self._quickack)
        await wire.connect(addresses)
        self.exchange.connect_s = wire.connect_s
        self.exchange.local_port = wire.sock.getsockname()[1]
        if self._peer.address.tls is not None:
            await self._secure(wire)
        self.phase = "associate"
        asked = pdu.associate_request(self._peer.called, self._peer.calling, self._contexts)
        sent_s = await wire.send(asked)
        event, arrived_s, _ = await self._next()
        self._take(event)
        self.exchange.associate_s = max(0.0, arrived_s - sent_s)

    async def _secure(self, wire: Wire) -> None:
        self.phase = "tls"
        address = self._peer.address
        tls = address.tls
        assert tls is not None
        try:
            context = tls_context(tls, address.folder)
        except OSError as error:
            raise of_tls_files(error, address.folder, tls.ca, tls.cert, tls.key) from error
        await wire.secure(context, tls.name or address.host)
        self.exchange.tls_s = wire.tls_s

    def _take(self, event: Event) -> None:
        if isinstance(event, pdu.Rejected):
            why = _REJECTIONS.get((event.source, event.reason), "unknown reason")
            raise Failure(Outcome.REJECTED, f"{why} ({event.result}/{event.source}/{event.reason})")
        if not isinstance(event, pdu.Accepted):
            raise Failure(Outcome.ABORTED, f"no answer to an association: {type(event).__name__}")
        self._open = True
        self.max_pdu = event.max_pdu
        proposed = {c.id for c in self._contexts}
        self.accepted = {i: uid for i, (result, uid) in event.contexts.items() if result == 0 and i in proposed}
        if not self.accepted:
            results = [result for i, (result, _) in event.contexts.items() if i in proposed]
            why = _REFUSALS.get(results[0], f"result {results[0]}") if results else "not answered"
            raise Failure(Outcome.REJECTED, f"presentation context refused: {why}")

    async def send(self, context: int, command: bytes, data: bytes | None = None) -> float:
        """Send a message, command and data set in one piece; give the moment its last byte was handed over."""
        whole = pdu.p_data(context, command, command=True, max_pdu=self.max_pdu)
        if data is not None:
            whole += pdu.p_data(context, data, command=False, max_pdu=self.max_pdu)
        return await self.wire.send(whole)

    async def message(self) -> tuple[Message, float]:
        """Give the next whole message and the moment at which its last byte came."""
        while True:
            event, arrived_s, kernel = await self._next()
            if isinstance(event, pdu.ReleaseAsked):
                self.wire.try_send(pdu.release_answer())
                self._open = False
                raise Failure(Outcome.ABORTED, f"peer ended the association {within(self.phase)}")
            if not isinstance(event, pdu.Fragment):
                raise Failure(Outcome.ABORTED, f"{type(event).__name__} instead of an answer {within(self.phase)}")
            if event.context not in self.accepted:
                raise Failure(Outcome.ABORTED, f"an answer on a context never accepted {within(self.phase)}")
            self.exchange.kernel = kernel
            if message := self._assembler.add(event):
                return message, arrived_s

    async def _next(self) -> tuple[Event, float, bool]:
        while not self._events:
            data = await self.wire.receive()
            for event in self._reader.feed(data):
                self._events.append((event, self.wire.arrived_s, self.wire.kernel))
        event, arrived_s, kernel = self._events.popleft()
        if isinstance(event, pdu.Aborted):
            self._open = False
            who = "its DICOM layer" if event.source == 2 else "its application"
            raise Failure(Outcome.ABORTED, f"peer aborted {within(self.phase)} ({who}, {event.source}/{event.reason})")
        return event, arrived_s, kernel

    async def release(self) -> None:
        """End the association in the agreed way, waiting a moment for the peer's word."""
        if not self._open:
            return
        self.wire.deadline_s = monotonic_s() + RELEASE_S
        with contextlib.suppress(OSError, Failure, pdu.Malformed):
            async with asyncio.timeout(RELEASE_S):
                await self.wire.send(pdu.release_request())
                while not isinstance((await self._next())[0], pdu.Released):
                    continue
            self._open = False

    def close(self) -> None:
        """Give the connection back; one that was not released is aborted as far as that goes without waiting."""
        self.exchange.unfinished = self._assembler.unfinished
        if self._wire is not None:
            if self._open or self.phase == "associate":
                self._wire.try_send(pdu.abort())
            self._wire.close()
            self._wire = None
        self._open = False


def failure_of(error: Exception, association: Association) -> Failure:
    """Name what ended an association."""
    phase = association.phase
    if isinstance(error, Failure):
        return error
    if isinstance(error, pdu.Malformed):
        return Failure(Outcome.ABORTED, f"{error} {within(phase)}")
    if isinstance(error, OSError):
        closed = Failure(Outcome.ABORTED, f"peer closed the connection {within(phase)}")
        return closed if isinstance(error, Closed) else of_error(error, phase)
    raise error


def check_answer(message: Message, command: int, message_id: int) -> int:
    """Give the status of an answer to our own request, or a Failure."""
    field, answered = message.number(0x0100), message.number(ANSWERED_ID)
    if field != command or answered != message_id:
        raise Failure(Outcome.ABORTED, f"an answer to something else: command {field or 0:04X} to message {answered}")
    status = message.number(STATUS)
    if status is None:
        raise Failure(Outcome.ABORTED, "an answer without a status")
    return status


def bad_status(message: Message, status: int) -> Failure:
    """Give the failure that a final status other than success is, with the peer's own words for it."""
    comment = "".join(c for c in message.text(COMMENT) if c.isprintable())[:64]
    offending = message.command.get(OFFENDING, b"")
    numbers = [int.from_bytes(offending[i : i + 2], "little") for i in (0, 2)]
    element = f", element {numbers[0]:04X},{numbers[1]:04X}" if len(offending) >= 4 else ""
    known = f" {_STATUSES[status]}" if status in _STATUSES else ""
    return Failure(Outcome.BAD_STATUS, f"status {status:04X}{known}{element}{': ' + comment if comment else ''}")
