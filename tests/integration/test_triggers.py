"""Triggers of a served app: breached with evidence, latched over a restart, each transition told once."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.served import TABLES, Served, prepared, running, sample, wait_for, write_config

RULE = {
    "id": "slow", "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.5,
    "window": "60s", "at_least": 5, "breach_after": "1s", "recover_below": 0.3, "armed": "always",
}  # fmt: skip
NOT_ARMED = {**RULE, "id": "later", "armed": "shadow"}
PER_AREA = {**RULE, "id": "each", "per": "area"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_config(tmp_path, **{**TABLES, "triggers": [RULE, NOT_ARMED, PER_AREA]})


def send(golive: Served, *seconds: float | None) -> None:
    failed = {"outcome": "timeout", "first_s": None, "total_s": None}
    made = [sample(0.0, **({"total_s": s} if s is not None else failed)) for s in seconds]
    assert golive.ingest(samples=made)["refused"] == []


def trigger(golive: Served, name: str = "slow") -> Any:
    return golive.get(f"/api/triggers/{name}")


def becomes(golive: Served, state: str, name: str = "slow") -> Any:
    return wait_for(lambda: (t := trigger(golive, name))["state"] == state and t, 15)


def test_a_breach_is_frozen_told_everywhere_and_latched_over_a_restart(tmp_path: Path, file: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer"], file)
    with running(config, tokens) as golive:
        send(golive, 2.0, 2.0, None, 2.0, 2.0, 2.0)
        found = becomes(golive, "breached")
        assert (found["sight"], found["limit_share"], found["share"]) == ("ok", 0.5, 1.0)
        assert found["evidence"]["n"] == 6
        assert len(found["evidence"]["samples"]) == 6
        assert [t["cause"] for t in found["transitions"]] == ["beyond", "breach"]
        assert found["transitions"][1]["facts"]["standings"]["worklist.response/ris/ct"] == "ok"
        status = golive.get("/api/status")
        assert (status["overall"], status["reasons"][0].startswith("trigger Worklist unusable")) == ("act", True)
        assert becomes(golive, "shadow", "later")["transitions"][-1]["cause"] == "would breach"
        assert becomes(golive, "breached", "each:ct")["area"] == "ct"
        assert golive.call("GET", "/api/triggers/each", "engineer").status_code == 404
        assert [t["id"] for t in golive.get("/api/triggers")] == ["slow", "later", "each:ct"]
    with running(config, tokens) as golive:
        again = trigger(golive)
        assert (again["state"], again["evidence"]) == ("breached", found["evidence"])
        send(golive, *[0.1] * 40)
        recovering = becomes(golive, "recovering")
        assert recovering["evidence"] == found["evidence"]
        assert [t["number"] for t in recovering["transitions"]] == [1, 2, 3]
        acts = [e["act"] for e in golive.get("/api/journal") if e["subject"] == "slow"]
        assert acts == ["trigger.beyond", "trigger.breach", "trigger.recovery"]


def test_a_trigger_is_read_by_those_who_read_everything(tmp_path: Path, file: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer", "desk", "floor", "leadership", "display"], file)
    with running(config, tokens) as golive:
        codes = {role: golive.call("GET", "/api/triggers", role).status_code for role in tokens}
    assert codes == {"engineer": 200, "desk": 200, "floor": 403, "leadership": 403, "display": 403}


def test_a_changed_rule_starts_beside_the_breach_of_the_old_one(tmp_path: Path, file: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer"], file)
    with running(config, tokens) as golive:
        send(golive, *[2.0] * 6)
        old = becomes(golive, "breached")
        file.write_text(file.read_text().replace('slower_than = "1s"', 'slower_than = "10s"', 1))
        both = wait_for(
            lambda: len(rows := [t for t in golive.get("/api/triggers") if t["id"] == "slow"]) == 2 and rows
        )
        assert [(t["rule"] == old["rule"], t["state"]) for t in both] == [(True, "breached"), (False, "watching")]
