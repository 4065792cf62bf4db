"""The command line against real peers and real processes."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from app.running.supervisor import Supervisor
from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for
from tests.peers.orthanc import Orthanc
from tests.peers.ports import free_port
from tests.peers.studies import Study
from tests.peers.wlmscpfs import Wlmscpfs


def worklist(system: str, **more: object) -> dict[str, object]:
    known = {"id": f"worklist-{system}", "kind": "worklist", "system": system, "area": "ct"}
    return known | {"every": "10s", "timeout": "4s", "match": {"Modality": "CT"}, "expect_at_least": 1} | more


@contextlib.contextmanager
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.peers
def test_check_tells_causes_apart_against_real_peers():
    with Wlmscpfs() as ris, listening() as silent, listening() as taken:
        systems = [
            dicom_system("ris", ris.port, "RIS"),
            dicom_system("wrong", ris.port, "NOBODY"),
            dicom_system("gone", free_port(), "RIS"),
            dicom_system("mute", silent, "RIS"),
        ]
        probes = [worklist(s["id"], timeout="2s") for s in systems]
        probes.append(worklist("ris", id="too-few", expect_at_least=99))
        feeds = [{"id": "hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{free_port()}"}]
        feeds.append({"id": "hl7-taken", "kind": "hl7-mllp", "listen": f"127.0.0.1:{taken}"})
        with GoLive(systems=systems, probes=probes, feeds=feeds) as g:
            done = g.cli("check", "--json")
            human = g.cli("check")
            sample = g.cli("probe", "worklist-ris", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    tried = {t["id"]: t for t in found["tried"]}
    assert {k: t["outcome"] for k, t in tried.items()} == {
        "worklist-ris": "ok",
        "worklist-wrong": "rejected",
        "worklist-gone": "refused",
        "worklist-mute": "timeout",
        "too-few": "wrong_answer",
        "hl7": "ok",
        "hl7-taken": "refused",
    }
    assert 'called AE title "NOBODY"' in tried["worklist-wrong"]["sentence"]
    assert "timed out in the negotiation" in tried["worklist-mute"]["sentence"]
    assert "another program listens" in tried["hl7-taken"]["sentence"]
    assert tried["worklist-ris"]["phases_s"]["total_s"] > 0
    assert {c["system"]: c["queries"] for c in found["per_day"]}["ris"] == 2 * 8640
    assert human.returncode == 1
    assert "✗ worklist-gone: nobody listens at gone" in human.stdout
    assert sample.returncode == 0
    assert json.loads(sample.stdout)["matches"] == 10


def test_a_c_move_is_not_tried_while_golive_itself_takes_the_images():
    with listening() as taken:
        load = {"id": "move", "kind": "image-load", "system": "pacs", "every": "1h", "timeout": "2s"}
        load |= {"method": "c-move", "study": "1.2", "destination": "GOLIVE", "destination_port": taken}
        with GoLive(systems=[dicom_system("pacs", 1, "X", "pacs")], probes=[load]) as g:
            alone = g.cli("probe", "move")
            g.start("serve")
            beside, checked = g.cli("probe", "move", "--json"), g.cli("check")
    assert alone.returncode == 1
    assert "was not asked: our own port" in alone.stdout
    assert (beside.returncode, beside.stdout) == (2, "")
    assert f"golive is running and takes the images on port {taken}" in beside.stderr
    assert checked.returncode == 0
    assert "move: not tried: golive is running" in checked.stdout


@pytest.mark.peers
def test_check_asks_for_the_study_list_of_a_polled_feed():
    with Orthanc(studies=[Study(1, "CT", 1, 16)]) as pacs:
        systems = [dicom_system("pacs", pacs.port, pacs.aet, "pacs"), dicom_system("gone", free_port(), "X", "pacs")]
        feeds = [
            {"id": f"studies-{s['id']}", "kind": "pacs-studies", "system": s["id"], "every": "30s"} for s in systems
        ]
        with GoLive(systems=systems, feeds=feeds, roles=()) as g:
            done = g.cli("check", "--json")
    assert done.returncode == 1, done.stderr
    assert [(t["id"], t["outcome"]) for t in json.loads(done.stdout)["tried"]] == [
        ("studies-pacs", "ok"),
        ("studies-gone", "refused"),
    ]


def test_tokens_backup_and_journal_work_before_while_and_after_golive_runs():
    with GoLive(roles=()) as g:
        before = json.loads(g.cli("token", "create", "--role", "engineer", "--name", "before", "--json").stdout)
        assert set(before) == {"id", "role", "name", "token"}
        g.start("serve")
        during = json.loads(g.cli("token", "create", "--role", "desk", "--json").stdout)
        assert g.ask("GET", "/api/status", token=before["token"])[0] == 200
        assert g.ask("GET", "/api/status", token=during["token"])[0] == 200
        revoked = g.cli("token", "revoke", during["id"], "--json")
        assert json.loads(revoked.stdout) == {"id": during["id"], "revoked": True}
        assert g.ask("GET", "/api/status", token=during["token"])[0] == 401
        assert g.cli("backup", "copy.db").returncode == 0
        assert (g.folder / "copy.db").stat().st_size > 0
        assert g.cli("backup", "copy.db").returncode == 2
        assert g.cli("journal", "verify").returncode == 0
        g.kill()
        verified = json.loads(g.cli("journal", "verify", "--json").stdout)
        assert verified["ok"]
        assert verified["entries"] >= 4
        assert [t["name"] for t in json.loads(g.cli("token", "list", "--json").stdout)] == ["before", ""]


def test_a_machine_that_only_collects_needs_site_key_and_ingest_token_alone():
    with GoLive(roles=()) as g:
        g.start("collect", ready=False)
        wait_for("it collects", lambda: g.alive() and '"event": "collecting"' in g.said("collect"), 10)
        assert not (g.folder / "golive.secrets").exists()


def test_a_second_golive_on_the_same_database_is_refused_with_a_sentence():
    with GoLive(roles=()) as g:
        g.start("serve")
        second = g.cli("serve")
        assert second.returncode == 2
        assert "is already served by process" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_stopped_golive_leaves_nobody_behind_and_ends_with_0():
    feed = {"id": "hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{free_port()}"}
    port = int(feed["listen"].rpartition(":")[2])
    with GoLive(roles=(), feeds=[feed]) as g:
        g.start()
        wait_for("the collector listens", lambda: _open(port), 10)
        g.processes["run"].send_signal(signal.SIGTERM)
        assert g.processes["run"].wait(6) == 0
        assert not _open(port)
        assert "Traceback" not in g.said()


def test_a_killed_golive_takes_its_collector_with_it():
    feed = {"id": "hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{free_port()}"}
    port = int(feed["listen"].rpartition(":")[2])
    with GoLive(roles=(), feeds=[feed]) as g:
        g.start()
        wait_for("the collector listens", lambda: _open(port), 10)
        os.kill(g.processes["run"].pid, signal.SIGKILL)
        wait_for("the collector is gone", lambda: not _open(port), 6)


def test_a_killed_golive_takes_a_stopped_collector_with_it_too():
    with GoLive(roles=()) as g:
        g.start()
        app = psutil.Process(g.processes["run"].pid)
        wait_for("the collector reports", lambda: "collecting" in g.said(), 10)
        (collector,) = app.children()
        collector.suspend()
        wait_for("it is stopped", lambda: collector.status() == psutil.STATUS_STOPPED, 5)
        app.kill()
        wait_for("the collector is gone", lambda: _gone(collector), 2)


def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_port_that_becomes_free_is_taken():
    with GoLive(roles=()) as g:
        busy = socket.create_server(("127.0.0.1", g.port))
        g.start("serve", ready=False)
        wait_for("it says that it waits", lambda: g.alive() and "another program listens" in g.said("serve"), 15)
        busy.close()
        wait_for("it serves", lambda: g.alive() and g.status_of("/readyz") == 200, 10)


def test_a_child_that_dies_is_started_again_and_ends_with_its_supervisor(tmp_path):
    command = [sys.executable, "-c", "import signal; signal.pause()"]

    async def story() -> list[int]:
        supervisor = Supervisor(command)
        running = asyncio.create_task(supervisor.run())
        pids = [await _new_pid(supervisor, None)]
        os.kill(pids[0], signal.SIGKILL)
        pids.append(await _new_pid(supervisor, pids[0]))
        supervisor.restart()
        pids.append(await _new_pid(supervisor, pids[1]))
        supervisor.stop()
        await asyncio.wait_for(running, 5)
        return pids

    pids = asyncio.run(story())
    assert len(set(pids)) == 3
    assert not [p for p in pids if Path(f"/proc/{p}").exists()]


async def _new_pid(supervisor: Supervisor, old: int | None) -> int:
    def look() -> int | None:
        return supervisor.pid if supervisor.pid != old else None

    return await asyncio.to_thread(wait_for, "another child runs", look, 10) or 0


def _open(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def test_an_exam_is_found_by_its_number_as_the_feed_writes_it():
    feed = {"id": "hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{free_port()}", "accession": {"drop_prefix": ["NC"]}}
    at = now_z()
    event = {"id": uuid7(), "feed": "hl7", "accession": "A1", "milestone": "ended", "at": at, "at_field": "OBR-8"}
    with GoLive(roles=(), feeds=[feed]) as g:
        g.start("serve")
        assert g.ingest(exam_events=[event | {"received_at": at}])["accepted"] == 1
        found = json.loads(g.cli("exam", "NCA1", "--json").stdout)
        told = json.loads(g.cli("feed", "explain", "hl7", "--json").stdout)
        unknown = g.cli("exam", "A2")
    assert [(e["milestone"], e["at"], e["at_field"]) for e in found["events"]] == [("ended", at, "OBR-8")]
    assert "A1" not in json.dumps(found)
    assert told["messages"] == 0
    assert (unknown.returncode, unknown.stderr) == (2, "golive: no feed has told anything of this accession number\n")


def test_a_changed_file_is_taken_by_app_and_collector_without_a_restart():
    feed = {"id": "hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{free_port()}"}
    port, other = int(feed["listen"].rpartition(":")[2]), free_port()
    with GoLive(roles=(), feeds=[feed]) as g:
        g.start()
        wait_for("the collector listens", lambda: _open(port), 10)
        g.file.write_text(g.file.read_text().replace(f":{port}", f":{other}"))
        wait_for("the collector listens elsewhere", lambda: _open(other) and not _open(port), 15)
        assert g.alive()


def test_check_warns_of_a_password_in_the_file_and_goes_on():
    with GoLive(database="postgresql+psycopg://golive:hunter2@db/golive") as g:
        done = g.cli("check", "--json")
    assert (done.returncode, json.loads(done.stdout)["tried"]) == (0, [])
    [said] = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert "server.database: holds a password" in said
    assert "hunter2" not in done.stdout + done.stderr
