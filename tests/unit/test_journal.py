"""The chain as pure values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.journal import GENESIS, Entry, canonical, sealed, verify

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def chain(count: int) -> list[Entry]:
    entries: list[Entry] = []
    for seq in range(1, count + 1):
        previous = entries[-1].hash if entries else GENESIS
        entries.append(sealed("north", seq, NOON, "ann", "act", str(seq), {"n": seq}, previous))
    return entries


def test_an_empty_journal_verifies() -> None:
    assert verify("north", [], 0, GENESIS).ok


def test_canonical_json_is_one_text_whatever_the_order() -> None:
    assert canonical({"b": 1, "a": [True, None, "ü"]}) == canonical({"a": [True, None, "ü"], "b": 1})
    assert canonical({"b": 1, "a": "ü"}) == '{"a":"\\u00fc","b":1}'


def test_nothing_that_json_cannot_say_gets_into_the_chain() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": float("nan")})


def test_the_hash_is_of_the_moment_not_of_its_time_zone() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert (
        sealed("n", 1, NOON, "a", "b", "c", {}, GENESIS).hash == sealed("n", 1, east, "a", "b", "c", {}, GENESIS).hash
    )


@pytest.mark.parametrize("field", ["actor", "act", "subject"])
def test_every_field_is_under_the_hash(field: str) -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], **{field: "other"})
    found = verify("north", entries, 3, entries[-1].hash)
    assert (found.ok, found.entries, found.problem) == (False, 1, "entry 2 was changed after it was written")


def test_a_chain_of_another_hospital_does_not_verify() -> None:
    entries = chain(2)
    assert not verify("south", entries, 2, entries[-1].hash).ok


@given(st.integers(2, 12), st.data())
def test_no_entry_can_be_taken_out_or_swapped(count: int, data: st.DataObject) -> None:
    entries = chain(count)
    place = data.draw(st.integers(0, count - 1))
    without = entries[:place] + entries[place + 1 :]
    assert not verify("north", without, count, entries[-1].hash).ok
    other = data.draw(st.integers(0, count - 1).filter(lambda n: n != place))
    swapped = list(entries)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    assert not verify("north", swapped, count, entries[-1].hash).ok


def test_a_rewritten_tail_is_seen_at_its_head() -> None:
    entries = chain(3)
    forged = sealed("north", 3, NOON, "eve", "act", "3", {}, entries[1].hash)
    assert not verify("north", [*entries[:2], forged], 3, entries[2].hash).ok
