"""The split parser against the hl7 package on well-formed messages, and alone on the others."""

import hl7
import pytest

from collectors.feeds.hl7_answer import acknowledgement
from collectors.feeds.hl7_charsets import charset
from collectors.feeds.hl7_message import Message, Unreadable, parse

MESSAGE = (
    "MSH|^~\\&|RIS|HOSP^1.2^ISO|GOLIVE|HOSP|20261121060000+0100||OMI^O23^OMI_O23|C1|P|2.5.1||||||8859/1\r"
    "PID|1||4711^^^HOSP^MR||Doe^Jane||19500101|F\r"
    "PV1|1|E|ED^1^2\r"
    "ORC|NW|P1^A|F1^B||SC||^^^20261121070000^^S||20261121055900\r"
    "TQ1|1||||||20261121070000||S\r"
    "OBR|1|P1|F1|CTHD^CT \\T\\ head^L||||||||||||||A1&x~A2|RP1|SP1||||CT\r"
    "IPC|A77^HOSP|RP1|1.2.3|SPS1|CT|x|ROOM1||CT01\r"
    "IPC|A78^HOSP|RP1|1.2.3|SPS2|CT\r"
)
NAMES = [
    ("MSH", 3, 1), ("MSH", 4, 1), ("MSH", 4, 2), ("MSH", 9, 1), ("MSH", 9, 2), ("MSH", 10, 1), ("MSH", 18, 1),
    ("PV1", 2, 1), ("PV1", 3, 1), ("PV1", 3, 2), ("ORC", 1, 1), ("ORC", 3, 2), ("ORC", 5, 1), ("ORC", 7, 4),
    ("ORC", 7, 6), ("ORC", 9, 1), ("TQ1", 7, 1), ("OBR", 4, 1), ("OBR", 4, 2), ("OBR", 18, 1), ("OBR", 24, 1),
    ("IPC", 1, 1), ("IPC", 1, 2), ("IPC", 5, 1), ("IPC", 9, 1),
]  # fmt: skip


def one(raw: bytes) -> Message:
    (message,) = parse(raw)
    return message


@pytest.mark.parametrize(("segment", "n", "component"), NAMES)
def test_fields_are_those_that_the_hl7_package_finds(segment: str, n: int, component: int) -> None:
    ours, oracle = one(MESSAGE.encode("latin-1")), hl7.parse(MESSAGE)
    group = ours.groups[0]
    holders = {
        "MSH": ours.msh,
        "PV1": ours.pv1,
        "ORC": group.orc,
        "TQ1": group.tq1,
        "OBR": group.obr,
        "IPC": group.ipc[0],
    }
    holder = holders[segment]
    assert holder is not None
    expected = oracle.extract_field(segment, 1, n, 1, component, 1)
    assert holder.value(n, component) == oracle.unescape(expected) != ""


def test_nothing_of_a_patient_but_the_number_for_test_patients_is_kept() -> None:
    pid = one(MESSAGE.encode()).pid
    assert pid is not None
    assert pid.fields == ["PID", "", "", "4711^^^HOSP^MR"]
    assert "Jane" not in repr(one(MESSAGE.encode()))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r", "\n\r"])
def test_other_line_ends_are_read_too(ends: str) -> None:
    assert one(MESSAGE.replace("\r", ends).encode()).groups[0].ipc[1].value(1) == "A78"


def test_other_separators_are_read_from_msh() -> None:
    turned = MESSAGE.replace("|", "#").replace("^", "*").replace("\\T\\", "and")
    assert one(turned.encode()).groups[0].ipc[0].value(1, 2) == "HOSP"


def test_what_stands_before_msh_is_passed_over() -> None:
    assert one(b"\xef\xbb\xbf\r\n " + MESSAGE.encode()).msh.value(10) == "C1"


def test_two_messages_in_a_frame_are_two() -> None:
    assert [len(m.groups) for m in parse((MESSAGE + MESSAGE).encode())] == [1, 1]


def test_a_further_obr_of_an_order_is_a_group_that_shares_its_orc() -> None:
    groups = one(b"MSH|^~\\&|||||||ORU^R01\rORC|RE|||\rOBR|1||A\rOBX|1|TX|||||||||F\rOBR|2||B\rOBX|1||||||||||P").groups
    assert [(g.obr.value(3) if g.obr else "", g.shared_orc, g.obx_states) for g in groups] == [
        ("A", False, {"F"}),
        ("B", True, {"P"}),
    ]


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"MSH", b"msh|^~\\&|", b"GET / HTTP/1.1", b"MSHx", b"MSH ^~\\&"])
def test_what_is_no_message_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(raw)


def test_too_many_orders_and_segments_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="orders"):
        parse(b"MSH|^~\\&|\r" + b"ORC|NW\r" * 1001)
    with pytest.raises(Unreadable, match="segments"):
        parse(b"MSH|^~\\&|\r" + b"OBX|\r" * 100_001)


def test_character_sets_are_read_by_name_and_no_other_codec_is_ever_used() -> None:
    assert [charset(n) for n in ("UNICODE UTF-8", "8859/15", "ISO-8859-2", "", "zip", "~ASCII")] == [
        "utf-8", "iso8859-15", "iso8859-2", "latin-1", "latin-1", "utf-8",
    ]  # fmt: skip
    text = "MSH|^~\\&|東|||||||||||||||ISO IR87\r"
    assert one(text.encode("iso2022_jp")).msh.value(3) == "東"


def test_an_answer_goes_back_to_its_sender_and_names_the_message() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 11, 21, 5, tzinfo=UTC)
    answer = hl7.parse(acknowledgement(MESSAGE.encode(), at, 7).decode())
    msh, msa = answer.segment("MSH"), answer.segment("MSA")
    assert [str(msh[n]) for n in (3, 4, 5, 6)] == ["GOLIVE", "HOSP", "RIS", "HOSP^1.2^ISO"]
    assert str(msh[9]) == "ACK^O23^ACK"
    assert [str(msa[1]), str(msa[2])] == ["AA", "C1"]
    assert b"MSA|AA|\r" in acknowledgement(b"nothing", at, 8)
    assert b"MSA|CA|C\xe9\r" in acknowledgement(b"MSH|^~\\&|||||||ADT|C\xe9|P|2.5|||AL", at, 9)
    assert b"MSA|AA|C1\r" in acknowledgement(b"MSH#^~\\&#######ADT#C|1#P#2.5###NE", at, 9)
