"""The framer: bytes in any portions, whole frames out."""

import random

import pytest

from collectors.feeds.mllp import Broken, Framer, framed


def frames(framer: Framer, data: bytes) -> list[bytes]:
    framer.feed(data)
    found = []
    while frame := framer.next():
        found.append(frame.content)
    return found


def test_frames_come_out_whole_however_the_bytes_arrive() -> None:
    contents = [b"MSH|one", b"", b"x" * 5000, b"\x1c alone", b"a\x1c\x1cb"]
    wire = b"".join(framed(c) for c in contents)
    for seed in range(50):
        dice, framer, found, rest = random.Random(seed), Framer(), [], wire
        while rest:
            n = dice.randint(1, 700)
            found += frames(framer, rest[:n])
            rest = rest[n:]
        assert found == contents
        assert not framer.inside


def test_stray_line_ends_between_frames_are_passed_over() -> None:
    assert frames(Framer(), b"\r\n" + framed(b"a") + b"\n\r\n" + framed(b"b") + b"\r") == [b"a", b"b"]


@pytest.mark.parametrize("wire", [b"MSH|", b"\x1c\r", b" " + framed(b"a"), b"\xff"])
def test_bytes_outside_of_a_frame_break_it(wire: bytes) -> None:
    with pytest.raises(Broken, match="outside of a frame"):
        frames(Framer(), wire)


def test_a_frame_up_to_the_limit_is_whole_and_one_byte_more_is_not() -> None:
    assert frames(Framer(longest=100), framed(b"x" * 100)) == [b"x" * 100]
    with pytest.raises(Broken, match="longer than 100"):
        frames(Framer(longest=100), framed(b"x" * 101))


def test_a_frame_that_never_ends_is_given_up_at_the_limit() -> None:
    framer = Framer(longest=100)
    assert frames(framer, b"\x0b" + b"x" * 100) == []
    with pytest.raises(Broken, match="longer than 100"):
        frames(framer, b"xx")


def test_an_end_without_cr_before_the_next_beginning_is_broken() -> None:
    with pytest.raises(Broken, match="without CR"):
        frames(Framer(), b"\x0bMSH|a\x1c\x0bMSH|b")


def test_a_vertical_tab_in_a_report_text_is_content() -> None:
    assert frames(Framer(), framed(b"MSH|a\rOBX|1|TX|||first\x0bsecond")) == [b"MSH|a\rOBX|1|TX|||first\x0bsecond"]


def test_a_half_frame_before_a_new_beginning_is_counted_and_the_new_one_is_whole() -> None:
    framer = Framer()
    assert frames(framer, b"\x0bMSH|cut off" + framed(b"MSH|whole")) == [b"MSH|whole"]
    assert framer.halves == 1
