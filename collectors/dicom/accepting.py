"""The other side of an association, as far as taking images needs it: bytes in, bytes out, no sockets.

Every kind of image is taken, in every encoding that is offered first: nothing is read of it, it is counted.
"""

from dataclasses import dataclass

from collectors.dicom import dimse, pdu
from collectors.dicom.dimse import Assembler
from collectors.dicom.pdu import Aborted, Asked, Event, Fragment, Malformed, ReleaseAsked

STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1."
VERIFICATION = "1.2.840.10008.1.1"
_TITLES = slice(4, 36)
_MOST_ITEMS = 128  # context ids are the odd numbers below 256


@dataclass(frozen=True, slots=True)
class Image:
    """One image that came: its size, and whose C-MOVE it says it belongs to, where it says so."""

    size: int
    originator: str = ""
    originator_id: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be sent after some bytes came, the images that they completed, and whether to close."""

    answer: bytes = b""
    images: tuple[Image, ...] = ()
    over: bool = False


class Acceptor:
    """One association that somebody opens to us to store images, or to ask for a sign of life."""

    def __init__(self) -> None:
        self._reader, self._assembler = pdu.Reader(called=True), Assembler()
        self._contexts: frozenset[int] | None = None
        self._max_pdu = 0

    def feed(self, data: bytes) -> Step:
        """Take bytes as they come; raises Malformed at what cannot be DICOM."""
        answer, images = bytearray(), list[Image]()
        for event in self._reader.feed(data):
            if isinstance(event, ReleaseAsked):
                return Step(bytes(answer) + pdu.release_answer(), tuple(images), over=True)
            if isinstance(event, Aborted):
                return Step(bytes(answer), tuple(images), over=True)
            said, image = self._take(event)
            answer += said
            if image is not None:
                images.append(image)
        return Step(bytes(answer), tuple(images))

    def _take(self, event: Event) -> tuple[bytes, Image | None]:
        if isinstance(event, Asked) and self._contexts is None:
            said, self._contexts, self._max_pdu = accepted(event.body)
            return said, None
        if not isinstance(event, Fragment) or event.context not in (self._contexts or ()):
            raise Malformed(f"{type(event).__name__} where none can be")
        message = self._assembler.add(event)
        if message is None:
            return b"", None
        command = message.number(dimse.COMMAND)
        if command not in (dimse.STORE, dimse.ECHO):
            raise Malformed(f"command {command:04X} to a destination of images")
        said = pdu.p_data(message.context, dimse.success(message), command=True, max_pdu=self._max_pdu)
        if command == dimse.ECHO:
            return said, None
        return said, Image(message.size, message.text(dimse.ORIGINATOR), message.number(dimse.ORIGINATOR_ID))


def accepted(asked: bytes) -> tuple[bytes, frozenset[int], int]:
    """Give the A-ASSOCIATE-AC to a request's body, the ids of the contexts taken, and the caller's largest PDU."""
    taken: set[int] = set()
    answers, max_pdu = b"", 0
    for number, (kind, value) in enumerate(pdu.items(asked[68:])):
        if number > _MOST_ITEMS + 2:
            raise Malformed("more presentation contexts than there can be")
        if kind == 0x20:
            result, syntax = _judge(value)
            answers += pdu.item(0x21, bytes((value[0], 0, result, 0)) + pdu.item(0x40, syntax))
            if result == 0:
                taken.add(value[0])
        elif kind == 0x50:
            max_pdu = next((int.from_bytes(v, "big") for k, v in pdu.items(value) if k == 0x51 and len(v) == 4), 0)
    if 0 < max_pdu < pdu.SMALLEST_PDU:
        raise Malformed(f"the caller takes PDUs of {max_pdu} bytes at most")
    user = pdu.item(0x51, pdu.MAX_PDU.to_bytes(4, "big")) + pdu.item(0x52, pdu.IMPLEMENTATION_UID.encode())
    body = b"\0\1\0\0" + asked[_TITLES] + bytes(32) + pdu.item(0x10, pdu.APPLICATION_CONTEXT.encode())
    return pdu.whole(2, body + answers + pdu.item(0x50, user)), frozenset(taken), max_pdu


def _judge(context: bytes) -> tuple[int, bytes]:
    """Give result and transfer syntax for one proposed context: 0 taken, 3 no images, 4 no encoding offered."""
    if len(context) < 4:
        raise Malformed("a proposed presentation context is too short")
    parts = list(pdu.items(context[4:]))
    service = next((v.rstrip(b"\0 ") for k, v in parts if k == 0x30), b"")
    syntax = next((v for k, v in parts if k == 0x40), b"")
    if not service.startswith(STORAGE_ROOT.encode()) and service != VERIFICATION.encode():
        return 3, syntax
    return (0, syntax) if syntax else (4, b"")
