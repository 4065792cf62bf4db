"""Issues mirrored to a ticket system, and handed over at the close: in order, signed, once, over restarts."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.served import TABLES, prepared, running, wait_for, write_config
from tests.integration.test_issues import act, body, put
from tests.peers.receiver import Receiver
from tests.peers.tickets import TicketSystem

KEY, TYPED = "the key that both know", "as somebody typed it"
SETTINGS = '[tickets]\nurl_file = "t.url"\nkey_file = "t.key"\nanswer = "result.number"\ntimeout = "2s"\n'
ROLES = ["engineer", "desk", "floor"]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[TicketSystem]:
    with TicketSystem() as found:
        (tmp_path / "t.url").write_text(found.url)
        (tmp_path / "t.key").write_text(KEY)
        yield found


def test_events_come_in_order_signed_and_once_although_the_system_fails_and_golive_restarts(
    tmp_path: Path, system: TicketSystem
) -> None:
    config, tokens = prepared(tmp_path, ROLES, write_config(tmp_path, SETTINGS))
    first, second = str(uuid4()), str(uuid4())
    system.answers = [500, 0]  # it fails; then it takes the event, and the line is cut before its answer
    with running(config, tokens) as golive:
        assert put(golive, first, **body(text=TYPED, workaround=TYPED))[0] == 201
        assert put(golive, second, **body())[0] == 201
        assert act(golive, first, "triage", owner="Ann")[0] == 200
        wait_for(lambda: len(system.events) == 3, 20)
        wait_for(lambda: {i["vendor_ticket"] for i in golive.get("/api/issues")} == {"INC0041", "INC0042"})
        system.answers = [503] * 100
        assert act(golive, second, "fix", resolution=TYPED)[0] == 200
        wait_for(lambda: system.posts[-1].status == 503)
    system.answers = []
    with running(config, tokens) as golive:
        wait_for(lambda: len(system.events) == 4, 20)
        assert act(golive, second, "verify", "floor")[0] == 200
        wait_for(lambda: len(system.events) == 5, 20)
        mapped = [e for e in golive.get("/api/journal?limit=1000") if e["act"] == "ticket.mapped"]
        assert sorted(e["body"]["ticket"] for e in mapped) == ["INC0041", "INC0042"]
        notices = [n for n in golive.get("/api/notices") if n["occasion"] == "ticket"]
        assert {n["stage"] for n in notices} == {"sent"}
    taken = list(system.events.values())
    assert [t["type"].partition(".")[2] + " " + t["action"] for t in taken] == [
        "created create", "created create", "changed triage", "changed fix", "changed verify",
    ]  # fmt: skip
    assert [t["issue"]["uuid"] for t in taken] == [first, second, first, second, second]
    assert [t["issue"]["sequence"] for t in taken] == sorted(t["issue"]["sequence"] for t in taken)
    assert taken[0]["event"] == first
    assert (taken[3]["issue"]["status"], taken[3]["issue"]["area_name"]) == ("fixed", "CT")
    for post in system.posts:
        assert TYPED not in post.body.decode()
        id_, at = post.headers["webhook-id"], post.headers["webhook-timestamp"]
        assert id_ == post.headers["idempotency-key"] == post.told["event"]
        signed = hmac.new(KEY.encode(), f"{id_}.{at}.".encode() + post.body, hashlib.sha256).digest()
        assert post.headers["webhook-signature"] == f"v1,{base64.b64encode(signed).decode()}"
    repeats = [p.headers["webhook-id"] for p in system.posts]
    assert repeats[:3] == [first, first, first]  # nothing overtakes what is not answered yet


def test_what_the_system_will_never_take_is_given_up_and_holds_up_nothing(tmp_path: Path, system: TicketSystem) -> None:
    config, tokens = prepared(tmp_path, ROLES, write_config(tmp_path, SETTINGS))
    system.answers = [422]
    with running(config, tokens) as golive:
        for _ in range(2):
            assert put(golive, str(uuid4()), **body())[0] == 201
        wait_for(lambda: len(system.events) == 1)
        wait_for(lambda: any("given up" in r for r in golive.get("/api/status")["reasons"]))
        stages = {n["stage"] for n in golive.get("/api/notices") if n["occasion"] == "ticket"}
        assert stages == {"sent", "given_up"}


def test_a_ticket_that_the_desk_gave_is_not_overwritten(tmp_path: Path, system: TicketSystem) -> None:
    config, tokens = prepared(tmp_path, ROLES, write_config(tmp_path, SETTINGS))
    uuid = str(uuid4())
    system.answers = [503]
    with running(config, tokens) as golive:
        assert put(golive, uuid, **body())[0] == 201
        assert act(golive, uuid, "escalate", vendor_ticket="VENDOR-7")[0] == 200
        wait_for(lambda: len(system.events) == 2, 20)
        mapped = wait_for(lambda: [e for e in golive.get("/api/journal?limit=1000") if e["act"] == "ticket.mapped"])
        assert [(e["body"]["ticket"], e["body"]["kept"]) for e in mapped] == [("INC0041", "VENDOR-7")]
        assert golive.get("/api/issues")[0]["vendor_ticket"] == "VENDOR-7"


def test_without_a_key_nothing_goes_and_the_wall_says_why(tmp_path: Path, system: TicketSystem) -> None:
    (tmp_path / "t.key").unlink()
    config, tokens = prepared(tmp_path, ROLES, write_config(tmp_path, SETTINGS))
    with running(config, tokens) as golive:
        assert put(golive, str(uuid4()), **body())[0] == 201
        wait_for(lambda: any("tickets" in r and "key_file" in r for r in golive.get("/api/status")["reasons"]), 15)
        assert system.posts == []


def test_at_the_close_each_open_issue_is_handed_over_once_over_restarts(tmp_path: Path) -> None:
    with Receiver() as receiver:
        (tmp_path / "desk.url").write_text(receiver.address("desk"))
        extra = '[floor]\nservice_desk = { name = "IT", channel = "it" }\n'
        channels = [{"id": "it", "url_file": "desk.url", "timeout": "2s"}]
        began_s = time.monotonic()
        file = write_config(tmp_path, extra, **{**TABLES, "channels": channels})  # T0 was an hour ago
        text = file.read_text()
        config, tokens = prepared(tmp_path, ROLES, file)
        left, fixed, done = (str(uuid4()) for _ in range(3))
        with running(config, tokens) as golive:
            for uuid in (left, fixed, done):
                assert put(golive, uuid, **body(text=TYPED))[0] == 201
            assert act(golive, fixed, "fix", resolution=TYPED)[0] == 200
            assert act(golive, done, "close", resolution=TYPED)[0] == 200
        assert receiver.messages == []
        until_s = 3600 + round(time.monotonic() - began_s) + 2  # the command center closes in two seconds
        file.write_text(text.replace('"72h"', f'"{until_s}s"').replace('"2h"', '"30m"'))
        config, _ = prepared(tmp_path, [], file)
        with running(config, tokens) as golive:
            wait_for(lambda: len(receiver.taken()) == 2, 20)
            assert put(golive, str(uuid4()), **body(text=TYPED))[0] == 201
            wait_for(lambda: len(receiver.taken()) == 3, 20)  # a minute after the close belongs to it still
        with running(config, tokens) as golive:
            wait_for(lambda: golive.get("/api/status")["phase"] == "stabilisation")
            act(golive, left, "triage")
            wait_for(lambda: golive.get("/api/issues")[0]["status"] == "triaged")
        handed = [m for m in receiver.taken() if "handed over" in m.title]
        assert sorted(m.title for m in handed) == [
            "golive North Campus: handed over: no. 1, Worklist, CT",
            "golive North Campus: handed over: no. 2, Worklist, CT",
            "golive North Campus: handed over: no. 4, Worklist, CT",
        ]
        assert not any(TYPED in json.dumps([m.title, m.text]) for m in receiver.messages)
        with running(config, tokens) as golive:
            told = [e["body"]["issues"] for e in golive.get("/api/journal?limit=1000") if e["act"] == "floor.hand_over"]
            assert [sorted(told[0]), len(told)] == [sorted([left, fixed]), 2]
