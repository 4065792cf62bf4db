"""No patient gets into an issue unnoticed: asked for a word, kept with it, and never in a log or an answer."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from tests.integration.served import Served, prepared, running, write_config
from tests.integration.test_issues import act, body, put

PLANTED = "Patient Zwickelhuber, geb. 12.03.1954, MRN12345678, zwickel@mail.example.org"


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    file = write_config(
        tmp_path, '[floor]\npatterns = ["^MRN[0-9]{8}$", "[0-9]{6}"]\n[support]\nlobby = "https://meet.example/lobby"\n'
    )
    config, tokens = prepared(tmp_path, ["engineer", "desk", "floor"], file)
    with running(config, tokens) as served:
        yield served


def test_a_report_without_findings_is_unaffected(golive: Served) -> None:
    assert put(golive, str(uuid4()), **body())[0] == 201


@pytest.mark.parametrize("field", ["text", "workaround", "room", "device"])
def test_a_report_that_may_name_a_patient_is_refused_by_field_and_kind(golive: Served, field: str) -> None:
    uuid = str(uuid4())
    code, problem = put(golive, uuid, **body(**{field: "Frau Zwickelhuber"}))
    assert (code, problem["field"], problem["kinds"]) == (422, field, ["person-name"])
    assert golive.get("/api/issues") == []
    assert put(golive, uuid, **body())[0] == 201  # corrected under the same id


def test_a_tablet_whose_own_name_looks_like_a_number_of_the_site_is_heard(golive: Served) -> None:
    for name in ("tablet-123456", "123456", "MRN12345678"):
        uuid, told = str(uuid4()), {"device": name}
        assert put(golive, uuid, **body(text="", severity=1, **told))[0] == 201
        assert act(golive, uuid, "me_too", "floor", **told)[0] == 200
        until = (golive.app.state.house.clock.now() + timedelta(hours=1)).isoformat()
        for noun, more in (("duties", {"until_at": until}), ("supports", {})):
            answer = golive.call("PUT", f"/api/{noun}/{uuid4()}", "floor", json={"area": "ct", **told, **more})
            assert answer.status_code in (200, 201), noun
        assert name not in str(golive.get("/api/journal"))
    assert put(golive, str(uuid4()), **body(device="bed 123456"))[1]["field"] == "device"


def test_confirmed_it_is_taken_and_that_is_kept(golive: Served) -> None:
    uuid, what = str(uuid4()), body(text="call Mrs Jones of IT")
    assert put(golive, uuid, **what)[0] == 422
    assert put(golive, uuid, **what, no_patient=True)[0] == 201
    assert put(golive, uuid, **what, no_patient=True)[0] == 200
    assert golive.get("/api/issues")[0]["no_patient"] is True
    assert act(golive, uuid, "comment", "floor", text="Herr Zwickelhuber again")[0] == 422
    assert act(golive, uuid, "comment", "floor", text="Herr Zwickelhuber of the vendor", no_patient=True)[0] == 200
    assert act(golive, uuid, "fix", resolution="told Frau Zwickelhuber")[0] == 422
    (comment,) = golive.get(f"/api/issues/{uuid}")["events"]
    assert (comment["action"], comment["no_patient"]) == ("comment", True)


def test_the_site_s_own_numbers_are_found(golive: Served) -> None:
    code, problem = put(golive, str(uuid4()), **body(text="mrn12345678 does not open"))
    assert (code, problem["kinds"]) == (422, ["site-number"])


@pytest.mark.parametrize("more", [{}, {"no_patient": True}, {"no_patient": "yes"}, {"area": "nowhere"}])
def test_no_log_and_no_refusal_repeats_a_text(
    golive: Served, caplog: pytest.LogCaptureFixture, more: dict[str, Any]
) -> None:
    with caplog.at_level(logging.DEBUG), capture_logs() as logged:
        code, answer = put(golive, str(uuid4()), **body(text=PLANTED, **more))
    assert code == (201 if more.get("no_patient") is True else 422)
    journal = golive.get("/api/journal")
    for planted in ("Zwickel", "1954", "12345678", "zwickel"):
        assert planted not in f"{logged}{caplog.text}{answer}{journal}"


def test_what_was_refused_is_nowhere_in_the_database_and_what_was_confirmed_is(golive: Served, tmp_path: Path) -> None:
    assert put(golive, str(uuid4()), **body(text="Frau Zwickelhuber wartet"))[0] == 422
    uuid = str(uuid4())
    put(golive, uuid, **body(text="Herr Confirmedhuber of the vendor"), no_patient=True)
    assert act(golive, uuid, "comment", text="so Frau Zwickelhuber says")[0] == 422
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("golive.db*"))
    assert b"Confirmedhuber" in stored
    assert b"Zwickelhuber" not in stored
