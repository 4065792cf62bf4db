"""DICOM JSON as DICOMweb answers it, read beside the event loop and only up to a size."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

from app.domain.measuring.samples import Outcome
from collectors.outcomes import Failure
from collectors.probes.http import Answer

DICOM_JSON = "application/dicom+json"
_BLANKS = re.compile(r"[ \t\r\n]*")


async def data_sets(answer: Answer) -> list[dict[str, Any]]:
    """Give the data sets of an answer, or a Failure; no content is none of them."""
    if answer.size > len(answer.body):
        raise Failure(Outcome.WRONG_ANSWER, f"the answer is larger than {len(answer.body) >> 20} MiB: not read")
    if answer.status == 204 or not answer.body.strip():
        return []
    return await asyncio.to_thread(read, answer.body)


def read(body: bytes) -> list[dict[str, Any]]:
    """Give the data sets of a body of DICOM JSON, or a Failure."""
    try:
        return list(_each(body.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise Failure(Outcome.WRONG_ANSWER, "the answer is no JSON") from error


def _each(text: str) -> Iterator[dict[str, Any]]:
    """Read one data set after the other: reading all in one go would hold up every other thread meanwhile."""
    decoder, at = json.JSONDecoder(), _past_blanks(text, 0)
    if text[at : at + 1] != "[":
        decoder.raw_decode(text, at)
        raise Failure(Outcome.WRONG_ANSWER, "the answer is no list of DICOM data sets")
    at = _past_blanks(text, at + 1)
    closed = text[at : at + 1] == "]"
    while not closed:
        item, at = decoder.raw_decode(text, at)
        if not isinstance(item, dict):
            raise Failure(Outcome.WRONG_ANSWER, "the answer is no list of DICOM data sets")
        yield item
        at = _past_blanks(text, at)
        closed = text[at : at + 1] == "]"
        if not closed and text[at : at + 1] != ",":
            raise ValueError(f"no end of the list at {at}")
        at = at if closed else _past_blanks(text, at + 1)
    if text[at + 1 :].strip():
        raise ValueError("more behind the list")


def _past_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def json_value(item: dict[str, Any], tag: str) -> str:
    """Give the first value of an attribute in DICOM JSON as text, nothing when there is none."""
    attribute = item.get(tag)
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    value = values[0] if isinstance(values, list) and values else ""
    return str(value) if isinstance(value, str | int | float) else ""
