"""DICOM upper layer PDUs (PS3.8 section 9.3) as bytes: building ours, and reading what comes, in pieces, from anybody.

Nothing here knows a socket. `Reader.feed` takes bytes as they come and gives events; type and length of a PDU are
judged from its head, so that nobody can make us wait for, or hold, four gigabytes.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
IMPLEMENTATION_UID = "2.25.84316412371947062173640253962345702411"
IMPLEMENTATION_NAME = b"GOLIVE"
MAX_PDU = 131072
SMALLEST_PDU = 32  # a peer that takes less cannot be sent a command
_ASK, _ACCEPT, _REJECT, _DATA, _RELEASE, _RELEASED, _ABORT = 1, 2, 3, 4, 5, 6, 7


class Malformed(Exception):
    """Bytes that are no DICOM; the message says what they are instead."""


@dataclass(frozen=True, slots=True)
class Context:
    """A presentation context that we propose; `scp` asks for the role in which the peer sends to us (C-GET)."""

    id: int
    abstract: str
    transfer: tuple[str, ...] = (IMPLICIT_LITTLE,)
    scp: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A-ASSOCIATE-AC: context id → (result, transfer syntax), 0 being accepted; the peer's largest PDU, 0 any."""

    contexts: dict[int, tuple[int, str]] = field(default_factory=dict)
    max_pdu: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A-ASSOCIATE-RJ, whose three numbers tell configuration from load."""

    result: int
    source: int
    reason: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a command or of a data set (PDV)."""

    context: int
    command: bool
    last: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """The peer wants to end the association."""


@dataclass(frozen=True, slots=True)
class Released:
    """The peer agrees that the association ends."""


@dataclass(frozen=True, slots=True)
class Aborted:
    """A-ABORT: source 0 the peer's application, 2 its DICOM layer."""

    source: int
    reason: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A-ASSOCIATE-RQ, which only those who listen get; its body is still as bytes."""

    body: bytes


Event = Accepted | Rejected | Fragment | ReleaseAsked | Released | Aborted | Asked


def item(kind: int, body: bytes) -> bytes:
    """Give an item of an association's negotiation."""
    return struct.pack(">BBH", kind, 0, len(body)) + body


def whole(kind: int, body: bytes) -> bytes:
    """Give a PDU."""
    return struct.pack(">BBI", kind, 0, len(body)) + body


def associate_request(called: str, calling: str, contexts: Sequence[Context]) -> bytes:
    """Give an A-ASSOCIATE-RQ that proposes `contexts`."""
    titles = called.encode("ascii", "replace").ljust(16)[:16] + calling.encode("ascii", "replace").ljust(16)[:16]
    body = struct.pack(">HH", 1, 0) + titles + bytes(32) + item(0x10, APPLICATION_CONTEXT.encode())
    user = item(0x51, struct.pack(">I", MAX_PDU)) + item(0x52, IMPLEMENTATION_UID.encode())
    for context in contexts:
        syntaxes = b"".join(item(0x40, uid.encode()) for uid in context.transfer)
        body += item(0x20, bytes((context.id, 0, 0, 0)) + item(0x30, context.abstract.encode()) + syntaxes)
    for uid in dict.fromkeys(c.abstract for c in contexts if c.scp):
        user += item(0x54, struct.pack(">H", len(uid)) + uid.encode() + b"\0\1")
    user += item(0x55, IMPLEMENTATION_NAME)
    return whole(1, body + item(0x50, user))


def p_data(context: int, data: bytes, *, command: bool, max_pdu: int = 0) -> bytes:
    """Give the P-DATA-TF of one whole command or data set, cut to what the peer takes (0: anything)."""
    size = (min(max_pdu or MAX_PDU, MAX_PDU) - 6) & ~1  # fragments have an even length (PS3.8 annex E)
    pieces = [data[i : i + size] for i in range(0, len(data), size)] or [b""]
    out = []
    for number, piece in enumerate(pieces, 1):
        control = (1 if command else 0) | (2 if number == len(pieces) else 0)
        out.append(whole(_DATA, struct.pack(">IBB", len(piece) + 2, context, control) + piece))
    return b"".join(out)


def release_request() -> bytes:
    """Give an A-RELEASE-RQ."""
    return whole(_RELEASE, bytes(4))


def release_answer() -> bytes:
    """Give an A-RELEASE-RP."""
    return whole(_RELEASED, bytes(4))


def abort() -> bytes:
    """Give an A-ABORT of the application (source 0)."""
    return whole(_ABORT, bytes(4))


class Reader:
    """Bytes in, events out; raises Malformed at the first byte that cannot be DICOM.

    `called`: we are the one who listens, and take a request where a caller takes its acceptance.
    """

    def __init__(self, max_pdu: int = MAX_PDU, *, called: bool = False) -> None:
        self._buffer = bytearray()
        fixed = dict.fromkeys((_REJECT, _RELEASE, _RELEASED, _ABORT), (4, 4))
        self._bounds = fixed | {_ASK if called else _ACCEPT: (68, 65536), _DATA: (6, max_pdu)}

    def feed(self, data: bytes) -> list[Event]:
        """Give the events that `data` completes."""
        self._buffer += data
        events: list[Event] = []
        at = 0
        with memoryview(self._buffer) as view:
            while (end := self._end_of_pdu(view, at)) is not None:
                events += _events_of(view[at], bytes(view[at + 6 : end]))
                at = end
        del self._buffer[:at]
        return events

    def _end_of_pdu(self, view: memoryview, at: int) -> int | None:
        held = len(view) - at
        if held and view[at] not in self._bounds:
            raise Malformed(_no_dicom(view[at]))
        if held < 6:
            return None
        least, most = self._bounds[view[at]]
        length = int.from_bytes(view[at + 2 : at + 6], "big")
        if not least <= length <= most:
            raise Malformed(f"PDU of type {view[at]} says it is {length} bytes long, {least} to {most} are possible")
        return at + 6 + length if held >= 6 + length else None


def _no_dicom(kind: int) -> str:
    looks = {0x48: " (an HTTP server?)", 0x15: " (a TLS port?)", 0x16: " (a TLS port?)", 1: " (a request)"}
    return f"no DICOM answer: PDU type {kind}{looks.get(kind, '')}"


def _events_of(kind: int, body: bytes) -> list[Event]:
    if kind == _ACCEPT:
        return [_accepted(body)]
    if kind == _ASK:
        return [Asked(body)]
    if kind == _REJECT:
        return [Rejected(body[1], body[2], body[3])]
    if kind == _DATA:
        return list(_fragments(body))
    if kind == _RELEASE:
        return [ReleaseAsked()]
    return [Released()] if kind == _RELEASED else [Aborted(body[2], body[3])]


def _fragments(body: bytes) -> Iterator[Fragment]:
    at = 0
    while at < len(body):
        if len(body) - at < 6:
            raise Malformed("a P-DATA ends within the head of a value")
        length, context, control = struct.unpack_from(">IBB", body, at)
        if length < 2 or at + 4 + length > len(body):
            raise Malformed(f"a value in P-DATA says it is {length} bytes long")
        yield Fragment(context, bool(control & 1), bool(control & 2), body[at + 6 : at + 4 + length])
        at += 4 + length


def items(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the items of an association's negotiation: kind and value."""
    at = 0
    while at < len(body):
        if len(body) - at < 4:
            raise Malformed("an item of the association ends within its head")
        kind, _, length = struct.unpack_from(">BBH", body, at)
        if at + 4 + length > len(body):
            raise Malformed(f"an item of the association says it is {length} bytes long")
        yield kind, body[at + 4 : at + 4 + length]
        at += 4 + length


def _accepted(body: bytes) -> Accepted:
    contexts: dict[int, tuple[int, str]] = {}
    max_pdu = 0
    for kind, value in items(body[68:]):
        if kind == 0x21:
            if len(value) < 4:
                raise Malformed("a presentation context in the acceptance is too short")
            uids = [v for k, v in items(value[4:]) if k == 0x40] if value[2] == 0 else []
            contexts[value[0]] = value[2], uids[0].rstrip(b"\0 ").decode("ascii", "replace") if uids else ""
        elif kind == 0x50:
            sizes = [v for k, v in items(value) if k == 0x51 and len(v) == 4]
            max_pdu = int.from_bytes(sizes[0], "big") if sizes else 0
    if 0 < max_pdu < SMALLEST_PDU:
        raise Malformed(f"the peer takes PDUs of {max_pdu} bytes at most")
    return Accepted(contexts, max_pdu)
