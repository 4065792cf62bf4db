"""Readiness names what is gone, and a reload changes what is judged without a restart."""

import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from app.settings import load
from app.store import samples
from app.store.db import Database
from tests.integration.served import Served, body_of, prepared, running, sample, serving, stamp, wait_for, write_config
from tests.peers.golive import config_text
from tests.peers.ports import free_port
from tests.peers.postgres import Postgres, postgres


def gone(golive: Served) -> list[str]:
    answer = golive.call("GET", "/readyz")
    if answer.status_code == 200:
        return []
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    told = body_of(answer)
    assert set(told["reasons"]) == set(told["gone"])
    assert all(name in told["detail"] for name in told["gone"])
    return list(told["gone"])


def test_a_collector_that_reported_and_fell_silent_is_named_and_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        golive.ingest(source="stranger")
        assert gone(golive) == []
        house = golive.app.state.house
        golive.ingest()
        real = house.clock.now
        house.clock.now = lambda: real() + timedelta(seconds=11)
        assert "ingest" in gone(golive)
        del house.clock.now
        golive.ingest()
        wait_for(lambda: gone(golive) == [])


def test_readiness_is_a_gauge_that_nobody_has_to_ask_for_first(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        house = golive.app.state.house
        house.metrics.ready.set(0)
        assert "golive_ready 1.0" in golive.call("GET", "/metrics", "engineer").text
        house.down["judge"] = "it crashed (RuntimeError) and is started again"
        assert "golive_ready 0.0" in golive.call("GET", "/metrics", "engineer").text


def test_a_loop_that_is_down_is_named_until_it_runs_again(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        house = golive.app.state.house
        house.down["judge"] = "it crashed (RuntimeError) and is started again"
        assert gone(golive) == ["judge"]
        del house.down["judge"]
        assert gone(golive) == []


def test_a_locked_database_is_named_ingest_says_come_again_and_it_heals_unasked(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        with sqlite3.connect(tmp_path / "golive.db", isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            body = {"batch": "b", "source": "stranger", "sent_at": stamp(), "samples": [sample()]}
            answer = golive.call("POST", "/api/ingest", "ingest", json=body, timeout=40)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert "database" in gone(golive)
            other.execute("ROLLBACK")
        other.close()
        wait_for(lambda: gone(golive) == [], 20)
        again = golive.call("POST", "/api/ingest", "ingest", json=body)
        assert (again.status_code, again.json()["accepted"] + again.json()["repeated"]) == (200, 1)


def test_a_changed_file_takes_effect_and_a_bad_one_changes_nothing_and_is_said(tmp_path: Path) -> None:
    file = write_config(tmp_path)
    good = file.read_text()
    with serving(tmp_path, file=file) as golive:
        golive.ingest(samples=[sample(20 - i) for i in range(12)])
        wait_for(lambda: golive.standing("worklist.response")["n"] == 12)
        file.write_text(good.replace('every = "10s"', 'every = "soon"'))
        wait_for(lambda: any("is not used" in r for r in golive.get("/api/status")["reasons"]))
        assert any("probes[0].every" in r for r in golive.get("/api/status")["reasons"])
        assert golive.get("/api/status")["reasons"] == list(golive.app.state.house.follow.scene().reasons)
        golive.ingest(heartbeats=[{"probe_or_feed": "ris-hl7", "at": stamp(), "state": "listening"}])
        wait_for(lambda: "is not used" in golive.call("GET", "/live/snapshot?view=wall").text)
        assert golive.standing("worklist.response")["n"] == 12
        file.write_text(good + '\n[measures."worklist.response"]\nexpected_below = "1ms"\n')
        wait_for(lambda: golive.standing("worklist.response")["expected"] == {"low": 0.0, "high": 0.001})
        found = golive.standing("worklist.response")
        assert (found["n"], found["state"]) == (12, "degraded")
        assert not any("is not used" in r for r in golive.get("/api/status")["reasons"])
        file.write_text(good.replace('id = "north"', 'id = "south"'))
        wait_for(
            lambda: any("site.id changed: that takes a restart" in r for r in golive.get("/api/status")["reasons"])
        )
        acts = [e["act"] for e in golive.get("/api/journal")]
        assert (acts.count("configuration.refuse"), acts.count("configuration.effective")) == (2, 2)


def test_a_probe_that_a_reload_brings_is_known_at_once(tmp_path: Path) -> None:
    file = write_config(tmp_path)
    with serving(tmp_path, file=file) as golive:
        assert (
            golive.ingest(samples=[sample(probe="worklist-mr")])["refused"][0]["problem"]
            == 'unknown probe "worklist-mr"'
        )
        more = '[[probes]]\nid = "worklist-mr"\nkind = "worklist"\nsystem = "ris"\narea = "ct"\n'
        more += 'every = "5s"\ntimeout = "4s"\n'
        file.write_text(file.read_text() + more)
        wait_for(lambda: golive.ingest(samples=[sample(probe="worklist-mr")])["accepted"] == 1)


def test_a_probe_that_a_reload_takes_away_leaves_the_standings_and_the_others_keep_their_n(tmp_path: Path) -> None:
    other = '[[probes]]\nid = "echo-ris"\nkind = "echo"\nsystem = "ris"\nevery = "10s"\ntimeout = "4s"\n'
    file = write_config(tmp_path, other)
    with serving(tmp_path, file=file) as golive:
        golive.ingest(samples=[sample(60 - i) for i in range(12)])
        echo = {"probe": "echo-ris", "kind": "echo", "area": None}
        golive.ingest(samples=[sample(i, **echo) for i in range(6)])
        wait_for(lambda: golive.standing("echo.response")["n"] == 6)
        file.write_text(file.read_text().replace(other, ""))
        wait_for(lambda: golive.get("/api/standings?measure=echo.response") == [])
        assert golive.standing("worklist.response")["n"] == 12
        golive.ingest(samples=[sample()])
        wait_for(lambda: golive.standing("worklist.response")["n"] == 13)


def test_a_plan_in_the_past_counts_as_declared_at_the_first_start_and_never_later(tmp_path: Path) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(config_text(free_port(), live_hours=-2.0))
    with serving(tmp_path, file=file) as golive:
        assert golive.get("/api/status")["phase"] == "before"
        passed = config_text(free_port(), live_hours=3.0)
        at = next(line for line in passed.splitlines() if line.startswith("at = "))
        changed = [at if line.startswith("at = ") else line for line in file.read_text().splitlines()]
        file.write_text("\n".join(changed) + "\n")
        wait_for(lambda: len([e for e in golive.get("/api/journal") if e["act"] == "configuration.effective"]) == 2)
        wait_for(lambda: golive.app.state.house.plan.go_live.at < datetime.now(UTC))
        assert golive.get("/api/status")["phase"] == "before"
    with running(load(file, {}), golive.tokens) as again:
        status = again.get("/api/status")
        assert (status["phase"], status["declared_at"], status["decision_left_s"]) == ("before", None, None)


def test_a_backup_of_the_running_database_opens_and_is_never_written_over(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer"])
    with running(config, tokens) as golive:
        golive.ingest(samples=[sample() for _ in range(3)])
        file = tmp_path / "copy.db"
        made = golive.call("POST", "/api/internal/backup", "local", json={"file": str(file)})
        assert (made.status_code, made.json()["bytes"]) == (200, file.stat().st_size)
        again = golive.call("POST", "/api/internal/backup", "local", json={"file": str(file)})
        assert again.status_code == 409
        relative = golive.call("POST", "/api/internal/backup", "local", json={"file": "copy.db"})
        assert (relative.status_code, body_of(relative)["field"]) == (422, "file")
        assert golive.call("POST", "/api/internal/backup", "engineer", json={"file": "/x"}).status_code == 403
        assert "backup.make" in [e["act"] for e in golive.get("/api/journal")]
    copy = Database(f"sqlite:///{file}", "north", tmp_path)
    copy.open()
    try:
        assert len(copy.read_now(lambda s: samples.newest(s, "north", ["worklist-ct"], 10))) == 3
    finally:
        copy.close()


def each_process(server: Postgres, number: signal.Signals) -> None:
    assert server.process is not None
    parent = psutil.Process(server.process.pid)
    for process in (parent, *parent.children(recursive=True)):
        process.send_signal(number)


@pytest.mark.peers
def test_a_postgresql_that_stands_still_is_named_and_heals_unasked(tmp_path: Path) -> None:
    with postgres() as server:
        file = write_config(tmp_path, database=server.create("golive"))
        with serving(tmp_path, file=file) as golive:
            assert golive.ingest(source="stranger", samples=[sample()])["accepted"] == 1
            body = {"batch": "b", "source": "stranger", "sent_at": stamp(), "samples": [sample()]}
            each_process(server, signal.SIGSTOP)
            try:
                answer = golive.call("POST", "/api/ingest", "ingest", json=body, timeout=40)
                assert answer.status_code == 503
                assert "database" in gone(golive)
                assert golive.call("GET", "/healthz").status_code == 200
                assert golive.call("GET", "/wall").status_code == 200
                assert golive.call("GET", "/api/status", "engineer").status_code == 503
            finally:
                each_process(server, signal.SIGCONT)
            wait_for(lambda: gone(golive) == [], 30)
            again = golive.call("POST", "/api/ingest", "ingest", json=body).json()
            assert again["accepted"] + again["repeated"] == 1
