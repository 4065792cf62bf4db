"""Notices of a served app to services on this machine: who gets what, and what a bad service does to others."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from app.clock import utc_now
from app.store import journal
from app.store.db import Database
from tests.integration.served import TABLES, Served, prepared, running, sample, serving, stamp, wait_for, write_config
from tests.peers.golive import GoLive
from tests.peers.receiver import Hanging, Mailbox, Message, Receiver

RULE = {
    "id": "slow", "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.5,
    "window": "60s", "at_least": 5, "breach_after": "0s", "recover_below": 0.4, "armed": "always",
}  # fmt: skip
SHADOW = {**RULE, "id": "later", "title": "On trial", "armed": "shadow"}
ALL = ["breach", "unseen", "undecided", "recovery", "proposal", "decision", "go_live"]
CHANNELS = [{"id": name, "timeout": "2s"} for name in ("desk.teams", "pager", "odd", "nowhere")]
ROUTES = [{"channel": c["id"], "on": ["breach"]} for c in CHANNELS]
AUTHORITIES = [
    {"name": "Ada Chief", "telephone": "+49 30 1", "channel": "ada"},
    {"name": "Bo Second", "telephone": "+49 30 2"},
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


def configured(folder: Path, addresses: dict[str, str], **more: Any) -> Path:
    """Give a golive.toml with a channel and a route of everything for each address."""
    for name, address in addresses.items():
        (folder / f"{name}.url").write_text(address + "\n")
    channels = [{"id": name, "url_file": f"{name}.url", "timeout": "2s"} for name in addresses]
    routes = [{"channel": name, "on": ALL} for name in addresses if name != "ada"]
    told = {"triggers": [RULE, SHADOW], "channels": channels, "routes": routes, **more}
    return write_config(folder, **{**TABLES, **told})


def breach(golive: Served) -> None:
    golive.ingest(samples=[sample(total_s=2.0) for _ in range(6)])


def act(golive: Served, method: str, path: str, role: str, body: dict[str, Any]) -> None:
    answer = golive.call(method, path, role, json=body)
    assert answer.status_code < 300, answer.text


def first(receiver: Receiver, words: str, path: str = "") -> Message:
    """Give the first accepted message whose title holds the words."""
    found: Message = wait_for(lambda: next((m for m in receiver.taken(path) if words in m.title), None))
    return found


def test_a_breach_and_what_people_decide_are_told_once_each(tmp_path: Path, receiver: Receiver) -> None:
    addresses = {"desk": receiver.address("desk"), "ada": receiver.address("ada")}
    file = configured(tmp_path, addresses, authorities=AUTHORITIES)
    with serving(tmp_path, ["engineer", "desk", "authority"], file) as golive:
        assert "declared" in first(receiver, "go-live declared").title
        breach(golive)
        told = first(receiver, "breach: Worklist unusable")
        assert told.severity == "failure"
        assert told.title == "golive North Campus: breach: Worklist unusable"
        assert "6 of 6 slower than 1 s in 1 min: 100 %" in told.text
        uuid = str(uuid4())
        proposal = {"trigger": "slow", "kind": "continue", "reason": "Mrs Miller waits", "accepted_risk": "secret risk"}
        rearm = {"rearm_at": "2099-01-01T00:00:00Z"}
        act(golive, "PUT", f"/api/decisions/{uuid}", "desk", {**proposal, **rearm})
        asked = first(receiver, "confirmation asked: continue, Worklist unusable", "ada")
        assert first(receiver, "confirmation asked", "desk").id != asked.id
        end = {"action": "confirm", "reason": "agreed by Mr Smith"}
        act(golive, "POST", f"/api/decisions/{uuid}/events/{uuid4()}", "authority", end)
        first(receiver, "confirmed: continue, Worklist unusable", "desk")
        about = wait_for(lambda: [n for n in golive.get("/api/notices?subject=slow") if n["stage"] == "sent"])
        assert [(n["channel"], n["occasion"], n["attempts"], n["problem"]) for n in about] == [
            ("desk", "breach", 1, None),
        ]  # fmt: skip
        assert about[0]["id"] == told.id
        assert golive.call("GET", "/api/notices", "desk").status_code == 200
        said = " ".join(m.title + m.text for m in receiver.messages)
    assert not [w for w in ("Miller", "secret risk", "Smith", "Ada", "the desk", "On trial") if w in said]
    assert len({m.id for m in receiver.messages}) == len(receiver.messages) == 5
    assert [m.path for m in receiver.taken("ada")] == ["/ada"]


def test_a_channel_that_hangs_delays_no_other_and_is_shown(tmp_path: Path, receiver: Receiver) -> None:
    with Hanging() as hanging:
        file = configured(tmp_path, {"desk": receiver.address(), "pager": hanging.address})
        with serving(tmp_path, ["engineer"], file) as golive:
            breach(golive)
            first(receiver, "breach: Worklist unusable")
            wait_for(lambda: hanging.connections >= 2)
            assert len(receiver.taken()) == 2  # T0 and the breach: neither waited for the pager
            reasons = wait_for(lambda: [r for r in golive.get("/api/status")["reasons"] if "notices to pager" in r])
            assert reasons[0] == "notices to pager: not taken: it did not answer in time; 2 waiting"
            wall = "/live/snapshot?view=wall"
            wait_for(lambda: "Notices to pager: not taken" in golive.call("GET", wall, "engineer").text)
            page = golive.call("GET", "/metrics", "engineer").text
            assert 'golive_notices_total{channel="desk",result="sent"} 2.0' in page
            assert 'golive_notices_total{channel="pager",result="timed_out"}' in page
            wait_for(lambda: hanging.connections >= 5, 30)
            assert len(forks()) <= 1, "what hangs does not pile up"
    assert not forks()


def forks() -> list[psutil.Process]:
    """Give the processes that carry a message right now."""
    children = [c for c in psutil.Process(os.getpid()).children() if "app.running.carrying" in " ".join(c.cmdline())]
    return [fork for child in children for fork in child.children()]


def test_a_channel_that_refuses_once_gets_the_same_notice_once_more(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path, ["engineer"], configured(tmp_path, {"desk": receiver.address()})) as golive:
        first(receiver, "go-live declared")
        receiver.answers = [500]
        breach(golive)
        first(receiver, "breach: Worklist unusable")
        tries = [m for m in receiver.messages if "breach" in m.title]
        assert [m.status for m in tries] == [500, 200]
        assert tries[0].id == tries[1].id
        wait_for(lambda: not [r for r in golive.get("/api/status")["reasons"] if "notices to" in r])


def test_what_was_not_told_before_a_stop_is_told_after_the_start(tmp_path: Path, receiver: Receiver) -> None:
    file = configured(tmp_path, {"desk": "json://127.0.0.1:1/nobody"})
    config, tokens = prepared(tmp_path, ["engineer"], file)
    with running(config, tokens) as golive:
        breach(golive)
        wait_for(lambda: [r for r in golive.get("/api/status")["reasons"] if "the service cannot be reached" in r])
    (tmp_path / "desk.url").write_text(receiver.address())
    with running(config, tokens):
        first(receiver, "breach: Worklist unusable")
        first(receiver, "go-live declared")
    assert len({m.id for m in receiver.messages}) == len(receiver.messages) == 2


def test_a_channel_without_an_address_is_named_before_it_is_needed(tmp_path: Path) -> None:
    file = configured(tmp_path, {"desk": "x"})
    (tmp_path / "desk.url").unlink()
    with serving(tmp_path, ["engineer"], file) as golive:
        found = wait_for(lambda: [r for r in golive.get("/api/status")["reasons"] if "notices to desk" in r])
        assert "No such file" in found[0]


def dead_man(folder: Path, address: str) -> str:
    (folder / "ping.url").write_text(address)
    return '[dead_man]\nurl_file = "ping.url"\nevery = "10s"\ntimeout = "2s"\n'


def heartbeat() -> dict[str, Any]:
    return {"probe_or_feed": "worklist-ct", "at": stamp(), "state": "idle", "detail": ""}


def test_the_dead_man_is_pinged_while_a_sentinel_goes_the_whole_way(tmp_path: Path, receiver: Receiver) -> None:
    extra = dead_man(tmp_path, f"http://127.0.0.1:{receiver.port}/ping/secret-uuid")
    with serving(tmp_path, ["engineer"], write_config(tmp_path, extra)) as golive:
        found = wait_for(lambda: [r for r in golive.get("/api/status")["reasons"] if r.startswith("dead man")])
        assert "collector main was never heard" in found[0]
        assert receiver.pings == []

        def pinged() -> bool:
            golive.ingest(samples=[sample()], heartbeats=[heartbeat()])
            return bool(receiver.pings)

        wait_for(pinged, 20)
        wait_for(lambda: not [r for r in golive.get("/api/status")["reasons"] if r.startswith("dead man")])
        assert "secret-uuid" not in golive.call("GET", "/metrics", "engineer").text


def test_a_ping_that_fails_is_shown_without_its_address(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [503] * 100
    extra = dead_man(tmp_path, f"http://127.0.0.1:{receiver.port}/ping/secret-uuid")
    nothing = {"systems": [], "probes": [], "feeds": []}
    with serving(tmp_path, ["engineer"], write_config(tmp_path, extra, **nothing)) as golive:
        found = wait_for(lambda: [r for r in golive.get("/api/status")["reasons"] if r.startswith("dead man")])
        assert found[0].endswith("its address answered 503")
        assert 'golive_dead_man_pings_total{result="failed"} 1.0' in golive.call("GET", "/metrics", "engineer").text


def test_golive_notice_test_sends_to_each_channel_and_says_which_took_it(receiver: Receiver) -> None:
    with Hanging() as hanging, GoLive(channels=CHANNELS, routes=ROUTES) as golive:
        golive.environ |= {
            "GOLIVE_CHANNEL_DESK_TEAMS": receiver.address("desk"),
            "GOLIVE_CHANNEL_PAGER": hanging.address,
            "GOLIVE_CHANNEL_ODD": "nonsense://user:secret@host",
        }
        check = golive.cli("check", "--json")
        assert receiver.messages == []
        done, human = golive.cli("notice", "test", "--json"), golive.cli("notice", "test", "--channel", "desk.teams")
        nobody = golive.cli("notice", "test", "--channel", "dsk")
    found = {t["channel"]: t for t in json.loads(done.stdout)}
    assert (done.returncode, {name: t["problem"] for name, t in found.items()}) == (
        1,
        {
            "desk.teams": None,
            "pager": "it did not answer in time",
            "odd": "its address is none that apprise knows",
            "nowhere": "channels nowhere has no address: set GOLIVE_CHANNEL_NOWHERE, or url_file",
        },
    )
    assert found["desk.teams"]["took_s"] < 2 < found["pager"]["took_s"] < 6
    assert (human.returncode, human.stdout.split()[:3]) == (0, ["✓", "desk.teams", "taken"])
    assert (nobody.returncode, 'there is no channel "dsk"' in nobody.stderr) == (2, True)
    assert [m.title for m in receiver.taken()] == ["golive North Campus: test notice"] * 2
    told = json.loads(check.stdout)
    assert (check.returncode, told["ok"]) == (1, False)
    assert {c["channel"]: c["ok"] for c in told["channels"]} == {
        "desk.teams": True, "pager": True, "odd": False, "nowhere": False,
    }  # fmt: skip
    assert "secret" not in check.stdout + check.stderr + done.stdout + done.stderr


def test_mail_reaches_a_mail_server(tmp_path: Path) -> None:
    with (
        Mailbox() as mailbox,
        serving(tmp_path, ["engineer"], configured(tmp_path, {"desk": mailbox.address})) as golive,
    ):
        breach(golive)
        mail = wait_for(lambda: next((m for m in mailbox.mails if "breach" in str(m["Subject"])), None))
    assert mail["Subject"] == "golive North Campus: breach: Worklist unusable"
    assert mail.get_content_type() == "text/plain", "as HTML its lines would run into one"
    assert "6 of 6 slower than 1 s in 1 min" in mail.get_content().splitlines()[1]


def test_a_breach_is_said_again_until_somebody_acknowledges_it(tmp_path: Path, receiver: Receiver) -> None:
    file = configured(tmp_path, {"desk": receiver.address()})
    file.write_text(file.read_text() + '[[routes]]\nchannel = "desk"\non = ["breach"]\nremind_every = "10s"\n')
    with serving(tmp_path, ["engineer", "desk"], file) as golive:
        breach(golive)
        told = first(receiver, "breach: Worklist unusable")
        again: Message = wait_for(lambda: next((m for m in receiver.taken() if "reminder 1" in m.title), None), 20)
        assert again.id != told.id
        assert "nobody has acknowledged it" in again.text
        assert 9 < again.at_s - told.at_s < 17
        act(golive, "POST", f"/api/triggers/slow/acts/{uuid4()}", "desk", {"action": "acknowledge", "reason": ""})
        heard = [e["seq"] for e in golive.get("/api/journal") if e["act"] == "trigger.acknowledge"]
        assert len(heard) == 1
        wait_for(lambda: time.monotonic() - again.at_s > 17, 20)
        assert [m.title for m in receiver.taken() if "reminder" in m.title] == [again.title]


def test_a_channel_that_is_added_while_golive_runs_is_told_and_one_that_is_taken_away_is_not(
    tmp_path: Path, receiver: Receiver
) -> None:
    file = configured(tmp_path, {"desk": receiver.address("desk")})
    before = file.read_text()
    with serving(tmp_path, ["engineer"], file) as golive:
        first(receiver, "go-live declared", "desk")
        (tmp_path / "other.url").write_text(receiver.address("other"))
        after = before.replace('"desk.url"', '"other.url"').replace('"desk"', '"other"')
        file.write_text(after)
        wait_for(lambda: [e for e in golive.get("/api/journal") if e["act"] == "configuration.effective"][1:])
        breach(golive)
        first(receiver, "breach: Worklist unusable", "other")
        assert [m.path for m in receiver.messages] == ["/desk", "/other"]


def test_an_entry_that_cannot_be_told_is_shown_and_keeps_no_other_untold(tmp_path: Path, receiver: Receiver) -> None:
    config, tokens = prepared(tmp_path, ["engineer"], configured(tmp_path, {"desk": receiver.address()}))
    with running(config, tokens):
        first(receiver, "go-live declared")
    database = Database(config.settings.server.database, "north", config.folder)
    database.open()
    database.write_now(lambda s: journal.append(s, "north", utc_now(), "golive", "decision.confirm", "d", {}))
    database.close()
    with running(config, tokens) as golive:
        breach(golive)
        first(receiver, "breach: Worklist unusable")
        reasons = wait_for(lambda: [r for r in golive.get("/api/status")["reasons"] if r.startswith("notices:")])
        assert "not made: of 1 entry of the journal" in reasons[0]
        assert "golive_unforeseen_errors_total 1.0" in golive.call("GET", "/metrics", "engineer").text


def test_who_is_told_of_the_decision_window_alone_hears_of_the_roll_back_that_ends_it(
    tmp_path: Path, receiver: Receiver
) -> None:
    file = configured(tmp_path, {"desk": receiver.address()}, routes=[
        {"channel": "desk", "on": ["decision", "go_live"], "phases": ["decision"]},
    ])  # fmt: skip
    with serving(tmp_path, ["engineer", "desk", "authority"], file) as golive:
        first(receiver, "go-live declared")
        uuid = str(uuid4())
        whole = {"trigger": None, "kind": "roll_back", "reason": "as agreed"}
        act(golive, "PUT", f"/api/decisions/{uuid}", "desk", whole)
        end = {"action": "confirm", "reason": "agreed"}
        act(golive, "POST", f"/api/decisions/{uuid}/events/{uuid4()}", "authority", end)
        first(receiver, "confirmed: roll back, the go-live as a whole")
        assert first(receiver, "go-live rolled back").severity == "failure"


def test_a_breach_that_another_explains_is_not_told_until_that_is_over(tmp_path: Path, receiver: Receiver) -> None:
    slow = {**RULE, "depends_on": "network"}
    network = {**RULE, "id": "network", "title": "Network", "slower_than": "4s", "recover_below": 0.45}
    file = configured(tmp_path, {"desk": receiver.address()}, triggers=[slow, network])
    with serving(tmp_path, ["engineer", "desk", "authority"], file) as golive:
        golive.ingest(samples=[sample(total_s=5.0) for _ in range(6)])
        first(receiver, "breach: Network")
        about = wait_for(lambda: [n for n in golive.get("/api/notices?subject=slow") if n["problem"]])
        assert [(n["occasion"], n["stage"], n["problem"]) for n in about] == [
            ("breach", "waiting", "held back by network")
        ]
        golive.ingest(samples=[sample(total_s=2.0) for _ in range(40)])
        assert first(receiver, "within again: Network")
        told: Message = wait_for(lambda: next((m for m in receiver.taken() if "breach: Worklist" in m.title), None), 40)
        assert "Breached at" in told.text


def test_a_notice_that_nobody_takes_is_given_up_after_its_time_and_that_is_seen(tmp_path: Path) -> None:
    file = configured(tmp_path, {"desk": "json://127.0.0.1:1/nobody"})
    file.write_text(file.read_text() + '[notices]\ngive_up_after = "10s"\n')
    with serving(tmp_path, ["engineer"], file) as golive:
        (found,) = wait_for(lambda: [n for n in golive.get("/api/notices") if n["stage"] == "given_up"], 40)
        assert (found["occasion"], found["problem"]) == ("go_live", "the service cannot be reached")
        assert found["attempts"] >= 3
        said = "notices to desk: 1 notice given up: nobody got what it said, in the last day"
        wait_for(lambda: said in golive.get("/api/status")["reasons"])
        page = golive.call("GET", "/metrics", "engineer").text
        assert 'golive_notices_total{channel="desk",result="given_up"} 1.0' in page
