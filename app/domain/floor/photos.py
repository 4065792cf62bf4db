"""Photos of the floor: named by their content, small, and without what a camera notes beside the picture."""

import hashlib
from collections.abc import Iterator

from app.errors import Invalid, TooLarge

MOST_BYTES = 4 * 2**20
FIELD = "photo"
_JPEG, _SCAN = b"\xff\xd8", 0xDA
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}  # markers without a length
# JFIF, ICC and Adobe say how the picture is to be read, and nothing of where, when or by what it was taken
_PICTURE_ONLY = frozenset({0xE0, 0xE2, 0xEE})


def fits(n: int) -> None:
    """Refuse a photo of so many bytes where that is too many."""
    if n > MOST_BYTES:
        raise TooLarge(FIELD, f"has {n / 2**20:.1f} MiB, and a photo may have {MOST_BYTES // 2**20} MiB")


def checked(sha256: str, body: bytes) -> None:
    """Refuse what is no photo of a tablet: not its hash, no JPEG, or with the camera's notes still in it."""
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Invalid("sha256", "is not that of the photo that was sent")
    if not body.startswith(_JPEG):
        raise Invalid(FIELD, "is no JPEG")
    for marker in _markers(body):
        if (0xE0 <= marker <= 0xEF and marker not in _PICTURE_ONLY) or marker == 0xFE:
            raise Invalid(FIELD, "still holds what the camera noted (place, time, device): it must be drawn anew first")


def _markers(body: bytes) -> Iterator[int]:
    """Give the markers before the picture itself."""
    at = 2
    while at + 4 <= len(body):
        if body[at] != 0xFF:
            raise Invalid(FIELD, "is no whole JPEG")
        marker = body[at + 1]
        if marker == 0xFF:  # a filler
            at += 1
            continue
        if marker == _SCAN:
            return
        yield marker
        at += 2 if marker in _ALONE else 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    raise Invalid(FIELD, "is no whole JPEG")
