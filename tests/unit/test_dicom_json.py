"""DICOM JSON is read like any JSON, but one data set after the other and never without bound."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.measuring.samples import Outcome
from collectors.outcomes import Failure
from collectors.probes.dicom_json import data_sets, read
from collectors.probes.http import Answer

_TEXT = st.text(max_size=6)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(_TEXT, each, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60)
@given(st.lists(st.dictionaries(_TEXT, _VALUES, max_size=2), max_size=3), st.sampled_from([None, 2]))
def test_data_sets_are_read_as_json_reads_them(items: list[dict[str, object]], indent: int | None) -> None:
    assert read(json.dumps(items, indent=indent).encode()) == items


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"<html>", "the answer is no JSON"),
        (b"[{}", "the answer is no JSON"),
        (b"[{} {}]", "the answer is no JSON"),
        (b"[{},]", "the answer is no JSON"),
        (b"[{}] x", "the answer is no JSON"),
        (b"[\xff]", "the answer is no JSON"),
        (b"[" * 100_000, "the answer is no JSON"),
        (b"{}", "the answer is no list of DICOM data sets"),
        (b"[1]", "the answer is no list of DICOM data sets"),
    ],
)
def test_what_holds_no_data_sets_is_a_wrong_answer(body: bytes, detail: str) -> None:
    with pytest.raises(Failure) as caught:
        read(body)
    assert (caught.value.outcome, caught.value.detail) == (Outcome.WRONG_ANSWER, detail)


def test_no_content_is_no_data_sets() -> None:
    assert asyncio.run(data_sets(Answer(status=204))) == []
    assert asyncio.run(data_sets(Answer(status=200, body=b"\n", size=1))) == []


def test_an_answer_that_was_not_kept_whole_is_said_to_be_too_large() -> None:
    with pytest.raises(Failure, match="larger than 1 MiB: not read"):
        asyncio.run(data_sets(Answer(status=200, body=b"[" + bytes((1 << 20) - 1), size=2 << 20)))
