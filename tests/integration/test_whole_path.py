"""From a posted sample to a standing, an exam and a journal that verifies, over real HTTP and a real database."""

from pathlib import Path

from app.store import journal
from app.store.db import Database
from tests.integration.served import SECRETS, event, prepared, running, sample, serving, wait_for


def test_samples_that_are_posted_become_a_standing_with_exact_n_and_state(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        assert golive.call("GET", "/readyz").status_code == 200
        assert golive.standing("worklist.response")["state"] == "blind"
        posted = [sample(10 * (30 - i), total_s=0.007 + i / 1e5) for i in range(31)]
        assert golive.ingest(samples=posted) == {"accepted": 31, "repeated": 0, "refused": []}
        assert golive.ingest(samples=posted) == {"accepted": 0, "repeated": 31, "refused": []}

        def judged() -> dict[str, object] | None:
            found = golive.standing("worklist.response", system="ris")
            return found if found["n"] else None

        found = wait_for(judged)
        assert (found["series"], found["vantage"], found["unit"]) == ("worklist.response/ris/ct", "main", "s")
        assert (found["n"], found["failed"], found["state"]) == (31, 0, "ok")
        assert found["reason"] == "31 answers in 15 min, none failed"
        assert (found["p50"], found["p90"], found["p95"]) == (posted[15]["total_s"], posted[27]["total_s"], None)
        assert 0 <= found["age_s"] < 5


def test_exams_that_are_told_become_turnaround_and_summary(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        told = []
        for i in range(6):
            told += [event(f"A{i}", "ordered", 55), event(f"A{i}", "ended", 50), event(f"A{i}", "final", 40)]
        told += [event("A9", "ended", 30)]
        assert golive.ingest(exam_events=told)["accepted"] == 19
        assert golive.ingest(exam_events=told)["repeated"] == 19
        wait_for(lambda: golive.standing("report.turnaround")["n"] == 6)
        found = golive.standing("report.turnaround")
        assert (found["n"], found["open"], found["p50"]) == (6, 1, 600.0)
        summary = golive.get("/api/exams/summary")
        assert (summary["exams"], summary["milestones"]["ended"], summary["milestones"]["final"]) == (7, 7, 6)


def test_the_journal_of_start_configuration_and_stop_verifies(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer"])
    with running(config, tokens) as golive:
        entries = golive.get("/api/journal")
        acts = [e["act"] for e in entries]
        assert acts == ["token.create", "app.start", "configuration.effective", "go_live.declare"]
        assert [e["previous"] for e in entries[1:]] == [e["hash"] for e in entries[:-1]]
        assert golive.get(f"/api/journal?after={entries[-1]['seq']}") == []
        status = golive.get("/api/status")
        assert (status["phase"], status["site"], status["simulation"]) == ("decision", "north", False)
        assert 3590 < status["since_go_live_s"] < 3700
    database = Database(config.settings.server.database, "north", config.folder)
    database.open()
    try:
        checked = database.read_now(lambda s: journal.verify(s, "north"))
        last = database.read_now(lambda s: journal.after(s, "north", 4, 10))
    finally:
        database.close()
    assert (checked.ok, checked.entries) == (True, 5)
    assert [e.act for e in last] == ["app.stop"]


def test_what_was_stored_is_there_after_a_restart_with_the_same_n(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer"])
    with running(config, tokens) as golive:
        golive.ingest(samples=[sample(3) for _ in range(7)])
        wait_for(lambda: golive.standing("worklist.response")["n"] == 7)
    with running(config, tokens) as golive:
        assert wait_for(lambda: golive.standing("worklist.response"))["n"] == 7
        golive.ingest(samples=[sample()])
        wait_for(lambda: golive.standing("worklist.response")["n"] == 8)
        assert [e["act"] for e in golive.get("/api/journal")].count("go_live.declare") == 1


def test_no_accession_that_was_sent_in_clear_lies_anywhere_in_the_database(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        golive.ingest(exam_events=[event("CLEARTEXT4711", "ended"), event("CLEARTEXT4711", "nonsense")])
        assert len(golive.get("/api/quarantine")) == 1
    for file in tmp_path.iterdir():
        assert b"CLEARTEXT4711" not in file.read_bytes()
    assert SECRETS.site_key.get_secret_value().encode() not in (tmp_path / "golive.db").read_bytes()
