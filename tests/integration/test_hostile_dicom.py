"""Whatever a peer sends, an attempt ends in time with an outcome and a sentence."""

import itertools
import random
import time
from datetime import UTC, datetime

import pytest

from app.domain.measuring.samples import Outcome
from app.wire import SampleIn
from collectors.dicom.association import RELEASE_S
from tests.integration.probing import dicom_system, probe_of, try_once
from tests.peers.hostile import Hostile, Script, accept, answer, command, element, pdu, reject, repeats, says, value
from tests.peers.orthanc import Orthanc
from tests.peers.proxy import Proxy

FIND, PENDING = 0x8020, 0xFF00
ORDER = element(0x00080050, b"A1")
TIMEOUT_S = 10.0  # where the peer's answer must decide, however busy the machine is
SHORT_S = 1.0  # where the timeout must decide
LATE_S = 8.0  # the release, and a busy machine


def ask(script: Script, kind: str = "worklist", timeout_s: float = TIMEOUT_S) -> SampleIn:
    with Hostile(script) as peer:
        began_s = time.monotonic()
        sample = try_once(probe_of(kind, timeout=f"{timeout_s:g}s"), dicom_system(peer.port, peer.aet))
        assert time.monotonic() - began_s < timeout_s + LATE_S
    assert sample.outcome is Outcome.OK or sample.detail
    return sample


@pytest.mark.parametrize(
    ("script", "outcome", "words"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Outcome.ABORTED, "PDU type 72 (an HTTP server?) in associate"),
        (says(b"\x15\3\1\0\2\2\x28"), Outcome.ABORTED, "PDU type 21 (a TLS port?)"),
        (says(pdu(9, b"")), Outcome.ABORTED, "PDU type 9"),
        (says(b"\2\0\xff\xff\xff\xff"), Outcome.ABORTED, "4294967295 bytes long"),
        (says(accept(), b"\4\0\xff\xff\xff\xff"), Outcome.ABORTED, "4294967295 bytes long"),
        (says(b"\2\0\0"), Outcome.TIMEOUT, "in associate"),
        (says(accept(), answer(FIND, 0)[:3]), Outcome.TIMEOUT, "in first answer"),
        (says(accept(), answer(FIND, PENDING, ORDER)[:-5]), Outcome.TIMEOUT, "in first answer"),
        (says(accept(), answer(FIND, PENDING, ORDER) * 3 + b"\4\0"), Outcome.TIMEOUT, "after 3 answers"),
        (says(reject(1, 1, 3)), Outcome.REJECTED, "calling AE title not recognized (1/1/3)"),
        (says(reject(2, 3, 1)), Outcome.REJECTED, "temporary congestion (2/3/1)"),
        (says(reject(9, 9, 9)), Outcome.REJECTED, "unknown reason (9/9/9)"),
        (says(accept((1, 3))), Outcome.REJECTED, "presentation context refused: abstract syntax"),
        (says(accept((1, 4))), Outcome.REJECTED, "presentation context refused: transfer syntaxes"),
        (says(accept((7, 0))), Outcome.REJECTED, "presentation context refused: not answered"),
        (says(accept(), pdu(7, b"\0\0\2\1")), Outcome.ABORTED, "peer aborted in first answer"),
        (says(accept(), pdu(5, bytes(4))), Outcome.ABORTED, "peer ended the association in first answer"),
        (says(accept(), accept()), Outcome.ABORTED, "Accepted instead of an answer"),
        (says(b"", hold=False), Outcome.ABORTED, "peer closed the connection in associate"),
        (says(accept(), b"", hold=False), Outcome.ABORTED, "peer closed the connection in first answer"),
        (says(accept(), answer(FIND, 0xA700)), Outcome.BAD_STATUS, "status A700 out of resources"),
        (says(accept(), answer(0x8030, 0)), Outcome.ABORTED, "an answer to something else"),
        (says(accept(), answer(FIND, 0, to=9)), Outcome.ABORTED, "an answer to something else"),
        (says(accept(), answer(FIND, 0, context=3)), Outcome.ABORTED, "on a context never accepted"),
        (says(accept(), answer(FIND, PENDING) + answer(FIND, 0)), Outcome.WRONG_ANSWER, "match 1 has no data set"),
        (says(accept(), pdu(4, value(ORDER, 2))), Outcome.ABORTED, "a data set without a command"),
        (says(accept(), pdu(4, value(command((0x0100, FIND)), 3))), Outcome.ABORTED, "without command field"),
        (
            says(accept(), answer(FIND, PENDING, b"\x08\0\x50\0\xff\xff\0\0garbage") + answer(FIND, 0)),
            Outcome.WRONG_ANSWER,
            "an answer cannot be read",
        ),
    ],
)  # fmt: skip
def test_a_bad_peer_is_an_outcome_with_a_sentence(script: Script, outcome: Outcome, words: str) -> None:
    sample = ask(script, timeout_s=SHORT_S if outcome is Outcome.TIMEOUT else TIMEOUT_S)
    assert sample.outcome is outcome
    assert words in sample.detail


def test_matches_without_end_are_given_up() -> None:
    sample = ask(repeats(accept(), itertools.repeat(answer(FIND, PENDING, ORDER) * 200)))
    assert (sample.outcome, sample.detail) == (Outcome.ABORTED, "more than 5000 matches: given up")


def test_bytes_without_end_that_complete_nothing_end_with_the_timeout() -> None:
    sample = ask(repeats(accept(), itertools.repeat(pdu(4, value(b"", 1)) * 500)), timeout_s=SHORT_S)
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in first answer")


def test_a_sample_is_of_the_moment_of_its_answer_however_long_the_release_takes() -> None:
    with Hostile(says(accept(), answer(0x8030, 0))) as peer:  # no word on the release
        sample = try_once(probe_of("echo"), dicom_system(peer.port, peer.aet))
        assert (datetime.now(UTC) - sample.at).total_seconds() >= RELEASE_S
    assert sample.outcome is Outcome.OK


def test_an_echo_with_a_bad_status_is_not_ok() -> None:
    sample = ask(says(accept(), answer(0x8030, 0x0110)), "echo")
    assert (sample.outcome, sample.detail) == (Outcome.BAD_STATUS, "status 0110")
    assert sample.first_s is not None
    assert sample.total_s is None


def test_a_peer_that_never_answers_the_release_costs_half_a_second_at_most() -> None:
    assert ask(says(accept(), answer(FIND, PENDING, ORDER) + answer(FIND, 0))).matches == 1


def test_two_hundred_mutated_answers_never_hang_and_never_raise() -> None:
    chance = random.Random(5)
    outcomes = set()
    good = [accept(), answer(FIND, PENDING, ORDER) + answer(FIND, 0)]
    for _ in range(200):
        words = [bytearray(w) for w in good]
        for _ in range(chance.randint(1, 4)):
            word = chance.choice(words)
            word[chance.randrange(len(word))] = chance.randrange(256)
        with Hostile(says(*(bytes(w) for w in words), hold=False)) as peer:
            outcomes.add(try_once(probe_of("worklist", timeout="300ms"), dicom_system(peer.port)).outcome)
    assert Outcome.ABORTED in outcomes


@pytest.mark.parametrize("stall_after", [0, 3, 20])
def test_a_real_pacs_that_stalls_in_the_middle_of_an_answer_times_out(stall_after: int) -> None:
    with Orthanc(worklist={"CT": 3}) as pacs, Proxy(pacs.port, free=1, stall_after=stall_after) as proxy:
        sample = try_once(probe_of("worklist", timeout="500ms"), dicom_system(proxy.port, pacs.aet))
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in first answer")
