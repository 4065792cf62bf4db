"""golive's own uplink is cut: by its control probe everything behind it is blind, and no trigger breaches."""

from pathlib import Path
from typing import Any

from tests.integration.served import TABLES, prepared, running, sample, wait_for, write_config

RULE = {
    "id": "slow", "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.3,
    "window": "10m", "at_least": 5, "breach_after": "1s", "armed": "always", "blind_after": "2s",
}  # fmt: skip
DOWN = {
    "id": "gone", "title": "RIS gone", "kind": "availability", "where": {"system": "ris"}, "down_for": "5s",
    "window": "5m", "at_least": 2, "breach_after": "0s", "armed": "always", "blind_after": "2s",
}  # fmt: skip
GATEWAY = {"host": "127.0.0.1", "port": 4299, "ae_title": "GATEWAY"}
SYSTEMS = [*TABLES["systems"], {"id": "gateway", "name": "Gateway", "kind": "portal", "dicom": GATEWAY}]
PROBES = [
    *TABLES["probes"],
    {"id": "uplink", "kind": "echo", "system": "gateway", "every": "10s", "timeout": "8s", "role": "control"},
]
NO_ANSWER = {"outcome": "unreachable", "first_s": None, "total_s": None, "matches": None}


def uplink(seconds_ago: float, answered: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"probe": "uplink", "kind": "echo", "system": "gateway", "area": None}
    return sample(seconds_ago, **told, **({"matches": None} if answered else NO_ANSWER))


def test_a_cut_uplink_blinds_triggers_and_breaches_none(tmp_path: Path) -> None:
    file = write_config(tmp_path, systems=SYSTEMS, probes=PROBES, triggers=[RULE, DOWN])
    config, tokens = prepared(tmp_path, ["engineer"], file)
    with running(config, tokens) as golive:
        before = [sample(40 - i) for i in range(20)] + [uplink(20, answered=True)]
        assert golive.ingest(samples=before)["refused"] == []
        wait_for(lambda: golive.get("/api/triggers/slow")["sight"] == "ok")
        # the worklist fails once before the control probe says that it is golive's own cable
        golive.ingest(samples=[sample(19, **NO_ANSWER), uplink(18, answered=False)])
        golive.ingest(samples=[sample(17 - i / 4, **NO_ANSWER) for i in range(60)])
        golive.ingest(samples=[uplink(1, answered=False), sample(0, **NO_ANSWER)])
        seen = wait_for(lambda: (s := golive.standing("worklist.response"))["state"] == "blind" and s)
        assert (seen["failed"], seen["reason"].startswith("collector cut off")) == (1, True)
        for name in ("slow", "gone"):
            found = wait_for(
                lambda name=name: (t := golive.get(f"/api/triggers/{name}"))["sight"] == "blind" and t["alarm"] and t
            )
            assert (found["state"], found["alarm"]) == ("watching", "unseen")
            assert [t["cause"] for t in found["transitions"]] == ["unseen"]
        status = golive.get("/api/status")
        assert status["overall"] == "blind"
        # the cable is back, and the worklist is not: now it is the worklist's
        golive.ingest(samples=[uplink(0, answered=True), *(sample(0, **NO_ANSWER) for _ in range(25))])
        wait_for(lambda: golive.get("/api/triggers/slow")["state"] == "breached")
