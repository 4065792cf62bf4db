"""Planned work over the real server: planned on the desk or in golive.toml, seen in series, triggers and the whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.served import Served, body_of, prepared, running, sample, wait_for, write_config

RULE = {
    "id": "slow", "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.5,
    "window": "60s", "at_least": 5, "breach_after": "1s", "recover_below": 0.4, "armed": "always", "blind_after": "2s",
}  # fmt: skip


def moment(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    config, tokens = prepared(tmp_path, ["engineer", "desk"], write_config(tmp_path, triggers=[RULE]))
    with running(config, tokens) as served:
        yield served


def plan(served: Served, uuid: str, role: str = "desk", **body: Any) -> tuple[int, dict[str, Any]]:
    whole = {"system": "ris", "until": moment(3600).isoformat(), "why": "RIS update", **body}
    answer = served.call("PUT", f"/api/planned-work/{uuid}", role, json=whole)
    return answer.status_code, body_of(answer)


def act(served: Served, uuid: str, event: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    path = f"/api/planned-work/{uuid}/events/{event or uuid4()}"
    answer = served.call("POST", path, "desk", json={"why": "done", **body})
    return answer.status_code, body_of(answer)


def fail(served: Served, times: int) -> None:
    failed = {"outcome": "refused", "first_s": None, "total_s": None}
    assert served.ingest(samples=[sample(0.0, **failed) for _ in range(times)])["refused"] == []


def test_work_is_planned_once_and_seen_and_what_fails_meanwhile_is_kept_and_judges_nothing(golive: Served) -> None:
    uuid, until = str(uuid4()), moment(3600).isoformat()
    status, made = plan(golive, uuid, until=until)
    assert (status, made["state"], made["by"], made["source"]) == (201, "under_way", "the desk", "desk")
    assert plan(golive, uuid, until=until)[0] == 200
    assert plan(golive, uuid, until=moment(7200).isoformat())[0] == 409
    assert plan(golive, str(uuid4()), role="engineer")[0] == 403
    fail(golive, 8)
    seen = wait_for(lambda: (s := golive.standing("worklist.response"))["state"] == "maintenance" and s)
    assert seen["n"] == 0
    assert seen["reason"].startswith("planned work until ")
    assert seen["reason"].endswith("; RIS update, by the desk")
    trigger = wait_for(lambda: (t := golive.get("/api/triggers/slow"))["reason"].startswith("planned work") and t)
    assert (trigger["state"], trigger["sight"]) == ("watching", "insufficient")
    wait_for(lambda: [t["cause"] for t in golive.get("/api/triggers/slow")["transitions"]] == ["planned work"])
    assert [w["uuid"] for w in golive.get("/api/planned-work")] == [uuid]
    event = str(uuid4())
    status, ended = act(golive, uuid, event, action="end")
    assert (status, ended["state"], ended["ended_by"], ended["ended_why"]) == (200, "ended", "the desk", "done")
    assert act(golive, uuid, event, action="end")[1]["ended_at"] == ended["ended_at"]
    status, said = act(golive, uuid, action="end")
    assert (status, "was ended by the desk" in said["detail"]) == (409, True)
    fail(golive, 8)
    seen = wait_for(lambda: (s := golive.standing("worklist.response"))["state"] == "down" and s)
    assert (seen["n"], seen["failed"]) == (8, 8)
    wait_for(lambda: golive.get("/api/triggers/slow")["state"] == "breached")
    causes = [t["cause"] for t in golive.get("/api/triggers/slow")["transitions"]]
    assert causes == ["planned work", "planned work over", "beyond", "breach"]
    acts = [e["act"] for e in golive.get("/api/journal") if e["subject"] == uuid]
    assert acts == ["planned_work.plan", "planned_work.end"]


def test_what_cannot_be_meant_is_refused_in_words(golive: Served) -> None:
    uuid = str(uuid4())
    for body, field in (
        ({"system": "riss"}, "system"),
        ({"from": moment(-3600).isoformat()}, "from"),
        ({"until": moment(-10).isoformat()}, "until"),
        ({"why": ""}, "why"),
    ):
        status, said = plan(golive, uuid, **body)
        assert (status, said["field"]) == (422, field)
    assert act(golive, uuid, action="end")[0] == 404
    assert plan(golive, uuid, **{"from": moment(600).isoformat()})[1]["state"] == "planned"
    assert act(golive, uuid, action="end")[0] == 409
    assert act(golive, uuid, action="withdraw")[1]["state"] == "withdrawn"


def test_work_of_golive_toml_ends_by_itself_overruns_and_outlasts_a_restart(tmp_path: Path) -> None:
    begun = {"system": "ris", "from": moment(-600), "until": moment(5), "by": "Ada", "why": "RIS update"}
    later = {**begun, "from": moment(3600), "until": moment(7200)}
    file = write_config(tmp_path, triggers=[RULE], maintenance=[begun, later])
    config, tokens = prepared(tmp_path, ["engineer", "desk"], file)
    with running(config, tokens) as golive:
        fail(golive, 5)
        wait_for(lambda: golive.standing("worklist.response")["state"] == "maintenance")
        works = golive.get("/api/planned-work")
        assert [(w["source"], w["by"], w["state"]) for w in works][1] == ("golive.toml", "Ada", "planned")
        assert act(golive, works[1]["uuid"], action="withdraw")[0] == 200
        wait_for(lambda: golive.get("/api/planned-work")[0]["state"] == "over")
        fail(golive, 2)
        reasons = wait_for(
            lambda: [r for r in golive.get("/api/status")["reasons"] if r.startswith("planned work of RIS: overrun")]
        )
        assert "no good answer since; RIS update, by Ada" in reasons[0]
        assert golive.get("/api/planned-work")[0]["overrun"]
        assert golive.standing("worklist.response")["n"] == 2
    with running(config, tokens) as golive:
        wait_for(lambda: golive.standing("worklist.response")["n"] == 2)
        assert [w["state"] for w in golive.get("/api/planned-work")] == ["over", "withdrawn"]
        golive.ingest(samples=[sample(0.0), sample(0.0)])
        wait_for(lambda: not golive.get("/api/planned-work")[0]["overrun"])
