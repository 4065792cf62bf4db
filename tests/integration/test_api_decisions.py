"""A breach, a proposal, a confirmation: over the real server, by the tokens of different people."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.clock import utc_now
from app.commands.access import creating_a_token
from app.settings import load
from app.store.db import Database
from tests.integration.served import Served, body_of, event, running, sample, serving, wait_for, write_config

RULE = {
    "id": "slow",
    "title": "Worklist slow",
    "measure": "worklist.response",
    "per": "area",
    "slower_than": "5s",
    "share": 0.2,
    "window": "10m",
    "at_least": 5,
    "breach_after": "0s",
}
AUTHORITIES = [
    {"name": "Dr. Chief", "telephone": "+49 30 1"},
    {"name": "Dr. Second", "telephone": "+49 30 2", "deputy_for": "Dr. Chief"},
]
PEOPLE = {
    "ann": ("desk", "Ann"),
    "ann too": ("authority", "ANN "),
    "bo": ("authority", "Bo"),
    "cy": ("authority", "Cy"),
    "eve": ("engineer", "Eve"),
    "floor": ("floor", "Flo"),
    "engineer": ("engineer", "Kim"),
}
TRIGGER = "slow:ct"


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    with started(tmp_path) as served:
        breach(served)
        yield served


def started(folder: Path, **more: Any) -> Any:
    config = load(write_config(folder, triggers=[RULE], authorities=AUTHORITIES, **more), {})
    database = Database(config.settings.server.database, "north", config.folder)
    database.open()
    try:
        made = {
            who: database.write_now(creating_a_token("north", role, name, utc_now(), "test"))
            for who, (role, name) in PEOPLE.items()
        }
    finally:
        database.close()
    return running(config, {who: token["token"] for who, token in made.items()})


def breach(served: Served) -> None:
    wait_for(lambda: trigger(served)["state"] == "watching")
    served.ingest(samples=[sample(n / 10, outcome="timeout", total_s=None, first_s=None) for n in range(8)])
    wait_for(lambda: trigger(served)["state"] == "breached")


def trigger(served: Served) -> dict[str, Any]:
    return dict(served.get(f"/api/triggers/{TRIGGER}"))


def moment(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def propose(served: Served, who: str = "ann", uuid: str | None = None, **body: Any) -> tuple[str, httpx.Response]:
    uuid = uuid or str(uuid4())
    whole = {"trigger": TRIGGER, "kind": "roll_back", "reason": "no worklist in CT", **body}
    return uuid, served.call("PUT", f"/api/decisions/{uuid}", who, json=whole)


def end(
    served: Served, uuid: str, who: str = "bo", event: str | None = None, action: str = "confirm", **more: Any
) -> httpx.Response:
    body = {"action": action, "reason": "agreed", **more}
    return served.call("POST", f"/api/decisions/{uuid}/events/{event or uuid4()}", who, json=body)


def acts(served: Served) -> list[str]:
    return [e["act"] for e in served.get("/api/journal?limit=1000")]


def test_a_breach_is_rolled_back_by_two_people_and_a_second_attempt_has_its_own_t0(golive: Served) -> None:
    uuid, made = propose(golive)
    assert made.status_code == 201
    shown = wait_for(lambda: trigger(golive)["decision"])
    assert (shown["uuid"], shown["kind"], shown["state"], shown["by"]) == (uuid, "roll_back", "proposed", "Ann")
    assert trigger(golive)["state"] == "breached"
    done = end(golive, uuid)
    assert (done.status_code, done.json()["state"], done.json()["confirmed_by"]) == (200, "confirmed", "Bo")
    wait_for(lambda: trigger(golive)["state"] == "decided")
    assert (trigger(golive)["decision"]["state"], trigger(golive)["decision"]["confirmed_by"]) == ("confirmed", "Bo")
    assert wait_for(lambda: golive.get("/api/status")["phase"] == "rolled_back")
    status = golive.get("/api/status")
    assert status["declared_at"] is None
    assert "North Campus: rolled back, and no system of the kind legacy is set up" in status["reasons"]
    assert acts(golive).count("go_live.roll_back") == acts(golive).count("decision.confirm") == 1
    _, again = propose(golive, trigger=None)
    assert (again.status_code, "nothing has gone live" in body_of(again)["detail"]) == (409, True)
    declared = golive.call("POST", f"/api/go-live/acts/{uuid4()}", "ann", json={"action": "declare"})
    assert declared.status_code == 200, declared.text
    wait_for(lambda: trigger(golive)["state"] == "watching")
    status = golive.get("/api/status")
    assert (status["phase"], status["since_go_live_s"] < 60) == ("decision", True)
    assert trigger(golive)["evidence"] is None


def test_the_way_back_closes_when_the_cost_is_reached(tmp_path: Path) -> None:
    file = write_config(tmp_path, triggers=[RULE])
    file.write_text(file.read_text().replace("[go_live]\n", '[go_live]\nno_return = "2 reports"\n'))
    with serving(tmp_path, ["engineer"], file) as golive:
        wait_for(lambda: golive.get("/api/decisions/context")["no_return_cost"]["n"] == 0)
        assert golive.get("/api/status")["rollback"] == "possible"
        told = [event(f"A{i}", m, at) for i in range(2) for m, at in (("ordered", 30), ("ended", 20), ("final", 5))]
        golive.ingest(exam_events=told)
        wait_for(lambda: golive.get("/api/status")["rollback"] == "no_longer_possible", 20)
        found = golive.get("/api/decisions/context")
        assert (found["no_return_cost"]["n"], found["no_return_left_s"]) == (2, None)


def test_to_continue_takes_the_risk_in_words_and_a_moment(golive: Served) -> None:
    _, made = propose(golive, kind="continue")
    assert (made.status_code, body_of(made)["field"]) == (422, "accepted_risk")
    until = moment(30)
    uuid, made = propose(golive, kind="continue", accepted_risk="paper in CT", rearm_at=until)
    assert made.status_code == 201
    assert end(golive, uuid).status_code == 200
    wait_for(lambda: trigger(golive)["state"] == "decided")
    shown = trigger(golive)["decision"]
    assert (shown["accepted_risk"], shown["state"]) == ("paper in CT", "confirmed")
    assert shown["rearm_at"].startswith(until[:19])
    told = next(t for t in trigger(golive)["transitions"] if t["cause"] == "decide")
    assert (told["by"], told["why"]) == ("Ann, confirmed by Bo", "no worklist in CT")


def test_a_false_alarm_watches_again_at_once(golive: Served) -> None:
    uuid, _ = propose(golive, kind="false_alarm")
    assert end(golive, uuid).status_code == 200
    wait_for(lambda: trigger(golive)["state"] == "watching")
    seen = trigger(golive)
    assert (seen["n"], seen["evidence"]) == (0, None)
    assert [t["cause"] for t in seen["transitions"]][-2:] == ["decide", "re-arm"]
    _, late = propose(golive)
    assert (late.status_code, body_of(late)["detail"]) == (
        409,
        "slow:ct has no breach that waits for a decision: it is watching",
    )


def test_the_same_person_twice_is_refused_with_the_reason(golive: Served) -> None:
    uuid, _ = propose(golive)
    answer = end(golive, uuid, "ann too")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "the same person cannot confirm it" in body_of(answer)["detail"]
    uuid, _ = propose(golive, "bo")
    assert "the same person cannot confirm it" in body_of(end(golive, uuid, "bo"))["detail"]
    assert trigger(golive)["state"] == "breached"


def test_who_may_do_what(golive: Served) -> None:
    assert [propose(golive, who)[1].status_code for who in ("eve", "floor", "ingest")] == [403, 403, 403]
    uuid, _ = propose(golive)
    refused = end(golive, uuid, "ann")
    assert (refused.status_code, "somebody who holds authority" in body_of(refused)["detail"]) == (403, True)
    assert [end(golive, uuid, who).status_code for who in ("eve", "floor")] == [403, 403]
    assert end(golive, str(uuid4())).status_code == 404
    assert golive.call("PUT", f"/api/decisions/{uuid4()}", json={"kind": "go"}).status_code == 401
    assert golive.call("GET", "/api/decisions", "floor").status_code == 403


def test_an_authority_at_home_confirms_by_telephone(golive: Served) -> None:
    uuid, _ = propose(golive)
    phone = {"caller": "dr. second", "call_back": "+49 30 2", "witness": "Cyd"}
    short = end(golive, uuid, "ann", by_phone={**phone, "witness": ""})
    assert (short.status_code, body_of(short)["field"]) == (422, "by_phone.witness")
    done = end(golive, uuid, "ann", by_phone=phone)
    assert done.status_code == 200, done.text
    assert done.json()["by_phone"] == {**phone, "listed": True}
    assert (done.json()["confirmed_by"], done.json()["ended_by"]) == ("dr. second", "Ann")
    entry = next(e for e in golive.get("/api/journal?limit=1000") if e["act"] == "decision.confirm")
    assert (entry["actor"], entry["body"]["by_phone"]["listed"]) == ("Ann", True)


@pytest.mark.parametrize(("said", "status"), [(False, 200), (None, 200), (True, 422), ("Dr. Chief", 422), ({}, 422)])
def test_a_confirmation_that_is_not_by_telephone_may_say_so(golive: Served, said: Any, status: int) -> None:
    uuid, _ = propose(golive)
    done = end(golive, uuid, by_phone=said)
    assert done.status_code == status, done.text
    assert done.json()["by_phone"] is None if status == 200 else body_of(done)["field"].startswith("by_phone")


def test_repeats_are_harmless_and_another_body_is_refused(golive: Served) -> None:
    uuid, first = propose(golive)
    _, again = propose(golive, uuid=uuid)
    assert (again.status_code, again.json()) == (200, first.json())
    assert propose(golive, uuid=uuid, reason="another one")[1].status_code == 409
    assert propose(golive, "bo", uuid=uuid)[1].status_code == 409
    event = str(uuid4())
    done, repeated = end(golive, uuid, event=event), end(golive, uuid, event=event)
    assert (done.status_code, repeated.status_code, done.json()) == (200, 200, repeated.json())
    assert end(golive, uuid, event=event, reason="other").status_code == 409
    assert acts(golive).count("decision.confirm") == 1
    _, late = propose(golive, uuid=uuid)
    assert (late.status_code, late.json()) == (200, first.json())


def test_what_was_withdrawn_cannot_be_confirmed_and_says_why(golive: Served) -> None:
    uuid, _ = propose(golive)
    assert end(golive, uuid, "ann", action="withdraw", reason="it answers again").status_code == 200
    wait_for(lambda: trigger(golive)["decision"]["state"] == "withdrawn")
    late = end(golive, uuid)
    assert late.status_code == 409
    assert "withdrawn by Ann at" in body_of(late)["detail"]
    assert body_of(late)["detail"].endswith(": it answers again")


def test_what_nobody_confirmed_in_time_is_expired(tmp_path: Path) -> None:
    with started(tmp_path) as served:
        breach(served)
        file = served.config.file
        file.write_text(file.read_text().replace("[go_live]\n", '[go_live]\nproposal_lasts = "1s"\n'))
        wait_for(lambda: served.get("/api/decisions/context")["proposal_lasts_s"] == 1.0)
        uuid, made = propose(served)
        assert made.status_code == 201
        wait_for(lambda: trigger(served)["decision"]["state"] == "expired")
        late = end(served, uuid)
        assert (late.status_code, "unconfirmed: propose it anew" in body_of(late)["detail"]) == (409, True)
        assert propose(served)[1].status_code == 201


def test_two_confirm_at_once_and_the_other_sees_who_did(golive: Served) -> None:
    uuid, _ = propose(golive)
    answers: dict[str, httpx.Response] = {}
    ready = threading.Barrier(2)

    def confirm(who: str) -> None:
        ready.wait()
        answers[who] = end(golive, uuid, who)

    threads = [threading.Thread(target=confirm, args=(who,)) for who in ("bo", "cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner, loser = sorted(answers, key=lambda who: answers[who].status_code)
    assert [answers[who].status_code for who in (winner, loser)] == [200, 409]
    assert f"confirmed by {PEOPLE[winner][1]}" in body_of(answers[loser])["detail"]
    assert [t["cause"] for t in trigger(golive)["transitions"]].count("decide") == 1


def test_of_two_proposals_for_one_breach_the_first_confirmed_counts(golive: Served) -> None:
    one, _ = propose(golive, kind="false_alarm")
    other, _ = propose(golive, "bo", kind="roll_back")
    assert end(golive, one).status_code == 200
    late = end(golive, other, "cy")
    assert late.status_code == 409
    assert "no longer waits for a decision: false_alarm was proposed by Ann" in body_of(late)["detail"]
    assert golive.get("/api/status")["phase"] == "decision"


def test_the_go_live_as_a_whole_is_decided_without_a_breach(golive: Served) -> None:
    for kind in ("go", "hold"):
        uuid, made = propose(golive, trigger=None, kind=kind)
        assert made.status_code == 201
        assert end(golive, uuid).status_code == 200
    assert [(d["kind"], d["state"]) for d in golive.get("/api/decisions")] == [
        ("hold", "confirmed"),
        ("go", "confirmed"),
    ]
    assert trigger(golive)["state"] == "breached"
    uuid, _ = propose(golive, trigger=None)
    assert end(golive, uuid).status_code == 200
    wait_for(lambda: trigger(golive)["state"] == "decided")
    assert golive.get("/api/status")["phase"] == "rolled_back"


def test_a_trigger_is_overridden_and_says_by_whom_and_until_when(golive: Served) -> None:
    until, uuid = moment(30), str(uuid4())
    path, body = f"/api/triggers/{TRIGGER}/acts/{uuid}", {"action": "override", "until": until, "reason": "known"}
    refused = golive.call("POST", path, "ann", json={**body, "until": moment(-1)})
    assert (refused.status_code, body_of(refused)["field"]) == (422, "until")
    assert golive.call("POST", path, "eve", json=body).status_code == 403
    first = golive.call("POST", path, "ann", json=body)
    assert (first.status_code, first.json()["state"]) == (200, "overridden")
    assert golive.call("POST", path, "ann", json=body).json()["state"] == "overridden"
    assert golive.call("POST", path, "ann", json={**body, "reason": "other"}).status_code == 409
    wait_for(lambda: trigger(golive)["state"] == "overridden")
    told = next(t for t in trigger(golive)["transitions"] if t["cause"] == "override")
    assert (told["cause"], told["by"], told["why"]) == ("override", "Ann", "known")
    disarm = golive.call(
        "POST", f"/api/triggers/{TRIGGER}/acts/{uuid4()}", "ann", json={"action": "disarm", "reason": "x"}
    )
    assert (disarm.status_code, "a breach ends by a decision" in body_of(disarm)["detail"]) == (409, True)
    uuid, made = propose(golive, kind="false_alarm")  # what lies under the override waits all the same
    assert made.status_code == 201
    assert end(golive, uuid).status_code == 200
    wait_for(lambda: trigger(golive)["state"] == "watching")
    path = f"/api/triggers/{TRIGGER}/acts"
    assert golive.call("POST", f"{path}/{uuid4()}", "ann", json={"action": "disarm", "reason": "x"}).status_code == 200
    wait_for(lambda: trigger(golive)["state"] == "not_armed")
    assert golive.call("POST", f"{path}/{uuid4()}", "ann", json={"action": "arm", "reason": "x"}).status_code == 200
    wait_for(lambda: trigger(golive)["state"] == "watching")
    lost = golive.call("POST", f"/api/triggers/none/acts/{uuid4()}", "ann", json=body)
    assert lost.status_code == 404


@pytest.mark.parametrize("far", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_moment_that_no_clock_of_the_site_can_show_is_refused(golive: Served, far: str) -> None:
    asked = [
        (f"/api/triggers/{TRIGGER}/acts/{uuid4()}", "until", {"action": "override", "until": far, "reason": "known"}),
        (f"/api/go-live/acts/{uuid4()}", "at", {"action": "delay", "at": far, "reason": "later"}),
        (f"/api/go-live/acts/{uuid4()}", "at", {"action": "declare", "at": far}),
    ]
    answers = [golive.call("POST", path, "ann", json=body) for path, _, body in asked]
    answers.append(propose(golive, kind="continue", accepted_risk="paper", rearm_at=far)[1])
    found = [(a.status_code, body_of(a)["field"], "outside of the calendar" in body_of(a)["detail"]) for a in answers]
    assert found == [(422, field, True) for field in ("until", "at", "at", "rearm_at")]


def test_an_alarm_is_acknowledged_once_and_who_is_late_learns_by_whom(golive: Served) -> None:
    assert trigger(golive)["alarm"] == "breach"
    path, body = f"/api/triggers/{TRIGGER}/acts", {"action": "acknowledge"}
    assert golive.call("POST", f"{path}/{uuid4()}", "eve", json=body).status_code == 403
    first = golive.call("POST", f"{path}/{uuid4()}", "ann", json=body)
    assert (first.status_code, first.json()["state"], first.json()["alarm"]) == (200, "breached", None)
    assert first.json()["acknowledged"]["by"] == "Ann"
    late = golive.call("POST", f"{path}/{uuid4()}", "cy", json=body)
    assert (late.status_code, "Ann acknowledged it" in body_of(late)["detail"]) == (409, True)
    found = wait_for(lambda: (t := trigger(golive))["acknowledged"] and t)
    assert (found["alarm"], found["transitions"][-1]["cause"]) == (None, "acknowledge")


def test_the_alarm_of_a_rule_that_was_changed_meanwhile_is_acknowledged_too(golive: Served) -> None:
    file = golive.config.file
    file.write_text(file.read_text().replace("at_least = 5", "at_least = 500"))
    wait_for(lambda: [t["state"] for t in golive.get("/api/triggers")] == ["breached", "watching"], 20)
    path, body = f"/api/triggers/{TRIGGER}/acts/{uuid4()}", {"action": "acknowledge"}
    done, repeated = (golive.call("POST", path, "ann", json=body) for _ in range(2))
    assert (done.status_code, done.json()["state"], done.json()["acknowledged"]["by"]) == (200, "breached", "Ann")
    assert repeated.json() == done.json()
    wait_for(lambda: [t["alarm"] for t in golive.get("/api/triggers")] == [None, None])
    late = golive.call("POST", f"/api/triggers/{TRIGGER}/acts/{uuid4()}", "bo", json=body)
    assert (late.status_code, "Ann acknowledged it" in body_of(late)["detail"]) == (409, True)


def test_of_a_triggers_transitions_the_newest_are_given(golive: Served) -> None:
    until = moment(30)
    for _ in range(3):
        path, body = (
            f"/api/triggers/{TRIGGER}/acts/{uuid4()}",
            {"action": "override", "until": until, "reason": "known"},
        )
        assert golive.call("POST", path, "ann", json=body).status_code == 200
    numbers = [t["number"] for t in golive.get(f"/api/triggers/{TRIGGER}?limit=2")["transitions"]]
    assert numbers == [t["number"] for t in trigger(golive)["transitions"]][-2:]
    assert golive.call("GET", f"/api/triggers/{TRIGGER}?limit=0", "engineer").status_code == 422


def test_beside_a_decision_stand_the_time_left_and_whom_to_call(golive: Served) -> None:
    seen = golive.get("/api/decisions/context")
    assert [a["name"] for a in seen["authorities"]] == ["Dr. Chief", "Dr. Second"]
    assert seen["authorities"][1]["deputy_for"] == "Dr. Chief"
    assert 0 < seen["decision_left_s"] <= 3600
    assert seen["way_back"] == {"answer": "unknown", "reason": "no system of the kind legacy is set up"}


def test_beside_a_decision_stands_what_a_roll_back_costs_now(golive: Served) -> None:
    told = [event("1", "begun", 5), event("1", "final", 1), event("2", "begun", 90), event("3", "begun", 3)]
    golive.ingest(exam_events=[event("2", "final", 80), *told])
    silent = golive.get("/api/decisions/context")["cost"]
    assert silent["studies"] == {"n": None, "at_least": False, "not_seen": []}
    assert silent["reports"] == {"n": 1, "at_least": True, "not_seen": ["ris-hl7"]}
    assert silent["in_progress"]["n"] == 1
