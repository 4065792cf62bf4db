"""Photos: what a camera notes is found wherever in the file it stands, and a plain picture is taken."""

import hashlib

import pytest

from app.clock import monotonic_s
from app.domain.floor.photos import checked
from app.errors import Invalid

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
ICC = b"\xff\xe2\x00\x12ICC_PROFILE\x00\x01\x01ic"
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x01"
TABLES = b"\xff\xdb\x00\x04qt\xff\xc4\x00\x04hu\xff\xdd\x00\x04\x00\x01"
FRAME = b"\xff\xc2\x00\x04fr"
SCAN = b"\xff\xda\x00\x04sc" + b"pix\xff\x00els\xff\xd0more\xff\xff\x00\xff\xd7"
EXIF = b"\xff\xe1\x00\x0cExif\x00\x00GPS!"
COMMENT = b"\xff\xfe\x00\x0aSiemens1"
PLAIN = SOI + JFIF + ICC + ADOBE + TABLES + FRAME + SCAN + EOI
PROGRESSIVE = (
    SOI + JFIF + TABLES + FRAME + SCAN + b"\xff\xc4\x00\x04hu" + SCAN + b"\xff\xff\xff\xc4\x00\x04hu" + SCAN + EOI
)


def sent(photo: bytes) -> None:
    checked(hashlib.sha256(photo).hexdigest(), photo)


@pytest.mark.parametrize("photo", [PLAIN, PROGRESSIVE])
def test_a_plain_picture_is_taken_of_one_scan_or_of_several(photo: bytes) -> None:
    sent(photo)


@pytest.mark.parametrize("note", [EXIF, COMMENT, b"\xff\xed\x00\x04PS", b"\xff\xf0\x00\x04x1", b"\xff\x02\x00\x04x1"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SOI, JFIF + TABLES + FRAME + SCAN + EOI),
        (SOI + JFIF + TABLES + FRAME, SCAN + EOI),
        (SOI + JFIF + TABLES + FRAME + SCAN, SCAN + EOI),
        (SOI + JFIF + TABLES + FRAME + SCAN, EOI),
        (SOI + JFIF + TABLES + FRAME + SCAN + SCAN + b"\xff", SCAN + EOI),
    ],
)
def test_what_a_camera_noted_is_found_before_between_and_after_the_scans(
    note: bytes, before: bytes, after: bytes
) -> None:
    sent(before + after)
    with pytest.raises(Invalid, match="what the camera noted"):
        sent(before + note + after)


@pytest.mark.parametrize(
    "note",
    [
        b"\xff\xe0\x00\x0aJFXX\x00\x10sm",  # a small picture of what was blacked out since
        b"\xff\xe0\x00\x13JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01rgb",
        b"\xff\xe2\x00\x08MPF\x00II",
        b"\xff\xee\x00\x06note",
    ],
)
def test_no_note_or_second_picture_hides_in_what_only_says_how_to_read_the_picture(note: bytes) -> None:
    with pytest.raises(Invalid, match="what the camera noted"):
        sent(SOI + note + TABLES + FRAME + SCAN + EOI)


@pytest.mark.parametrize("more", [b"x", b"\x00", EXIF, PLAIN, b"PK\x03\x04", EOI])
def test_nothing_follows_the_end_of_a_picture(more: bytes) -> None:
    with pytest.raises(Invalid, match="after the end of the picture"):
        sent(PLAIN + more)


@pytest.mark.parametrize(
    "photo",
    [
        SOI, SOI + EOI, PLAIN[:-2], PLAIN[:-1], PLAIN[:60], SOI + b"x" + PLAIN[2:], SOI + JFIF + PLAIN,
        SOI + JFIF + TABLES + FRAME + EOI, SOI + b"\xff\xdb\x00\x01" + PLAIN[2:], SOI + b"\xff\xdb\xff\xff" + PLAIN[2:],
        PROGRESSIVE.replace(b"\xff\xff\xff\xc4\x00\x04hu", b"\xff\xc4\x00\x04hu?"),
    ],
)  # fmt: skip
def test_half_a_picture_is_none(photo: bytes) -> None:
    with pytest.raises(Invalid, match="is no whole JPEG"):
        sent(photo)


def test_a_picture_of_four_mebibytes_that_looks_like_markers_all_over_is_looked_through_at_once() -> None:
    began_s = monotonic_s()
    sent(SOI + JFIF + TABLES + FRAME + SCAN + b"\xff\x00" * (2 * 2**20) + EOI)
    assert monotonic_s() - began_s < 2
