"""Our side of an association that a PACS opens to send images: bytes in, bytes out."""

import pytest

from collectors.dicom import dimse, pdu
from collectors.dicom.accepting import Acceptor, Image
from collectors.dicom.dimse import Assembler
from collectors.dicom.pdu import Accepted, Context, Fragment, Malformed, Reader

CT, PRIVATE, FIND = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.999", "1.2.840.10008.5.1.4.1.2.2.1"
ECHO = "1.2.840.10008.1.1"
STORED = {
    dimse.AFFECTED_CLASS: CT,
    dimse.COMMAND: dimse.STORE,
    dimse.ID: 9,
    dimse.DATA_SET: 1,
    dimse.AFFECTED_INSTANCE: "1.2.3",
}
REQUEST = pdu.associate_request(
    "GOLIVE", "PACS", [Context(1, CT, ("1.2.3.4", "1.2")), Context(3, PRIVATE), Context(5, FIND), Context(7, ECHO)]
)


def opened() -> Acceptor:
    acceptor = Acceptor()
    acceptor.feed(REQUEST)
    return acceptor


def image(size: int) -> bytes:
    head = pdu.p_data(1, dimse.command_set(STORED), command=True)
    return head + pdu.p_data(1, bytes(size), command=False, max_pdu=4096)


def test_every_kind_of_image_is_accepted_in_the_encoding_offered_first_and_nothing_else() -> None:
    answer = Acceptor().feed(REQUEST).answer
    (event,) = Reader().feed(answer)
    assert isinstance(event, Accepted)
    assert event.contexts == {1: (0, "1.2.3.4"), 3: (0, pdu.IMPLICIT_LITTLE), 5: (3, ""), 7: (0, pdu.IMPLICIT_LITTLE)}
    assert answer[10:42] == REQUEST[10:42]


def test_an_image_that_comes_in_pieces_is_counted_when_it_is_whole_and_answered_with_success() -> None:
    acceptor, raw = opened(), image(10_000)
    before = acceptor.feed(raw[:-1])
    assert (before.images, before.answer) == ((), b"")
    after = acceptor.feed(raw[-1:])
    assert after.images == (Image(10_000),)
    (fragment,) = Reader().feed(after.answer)
    assert isinstance(fragment, Fragment)
    message = Assembler().add(fragment)
    assert message is not None
    numbers = [message.number(tag) for tag in (dimse.COMMAND, dimse.ANSWERED_ID, dimse.STATUS)]
    assert numbers == [dimse.STORE | dimse.ANSWER, 9, 0]
    assert message.text(dimse.AFFECTED_INSTANCE) == "1.2.3"


def test_an_image_says_whose_c_move_it_belongs_to() -> None:
    told = STORED | {dimse.ORIGINATOR: "GOLIVE", dimse.ORIGINATOR_ID: 1007}
    raw = pdu.p_data(1, dimse.command_set(told), command=True) + pdu.p_data(1, bytes(8), command=False)
    assert opened().feed(raw).images == (Image(8, "GOLIVE", 1007),)


def test_a_sign_of_life_is_answered_and_counts_as_no_image() -> None:
    asked = pdu.p_data(7, dimse.request(dimse.ECHO, ECHO, 1), command=True)
    step = opened().feed(asked)
    assert step.images == ()
    assert step.answer


def test_a_release_in_the_same_piece_as_the_last_image_ends_the_association_after_counting_it() -> None:
    step = opened().feed(image(10) + pdu.release_request())
    assert (step.images, step.over) == ((Image(10),), True)
    assert step.answer.endswith(pdu.release_answer())


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\n",
        REQUEST,
        pdu.p_data(5, dimse.request(dimse.ECHO, ECHO, 1), command=True),
        b"\4\0\xff\xff\xff\xff",
        pdu.p_data(1, dimse.request(dimse.FIND, FIND, 1), command=True) + pdu.p_data(1, b"", command=False),
        pdu.p_data(1, b"", command=False),
    ],
    ids=["http", "asked twice", "context never accepted", "four gigabytes", "a query", "data without command"],
)
def test_what_no_archive_would_send_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        opened().feed(raw)


def test_an_image_before_any_association_is_refused() -> None:
    with pytest.raises(Malformed):
        Acceptor().feed(image(10))
