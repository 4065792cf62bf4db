"""The DICOM codec: what we build, what we read, and what nobody can make us wait for."""

import random

import pytest

from collectors.dicom import dimse, pdu
from collectors.dicom.pdu import Accepted, Context, Fragment, Malformed, Reader, Rejected
from collectors.dicom.storage import STORAGE
from tests.peers import hostile

FIND_ANSWER = 0x8020
PENDING = 0xFF00
ORDER = hostile.element(0x00080050, b"A1  ") + hostile.element(0x00100020, b"P1")


def test_an_association_request_is_built_as_the_standard_says() -> None:
    raw = pdu.associate_request("PACS", "GOLIVE", [Context(1, "1.2.840.10008.1.1")])
    assert raw[:2] == b"\1\0"
    assert int.from_bytes(raw[2:6], "big") == len(raw) - 6
    assert raw[6:8] == b"\0\1"
    assert raw[10:26] == b"PACS".ljust(16)
    assert raw[26:42] == b"GOLIVE".ljust(16)
    assert b"\x20\0\0\x2e\1\0\0\0\x30\0\0\x111.2.840.10008.1.1\x40\0\0\x111.2.840.10008.1.2" in raw
    assert b"\x51\0\0\4\0\2\0\0" in raw


def test_an_answer_may_come_in_pieces_of_one_byte() -> None:
    reader, events = Reader(), []
    for byte in hostile.accept((1, 0), (3, 4), max_pdu=4096):
        events += reader.feed(bytes([byte]))
    assert events == [Accepted({1: (0, "1.2.840.10008.1.2"), 3: (4, "")}, 4096)]


def test_many_answers_may_come_in_one_piece() -> None:
    raw = hostile.reject(2, 3, 2) + hostile.answer(FIND_ANSWER, 0)
    events = Reader().feed(raw)
    assert events[0] == Rejected(2, 3, 2)
    assert isinstance(events[1], Fragment)
    assert len(events) == 2


def test_a_web_server_is_recognised_by_its_first_byte() -> None:
    with pytest.raises(Malformed, match=r"PDU type 72 \(an HTTP server\?\)"):
        Reader().feed(b"H")


@pytest.mark.parametrize("kind", [2, 3, 4, 5, 6, 7])
def test_a_length_of_four_gigabytes_is_refused_before_any_body_comes(kind: int) -> None:
    with pytest.raises(Malformed, match="4294967295 bytes long"):
        Reader().feed(bytes((kind, 0, 255, 255, 255, 255)))


def test_a_query_larger_than_the_peers_largest_pdu_is_cut() -> None:
    raw = pdu.p_data(1, bytes(100), command=False, max_pdu=46)
    fragments = [e for e in Reader().feed(raw) if isinstance(e, Fragment)]
    assert [len(f.data) for f in fragments] == [40, 40, 20]
    assert [f.last for f in fragments] == [False, False, True]
    assert not any(f.command for f in fragments)


def test_a_peer_that_takes_no_pdu_worth_sending_is_malformed() -> None:
    with pytest.raises(Malformed, match="PDUs of 6 bytes at most"):
        Reader().feed(hostile.accept(max_pdu=6))


def test_a_command_set_has_its_group_length_and_its_tags_in_order() -> None:
    raw = dimse.request(dimse.FIND, "1.2.840.10008.5.1.4.31", 7)
    found = dict(dimse.elements(raw))
    assert list(found) == [0, 0x0002, 0x0100, 0x0110, 0x0700, 0x0800]
    assert int.from_bytes(found[0], "little") == len(raw) - 12
    assert found[0x0002] == b"1.2.840.10008.5.1.4.31"
    assert found[0x0110] == b"\7\0"
    assert dict(dimse.elements(dimse.request(dimse.ECHO, "1.2.840.10008.1.1", 1)))[0x0002] == b"1.2.840.10008.1.1\0"


def messages(raw: bytes) -> list[dimse.Message]:
    assembler, reader = dimse.Assembler(), Reader()
    return [m for e in reader.feed(raw) if isinstance(e, Fragment) and (m := assembler.add(e))]


def test_a_message_spread_over_fragments_and_pdus_is_put_together() -> None:
    head = hostile.command((0x0100, FIND_ANSWER), (0x0120, 1), (0x0800, 1), (0x0900, PENDING))
    raw = hostile.pdu(4, hostile.value(head[:9], 1) + hostile.value(head[9:], 3) + hostile.value(ORDER[:5], 0))
    raw += hostile.pdu(4, hostile.value(ORDER[5:], 2)) + hostile.answer(FIND_ANSWER, 0)
    pending, final = messages(raw)
    assert pending.data == ORDER
    assert pending.number(dimse.STATUS) == PENDING
    assert final.data is None
    assert final.number(dimse.STATUS) == 0


def test_images_are_counted_and_not_kept() -> None:
    head = hostile.command((0x0100, dimse.STORE), (0x0110, 1), (0x0800, 1))
    raw = hostile.pdu(4, hostile.value(head, 3)) + hostile.pdu(4, hostile.value(bytes(5000), 2))
    (message,) = messages(raw)
    assert message.data == b""
    assert message.size == 5000


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (hostile.pdu(4, hostile.value(b"x", 2)), "a data set without a command"),
        (
            hostile.pdu(4, hostile.value(b"x", 1) + hostile.value(b"x", 3, context=3)),
            "changes its presentation context",
        ),
        (hostile.pdu(4, hostile.value(hostile.command((0x0900, 0)), 3)), "without command field"),
        (hostile.pdu(4, b"\0\0\0\xff\1\3"), "255 bytes long"),
        (hostile.pdu(4, hostile.value(b"\0\0\0\1\xff\xff\xff\x7f", 3)), "2147483647 bytes long"),
    ],
)
def test_a_message_that_breaks_the_rules_is_named(raw: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        messages(raw)


def test_a_command_without_end_is_refused() -> None:
    with pytest.raises(Malformed, match="a command of more than"):
        messages(b"".join(hostile.pdu(4, hostile.value(bytes(16000), 1)) for _ in range(5)))


def test_sequences_of_undefined_length_are_walked_and_deep_ones_refused() -> None:
    undefined = b"\xff\xff\xff\xff"
    item = b"\xfe\xff\x00\xe0" + undefined + ORDER + b"\xfe\xff\x0d\xe0" + bytes(4)
    sequence = b"\x40\x00\x00\x01" + undefined + item + b"\xfe\xff\xdd\xe0" + bytes(4)
    assert [tag for tag, _ in dimse.elements(sequence + ORDER)] == [0x00400100, 0x00080050, 0x00100020]
    with pytest.raises(Malformed, match="nested too deeply"):
        list(dimse.elements((b"\x40\x00\x00\x01" + undefined) * 50))


def test_two_thousand_mutated_answers_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(11)
    good = hostile.accept() + hostile.answer(FIND_ANSWER, PENDING, ORDER) + hostile.answer(FIND_ANSWER, 0)
    refused = 0
    for _ in range(2000):
        raw = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            for message in messages(bytes(raw[: chance.randint(1, len(raw))])):
                list(dimse.elements(message.data or b""))
        except Malformed:
            refused += 1
    assert 200 < refused < 2000


@pytest.mark.parametrize("max_pdu", [0, 32, 33, 16383, 16384])
def test_fragments_are_even_whatever_the_peer_takes(max_pdu: int) -> None:
    raw = pdu.p_data(1, bytes(300_000), command=False, max_pdu=max_pdu)
    sizes = [len(event.data) for event in Reader().feed(raw) if isinstance(event, Fragment)]
    assert sum(sizes) == 300_000
    assert all(size % 2 == 0 and (not max_pdu or size + 6 <= max_pdu) for size in sizes)


def test_what_a_retrieval_may_bring_fits_into_one_request() -> None:
    classes = [uid for uid, _ in STORAGE]
    assert len(set(classes)) == len(classes) <= 127
    contexts = [Context(2 * i + 3, uid, syntaxes, scp=True) for i, (uid, syntaxes) in enumerate(STORAGE)]
    assert len(pdu.associate_request("PACS", "GOLIVE", contexts)) < 65536
