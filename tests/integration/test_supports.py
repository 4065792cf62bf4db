"""Support now over the real server: asked for, led by the desk, listed and counted, each write once."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.served import Served, body_of, prepared, running, wait_for, write_config

LOBBY = "https://meet.example/lobby?pwd=SECRET1"
SUPPORT = f"""
[support]
lobby = "{LOBBY}"
breakouts = [{{ name = "Room 1", link = "https://ann:SECRET2@meet.example/1" }}]
supporters = ["Ann Lee"]
users = 312
workstations = {{ "CT-*" = "ct" }}
"""


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("support")
    roles = ["engineer", "desk", "floor", "leadership", "support"]
    config, tokens = prepared(folder, roles, write_config(folder, SUPPORT))
    with running(config, tokens) as served:
        yield served


def put(served: Served, uuid: str, role: str = "floor", **what: Any) -> tuple[int, dict[str, Any]]:
    answer = served.call("PUT", f"/api/supports/{uuid}", role, json=what)
    return answer.status_code, body_of(answer)


def act(served: Served, uuid: str, action: str, role: str = "desk", event: str = "", **what: Any) -> tuple[int, Any]:
    path = f"/api/supports/{uuid}/events/{event or uuid4()}"
    answer = served.call("POST", path, role, json={"action": action, **what})
    return answer.status_code, body_of(answer)


def of(served: Served, uuid: str) -> dict[str, Any]:
    return dict(served.get(f"/api/supports/{uuid}"))


def test_a_request_is_one_however_often_it_is_sent_and_is_led_to_its_end(golive: Served) -> None:
    uuid, what = str(uuid4()), {"area": "ct", "room": "CT 2", "about": "worklist", "device": "tablet-7"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: put(golive, uuid, **what), range(10)))
    assert sorted(code for code, _ in answers) == [200] * 9 + [201]
    assert len({str(receipt) for _, receipt in answers}) == 1
    code, problem = put(golive, uuid, **what | {"room": "CT 3"})
    assert (code, problem["stored"]["room"], problem["sent"]["room"]) == (409, "CT 2", "CT 3")
    event = str(uuid4())
    assigned = act(golive, uuid, "assign", event=event, supporter="Ann Lee", breakout="Room 1")
    assert assigned[0] == 200
    assert act(golive, uuid, "assign", event=event, supporter="Ann Lee", breakout="Room 1") == assigned
    assert act(golive, uuid, "assign", event=event, supporter="Ben")[0] == 409
    assert (of(golive, uuid)["stage"], of(golive, uuid)["waited"]) == ("assigned", False)
    assert act(golive, uuid, "admit")[0] == 200
    assert (of(golive, uuid)["stage"], of(golive, uuid)["waited"]) == ("helped", True)
    assert act(golive, uuid, "withdraw")[0] == 409
    assert act(golive, uuid, "end")[0] == 200
    assert act(golive, uuid, "reason", reason="worklist", text="filter", training=True)[0] == 200
    told = of(golive, uuid)
    assert (told["stage"], told["reason"], told["training"], told["supporter"]) == (
        "ended",
        "worklist",
        True,
        "Ann Lee",
    )
    assert [e["action"] for e in told["events"]] == ["assign", "admit", "end", "reason"]
    acts = [e["act"] for e in golive.get("/api/journal") if e["subject"] == uuid]
    assert acts == ["support.ask", "support.assign", "support.admit", "support.end", "support.reason"]


def test_a_second_click_of_a_place_that_waits_is_answered_with_its_request(golive: Served) -> None:
    first, second = str(uuid4()), str(uuid4())
    place = {"workstation": "CT-7", "device": "tablet-8"}
    assert put(golive, first, **place)[0] == 201
    code, receipt = put(golive, second, **place)
    assert (code, receipt["uuid"]) == (200, first)
    assert put(golive, second, **place) == (200, receipt)
    assert of(golive, first)["area"] == "ct"
    assert golive.call("GET", f"/api/supports/{second}", "desk").status_code == 404
    assert act(golive, first, "withdraw", "floor")[0] == 200
    assert of(golive, first)["stage"] == "withdrawn"


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"area": "narnia"}, "area"),
        ({"about": "narnia"}, "about"),
        ({"asked_at": "1970-01-01T00:00:00Z"}, "asked_at"),
        ({"asked_at": "2099-01-01T00:00:00Z"}, "asked_at"),
        ({"asked_at": "yesterday"}, "asked_at"),
        ({"workstation": "x" * 41}, "workstation"),
        ({"room": "a\nb"}, "room"),
        ({"room": "patient Miller"}, "room"),
        ({"mood": "bad"}, "mood"),
    ],
)
def test_bad_input_is_named_by_its_field(golive: Served, what: dict[str, Any], field: str) -> None:
    code, problem = put(golive, str(uuid4()), **what)
    assert (code, problem["field"]) == (422, field)


def test_each_role_may_what_it_may(golive: Served) -> None:
    uuid = str(uuid4())
    assert put(golive, uuid, area="ct", room="CT 9")[0] == 201
    for role in ("support", "leadership", "ingest"):
        assert put(golive, str(uuid4()), role)[0] == 403
        assert golive.call("GET", "/api/supports", role).status_code == 403
    assert golive.call("GET", "/api/supports", "floor").status_code == 403
    assert act(golive, uuid, "assign", "floor", supporter="Ben")[0] == 403
    assert act(golive, uuid, "end", "engineer")[0] == 403
    assert act(golive, str(uuid4()), "end")[0] == 404
    assert act(golive, uuid, "again")[0] == 422
    assert act(golive, uuid, "withdraw")[0] == 200


def test_requests_and_counts_come_as_json_and_as_a_table(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, area="ct", room="=CT 5", about="priors")
    rows = golive.get("/api/supports?area=ct&stage=waiting")
    assert [r["uuid"] for r in rows] == [uuid]
    answer = golive.call("GET", "/api/supports?format=csv", "engineer")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert next(r for r in table if r["uuid"] == uuid)["room"] == "'=CT 5"
    assert golive.get("/api/supports?until=2026-01-01T00:00:00Z&from=2025-01-01T00:00:00Z") == []
    assert golive.call("GET", "/api/supports?until=2025-01-01T00:00:00Z", "desk").status_code == 422
    told = golive.get("/api/supports/counts")
    assert told["users"] == 312
    assert sum(d["n"] for d in told["by_day"]) == sum(told["by_hour"]) == told["n"] >= 1
    assert {"reason": "priors", "n": 1} in told["by_reason"]
    assert [w["published_per_day"] for w in told["weeks"]] == [33.7, 27.9]
    days = golive.call("GET", "/api/supports/counts?by=day", "desk", headers={"Accept": "text/csv"})
    assert days.text.splitlines()[0] == "day,n,per_100_users,whole,working"
    act(golive, uuid, "withdraw")


def test_no_secret_of_a_link_is_in_the_stored_configuration_or_the_journal(golive: Served) -> None:
    assert "SECRET" not in golive.config.canonical
    assert "meet.example/lobby" in golive.config.canonical
    assert "SECRET" not in golive.call("GET", "/api/journal", "engineer").text


def test_without_support_there_is_nothing_to_ask_for(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["floor", "desk"], write_config(tmp_path))
    with running(config, tokens) as served:
        code, problem = put(served, str(uuid4()))
        assert (code, "no [support]" in problem["detail"]) == (404, True)
        assert served.call("GET", "/api/supports", "desk").status_code == 404


def test_the_wait_is_a_standing_that_says_what_is_missing(golive: Served) -> None:
    before = golive.standing("support.wait")
    uuid = str(uuid4())
    put(golive, uuid, area="ct", room="CT 8")
    waiting = wait_for(
        lambda: "1 waiting" in golive.standing("support.wait")["reason"] and golive.standing("support.wait")
    )
    assert waiting["state"] == "insufficient"
    act(golive, uuid, "assign", supporter="Ben", admit=True)
    helped = wait_for(lambda: (s := golive.standing("support.wait"))["n"] > before["n"] and s)
    assert (helped["unit"], helped["p50"], helped["window_s"]) == ("s", None, 86400.0)
    act(golive, uuid, "end")


def test_a_tablet_is_told_the_lobby_and_what_became_of_its_own_request(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, area="ct", room="CT 11")
    act(golive, uuid, "assign", supporter="Ann Lee", breakout="Room 1")
    answer = golive.call("GET", "/api/floor", "floor")
    told = answer.json()["support"]
    assert (told["lobby"], told["waiting"]) == (LOBBY, 1)
    mine = next(m for m in told["mine"] if m["uuid"] == uuid)
    expected = {"stage": "assigned", "supporter": "Ann Lee", "link": "https://ann:SECRET2@meet.example/1"}
    assert expected.items() <= mine.items()
    same = golive.call("GET", "/api/floor", "floor", headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304  # ages alone are no news
    act(golive, uuid, "end")
    again = golive.call("GET", "/api/floor", "floor", headers={"If-None-Match": answer.headers["etag"]})
    assert again.json()["support"]["waiting"] == 0
