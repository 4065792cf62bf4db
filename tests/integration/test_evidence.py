"""What a vendor is given: what golive measured, by code and by number; and of nobody's words a single one."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.served import TABLES, Served, prepared, running, stamp, write_config
from tests.integration.test_issues import act, body, put

PLANTED, ACCESSION = "Zwickelhuber", "ACC7788991"
MORE = f"""
[floor]
bridge = "https://meet.example/{PLANTED}?pwd=hunter22"
facts = [{{ title = "Ask {PLANTED}", text = "{PLANTED} knows {ACCESSION}" }}]

[[contacts]]
name = "{PLANTED}"
phone = "4711"
"""


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("evidence")
    probe = {**TABLES["probes"][0], "sentinel": ACCESSION, "match": {"Modality": "CT", "PatientName": PLANTED}}
    file = write_config(folder, MORE, probes=[probe], areas=[{"id": "ct", "name": "CT", "rooms": ["CT 2"]}])
    config, tokens = prepared(folder, ["engineer", "desk", "floor", "display"], file)
    with running(config, tokens) as served:
        yield served


def sample(n: int, outcome: str = "ok", detail: str = "", **more: Any) -> dict[str, Any]:
    found = {"id": str(uuid4()), "probe": "worklist-ct", "kind": "worklist", "system": "ris", "area": "ct"}
    timed = {"connect_s": 0.0002, "associate_s": 0.001, "first_s": 0.4, "total_s": 0.7, "matches": 9, "stamp": "kernel"}
    return {
        **found,
        "at": stamp(300 - 10 * n),
        "outcome": outcome,
        "detail": detail,
        **(timed if outcome == "ok" else {}),
        **more,
    }


def utc_z(seconds_ago: float) -> str:
    return stamp(seconds_ago).replace("+00:00", "Z")


def archive(golive: Served, query: str, role: str = "desk") -> zipfile.ZipFile:
    answer = golive.call("GET", f"/api/evidence?{query}", role)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def rows(found: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.read(name).decode())))


@pytest.fixture(scope="module")
def planted(golive: Served) -> int:
    """A name and a number in every place where somebody outside can write."""
    limit = "association rejected for now: the peer's local limit is reached (2/3/2)"
    taken = golive.ingest(
        samples=[
            *(sample(n) for n in range(12)),
            sample(12, "rejected", f"{limit} {PLANTED}"),
            sample(13, "rejected", limit, id=f"{PLANTED}-{ACCESSION}"),
            sample(14, "wrong_answer", f"{ACCESSION} of {PLANTED} is not in the answer"),
            sample(15, "bad_status", f"answered 503 for {PLANTED}"),
            sample(16, "ok", f"{PLANTED}"),
        ],
        exam_events=[
            {
                "id": str(uuid4()), "feed": "ris-hl7", "accession": ACCESSION, "milestone": "ended", "at": stamp(),
                "at_field": "OBR-8", "received_at": stamp(), "message_at": stamp(),
            }
        ],
    )  # fmt: skip
    assert taken["accepted"] >= 17, taken
    uuid, yes = str(uuid4()), {"no_patient": True}
    report = body(text=PLANTED, room=f"beside {PLANTED}", workaround=PLANTED, device=PLANTED, **yes)
    assert put(golive, uuid, **report)[0] == 201
    assert act(golive, uuid, "triage", owner=PLANTED, text=ACCESSION, **yes)[0] == 200
    assert act(golive, uuid, "fix", resolution=f"told {PLANTED}", vendor_ticket=PLANTED, **yes)[0] == 200
    return int(golive.get("/api/issues")[-1]["number"])


def test_it_holds_what_was_measured_with_phases_codes_clocks_and_titles(golive: Served, planted: int) -> None:
    found = archive(golive, f"issue={planted}")
    lines = rows(found, "samples.csv")
    assert len(lines) == 17
    assert (lines[0]["probe"], lines[0]["total_s"], lines[0]["stamp"]) == ("worklist-ct", "0.7", "kernel")
    assert lines[0]["at_utc"].endswith("Z")
    assert lines[0]["known_at_utc"]
    told = {(r["outcome"], r["reject_result"], r["reject_source"], r["reject_reason"], r["status"]): r["attempts"]
            for r in rows(found, "outcomes.csv")}  # fmt: skip
    provider = "3 service provider (presentation)"
    assert told == {
        ("ok", "", "", "", ""): "13",
        ("rejected", "2 rejected for now", provider, "2 local limit exceeded", ""): "2",
        ("wrong_answer", "", "", "", ""): "1",
        ("bad_status", "", "", "", "503"): "1",
    }
    assert [r["called_ae"] for r in rows(found, "systems.csv")] == ["RIS"]
    assert rows(found, "systems.csv")[0]["calling_ae"] == "GOLIVE"
    (clock,) = [r for r in rows(found, "clocks.csv") if r["clock"] == "collector"]
    assert abs(float(clock["behind_s"])) < 5
    assert clock["n"] == "17"
    told_issue = json.loads(found.read("issue.json"))
    assert (told_issue["number"], told_issue["status"], told_issue["room"]) == (planted, "fixed", "")
    assert [e["action"] for e in told_issue["events"]] == ["triage", "fix"]
    (probe,) = json.loads(found.read("configuration.json"))["probes"]
    assert probe["match"] == {"Modality": "CT", "PatientName": "(kept back)"}
    assert "sentinel" not in probe
    assert json.loads(found.read("versions.json"))["golive"]
    assert found.read("charts/worklist-ct.svg").startswith(b"<svg")
    assert f"issue no. {planted}" in found.read("README.md").decode()


def test_neither_a_name_nor_a_number_that_was_planted_anywhere_is_in_it(golive: Served, planted: int) -> None:
    answer = golive.call("GET", f"/api/evidence?issue={planted}", "engineer")
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    whole = b"".join(found.read(name) for name in found.namelist()) + " ".join(found.namelist()).encode()
    for word in (PLANTED, ACCESSION, "meet.example", "4711", "hunter22"):
        assert word.lower().encode() not in whole.lower(), word
    assert b"wrong_answer" in whole
    exam = golive.get("/api/exams/summary")
    assert exam["exams"] >= 1  # it was there to be found
    assert len(answer.content) < 200_000


def test_a_stretch_is_asked_for_by_its_ends_and_what_is_none_is_refused_in_words(golive: Served, planted: int) -> None:
    hour_ago = utc_z(3600)
    assert len(rows(archive(golive, f"from={hour_ago}"), "samples.csv")) == 17
    assert "issue.json" not in archive(golive, f"from={hour_ago}").namelist()
    early = utc_z(9 * 86_400)
    for query, code, field in (
        ("", 422, "from"),
        (f"from={early}", 422, "to"),
        (f"from={hour_ago}&to={early}", 422, "to"),
        ("from=0001-01-01T00:00:00%2B14:00", 422, "from"),
        (f"issue={planted}&to=9999-12-31T23:00:00-14:00", 422, "to"),
        ("issue=999", 404, None),
    ):
        answer = golive.call("GET", f"/api/evidence?{query}", "desk")
        assert (answer.status_code, answer.json().get("field")) == (code, field), query
    assert golive.call("GET", f"/api/evidence?issue={planted}", "floor").status_code == 403
    assert golive.call("GET", f"/api/evidence?issue={planted}", "display").status_code == 403
    assert golive.call("GET", f"/api/evidence?issue={planted}").status_code == 401


def test_who_took_it_is_in_the_journal(golive: Served, planted: int) -> None:
    archive(golive, f"issue={planted}")
    entry = [e for e in golive.get("/api/journal?limit=1000") if e["act"] == "evidence.export"][-1]
    assert entry["body"]["issue"] == planted
    assert entry["body"]["by"]["role"] == "desk"


def test_the_command_writes_the_same_from_the_database(golive: Served, planted: int, tmp_path: Path) -> None:
    out = tmp_path / "e.zip"
    command = [sys.executable, "-m", "app.cli", "evidence", "-c", str(golive.config.file), "--issue", str(planted)]
    done = subprocess.run([*command, "-o", str(out), "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["bytes"] == out.stat().st_size
    found = zipfile.ZipFile(out)
    assert found.testzip() is None
    assert len(rows(found, "samples.csv")) == 17
    missing = subprocess.run([*command[:-1], "999"], capture_output=True, text=True, check=False)
    assert (missing.returncode, missing.stderr.strip()) == (2, "golive: no issue has the number 999")
