"""Issues over the real server: told once however often they are sent, and led through their life."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.web import issue_shapes, issues
from tests.integration.served import Served, body_of, prepared, running, sample, wait_for, write_config


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    config, tokens = prepared(tmp_path, ["engineer", "desk", "floor"], write_config(tmp_path))
    with running(config, tokens) as served:
        yield served


def body(**more: Any) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    return {
        "area": "ct", "room": "CT 2", "category": "worklist", "severity": 2, "text": "stays empty", "workaround": "",
        "safety": False, "occurred_at": at, "observed_at": at, "device": "tablet-7", **more,
    }  # fmt: skip


def put(served: Served, uuid: str, role: str = "floor", **what: Any) -> tuple[int, dict[str, Any]]:
    answer = served.call("PUT", f"/api/issues/{uuid}", role, json=what)
    return answer.status_code, body_of(answer)


def act(served: Served, uuid: str, action: str, role: str = "desk", event: str = "", **what: Any) -> tuple[int, Any]:
    path = f"/api/issues/{uuid}/events/{event or uuid4()}"
    answer = served.call("POST", path, role, json={"action": action, **what})
    return answer.status_code, body_of(answer)


def test_an_issue_is_one_issue_however_often_it_is_sent(golive: Served) -> None:
    uuid, what = str(uuid4()), body()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: put(golive, uuid, **what), range(20)))
    assert sorted(code for code, _ in answers) == [200] * 19 + [201]
    assert len({str(receipt) for _, receipt in answers}) == 1
    receipt = answers[0][1]
    assert {"uuid": uuid, "number": 1, "sequence": 1, "status": "new"}.items() <= receipt.items()
    code, problem = put(golive, uuid, **what | {"text": "other"})
    assert (code, problem["title"]) == (409, "Conflict")
    assert (problem["stored"]["text"], problem["sent"]["text"]) == ("stays empty", "other")
    assert put(golive, uuid, "desk", **what) == (200, receipt)  # another user's turn on the same tablet
    (listed,) = golive.get("/api/issues")
    assert {**what, **receipt}.items() >= {k: listed[k] for k in ("text", "number", "area", "severity")}.items()
    assert listed["reporter"] == "the floor"


def test_the_list_is_written_where_it_holds_up_no_screen(golive: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    put(golive, str(uuid4()), **body())
    beside_the_loop = []

    def told(*of: Any) -> dict[str, Any]:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            beside_the_loop.append(True)
        return issue_shapes.told(*of)

    monkeypatch.setattr(issues, "told", told)
    assert [i["number"] for i in golive.get("/api/issues")] == [1]
    assert golive.call("GET", "/api/issues?format=csv", "desk").text.count("\r\n") == 2
    assert beside_the_loop == [True, True]


def test_an_issue_is_led_through_its_life_and_every_repeat_gets_its_first_answer(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, **body())
    event = str(uuid4())
    code, triaged = act(golive, uuid, "triage", event=event, severity=1, owner="Ann")
    assert (code, triaged["status"], triaged["sequence"]) == (200, "triaged", 2)
    assert act(golive, uuid, "start")[1]["status"] == "in_progress"
    assert act(golive, uuid, "triage", event=event, severity=1, owner="Ann") == (200, triaged)
    code, problem = act(golive, uuid, "triage", event=event, severity=2)
    assert (code, problem["sent"]["severity"], problem["stored"]["severity"]) == (409, 2, 1)
    for nothing in ({}, {"resolution": ""}, {"resolution": "  "}):
        code, problem = act(golive, uuid, "close", **nothing)
        assert (code, problem["field"]) == (422, "resolution")
    assert act(golive, uuid, "verify", "floor")[0] == 409
    assert act(golive, uuid, "fix", "floor", resolution="x")[0] == 403
    assert act(golive, uuid, "fix", resolution="RIS restarted")[1]["status"] == "fixed"
    assert act(golive, uuid, "verify")[0] == 403  # the desk did not report it
    assert act(golive, uuid, "verify", "floor")[1]["status"] == "verified"
    (listed,) = golive.get("/api/issues")
    told = ("status", "severity", "owner", "resolution", "verified_by", "sequence", "last_sequence")
    assert [listed[k] for k in told] == ["verified", 1, "Ann", "RIS restarted", "the floor", 1, 5]
    assert golive.get("/api/issues?after=5") == []
    assert [i["uuid"] for i in golive.get("/api/issues?after=4&area=ct&severity=1&status=verified")] == [uuid]
    one = golive.get(f"/api/issues/{uuid}")
    assert [e["action"] for e in one["events"]] == ["triage", "start", "fix", "verify"]
    acts = [e for e in golive.get("/api/journal") if e["act"].startswith("issue.")]
    assert [e["act"] for e in acts] == [f"issue.{a}" for a in ("create", "triage", "start", "fix", "verify")]
    assert "stays empty" not in str(acts)
    assert "RIS restarted" not in str(acts)


def test_who_acts_on_what_changed_meanwhile_is_told_and_nothing_is_overwritten(golive: Served) -> None:
    uuid, mine = str(uuid4()), str(uuid4())
    put(golive, uuid, **body())
    seen = {"seen_sequence": 1}
    assert act(golive, uuid, "me_too", "floor", device="tablet-9")[0] == 200  # overwrites nothing
    assert act(golive, uuid, "triage", severity=1, text="two scans wait", **seen)[0] == 200
    code, problem = act(golive, uuid, "assign", event=mine, owner="Bea", **seen)
    assert (code, problem["last_sequence"]) == (409, 3)
    (since,) = problem["since"]
    assert {"action": "triage", "by": "the desk", "severity": 1, "text": "two scans wait"}.items() <= since.items()
    assert golive.get("/api/issues?number=1")[0]["owner"] == ""
    again = act(golive, uuid, "assign", event=mine, owner="Bea", seen_sequence=problem["last_sequence"])
    assert again[0] == 200  # nothing was stored under the id
    assert act(golive, uuid, "assign", event=mine, owner="Bea", **seen) == again  # a repeat is the first answer
    assert golive.get("/api/issues?number=2") == []


def test_a_duplicate_brings_those_who_have_it_too(golive: Served) -> None:
    one, two = str(uuid4()), str(uuid4())
    put(golive, one, **body())
    put(golive, two, **body(device="tablet-8"))
    assert act(golive, two, "me_too", "floor", device="tablet-9")[0] == 200
    assert act(golive, two, "duplicate", resolution="the same", duplicate_of=str(uuid4()))[0] == 422
    assert act(golive, two, "duplicate", resolution="the same", duplicate_of=one)[1]["status"] == "duplicate"
    seen = {i["uuid"]: i for i in golive.get("/api/issues")}
    assert (seen[one]["me_too"], seen[one]["duplicates"], seen[two]["duplicate_of"]) == (2, [two], one)
    assert act(golive, one, "duplicate", resolution="the same", duplicate_of=two)[0] == 409


def test_what_tablets_are_told_to_do_about_a_known_issue_comes_from_the_desk(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, **body())
    assert act(golive, uuid, "known", workaround="open it by its number")[0] == 200
    for action, words in (("comment", {"text": "try this"}), ("me_too", {}), ("phoned", {})):
        code, problem = act(golive, uuid, action, "floor", workaround="pull the plug", **words)
        assert (code, problem["field"]) == (422, "workaround"), action
    assert act(golive, uuid, "comment", text="better", workaround="restart it")[0] == 200
    assert [k["workaround"] for k in golive.get("/api/floor", "floor")["known"]] == ["restart it"]


def test_a_danger_to_a_patient_does_not_end_with_a_duplicate(golive: Served) -> None:
    root, grave, lesser, event = (str(uuid4()) for _ in range(4))
    put(golive, root, **body(severity=4))
    put(golive, grave, **body(severity=1, safety=True))
    put(golive, lesser, **body(severity=3))
    assert act(golive, root, "known", workaround="restart it")[0] == 200
    what = {"event": event, "resolution": "the same", "duplicate_of": root}
    first = act(golive, grave, "duplicate", **what)
    assert act(golive, grave, "duplicate", **what) == first
    assert act(golive, lesser, "duplicate", resolution="the same as no. 2")[0] == 200  # which was merged into no. 1
    one = golive.get(f"/api/issues/{root}")
    assert (one["severity"], one["safety"], one["status"]) == (1, True, "known")
    assert [e["action"] for e in one["events"]] == ["known", "comment"]
    assert sorted(one["duplicates"]) == sorted([grave, lesser])
    raised = [e["body"]["number"] for e in golive.get("/api/journal") if e["body"].get("safety_raised")]
    assert raised == [2, 1]
    assert act(golive, root, "duplicate", resolution="the same as no. 3")[0] == 409  # nothing would be left of them


@pytest.mark.parametrize(
    ("wrong", "field", "value"),
    [
        ({"area": "mars"}, "area", "mars"),
        ({"category": "aliens"}, "category", "aliens"),
        ({"severity": 9}, "severity", "9"),
        ({"severity": "2"}, "severity", ""),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "occurred_at", "1970"),
        ({"observed_at": "2099-01-01T00:00:00Z"}, "observed_at", "2099"),
        ({"text": "x" * 4001}, "text", ""),
        ({"room": "x" * 41}, "room", ""),
        ({"surprise": 1}, "surprise", ""),
    ],
)
def test_what_cannot_be_is_a_problem_that_names_the_field(golive: Served, wrong: Any, field: str, value: str) -> None:
    code, problem = put(golive, str(uuid4()), **body(**wrong))
    assert (code, problem["field"]) == (422, field)
    assert value in problem["detail"]
    assert golive.get("/api/issues") == []


def test_a_megabyte_is_too_much_and_says_so(golive: Served) -> None:
    code, problem = put(golive, str(uuid4()), **body(text="x" * 1_000_000))
    assert (code, problem["title"]) == (413, "Too large")


def test_a_spreadsheet_gets_a_table_without_formulas(golive: Served) -> None:
    put(golive, str(uuid4()), **body(text="=1+1"))
    answer = golive.call("GET", "/api/issues?format=csv", "desk")
    assert answer.headers["content-type"].startswith("text/csv")
    header, row = answer.text.splitlines()
    assert header.startswith("uuid,number,sequence,status,received_at,area,room")
    assert ",'=1+1," in row


def test_mine_are_those_that_i_reported_and_known_those_that_the_desk_knows(golive: Served) -> None:
    mine, other = str(uuid4()), str(uuid4())
    put(golive, mine, **body())
    put(golive, other, "desk", **body())
    act(golive, other, "known", workaround="ask for the paper list")
    own = golive.call("GET", "/api/issues?mine=true", "floor").json()
    assert [i["uuid"] for i in own] == [mine]
    known = golive.call("GET", "/api/issues?known=true", "floor").json()
    assert [(i["uuid"], i["workaround"]) for i in known] == [(other, "ask for the paper list")]


def test_an_issue_keeps_what_was_so_in_its_minute_and_goes_on_by_itself_when_nobody_takes_it_up(tmp_path: Path) -> None:
    tables = {"channels": [{"id": "a"}]}
    tables["teams"] = [{"id": "desk", "name": "Desk", "tier": "desk", "channel": "a"}]
    spans = '[escalation]\nsev2 = ["1s", "1s"]\n'
    rule = {"id": "sev2", "title": "Grave issues", "kind": "count", "what": "issues", "severity": 2, "limit": 0}
    rule |= {"breach_after": "0s", "armed": "always"}
    config, tokens = prepared(
        tmp_path, ["engineer", "desk", "floor"], write_config(tmp_path, spans, triggers=[rule], **tables)
    )
    with running(config, tokens) as served:
        assert served.ingest(samples=[sample(0.0)])["refused"] == []
        wait_for(lambda: served.standing("worklist.response")["n"] == 1)
        wait_for(lambda: served.get("/api/triggers/sev2")["sight"] == "ok")
        until = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 3600, UTC).isoformat()
        work = {"system": "ris", "until": until, "why": "x"}
        assert served.call("PUT", f"/api/planned-work/{uuid4()}", "desk", json=work).status_code == 201
        uuid = str(uuid4())
        assert put(served, uuid, **body(safety=True))[0] == 201
        wait_for(lambda: served.get("/api/triggers/sev2")["state"] == "breached")
        one = wait_for(lambda: (i := served.get(f"/api/issues/{uuid}"))["tier"] == "it" and i)
        assert [(e["action"], e["by"]) for e in one["events"]] == [("escalate", "golive")] * 2
        context = one["context"]
        assert [s["measure"] for s in context["standings"]].count("worklist.response") == 1
        assert [t["id"] for t in context["triggers"]] == []
        assert [w["why"] for w in context["planned_work"]] == ["x"]
        assert [c["act"] for c in context["changes"]] == ["app.start", "configuration.effective", "go_live.declare"]
        told = wait_for(lambda: (n := served.get("/api/notices")) and len(n) >= 2 and n)
        assert sorted({n["occasion"] for n in told}) == ["escalation", "safety"]
        assert "stays empty" not in str(told)
        assert act(served, uuid, "acknowledge", text="on it")[0] == 200
