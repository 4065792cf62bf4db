"""The shift over the real server: duties, the lead, hand-overs, announcements, and what the floor is asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.served import Served, body_of, prepared, running, wait_for, write_config
from tests.integration.test_issues import act as act_on_issue
from tests.integration.test_issues import body as issue_body
from tests.integration.test_issues import put as put_issue

AREAS = [{"id": "ct", "name": "CT"}, {"id": "mr", "name": "MR"}, {"id": "ed", "name": "ED"}]
ROLES = ["engineer", "desk", "authority", "floor"]


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("shift")
    config, tokens = prepared(folder, ROLES, write_config(folder, areas=AREAS))
    with running(config, tokens) as served:
        yield served


def later(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def put(served: Served, path: str, role: str, uuid: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    answer = served.call("PUT", f"/api/{path}/{uuid or uuid4()}", role, json=body)
    return answer.status_code, body_of(answer)


def post(served: Served, path: str, role: str, event: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    answer = served.call("POST", f"/api/{path}/events/{event or uuid4()}", role, json=body)
    return answer.status_code, body_of(answer)


def there(served: Served) -> dict[str, list[str]]:
    return {a["area"]: [d["who"] for d in a["there"]] for a in served.get("/api/shift")["areas"]}


def test_a_duty_is_taken_once_extended_moved_and_ended(golive: Served) -> None:
    uuid, until = str(uuid4()), later(3)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: put(golive, "duties", "floor", uuid, area="ct", until_at=until), range(8)))
    assert sorted(code for code, _ in answers) == [200] * 7 + [201]
    assert len({str(told) for _, told in answers}) == 1
    assert there(golive) == {"ct": ["the floor"], "mr": [], "ed": []}
    code, problem = put(golive, "duties", "floor", uuid, area="mr", until_at=until)
    assert (code, problem["stored"]["area"], problem["sent"]["area"]) == (409, "ct", "mr")
    assert put(golive, "duties", "desk", uuid, area="ct", until_at=until)[0] == 200  # another user's turn
    event, longer = str(uuid4()), later(5)
    code, extended = post(golive, f"duties/{uuid}", "floor", event, action="extend", until_at=longer)
    assert code == 200
    assert datetime.fromisoformat(extended["until_at"]) > datetime.fromisoformat(until) + timedelta(hours=1)
    assert post(golive, f"duties/{uuid}", "floor", event, action="extend", until_at=longer) == (200, extended)
    code, moved = post(golive, f"duties/{uuid}", "floor", action="move", area="mr")
    assert (code, moved["area"]) == (200, "mr")
    assert there(golive) == {"ct": [], "mr": ["the floor"], "ed": []}
    assert post(golive, f"duties/{uuid}", "floor", action="end")[0] == 409  # it ended by the move
    assert post(golive, f"duties/{moved['uuid']}", "engineer", action="end")[0] == 403  # neither theirs nor the desk
    assert put(golive, "duties", "floor", area="ed", until_at=until, also=True)[0] == 201
    assert there(golive) == {"ct": [], "mr": ["the floor"], "ed": ["the floor"]}
    assert put(golive, "duties", "floor", area="ct", until_at=until)[0] == 201
    assert there(golive) == {"ct": ["the floor"], "mr": [], "ed": []}
    (now,) = [d for a in golive.get("/api/shift")["areas"] for d in a["there"]]
    assert post(golive, f"duties/{now['uuid']}", "desk", action="end")[0] == 200
    assert there(golive) == {"ct": [], "mr": [], "ed": []}
    acts = [e["act"] for e in golive.get("/api/journal") if e["act"].startswith("duty.")]
    assert acts[:4] == ["duty.begin", "duty.extend", "duty.move", "duty.begin"]


def test_two_tablets_of_one_token_have_a_duty_each(golive: Served) -> None:
    for device, name, area in (("tablet-1", "Sue", "ct"), ("tablet-2", "Tom", "mr")):
        code, _ = put(golive, "duties", "floor", area=area, until_at=later(1), device=device, name=name)
        assert code == 201
    assert there(golive) == {"ct": ["Sue"], "mr": ["Tom"], "ed": []}
    assert put(golive, "duties", "floor", area="ed", until_at=later(1), device="tablet-2", name="Tom")[0] == 201
    assert there(golive) == {"ct": ["Sue"], "mr": [], "ed": ["Tom"]}
    for one in [d for a in golive.get("/api/shift")["areas"] for d in a["there"]]:
        post(golive, f"duties/{one['uuid']}", "desk", action="end")


def test_the_desk_writes_down_who_called_and_gets_no_duty_by_that(golive: Served) -> None:
    uuid = str(uuid4())
    put_issue(golive, uuid, **issue_body(area="ed"))
    act_on_issue(golive, uuid, "fix", resolution="restarted")
    for area in ("ct", "ed"):  # by name alone: who goes on elsewhere leaves the one before
        assert put(golive, "duties", "desk", area=area, until_at=later(1), name="Ada Q.")[0] == 201
    assert there(golive) == {"ct": [], "mr": [], "ed": ["Ada Q."]}
    assert act_on_issue(golive, uuid, "verify", "desk")[0] == 403
    assert put(golive, "duties", "desk", area="ed", until_at=later(1), name="the authority")[0] == 201
    assert act_on_issue(golive, uuid, "verify", "authority")[1]["status"] == "verified"
    for one in [d for a in golive.get("/api/shift")["areas"] for d in a["there"]]:
        post(golive, f"duties/{one['uuid']}", "desk", action="end")


@pytest.mark.parametrize(
    ("path", "role", "wrong", "code", "field"),
    [
        ("duties", "floor", {"area": "mars", "until_at": later(1)}, 422, "area"),
        ("duties", "floor", {"area": "ct", "until_at": "2099-01-01T00:00:00Z"}, 422, "until_at"),
        ("duties", "floor", {"area": "ct", "until_at": "1970-01-01T00:00:00Z"}, 422, "until_at"),
        ("duties", "floor", {"area": "", "until_at": later(1)}, 422, "area"),
        ("leads", "floor", {"until_at": later(1)}, 403, ""),
        ("leads", "desk", {"until_at": later(-1)}, 422, "until_at"),
        ("announcements", "floor", {"text": "x"}, 403, ""),
        ("announcements", "desk", {"text": " "}, 422, "text"),
        ("announcements", "desk", {"text": "x" * 401}, 422, "text"),
        ("announcements", "desk", {"text": "x", "areas": ["mars"]}, 422, "areas[0]"),
        ("announcements", "desk", {"text": "x", "until_at": later(-1)}, 422, "until_at"),
        ("announcements", "desk", {"text": "patient Mary Miller waits"}, 422, "text"),
        ("questions", "desk", {"areas": []}, 422, "areas"),
        ("questions", "desk", {"areas": ["mars"]}, 422, "areas[0]"),
        ("questions", "floor", {"areas": ["ct"]}, 403, ""),
        ("handovers", "desk", {"to": "Bo", "until_at": later(1), "actions": "a", "needs": "n"}, 422, "conditions"),
        ("handovers", "desk", {"to": "Bo", "until_at": later(1), "conditions": "c", "actions": "a", "needs": " "}, 422,
         "needs"),
        ("handovers", "desk", {"until_at": later(1), "conditions": "c", "actions": "a", "needs": "n"}, 422, "to"),
        ("handovers", "desk", {"to": "Bo", "until_at": later(-1), "conditions": "c", "actions": "a", "needs": "n"}, 422,
         "until_at"),
        ("handovers", "floor", {"from": "Al", "to": "Bo", "until_at": later(1), "conditions": "c", "actions": "a",
         "needs": "n"}, 403, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_names_the_field(
    golive: Served, path: str, role: str, wrong: Any, code: int, field: str
) -> None:
    answered, problem = put(golive, path, role, **wrong)
    assert (answered, problem.get("field", "")) == (code, field), problem


def test_a_duty_that_a_tablet_held_until_it_was_over_is_kept_and_is_nobodys(golive: Served) -> None:
    assert put(golive, "duties", "floor", area="ed", until_at=later(-0.1))[0] == 201
    assert there(golive)["ed"] == []


def test_one_leads_and_who_takes_the_lead_ends_the_former(golive: Served) -> None:
    one = str(uuid4())
    assert put(golive, "leads", "desk", one, until_at=later(2), name="R.K.")[0] == 201
    assert golive.get("/api/shift")["lead"]["who"] == "R.K."
    code, two = put(golive, "leads", "authority", until_at=later(4))
    assert code == 201
    assert golive.get("/api/shift")["lead"]["who"] == "the authority"
    assert post(golive, f"leads/{one}", "desk", action="extend", until_at=later(3))[0] == 409
    assert post(golive, f"duties/{two['uuid']}", "desk", action="end")[0] == 404  # a lead is no duty
    assert post(golive, f"leads/{two['uuid']}", "desk", action="move", area="ct")[0] == 422
    assert post(golive, f"leads/{two['uuid']}", "desk", action="end")[0] == 200
    assert golive.get("/api/shift")["lead"] is None


def test_nobody_on_the_floor_takes_the_lead_by_a_hand_over_in_its_holders_name(golive: Served) -> None:
    assert put(golive, "leads", "desk", until_at=later(1), name="R.K.")[0] == 201
    note = {"conditions": "calm", "actions": "none", "needs": "nothing", "from": "R.K.", "to": "the floor"}
    code, problem = put(golive, "handovers", "floor", **note, until_at=later(8))
    assert (code, problem["detail"]) == (403, "R.K. leads the command center: they or the desk hand the lead over")
    assert golive.get("/api/shift")["lead"]["who"] == "R.K."
    assert put(golive, "handovers", "floor", **note, area="ct", until_at=later(8))[0] == 201  # what is of an area
    assert put(golive, "handovers", "desk", **note, until_at=later(8))[0] == 201
    assert golive.get("/api/shift")["lead"]["who"] == "the floor"


def test_a_hand_over_takes_lead_duties_and_open_issues_along_once(golive: Served) -> None:
    open_one, fixed, closed, others = (str(uuid4()) for _ in range(4))
    for uuid, owner in ((open_one, "the desk"), (fixed, "The  Desk"), (closed, "the desk"), (others, "Kim")):
        put_issue(golive, uuid, **issue_body())
        act_on_issue(golive, uuid, "assign", owner=owner)
    act_on_issue(golive, fixed, "fix", resolution="restarted")
    act_on_issue(golive, closed, "close", resolution="nothing to do")
    put(golive, "leads", "desk", until_at=later(1), name="R.K.")
    put(golive, "duties", "desk", area="mr", until_at=later(1))
    uuid, until = str(uuid4()), later(8)
    note = {"conditions": "calm", "actions": "RIS restarted", "needs": "nothing", "to": "the authority"}
    code, made = put(golive, "handovers", "desk", uuid, **note, until_at=until)
    assert code == 201, made
    assert (made["from"], made["to"], made["lead"], made["duties"]) == ("the desk", "the authority", True, ["mr"])
    seen = {i["uuid"]: i for i in golive.get("/api/issues")}
    assert sorted(made["issues"]) == sorted(seen[u]["number"] for u in (open_one, fixed))
    owners = [seen[u]["owner"] for u in (open_one, fixed, closed, others)]
    assert owners == ["the authority", "the authority", "the desk", "Kim"]
    assert put(golive, "handovers", "desk", uuid, **note, until_at=until) == (200, made)
    shift = golive.get("/api/shift")
    assert (shift["lead"]["who"], shift["handover"]["needs"]) == ("the authority", "nothing")
    assert there(golive)["mr"] == ["the authority"]
    assert golive.get("/api/handovers")[0]["uuid"] == uuid
    events = golive.get(f"/api/issues/{open_one}")["events"]
    assert [e["action"] for e in events] == ["assign", "assign"]
    told = [e for e in golive.get("/api/journal") if e["act"] == "handover.make"]
    assert [e["subject"] for e in told].count(uuid) == 1
    assert "RIS restarted" not in str(told)


def test_a_tablet_hands_over_its_own_duty_alone_and_late_when_it_had_no_network(golive: Served) -> None:
    for device, name in (("tablet-1", "Sue"), ("tablet-2", "Tom")):
        put(golive, "duties", "floor", area="ed", until_at=later(2), device=device, name=name)
    note = {"conditions": "calm", "actions": "nothing", "needs": "nothing", "to": "Kim", "area": "ed"}
    more = {**note, "from": "Sue", "device": "tablet-1"}
    assert put(golive, "handovers", "floor", **more, until_at=later(5))[1]["duties"] == ["ed"]
    assert sorted(there(golive)["ed"]) == ["Kim", "Tom"]
    uuid, passed = str(uuid4()), later(-3)
    late = {**note, "from": "Tom", "device": "tablet-2", "needs": "call back", "until_at": passed}
    code, made = put(golive, "handovers", "floor", uuid, **late)
    assert (code, made["until_at"][:19]) == (201, passed[:19])
    assert put(golive, "handovers", "floor", uuid, **late) == (200, made)
    assert there(golive)["ed"] == ["Kim"]
    assert put(golive, "handovers", "floor", **{**late, "until_at": later(-30)})[0] == 422
    assert put(golive, "handovers", "desk", **note, until_at=passed)[0] == 422  # nobody at the desk means the past
    told = golive.get("/api/floor", "floor")["handovers"]
    assert [h["needs"] for h in told if h["area"] == "ed"] == ["call back"]


def test_who_has_the_duty_there_now_says_whether_it_is_solved(golive: Served) -> None:
    uuid = str(uuid4())
    put_issue(golive, uuid, "desk", **issue_body())
    act_on_issue(golive, uuid, "fix", resolution="restarted")
    code, problem = act_on_issue(golive, uuid, "verify", "floor")
    assert (code, "who has the duty there now" in problem["detail"]) == (403, True)
    put(golive, "duties", "floor", area="mr", until_at=later(1), device="tablet-1")
    assert act_on_issue(golive, uuid, "verify", "floor", device="tablet-1")[0] == 403  # a duty elsewhere
    _, duty = put(golive, "duties", "floor", area="ct", until_at=later(1), device="tablet-1")
    assert act_on_issue(golive, uuid, "verify", "floor", device="tablet-2")[0] == 403  # another tablet of the token
    event = str(uuid4())
    assert act_on_issue(golive, uuid, "verify", "floor", event, device="tablet-1")[1]["status"] == "verified"
    post(golive, f"duties/{duty['uuid']}", "floor", action="end")
    assert act_on_issue(golive, uuid, "verify", "floor", event, device="tablet-1")[0] == 200  # a repeat
    (one,) = [i for i in golive.get("/api/issues") if i["uuid"] == uuid]
    assert (one["status"], one["verified_by"]) == ("verified", "the floor")


def test_a_word_that_a_tablet_held_until_its_duty_was_over_counts_from_when_it_was_said(golive: Served) -> None:
    def fixed_issue() -> str:
        uuid = str(uuid4())
        put_issue(golive, uuid, "desk", **issue_body())
        assert act_on_issue(golive, uuid, "fix", resolution="restarted")[0] == 200
        return uuid

    before = fixed_issue()
    _, duty = put(golive, "duties", "floor", area="ct", until_at=later(1), device="tablet-1")
    one, other, third = fixed_issue(), fixed_issue(), fixed_issue()
    said = later(0)
    assert post(golive, f"duties/{duty['uuid']}", "floor", action="end")[0] == 200
    after = fixed_issue()
    told = {"device": "tablet-1", "at": said}
    assert act_on_issue(golive, one, "verify", "floor", **told)[1]["status"] == "verified"
    assert act_on_issue(golive, before, "verify", "floor", **told)[1]["status"] == "verified"
    for issue, more in (
        (other, {"device": "tablet-1"}),  # says nothing of when
        (other, {"device": "tablet-1", "at": later(0)}),
        (other, {"device": "tablet-2", "at": said}),
        (after, told),  # fixed after the duty
    ):
        code, problem = act_on_issue(golive, issue, "verify", "floor", **more)
        assert (code, "or had it when they said so" in problem["detail"]) == (403, True), more
    assert act_on_issue(golive, third, "verify", "authority", **told)[0] == 403


def test_an_announcement_is_shown_kept_with_issues_that_come_then_and_withdrawn(golive: Served) -> None:
    uuid, said = str(uuid4()), {"text": "Open the patient by accession number", "areas": ["ct"], "until_at": later(1)}
    code, made = put(golive, "announcements", "desk", uuid, **said)
    assert code == 201
    assert put(golive, "announcements", "authority", uuid, **said) == (200, made)
    shown = golive.call("GET", "/api/announcements", "floor").json()
    assert [a["uuid"] for a in shown] == [uuid]
    one = str(uuid4())
    put_issue(golive, one, **issue_body())
    (kept,) = golive.get(f"/api/issues/{one}")["context"]["announcements"]
    assert (kept["text"], kept["areas"], kept["by"]) == (said["text"], ["ct"], "the desk")
    assert post(golive, f"announcements/{uuid}", "desk", action="withdraw")[0] == 200
    assert post(golive, f"announcements/{uuid}", "desk", action="withdraw")[0] == 409
    assert golive.get("/api/announcements") == []
    assert said["text"] not in str(golive.get("/api/journal"))


def test_the_floor_is_asked_and_answers_by_area_with_the_moment_of_the_tap(golive: Served) -> None:
    uuid, asked = str(uuid4()), {"areas": ["ct", "mr"], "about": "Worklist"}
    code, _ = put(golive, "questions", "desk", uuid, **asked)
    assert code == 201
    assert put(golive, "questions", "desk", uuid, **asked)[0] == 200
    tap, ahead = str(uuid4()), datetime.now(UTC) + timedelta(hours=3)
    body = {"area": "ct", "answer": "stopped", "at": ahead.isoformat(), "clock_offset_s": 10_800.0}
    code, answered = put(golive, f"questions/{uuid}/answers", "floor", tap, **body)
    assert code == 201
    assert abs((datetime.fromisoformat(answered["at"]) - datetime.now(UTC)).total_seconds()) < 10
    assert put(golive, f"questions/{uuid}/answers", "floor", tap, **body) == (200, answered)
    assert put(golive, f"questions/{uuid}/answers", "floor", area="ed", answer="working")[0] == 422
    assert put(golive, f"questions/{uuid}/answers", "floor", area="ct", answer="perhaps")[0] == 422
    assert put(golive, f"questions/{uuid4()}/answers", "floor", area="ct", answer="slow")[0] == 404
    (one,) = [q for q in golive.get("/api/questions") if q["uuid"] == uuid]
    assert (one["open"], [a["answer"] for a in one["answers"]]) == (["mr"], ["stopped"])
    assert golive.get("/api/shift")["floor_says"]["ct"]["answer"] == "stopped"
    assert put(golive, f"questions/{uuid}/answers", "floor", area="ct", answer="working")[0] == 201
    assert golive.get("/api/shift")["floor_says"]["ct"]["answer"] == "working"


def test_golive_itself_asks_where_somebody_is_on_duty(tmp_path: Path) -> None:
    spans = '[floor]\nask_every = "1s"\n'
    config, tokens = prepared(tmp_path, ROLES, write_config(tmp_path, spans, areas=AREAS))
    with running(config, tokens) as served:
        wait_for(lambda: served.get("/api/status")["phase"] == "decision")
        put(served, "duties", "floor", area="mr", until_at=later(1))
        one = wait_for(lambda: served.get("/api/questions"))[-1]
        assert (one["areas"], one["by"], one["by_clock"]) == (["mr"], "golive", True)


def test_a_tablet_is_told_of_the_shift_and_asked_what_is_solved_where_it_has_the_duty(golive: Served) -> None:
    uuid, question = str(uuid4()), str(uuid4())
    put_issue(golive, uuid, "desk", **issue_body(area="mr"))
    act_on_issue(golive, uuid, "fix", resolution="restarted")
    put(golive, "announcements", "desk", text="RIS restarts", areas=["mr"], until_at=later(1))
    put(golive, "questions", "desk", question, areas=["mr"], about="Reports")
    put(golive, "leads", "desk", until_at=later(2), name="R.K.")
    before = golive.get("/api/floor", "floor")
    assert uuid not in [i["uuid"] for i in before["mine"]]
    _, duty = put(golive, "duties", "floor", area="mr", until_at=later(1))
    told = golive.get("/api/floor", "floor")
    assert [a["text"] for a in told["announcements"]] == ["RIS restarts"]
    assert (question, ["mr"], "Reports") in [(q["uuid"], q["areas"], q["about"]) for q in told["questions"]]
    assert told["duty"]["lead"]["who"] == "R.K."
    assert [d["area"] for d in told["duty"]["there"] if d["mine"]] == ["mr"]
    (mine,) = [i for i in told["mine"] if i["uuid"] == uuid]
    assert mine["solved"] is True
    put(golive, f"questions/{question}/answers", "floor", area="mr", answer="working")
    assert question not in [q["uuid"] for q in golive.get("/api/floor", "floor")["questions"]]
    assert act_on_issue(golive, uuid, "verify", "floor")[1]["status"] == "verified"
    post(golive, f"duties/{duty['uuid']}", "floor", action="end")
