"""Shapes tell what a value looks like, never the value."""

from collectors.feeds.shapes import carries_zone, outline, shape


def test_a_shape_keeps_letters_digits_and_punctuation_apart() -> None:
    assert shape("AB123456") == "AA999999"
    assert shape("nc-12/a b") == "aa-99/a a"
    assert shape("Müller€") == "Aaaaaa?"
    assert shape("") == ""
    assert shape("9" * 100) == "9" * 48 + "… (100)"


def test_a_times_shape_says_whether_it_carries_a_zone() -> None:
    assert carries_zone(shape("20261121060000+0100"))
    assert carries_zone(shape("20261121060000.123-0500"))
    assert not carries_zone(shape("20261121060000"))


def test_an_outline_gives_names_and_lengths_and_no_word_of_the_message() -> None:
    message = b"MSH|^~\\&|RIS\rPID|1||SECRET\rSMITH^JOHN|x\rZXY|1\rLEE|1"
    assert outline(message) == "MSH:4,3 PID:1,0,6 ???:1 Z??:1 ???:1"
    assert len(outline(b"OBX|1|2|3\r" * 10_000)) <= 1502
