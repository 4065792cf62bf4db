"""The desk's pages over the real server: who may see them, and what they hold after real acts."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.integration.served import Served, sample, serving, write_config
from tests.integration.test_api_decisions import TRIGGER, breach, started

PAGES = ("/desk/triggers", f"/desk/triggers/{TRIGGER}", "/desk/go-live")
READERS = ("engineer", "desk", "authority", "admin")
REFUSED = ("display", "floor", "leadership")
VIEWS = ("desk-triggers", f"desk-trigger/{TRIGGER}", "desk-go-live")
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with started(tmp_path_factory.mktemp("desk")) as served:
        breach(served)
        yield served


def proposed(served: Served) -> str:
    uuid = str(uuid4())
    body = {"trigger": TRIGGER, "kind": "roll_back", "reason": "the vendor gives up"}
    answer = served.call("PUT", f"/api/decisions/{uuid}", "ann", json=body)
    assert answer.status_code == 201, answer.text
    return uuid


def test_the_desk_is_for_those_who_read_everything(tmp_path: Path) -> None:
    file = write_config(tmp_path, triggers=[{"id": "slow", "title": "Slow", "measure": "worklist.response",
        "slower_than": "5s", "share": 0.2}])  # fmt: skip
    with serving(tmp_path, (*READERS, *REFUSED), file) as served:
        pages = ("/desk", "/desk/triggers", "/desk/triggers/slow", "/desk/go-live", "/desk/planned-work")
        views = ("desk-issues", "desk-triggers", "desk-trigger/slow", "desk-go-live", "desk-planned-work")
        for path in pages:
            assert {r: served.call("GET", path, r).status_code for r in READERS} == dict.fromkeys(READERS, 200), path
            assert {r: served.call("GET", path, r).status_code for r in REFUSED} == dict.fromkeys(REFUSED, 403), path
            answer = served.call("GET", path, headers=HTML)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
        record = f"/desk/decisions/{uuid4()}"
        assert {served.call("GET", record, r).status_code for r in REFUSED} == {403}
        assert served.call("GET", record, "desk").status_code == 404
        for view in views:
            at = f"/live/snapshot?view={view}"
            assert served.call("GET", at, "desk").status_code == 200
            assert {served.call("GET", at, r).status_code for r in REFUSED} == {403}
            assert served.call("GET", at).status_code == 401
            for role in (*REFUSED, None):
                assert refused(served, view, role), (view, role)
            assert not refused(served, view, "authority")
        assert not refused(served, "wall", None)


def test_the_desk_itself_is_its_issues(golive: Served) -> None:
    answer = golive.call("GET", "/desk", "eve", headers=HTML)
    assert (answer.status_code, 'id="queue"' in answer.text) == (200, True)
    answer = golive.call("GET", "/desk", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/desk")
    listed = golive.call("GET", "/", "eve", headers=HTML).text
    for path in ("/desk", "/desk/triggers", "/desk/go-live", "/desk/planned-work"):
        assert f'href="{path}"' in listed
        assert golive.call("GET", path, "eve", headers=HTML).status_code == 200


def test_only_who_acts_for_the_desk_gets_the_forms_of_planned_work(tmp_path: Path) -> None:
    with serving(tmp_path, READERS) as served:
        pages = {role: served.call("GET", "/desk/planned-work", role, headers=HTML).text for role in READERS}
        seen = {role: 'id="plan-work"' in html for role, html in pages.items()}
        assert seen == {"engineer": False, "desk": True, "authority": True, "admin": True}
        assert 'id="blank-work"' not in pages["engineer"]
        assert "You may read this" in pages["engineer"]


def refused(served: Served, view: str, role: str | None) -> bool:
    headers = {"Authorization": f"Bearer {served.token(role)}"} if role else {}
    try:
        with connect(f"ws://127.0.0.1:{served.port}/live?view={view}", additional_headers=headers) as socket:
            return "hx-partial" not in str(socket.recv(timeout=5))
    except InvalidStatus:
        return True


def test_a_page_tells_the_breach_the_picture_and_what_people_did(golive: Served) -> None:
    proposed(golive)
    html = golive.call("GET", f"/desk/triggers/{TRIGGER}", "bo", headers=HTML).text
    for needed in ("◆", "the vendor gives up", "Roll back", "by <b>Ann</b>", "attempts counted in the window",
                   'class="share"', "Dr. Chief", "tel:+49301", "a way back"):  # fmt: skip
        assert needed in html, needed
    listed = golive.call("GET", "/desk/triggers", "bo", headers=HTML).text
    assert f'href="/desk/triggers/{TRIGGER}#decide"' in listed
    assert golive.call("GET", "/desk/triggers/nothing", "bo").status_code == 404


def test_the_record_is_chained_to_the_journal_and_keeps_what_stood_beside_it(golive: Served) -> None:
    uuid = proposed(golive)
    phone = {"caller": "Dr. Chief", "call_back": "+49 30 1", "witness": "Wim"}
    body = {"action": "confirm", "reason": "I agree", "by_phone": phone}
    path = f"/api/decisions/{uuid}/events/{uuid4()}"
    assert golive.call("POST", path, "ann", json=body).status_code == 200
    told = golive.call("GET", f"/desk/decisions/{uuid}?format=json", "eve").json()
    entries = {e["seq"]: e for e in golive.get("/api/journal?after=0")}
    assert [e["act"] for e in told["journal"]] == ["trigger.breach", "decision.propose", "decision.confirm"]
    assert all(entries[e["seq"]]["hash"] == e["hash"] for e in told["journal"])
    assert told["evidence"]["n"] >= 5
    assert told["decision"]["by_phone"]["listed"] is True
    for moment in ("proposed", "ended"):
        kept = told["beside"][moment]
        assert kept["way_back"]["answer"] == "unknown"
        assert set(kept["cost"]) == {"studies", "reports", "in_progress"}
        assert kept["triggers"][TRIGGER] == "breached"
        assert "authorities" not in kept
    kept = [entries[e["seq"]]["body"] for e in told["journal"][1:]]
    assert all(body["way_back"]["answer"] == "unknown" and "studies" in body["cost"] for body in kept)
    html = golive.call("GET", f"/desk/decisions/{uuid}", "eve", headers=HTML).text
    for needed in (*(e["hash"] for e in told["journal"]), "Wim", "I agree", "the vendor gives up", "at the breach"):
        assert needed in html, needed
    assert "rolled back" in golive.call("GET", "/desk/go-live", "eve", headers=HTML).text


def test_an_open_page_gets_what_others_do_within_a_second(tmp_path: Path) -> None:
    with started(tmp_path) as served:
        headers = {"Authorization": f"Bearer {served.token('bo')}"}
        with connect(
            f"ws://127.0.0.1:{served.port}/live?view=desk-trigger/{TRIGGER}", additional_headers=headers
        ) as bo:
            assert 'id="timeline"' in str(bo.recv(timeout=5))
            served.ingest(samples=[sample(n / 10, outcome="timeout", total_s=None, first_s=None) for n in range(8)])
            said = ""
            while 'data-stands="yes"' not in said:
                said = str(bo.recv(timeout=5))
            began = time.monotonic()
            proposed(served)
            while "the vendor gives up" not in said:
                said = str(bo.recv(timeout=5))
            assert time.monotonic() - began < 1
