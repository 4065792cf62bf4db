"""T0 by hand: declared, delayed, called off, at the desk and by `golive declare`, with and without a running golive."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.served import Served, body_of, serving, wait_for, write_config
from tests.peers.golive import GoLive

PATH = "/api/go-live/acts"


def moment(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds")


@pytest.fixture
def planned(tmp_path: Path) -> Iterator[Served]:
    """golive before its go-live, which is planned in an hour."""
    file = write_config(tmp_path, live_hours=-1.0)
    with serving(tmp_path, ("engineer", "desk"), file) as served:
        yield served


def do(served: Served, uuid: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    answer = served.call("POST", f"{PATH}/{uuid or uuid4()}", "desk", json=body)
    return answer.status_code, body_of(answer)


def phase(served: Served) -> str:
    return str(served.get("/api/status")["phase"])


def test_t0_is_declared_once_and_never_for_tomorrow(planned: Served) -> None:
    assert phase(planned) == "before"
    status, said = do(planned, action="declare", at=moment(24 * 60))
    assert (status, said["field"]) == (422, "at")
    uuid, t0 = str(uuid4()), moment(-20)
    status, first = do(planned, uuid, action="declare", at=t0)
    assert (status, first["by"], first["action"]) == (200, "the desk", "declare")
    wait_for(lambda: phase(planned) == "decision")
    assert 1190 < planned.get("/api/status")["since_go_live_s"] < 1260
    assert do(planned, uuid, action="declare", at=t0) == (200, first)
    assert do(planned, uuid, action="declare", at=moment(-10))[0] == 409
    status, said = do(planned, action="declare")
    assert (status, "was declared for" in said["detail"], "by the desk" in said["detail"]) == (409, True, True)
    assert do(planned, action="delay", at=moment(60), reason="no power")[0] == 409
    assert [e["act"] for e in planned.get("/api/journal")].count("go_live.declare") == 1


def test_a_delay_outranks_the_file_until_the_file_plans_anew(planned: Served) -> None:
    assert do(planned, action="delay", at=moment(120))[1]["field"] == "reason"
    assert do(planned, action="delay", reason="x")[1]["field"] == "at"
    assert do(planned, action="delay", at=moment(180), reason="the network team is late")[0] == 200
    wait_for(lambda: "in 2 h 59 min" in words(planned) or "in 3 h" in words(planned))
    file = planned.config.file
    before = next(line for line in file.read_text().splitlines() if line.startswith("at = "))
    file.write_text(file.read_text().replace(before, f"at = {moment(300)}"))
    wait_for(lambda: "in 4 h 59 min" in words(planned) or "in 5 h" in words(planned))


def test_what_is_called_off_says_so_until_it_is_planned_anew(planned: Served) -> None:
    assert do(planned, action="call_off", reason="the migration is not ready")[0] == 200
    wait_for(lambda: words(planned).startswith("called off "))
    assert do(planned, action="call_off", reason="again")[0] == 409
    assert do(planned, action="delay", at=moment(60), reason="ready now")[0] == 200
    wait_for(lambda: words(planned).startswith("planned "))
    told = planned.get("/api/go-live")["acts"]
    assert [(a["action"], a["by"], a["reason"]) for a in told] == [
        ("call_off", "the desk", "the migration is not ready"),
        ("delay", "the desk", "ready now"),
    ]


def test_the_clock_declares_no_plan_that_was_called_off_and_a_delayed_one_at_its_moment(tmp_path: Path) -> None:
    file = write_config(tmp_path, live_hours=-1.0)
    file.write_text(file.read_text().replace("[go_live]\n", '[go_live]\nstart = "by-clock"\n'))
    with serving(tmp_path, ("engineer", "desk"), file) as served:
        soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
        assert do(served, action="delay", at=soon, reason="sooner")[0] == 200
        wait_for(lambda: phase(served) == "decision")
        assert served.get("/api/status")["declared_at"][:19] == soon[:19]


def words(served: Served) -> str:
    """Give what the wall says of the plan."""
    return str(served.get("/api/go-live")["words"])


def test_golive_declare_goes_through_the_running_server_and_does_without_one() -> None:
    with GoLive(live_hours=-1.0) as house:
        done = house.cli("declare", "--delay-to", moment(90), "--name", "Ann", "--reason", "late", "--json")
        assert (done.returncode, json.loads(done.stdout)["by"]) == (0, "Ann"), done.stderr
        house.start("serve")
        tomorrow = house.cli("declare", "--at", moment(24 * 60), "--name", "Ann")
        assert (tomorrow.returncode, "lies in the future" in tomorrow.stderr) == (2, True)
        unclear = house.cli("declare", "--at", "six o'clock")
        assert (unclear.returncode, "is no moment with its offset" in unclear.stderr) == (2, True)
        both = house.cli("declare", "--call-off", "--delay-to", moment(90))
        assert (both.returncode, "takes one of" in both.stderr) == (2, True)
        said = house.cli("declare", "--at", moment(-5), "--name", "Ann")
        assert (said.returncode, said.stdout.startswith("the go-live is declared: T0 is ")) == (0, True), said.stderr
        assert house.get("/api/status")["phase"] == "decision"
        again = house.cli("declare", "--name", "Bo")
        assert (again.returncode, "was declared for" in again.stderr, "by Ann" in again.stderr) == (2, True, True)
        acts = [(e["act"], e["actor"]) for e in house.get("/api/journal") if e["act"].startswith("go_live")]
        assert acts == [("go_live.delay", "Ann"), ("go_live.declare", "Ann")]
