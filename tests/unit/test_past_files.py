"""A past in files: batches or lines, read by the rules of the door, lived by the rules of the file."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.commands.ingest_reading import Known
from app.commands.past_files import FiledPast, lived, read_files
from app.errors import Invalid, Unavailable
from tests.unit.made import FEEDS, WORKLIST, at, plan
from tests.unit.test_trigger_board import RULE

PLAN = replace(plan(WORKLIST, feeds=FEEDS), rules=(replace(RULE, recover_below=0.1),))
KNOWN = Known(PLAN, "key", False, lambda feed, accession: accession.strip())


def line(second: float, took_s: float = 0.1, **more: Any) -> dict[str, Any]:
    told = {"id": f"s{second}", "probe": "worklist-ct", "kind": "worklist", "system": "ris", "area": "ct"}
    return {**told, "at": at(second).isoformat(), "outcome": "ok", "total_s": took_s, **more}


def event(second: float, accession: str = "A1", **more: Any) -> dict[str, Any]:
    when = at(second).isoformat()
    told = {"id": f"e{second}{accession}", "feed": "ris-hl7", "accession": accession, "milestone": "final"}
    return {**told, "at": when, "received_at": when, **more}


def filed(folder: Path, *documents: Any, name: str = "past.jsonl") -> FiledPast:
    file = folder / name
    file.write_text("\n".join(json.dumps(d) for d in documents))
    return read_files([file], KNOWN)


def batch(**lists: Any) -> dict[str, Any]:
    return {"batch": "b1", "source": "main", "sent_at": at(5000).isoformat(), **lists}


def test_lines_and_batches_tell_the_same_past_in_the_order_of_time_each_id_once(tmp_path: Path) -> None:
    samples = [line(second) for second in (30, 10, 20)]
    by_line = filed(tmp_path, *samples, event(15), samples[0])
    by_batch = filed(tmp_path, batch(samples=samples, exam_events=[event(15)]))
    assert [s.known_at for s in by_line.samples] == [at(10), at(20), at(30)]
    assert [(s.id, s.known_at) for s in by_line.samples] == [(s.id, s.known_at) for s in by_batch.samples]
    assert [e.exam for e in by_line.events] == [e.exam for e in by_batch.events]
    assert by_line.span == by_batch.span
    assert (by_line.span or (None,))[0] == at(10)
    assert by_line.refused == by_batch.refused == []


def test_a_file_as_one_document_over_many_lines_is_read(tmp_path: Path) -> None:
    file = tmp_path / "batch.json"
    file.write_text(json.dumps(batch(samples=[line(1)]), indent=2))
    assert len(read_files([file], KNOWN).samples) == 1


def test_what_cannot_be_taken_is_named_and_loses_nothing_else(tmp_path: Path) -> None:
    found = filed(tmp_path, line(1), line(2, probe="nobody"), {"x": 1}, batch(samples=3), event(3, milestone="later"))
    assert len(found.samples) == 1
    assert [said.partition("past.jsonl")[2].partition(" ")[0] for said in found.refused] == [":3:", ":4:", ":", ":"]
    assert 'unknown probe "nobody"' in found.refused[2]
    assert "samples" in found.refused[1]


def test_a_file_that_is_no_json_or_not_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text('{"a": 1}\n{"a": \n')
    with pytest.raises(Invalid, match=r"bad:2 is no JSON"):
        read_files([tmp_path / "bad"], KNOWN)
    with pytest.raises(Unavailable, match="No such file"):
        read_files([tmp_path / "nowhere"], KNOWN)


def test_a_past_of_files_breaches_as_a_stored_one_does_and_by_other_limits(tmp_path: Path) -> None:
    slow = [line(s, 6.0 if 600 <= s < 1200 else 0.1) for s in range(0, 3600, 5)]
    found = filed(tmp_path, *slow)
    told: list[Any] = []
    (past,) = lived(found, PLAN, at(0), at(3600), (0.5, 1.5), told.append)
    assert [b.at for b in past.breaches] == [at(750)]
    assert past.otherwise == {0.5: 1, 1.5: 0}
    assert told == [at(3600)]
