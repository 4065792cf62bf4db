"""DIMSE messages (PS3.7) as bytes: command sets, and messages put together from fragments."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.dicom.pdu import Fragment, Malformed

STORE, GET, FIND, MOVE, ECHO, CANCEL = 0x0001, 0x0010, 0x0020, 0x0021, 0x0030, 0x0FFF
ANSWER = 0x8000
AFFECTED_CLASS, COMMAND, ID, ANSWERED_ID, DESTINATION = 0x0002, 0x0100, 0x0110, 0x0120, 0x0600
PRIORITY, DATA_SET, STATUS, OFFENDING, COMMENT, AFFECTED_INSTANCE = 0x0700, 0x0800, 0x0900, 0x0901, 0x0902, 0x1000
ORIGINATOR, ORIGINATOR_ID = 0x1030, 0x1031  # of an image: whose C-MOVE sends it
REMAINING, COMPLETED, FAILED, WARNED = 0x1020, 0x1021, 0x1022, 0x1023
NO_DATA_SET = 0x0101
MAX_COMMAND = 65536
MAX_KEPT = 1 << 20  # one identifier; a worklist entry has some 2 KB
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_DEEPEST = 12


def command_set(values: Mapping[int, int | str]) -> bytes:
    """Give a command set: group length first, then the elements in the order of their tags."""
    body = b""
    for tag in sorted(values):
        value = values[tag]
        raw = struct.pack("<H", value) if isinstance(value, int) else _text(tag, value)
        body += struct.pack("<HHI", 0, tag, len(raw)) + raw
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def _text(tag: int, value: str) -> bytes:
    raw = value.encode("ascii", "replace")
    return raw + (b" " if tag == DESTINATION else b"\0") * (len(raw) % 2)


def request(command: int, sop_class: str, message_id: int, **more: str) -> bytes:
    """Give the command set of a request with a data set (an echo has none); `destination` is for C-MOVE."""
    values: dict[int, int | str] = {AFFECTED_CLASS: sop_class, COMMAND: command, ID: message_id}
    values |= {DATA_SET: NO_DATA_SET} if command == ECHO else {PRIORITY: 0, DATA_SET: 1}
    if "destination" in more:
        values[DESTINATION] = more["destination"]
    return command_set(values)


def cancel(message_id: int) -> bytes:
    """Give a C-CANCEL of the request `message_id`."""
    return command_set({COMMAND: CANCEL, ANSWERED_ID: message_id, DATA_SET: NO_DATA_SET})


def success(message: "Message") -> bytes:
    """Give the answer "success" to a request that somebody makes of us."""
    answer: dict[int, int | str] = {
        AFFECTED_CLASS: message.text(AFFECTED_CLASS),
        COMMAND: (message.number(COMMAND) or 0) | ANSWER,
        ANSWERED_ID: message.number(ID) or 0,
        DATA_SET: NO_DATA_SET,
        STATUS: 0,
    }
    if AFFECTED_INSTANCE in message.command:
        answer[AFFECTED_INSTANCE] = message.text(AFFECTED_INSTANCE)
    return command_set(answer)


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message; `data` is None without a data set, and empty for one that is only counted (`size`)."""

    context: int
    command: Mapping[int, bytes]
    data: bytes | None
    size: int

    def number(self, tag: int) -> int | None:
        """Give an unsigned short of the command set."""
        raw = self.command.get(tag)
        return struct.unpack("<H", raw)[0] if raw is not None and len(raw) == 2 else None

    def text(self, tag: int) -> str:
        """Give a text of the command set, without its padding."""
        return self.command.get(tag, b"").rstrip(b"\0 ").decode("ascii", "replace")


class Assembler:
    """Fragments in, messages out; the data sets of C-STORE requests are counted and thrown away."""

    def __init__(self) -> None:
        self._command: dict[int, bytes] | None = None
        self._context = 0
        self._raw = bytearray()
        self._size = 0

    @property
    def unfinished(self) -> int:
        """Give the bytes that came of a data set that is not whole yet."""
        return self._size

    def add(self, fragment: Fragment) -> Message | None:
        """Give the message that `fragment` completes, if it does."""
        if (self._raw or self._command is not None) and fragment.context != self._context:
            raise Malformed("a message changes its presentation context")
        self._context = fragment.context
        if fragment.command != (self._command is None):
            raise Malformed("a data set without a command" if self._command is None else "a command within a data set")
        return self._add_command(fragment) if fragment.command else self._add_data(fragment)

    def _add_command(self, fragment: Fragment) -> Message | None:
        self._raw += fragment.data
        if len(self._raw) > MAX_COMMAND:
            raise Malformed(f"a command of more than {MAX_COMMAND} bytes")
        if not fragment.last:
            return None
        command = {tag: value for tag, value in elements(bytes(self._raw)) if tag < 0x10000}
        self._raw.clear()
        message = Message(self._context, command, None, 0)
        if message.number(COMMAND) is None or message.number(DATA_SET) is None:
            raise Malformed("a command without command field or data set type")
        if message.number(DATA_SET) == NO_DATA_SET:
            return message
        self._command = command
        return None

    def _add_data(self, fragment: Fragment) -> Message | None:
        command = self._command or {}
        self._size += len(fragment.data)
        if struct.unpack("<H", command[COMMAND])[0] != STORE:
            self._raw += fragment.data
            if self._size > MAX_KEPT:
                raise Malformed(f"an identifier of more than {MAX_KEPT} bytes")
        if not fragment.last:
            return None
        message = Message(self._context, command, bytes(self._raw), self._size)
        self._command, self._size = None, 0
        self._raw.clear()
        return message


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the elements of an Implicit VR Little Endian data set: tag and raw value, sequences as their raw items."""
    at = 0
    while at < len(data):
        tag, length = _head(data, at)
        closing = _ITEM_END if tag == _ITEM else _SEQUENCE_END
        end = _end_of_sequence(data, at + 8, closing, 0) if length == _UNDEFINED else at + 8 + length
        if end > len(data):
            raise Malformed(f"element {tag >> 16:04X},{tag & 0xFFFF:04X} says it is {length} bytes long")
        yield tag, data[at + 8 : end]
        at = end


def _head(data: bytes, at: int) -> tuple[int, int]:
    if len(data) - at < 8:
        raise Malformed("a data set ends within the head of an element")
    group, element, length = struct.unpack_from("<HHI", data, at)
    return group << 16 | element, length


def _end_of_sequence(data: bytes, at: int, closing: int, depth: int) -> int:
    if depth > _DEEPEST:
        raise Malformed("sequences nested too deeply")
    while True:
        tag, length = _head(data, at)
        at += 8
        if tag == closing:
            return at
        if length == _UNDEFINED:
            at = _end_of_sequence(data, at, _ITEM_END if tag == _ITEM else _SEQUENCE_END, depth + 1)
        else:
            at += length
