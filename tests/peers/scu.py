"""An independent client of PACS and RIS: it measures what a probe measures, with plain sockets and nothing of golive.

Each function makes one attempt on a connection of its own and gives `Took`, seconds from the request's sending to the
first and to the last answer.
"""

import http.client
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

VERIFICATION, WORKLIST = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.31"
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{n}" for n in (1, 2, 3))
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT, EXPLICIT = b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1"
NAME = "OTHERSCU"
TIMEOUT_S = 10.0
_CLASS, _COMMAND, _ID, _ANSWERED, _DESTINATION = 2, 0x100, 0x110, 0x120, 0x600
_PRIORITY, _DATA, _STATUS, _INSTANCE, _NO_DATA = 0x700, 0x800, 0x900, 0x1000, 0x101


@dataclass
class Took:
    """One attempt's own numbers; `answers` counts matches or images."""

    total_s: float = 0.0
    first_s: float = 0.0
    connect_s: float = 0.0
    associate_s: float = 0.0
    answers: int = 0
    size: int = 0


@dataclass
class _Message:
    context: int
    values: dict[int, bytes] = field(default_factory=dict)
    size: int = 0

    def number(self, tag: int) -> int:
        return struct.unpack("<H", self.values[tag])[0]


def _item(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(body)) + body


def _command(*elements: tuple[int, int | bytes]) -> bytes:
    body = b""
    for tag, value in elements:
        raw = struct.pack("<H", value) if isinstance(value, int) else value + b"\0" * (len(value) % 2)
        body += struct.pack("<HHI", 0, tag, len(raw)) + raw
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def _pdata(context: int, flags: int, data: bytes) -> bytes:
    return struct.pack(">BBIIBB", 4, 0, len(data) + 6, len(data) + 2, context, flags) + data


class _Association:
    """A fresh association: context 1 is the service, context 3 takes CT images where they come on the same one."""

    def __init__(self, port: int, called: str, service: str, *, takes_images: bool = False) -> None:
        self.took = Took()
        began_s = time.perf_counter()
        self._link = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self.took.connect_s = time.perf_counter() - began_s
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        contexts = _item(0x20, b"\1\0\0\0" + _item(0x30, service.encode()) + _item(0x40, IMPLICIT))
        user = _item(0x51, struct.pack(">I", 131072)) + _item(0x52, b"1.2.826.0.1.3680043.10.9999.2")
        if takes_images:
            contexts += _item(0x20, b"\3\0\0\0" + _item(0x30, CT_IMAGE.encode()) + _item(0x40, EXPLICIT))
            user += _item(0x54, struct.pack(">H", len(CT_IMAGE)) + CT_IMAGE.encode() + b"\0\1")
        titles = called.ljust(16).encode() + NAME.ljust(16).encode()
        body = struct.pack(">HH32s32s", 1, 0, titles, b"") + _item(0x10, b"1.2.840.10008.3.1.1.1")
        body += contexts + _item(0x50, user)
        began_s = time.perf_counter()
        self._link.sendall(struct.pack(">BBI", 1, 0, len(body)) + body)
        kind, answer = self._pdu()
        assert kind == 2, f"association refused: PDU {kind} {answer[:4].hex()}"
        self.took.associate_s = time.perf_counter() - began_s

    def __enter__(self) -> "_Association":
        return self

    def __exit__(self, *_: object) -> None:
        self._link.sendall(b"\5\0\0\0\0\4\0\0\0\0")
        self._link.settimeout(0.5)
        try:
            self._link.recv(64)
        finally:
            self._link.close()

    def _pdu(self) -> tuple[int, bytes]:
        kind, _, size = struct.unpack(">BBI", self._take(6))
        return kind, self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            more = self._link.recv(262144)
            assert more, "the peer closed the connection"
            self._buffer += more
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def ask(self, request: bytes, command: int) -> Iterator[_Message]:
        """Give the messages that come until the last answer to `command`; the times are in `took`."""
        began_s, first = time.perf_counter(), True
        self._link.sendall(request)
        while True:
            message = self._message()
            now_s = time.perf_counter() - began_s
            own = message.number(_COMMAND) == command | 0x8000
            if first and (own or command == 0x10):
                self.took.first_s, first = now_s, False
            if own and message.number(_STATUS) not in (0xFF00, 0xFF01):
                self.took.total_s = now_s
                assert message.number(_STATUS) == 0, f"status {message.number(_STATUS):04X}"
                return
            yield message

    def _message(self) -> _Message:
        command, message, waits = b"", None, True
        while waits:
            kind, body = self._pdu()
            assert kind == 4, f"PDU {kind} instead of an answer"
            at = 0
            while at < len(body):
                size, context, flags = struct.unpack(">IBB", body[at : at + 6])
                part, at = body[at + 6 : at + 4 + size], at + 4 + size
                if flags & 1:
                    command += part
                    if flags & 2:
                        message = _Message(context, dict(_elements(command)))
                        waits = message.number(_DATA) != _NO_DATA
                elif message:
                    message.size += len(part)
                    waits = waits and not flags & 2
        assert message
        return message

    def send(self, data: bytes) -> None:
        self._link.sendall(data)


def _elements(command: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(command):
        _, tag, size = struct.unpack("<HHI", command[at : at + 8])
        yield tag, command[at + 8 : at + 8 + size]
        at += 8 + size


def _encoded(dataset: Dataset) -> bytes:
    out = DicomBytesIO()
    out.is_implicit_VR = out.is_little_endian = True
    write_dataset(out, dataset)
    return out.getvalue()


def _request(service: str, command: int, query: bytes, *more: tuple[int, int | bytes]) -> bytes:
    head = ((_CLASS, service.encode()), (_COMMAND, command), (_ID, 7), *more, (_PRIORITY, 0), (_DATA, 1))
    return _pdata(1, 3, _command(*head)) + _pdata(1, 2, query)


def echo(port: int, called: str) -> Took:
    request = _command((_CLASS, VERIFICATION.encode()), (_COMMAND, 0x30), (_ID, 7), (_DATA, _NO_DATA))
    with _Association(port, called, VERIFICATION) as a:
        list(a.ask(_pdata(1, 3, request), 0x30))
        return a.took


def worklist(port: int, called: str, modality: str) -> Took:
    """Ask for today's entries of a modality."""
    query, step = Dataset(), Dataset()
    for keyword in ("AccessionNumber", "PatientName", "PatientID", "StudyInstanceUID", "RequestedProcedureID"):
        setattr(query, keyword, "")
    step.Modality, step.ScheduledProcedureStepStartDate = modality, f"{datetime.now(UTC):%Y%m%d}"
    step.ScheduledStationAETitle = step.ScheduledProcedureStepStartTime = step.ScheduledProcedureStepID = ""
    query.ScheduledProcedureStepSequence = [step]
    return _find(port, called, WORKLIST, query)


def studies(port: int, called: str) -> Took:
    """Ask for today's studies."""
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyDate = "STUDY", f"{datetime.now(UTC):%Y%m%d}"
    for keyword in ("StudyInstanceUID", "AccessionNumber", "PatientName", "PatientID", "StudyTime"):
        setattr(query, keyword, "")
    return _find(port, called, FIND, query)


def _find(port: int, called: str, service: str, query: Dataset) -> Took:
    request = _request(service, 0x20, _encoded(query))
    with _Association(port, called, service) as a:
        for answer in a.ask(request, 0x20):
            a.took.answers, a.took.size = a.took.answers + 1, a.took.size + answer.size
        return a.took


def _of_study(uid: str) -> bytes:
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", uid
    return _encoded(query)


def get(port: int, called: str, uid: str) -> Took:
    """Load a study of CT images by C-GET."""
    with _Association(port, called, GET, takes_images=True) as a:
        for message in a.ask(_request(GET, 0x10, _of_study(uid)), 0x10):
            if message.number(_COMMAND) == 1:
                answered = (_COMMAND, 0x8001), (_ANSWERED, message.values[_ID]), (_DATA, _NO_DATA), (_STATUS, 0)
                about = (_CLASS, message.values[_CLASS]), *answered, (_INSTANCE, message.values[_INSTANCE])
                a.send(_pdata(message.context, 3, _command(*about)))
                a.took.answers, a.took.size = a.took.answers + 1, a.took.size + message.size
        return a.took


def move(port: int, called: str, uid: str, destination: str) -> Took:
    """Have a study sent to a destination that the PACS knows; the answers' progress reports are not counted."""
    request = _request(MOVE, 0x21, _of_study(uid), (_DESTINATION, destination.encode()))
    with _Association(port, called, MOVE) as a:
        list(a.ask(request, 0x21))
        return a.took


def web(port: int, path: str, accept: str = "*/*") -> Took:
    """Fetch a page or a DICOMweb resource; the time ends with the last byte."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    took, body = Took(), BytesIO()
    try:
        began_s = time.perf_counter()
        link.connect()
        took.connect_s = time.perf_counter() - began_s
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": NAME}
        began_s = time.perf_counter()
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        took.first_s = time.perf_counter() - began_s
        while part := answer.read1(262144):
            body.write(part)
        took.total_s = time.perf_counter() - began_s
        took.size = body.tell()
        assert answer.status == 200, f"{path}: {answer.status}"
    finally:
        link.close()
    return took
