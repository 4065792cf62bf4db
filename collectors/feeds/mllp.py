"""The framing of HL7 over TCP without the TCP: bytes in, whole frames out."""

from dataclasses import dataclass

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
LONGEST_FRAME = 8 * 1024 * 1024
_BETWEEN = b"\r\n"  # stray line ends between two frames are common and harmless


class Broken(Exception):
    """The framing cannot be trusted any more: the connection has to be closed; the text says why."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole message as it came, without its frame."""

    content: bytes


def framed(content: bytes) -> bytes:
    """Give a message in its frame."""
    return VT + content + FS + CR


class Framer:
    """Takes bytes as they come and gives whole frames one by one; never holds more than one frame beyond its limit.

    A VT or FS inside a message is taken as content (text editors leave VT behind as a soft line end): closing would
    make the sender send the same message for ever. A VT before MSH, though, is a new beginning: what came before is a
    frame that was never finished, counted in `halves`.
    """

    def __init__(self, longest: int = LONGEST_FRAME) -> None:
        self._buffer = bytearray()
        self._longest = longest
        self._looked = 0  # no end of a frame lies before this place
        self.halves = 0

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._buffer += data

    @property
    def waiting(self) -> int:
        """Give how many bytes are held."""
        return len(self._buffer)

    @property
    def inside(self) -> bool:
        """Say whether a frame has begun and not ended."""
        return bool(self._buffer)

    @property
    def partial(self) -> bool:
        """Say whether what is held is no whole frame yet; broken framing is no reason to wait for more."""
        return (
            self.inside
            and self._buffer.find(FS + CR, max(self._looked, 1)) < 0
            and self._buffer[0] == VT[0]
            and len(self._buffer) <= self._longest
        )

    def next(self) -> Frame | None:
        """Give the next whole frame, None when more bytes are needed; raises Broken."""
        self._skip_between()
        if not self._buffer:
            return None
        if self._buffer[0] != VT[0]:
            raise Broken("bytes outside of a frame")
        end = self._buffer.find(FS + CR, max(self._looked, 1))
        if (end if end >= 0 else len(self._buffer)) - 1 > self._longest:
            raise Broken(f"a frame longer than {self._longest} bytes")
        if end < 0:
            self._check_open_end()
            self._looked = len(self._buffer) - 1
            return None
        content = bytes(memoryview(self._buffer)[1:end])
        del self._buffer[: end + 2]
        self._looked = 0
        return Frame(self._newest_beginning(content))

    def _skip_between(self) -> None:
        if self._buffer and self._buffer[0] in _BETWEEN:
            self._buffer = self._buffer.lstrip(_BETWEEN)
            self._looked = 0

    def _check_open_end(self) -> None:
        """A sender that ends a message without CR and begins the next would wait for ever."""
        if self._buffer.find(FS + VT, max(self._looked - 1, 1)) >= 0:
            raise Broken("a frame that ends without CR")

    def _newest_beginning(self, content: bytes) -> bytes:
        at = content.rfind(VT + b"MSH")
        if at < 0:
            return content.lstrip(VT) if content[:1] == VT else content
        self.halves += 1 if content[:at].strip(VT + _BETWEEN) else 0
        return content[at + 1 :]
