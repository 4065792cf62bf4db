"""Photos of the floor: named by their content, small, and without what a camera notes beside the picture."""

import hashlib
import re
from collections.abc import Iterator

from app.errors import Invalid, TooLarge

MOST_BYTES = 4 * 2**20
FIELD = "photo"
_JPEG, _SCAN, _END = b"\xff\xd8", 0xDA, 0xD9
# the picture goes on until a marker that is neither a zero of its own, a filler nor a restart within it
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# frames, tables and intervals; 0xC8 and all others are reserved, and nobody could say what they hold
_OF_PICTURE = (frozenset(range(0xC0, 0xD0)) - {0xC8}) | frozenset(range(0xDA, 0xE0))
# JFIF, ICC and Adobe say how the picture is to be read, and nothing of where, when or by what it was taken
_READING = {0xE0: b"JF", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_JFIF_BYTES = 14  # without the small picture that may follow, which shows what was blacked out since


def fits(n: int) -> None:
    """Refuse a photo of so many bytes where that is too many."""
    if n > MOST_BYTES:
        raise TooLarge(FIELD, f"has {n / 2**20:.1f} MiB, and a photo may have {MOST_BYTES // 2**20} MiB")


def checked(sha256: str, body: bytes) -> None:
    """Refuse what is no photo of a tablet: not its hash, no JPEG, with a camera's notes or anything after its end."""
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Invalid("sha256", "is not that of the photo that was sent")
    if not body.startswith(_JPEG):
        raise Invalid(FIELD, "is no JPEG")
    for marker, held in _segments(body):
        if marker not in _OF_PICTURE and not _is_of_reading(marker, held):
            raise Invalid(FIELD, "still holds what the camera noted (place, time, device): it must be drawn anew first")


def _is_of_reading(marker: int, held: bytes) -> bool:
    begins = _READING.get(marker)
    if begins is None or not held.startswith(begins):
        return False
    return marker != 0xE0 or (len(held) <= _JFIF_BYTES and not held.startswith(b"JFXX"))


def _segments(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Give every marker of a JPEG with what it holds, from its beginning to its end, which is that of the file."""
    at, scanned = 2, False
    while at + 2 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF:  # a filler
            at += 1
            continue
        if marker == _END and scanned:
            if at + 2 != len(body):
                raise Invalid(FIELD, "holds something after the end of the picture: it must be drawn anew first")
            return
        length = int.from_bytes(body[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(body) or marker in (0x00, 0xD8, _END):
            break
        yield marker, body[at + 4 : end]
        at = end
        if marker == _SCAN:
            found = _MARKER.search(body, at)
            at, scanned = found.start() if found else len(body), True
    raise Invalid(FIELD, "is no whole JPEG")
