"""Tokens and ids of exams, as outsiders would make them."""

import hashlib
import hmac
from uuid import UUID

from app.domain.privacy.identity import normalised as normalised_at_the_door
from app.settings import AccessionRule
from collectors.identity import event_id, exam_token, hidden, message_digest, normalised, study_token


def test_an_exam_token_is_the_documented_hash() -> None:
    expected = hmac.new(b"key \xc3\xa4", b"accession\0\0A123", hashlib.sha256).hexdigest()
    assert exam_token("key ä", " A123 ") == f"k1.{expected}"
    expected = hmac.new(b"key", b"accession\0HOSP\0A123", hashlib.sha256).hexdigest()
    assert exam_token("key", "A123", "HOSP") == f"k1.{expected}"
    expected = hmac.new(b"key", b"study\0\x001.2.3", hashlib.sha256).hexdigest()
    assert study_token("key", "1.2.3") == f"k1.{expected}"


def test_an_accession_is_written_by_the_feeds_rule() -> None:
    rule = AccessionRule(strip="^0+", drop_prefix=["NC", "X"], upper=True)
    assert normalised(" 00nc12a ", rule) == "12A"
    assert normalised("000", rule) == ""
    assert normalised("A\x001", AccessionRule()) == normalised_at_the_door("A\x001") == "A1"


def test_an_event_id_is_a_uuid_8_of_the_messages_bytes() -> None:
    one = event_id("key", "ris", message_digest(b"bytes"), "final", "A1")
    assert UUID(one).version == 8
    assert UUID(one).variant == "specified in RFC 4122"
    assert one == event_id("key", "ris", message_digest(b"bytes"), "final", "A1")
    others = {
        event_id("key", "ris", message_digest(b"bytes."), "final", "A1"),
        event_id("key", "ris", message_digest(b"bytes"), "begun", "A1"),
        event_id("key", "ris", message_digest(b"bytes"), "final", "A2"),
        event_id("key", "other", message_digest(b"bytes"), "final", "A1"),
        event_id("other", "ris", message_digest(b"bytes"), "final", "A1"),
    }
    assert len(others | {one}) == 6


def test_nothing_is_hidden_as_nothing() -> None:
    assert hidden("key", "control", b"") == ""
    assert len(hidden("key", "control", b"C1")) == 32
