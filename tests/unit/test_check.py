"""What one attempt of `golive check` and `golive probe` comes to."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.measuring.samples import Kind, Outcome
from app.settings import Config, load
from app.wire import SampleIn
from collectors import check, check_table
from collectors.expected import is_fine
from collectors.probes import KINDS
from collectors.probes.result import Result

TOML = """[site]
id = "north"
name = "North"
timezone = "Europe/Berlin"
[go_live]
at = 2026-11-21T06:00:00+01:00
[[systems]]
id = "ris"
name = "RIS"
kind = "ris"
dicom = { host = "10.0.0.9", port = 104, ae_title = "RIS" }
[[probes]]
id = "wl"
kind = "worklist"
system = "ris"
every = "10s"
timeout = "8s"
expect_at_least = 1
hours = "Mo-Fr 07:00-18:00"
[[probes]]
id = "echo"
kind = "echo"
system = "ris"
every = "10s"
timeout = "8s"
"""
SATURDAY, MONDAY = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)


def config_of(tmp_path: Path) -> Config:
    (tmp_path / "golive.toml").write_text(TOML)
    return load(tmp_path / "golive.toml", {})


def sample(at: datetime, outcome: Outcome, detail: str, matches: int | None = None) -> SampleIn:
    return SampleIn(
        id="0193-0001",
        probe="wl",
        kind=Kind.WORKLIST,
        system="ris",
        at=at,
        outcome=outcome,
        detail=detail,
        matches=matches,
    )


def test_a_bug_ends_one_attempt_and_not_the_table(tmp_path, monkeypatch):
    async def broken(*_: object) -> Result:
        raise KeyError("A PATIENT'S NAME")

    async def answering(*_: object) -> Result:
        return Result()

    monkeypatch.setitem(KINDS, Kind.WORKLIST, broken)
    monkeypatch.setitem(KINDS, Kind.ECHO, answering)
    found = asyncio.run(check.check_all(config_of(tmp_path)))
    assert [(t.id, t.outcome, t.ok) for t in found.tried] == [("wl", "bug", False), ("echo", "ok", True)]
    assert "golive itself failed here (KeyError)" in found.tried[0].sentence
    assert "PATIENT" not in json.dumps(found.as_json())
    assert not found.ok


def test_an_empty_worklist_is_fine_outside_the_hours_of_its_probe_alone(tmp_path):
    config = config_of(tmp_path)
    wl = config.settings.probes[0]
    empty = "0 matches, at least 1 expected"
    assert is_fine(config, wl, sample(SATURDAY, Outcome.WRONG_ANSWER, empty, 0))
    assert not is_fine(config, wl, sample(MONDAY, Outcome.WRONG_ANSWER, empty, 0))
    assert not is_fine(config, wl, sample(SATURDAY, Outcome.REFUSED, "nobody listens on the port"))
    said = check_table.phases(config, sample(SATURDAY, Outcome.WRONG_ANSWER, empty, 0))
    assert "✓ wrong_answer: outside its hours; ris (10.0.0.9 port 104) answered, but without" in said


@pytest.mark.parametrize(
    ("count", "detail"),
    [(99, "sentinel missing"), (100, "sentinel missing; 100 matches: a round count, the list may be cut off")],
)
def test_a_missing_sentinel_and_a_list_that_may_be_cut_off_are_said_together(tmp_path, count, detail):
    wl = config_of(tmp_path).settings.probes[0].model_copy(update={"sentinel": "STANDING"})
    result = Result()
    result.judge(wl, count, {"A1"})
    assert (result.outcome, result.detail, result.matches) == (Outcome.WRONG_ANSWER, detail, count)
