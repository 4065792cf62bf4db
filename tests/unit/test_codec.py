"""Domain values as JSON and back."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.exams.exams import Milestone
from app.store.codec import dumps, is_same, loads

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Inner:
    at: datetime | None = None


@dataclass(frozen=True)
class Outer:
    inner: Inner
    kind: Milestone
    share: float
    moments: dict[Milestone, datetime]
    pairs: tuple[tuple[str, float | None], ...] = ()
    two: tuple[int, str] = (1, "a")
    names: frozenset[str] = frozenset()
    new: str = "default"


def test_a_value_comes_back_as_it_was() -> None:
    value = Outer(
        Inner(NOON), Milestone.FINAL, 0.5, {Milestone.ENDED: NOON}, (("a", None), ("b", 2.0)), names=frozenset({"x"})
    )
    assert loads(Outer, dumps(value)) == value


def test_moments_are_kept_in_utc() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert json.loads(dumps(Inner(east))) == {"at": "2026-11-21T12:00:00+00:00"}


def test_a_field_that_an_older_golive_did_not_know_has_its_default() -> None:
    text = dumps(Outer(Inner(), Milestone.FINAL, 1.0, {}))
    older = json.dumps({k: v for k, v in json.loads(text).items() if k != "new"} | {"gone": 1})
    assert loads(Outer, older).new == "default"


def test_a_whole_number_read_into_a_float_field_is_a_float() -> None:
    value = loads(Outer, '{"inner":{},"kind":"final","share":1,"moments":{}}')
    assert (value.share, type(value.share)) == (1.0, float)


def test_no_number_that_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dumps(Outer(Inner(), Milestone.FINAL, float("inf"), {}))


def test_what_an_older_golive_stored_is_the_same_as_what_is_sent_again_to_a_newer_one() -> None:
    sent = dumps({"sent": Outer(Inner(), Milestone.FINAL, 1.0, {}, new="")})
    older = json.dumps({"sent": {k: v for k, v in json.loads(sent)["sent"].items() if k != "new"}})
    assert is_same(sent, sent)
    assert is_same(older, sent)
    assert not is_same(older, sent.replace('"new":""', '"new":"said"'))
    assert not is_same(older, sent.replace("1.0", "2.0"))
    assert not is_same(sent, older)  # it said more then
