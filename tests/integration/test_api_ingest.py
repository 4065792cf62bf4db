"""The door for collectors: what it takes, what it refuses, and what it never forgets or shows."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.commands import ingest
from app.store import samples
from app.store.db import Database, Session
from tests.integration.served import Served, body_of, event, prepared, running, sample, serving, stamp, wait_for


class Holding:
    """An act that holds the writer until it is told to go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, _: Session) -> None:
        self.begun.set()
        assert self.go_on.wait(10)


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    config, tokens = prepared(tmp_path_factory.mktemp("ingest"), ["engineer"])
    with running(config, tokens) as served:
        yield served


def envelope(**parts: Any) -> dict[str, Any]:
    return {"batch": str(uuid4()), "source": "main", "sent_at": stamp(), **parts}


def test_good_items_are_kept_and_bad_ones_named_and_put_aside_without_their_content(golive: Served) -> None:
    bad = sample(probe="nobody", detail="DOE^JOHN 19700101")
    answer = golive.ingest(samples=[sample(), bad], exam_events=[event("4711", "final", area="nowhere")])
    assert (answer["accepted"], answer["repeated"]) == (1, 0)
    assert [(r["field"], r["problem"]) for r in answer["refused"]] == [
        ("probe", 'unknown probe "nobody"'),
        ("area", 'unknown area "nowhere"'),
    ]
    assert answer["refused"][0]["id"] == bad["id"]
    aside = golive.get("/api/quarantine")
    assert {a["reason"] for a in aside} >= {"probe: unknown probe a name of 6", "area: unknown area a name of 7"}
    assert {a["feed"] for a in aside} >= {"main", "ris-hl7"}
    assert not [word for word in ("DOE", "nobody", "nowhere") if word in str(aside)]
    assert "4711" not in str([a["shape"] for a in aside])


def test_a_probe_whose_samples_are_refused_is_a_ground_to_watch_until_one_is_taken(golive: Served) -> None:
    def grounds() -> list[str]:
        return [r for r in golive.get("/api/status")["reasons"] if "are refused" in r]

    golive.ingest(samples=[sample(area="mr.Doe.John")])
    words = 'samples of main are refused: area: the probe "worklist-ct" stands for "ct", not a name of 11'
    assert f"probe worklist-ct: {words}" in grounds()
    golive.ingest(source="a-script", samples=[sample(probe="Doe-John")])
    assert "ingest: samples of a source that is no collector are refused: probe: unknown probe a name of 8" in grounds()
    golive.ingest(samples=[sample()])
    assert not [g for g in grounds() if g.startswith("probe worklist-ct")]


def test_the_same_id_with_another_moment_is_refused(golive: Served) -> None:
    first = sample(30)
    assert golive.ingest(samples=[first])["accepted"] == 1
    again = golive.ingest(samples=[{**first, "at": stamp(20)}])
    assert (again["accepted"], again["repeated"], again["refused"][0]["field"]) == (0, 0, "at")
    told = event("4712", "ended", 5)
    assert golive.ingest(exam_events=[told, told]) == {"accepted": 1, "repeated": 1, "refused": []}


def test_an_exam_that_was_told_by_accession_is_found_by_its_token(golive: Served) -> None:
    from app.domain.privacy.identity import exam_token
    from tests.integration.served import SECRETS  # the key that this app runs with

    golive.ingest(exam_events=[event("  4713 ", "ordered", 20), event("4713", "ended", 10, area="ct")])
    token = exam_token(SECRETS.site_key.get_secret_value(), "4713")
    found = golive.get(f"/api/exams/{token}")
    assert set(found["milestones"]) == {"ordered", "ended"}
    assert (found["exam"], found["segment"]) == (token, {"modality": "CT", "area": "ct"})
    assert [(e["milestone"], e["feed"], e["at_field"]) for e in found["events"]] == [
        ("ordered", "ris-hl7", "OBR-22"),
        ("ended", "ris-hl7", "OBR-22"),
    ]
    missing = golive.call("GET", f"/api/exams/k1.{'0' * 64}", "engineer")
    assert (missing.status_code, body_of(missing)["title"]) == (404, "Not found")


def test_heartbeats_count_and_a_batch_of_nothing_is_fine(golive: Served) -> None:
    beat = {"probe_or_feed": "ris-hl7", "at": stamp(), "state": "listening"}
    assert golive.ingest(heartbeats=[beat])["accepted"] == 1
    assert golive.ingest() == {"accepted": 0, "repeated": 0, "refused": []}


def test_what_a_feed_received_and_could_not_read_is_stored_once(golive: Served) -> None:
    message = {"id": str(uuid4()), "feed": "ris-hl7", "at": stamp(), "key": "ORM^O01 NW", "verdict": "ordered"}
    aside = {"id": str(uuid4()), "feed": "ris-hl7", "at": stamp(), "reason": "no MSH", "shape": "PID|3", "length": 12}
    assert golive.ingest(messages=[message], unreadable=[aside])["accepted"] == 2
    assert golive.ingest(messages=[message], unreadable=[aside])["repeated"] == 2
    assert [a["reason"] for a in golive.get("/api/quarantine")].count("no MSH") == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"nonsense", "body"),
        (b"[]", "body"),
        (b"{}", "batch"),
        (b'{"batch": "b", "source": "main", "sent_at": "yesterday"}', "sent_at"),
        (b'{"batch": "b", "source": "main", "sent_at": "2026-11-21T05:00:00"}', "sent_at"),
        (b'{"batch": "b", "source": "main", "sent_at": "0001-01-01T00:00:00+14:00"}', "sent_at"),
        (b'{"batch": "b", "source": "main", "sent_at": "2026-11-21T05:00:00Z", "surprise": 1}', "surprise"),
        (b'{"batch": "b", "source": "main", "sent_at": "2026-11-21T05:00:00Z", "samples": {}}', "samples"),
        (b"\xff\xfe", "body"),
        (b'{"batch": "\\ud800", "source": "main", "sent_at": "2026-11-21T05:00:00Z"}', "batch"),
        (b"[" * 100_000, "body"),
    ],
)
def test_an_envelope_that_cannot_be_read_is_a_problem_that_names_the_field(
    golive: Served, body: bytes, field: str
) -> None:
    answer = golive.call("POST", "/api/ingest", "ingest", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert body_of(answer)["field"] == field


HOSTILE: list[Any] = [
    None,
    0,
    "text",
    [],
    {},
    {"id": 5},
    {"id": "x" * 1000},
    sample(id="01930000-nul", detail="a\0b"),
    sample(id="01930000-far", at="9999-12-31T23:59:59-14:00"),
    sample(id="01930000-old", at="0001-01-01T00:00:00Z"),
    sample(id="01930000-nan", total_s="NaN"),
    sample(id="01930000-inf", total_s=1e308),
    sample(id="01930000-big", bytes=2**70),
    sample(id="01930000-neg", matches=-1),
    sample(id="01930000-deep", detail={"a": [{"b": "c"}]}),
    sample(id="'; drop table sample; --"),
]


@pytest.mark.parametrize("id_", ["7", "a", "sample:1.2_3-X", "-", "x" * 64])
def test_an_id_is_taken_as_the_interface_says(golive: Served, id_: str) -> None:
    assert golive.ingest(samples=[sample(id=id_)]) == {"accepted": 1, "repeated": 0, "refused": []}


@pytest.mark.parametrize("id_", ["", "x" * 65, "a b", "ä", "a\n"])
def test_another_id_is_refused(golive: Served, id_: str) -> None:
    assert [r["field"] for r in golive.ingest(samples=[sample(id=id_)])["refused"]] == ["id"]


def test_a_long_detail_is_cut_and_its_sample_counts(golive: Served) -> None:
    sent = sample(detail="x" * 100_000)
    beat = {"probe_or_feed": "ris-hl7", "at": stamp(), "state": "listening", "detail": "y" * 100_000}
    assert golive.ingest(samples=[sent], heartbeats=[beat]) == {"accepted": 2, "repeated": 0, "refused": []}
    house = golive.app.state.house
    [kept] = [
        s for s in house.db.read_now(lambda s: samples.newest(s, "north", ["worklist-ct"], 9)) if s.id == sent["id"]
    ]
    assert kept.detail == "x" * 400


def test_hostile_items_are_refused_one_by_one_and_the_good_one_among_them_is_stored(golive: Served) -> None:
    good = sample()
    answer = golive.ingest(samples=[*HOSTILE, good])
    assert (answer["accepted"], len(answer["refused"])) == (1, len(HOSTILE))
    assert golive.ingest(samples=[good])["repeated"] == 1
    strange = [{"probe_or_feed": "ris-hl7", "at": stamp(), "state": "x", "since": "0001-01-01T00:00:00Z"}, 7]
    assert len(golive.ingest(heartbeats=strange)["refused"]) == 2


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b'"detail": "cut in two: \\ud800"', id="half of a surrogate pair"),
        pytest.param(b'"detail": "M\xfcller"', id="not UTF-8"),
        pytest.param(b'"matches": ' + b"[" * 220 + b"]" * 220, id="220 deep"),
        pytest.param(b'"matches": ' + b'{"a": ' * 800 + b"1" + b"}" * 800, id="800 deep"),
        pytest.param(b'"matches": ' + b"9" * 5000, id="a number of 5000 digits"),
        pytest.param(b'"matches": -' + b"9" * 5000, id="a negative number of 5000 digits"),
        pytest.param(b'"Doe \\udfff": 1', id="half of a surrogate pair in a name"),
    ],
)
def test_an_item_that_no_reader_of_json_likes_loses_no_good_one(golive: Served, odd: bytes) -> None:
    good, bad = json.dumps(sample()).encode(), json.dumps({k: v for k, v in sample().items() if k != "matches"})
    body = json.dumps(envelope()).encode()[:-1] + b', "samples": [' + good + b", " + bad.encode()[:-1] + b", " + odd
    answer = golive.call("POST", "/api/ingest", "ingest", content=body + b"}, " + json.dumps(sample()).encode() + b"]}")
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["accepted"], [r["id"] for r in said["refused"]]) == (2, [json.loads(bad)["id"]])
    assert "Doe" not in str(golive.get("/api/quarantine"))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"batch": "b", "samples": [{]}', b'{"batch": "\\ud800"}', b"\xff"]
)
def test_what_is_no_json_at_all_is_a_problem_and_no_crash(golive: Served, body: bytes) -> None:
    answer = golive.call("POST", "/api/ingest", "ingest", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_an_id_that_cannot_be_said_again_is_named_by_its_place(golive: Served) -> None:
    body = json.dumps(envelope(samples=[sample(id="\ud800")])).encode()
    answer = golive.call("POST", "/api/ingest", "ingest", content=body)
    assert answer.status_code == 200, answer.text
    assert [r["id"] for r in answer.json()["refused"]] == ["samples[0]"]


def test_more_than_eight_mebibytes_are_refused_announced_or_not(golive: Served) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(9):
            yield b" " * 2**20

    for body in (b" " * (8 * 2**20 + 1), pieces()):
        answer = golive.call("POST", "/api/ingest", "ingest", content=body)
        assert answer.status_code == 413
        assert body_of(answer)["detail"] == "a batch may have 8 MiB; send it in parts"


def test_a_large_batch_is_taken_whole(golive: Served) -> None:
    answer = golive.ingest(samples=[sample(i / 100, area=None) for i in range(2000)])
    assert (answer["accepted"], answer["refused"]) == (2000, [])


def test_what_was_posted_is_counted_for_prometheus(tmp_path: Path) -> None:
    with serving(tmp_path) as golive:
        golive.ingest(samples=[sample(), sample(probe="nobody")])
        wait_for(lambda: golive.standing("worklist.response")["n"] == 1)
        text = golive.call("GET", "/metrics", "engineer").text
        assert 'golive_ingest_items_total{kind="sample",result="accepted"} 1.0' in text
        assert 'golive_ingest_items_total{kind="any",result="refused"} 1.0' in text
        attempts = 'area="ct",outcome="ok",probe="worklist-ct",source="main",system="ris"'
        assert f"golive_probe_attempts_total{{{attempts}}} 1.0" in text
        labels = 'area="ct",measure="worklist.response",system="ris",vantage="main"'
        assert f"golive_standing_observations{{{labels}}} 1.0" in text
        # by the route's template: an address may name an exam
        golive.call("GET", f"/api/exams/k1.{'0' * 64}", "engineer")
        golive.call("GET", "/nowhere/4711")
        text = golive.call("GET", "/metrics", "engineer").text
        assert 'golive_http_requests_total{route="/api/exams/{token}",status="404"} 1.0' in text
        assert 'golive_http_requests_total{route="none",status="404"} 1.0' in text
        assert "4711" not in text
        assert "k1." not in text


def test_a_batch_whose_commit_comes_too_late_for_its_sender_is_judged_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "COMMIT_WITHIN_S", 0.3)
    with serving(tmp_path) as served, ThreadPoolExecutor() as threads:
        database: Database = served.app.state.house.db
        first, last = Holding(), Holding()
        database.submit(first)
        assert first.begun.wait(5)
        batch = envelope(samples=[sample(), sample()])
        sending = threads.submit(served.call, "POST", "/api/ingest", "ingest", json=batch)
        wait_for(lambda: database.waiting == 1)
        database.submit(last)  # commits together with the batch
        first.go_on.set()
        assert sending.result().status_code == 503
        last.go_on.set()
        wait_for(lambda: served.standing("worklist.response")["n"] == 2)
        assert served.call("POST", "/api/ingest", "ingest", json=batch).json()["repeated"] == 2
        assert served.standing("worklist.response")["n"] == 2


def test_a_batch_that_its_sender_gave_up_before_its_turn_is_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "COMMIT_WITHIN_S", 0.3)
    with serving(tmp_path) as served:
        first = Holding()
        served.app.state.house.db.submit(first)
        assert first.begun.wait(5)
        batch = envelope(samples=[sample()])
        assert served.call("POST", "/api/ingest", "ingest", json=batch).status_code == 503
        first.go_on.set()
        assert wait_for(lambda: served.call("POST", "/api/ingest", "ingest", json=batch).json()["accepted"] == 1)


def test_a_reload_waits_for_a_batch_whose_commit_is_late() -> None:
    async def lived() -> list[str]:
        taking, said = ingest.Taking(), []
        async with taking.one():
            taking.begin()

        async def reload() -> None:
            async with taking.none():
                said.append("reloaded")

        reloading = asyncio.create_task(reload())
        await asyncio.sleep(0)
        said.append("judged")
        taking.end()
        await asyncio.wait_for(reloading, 5)
        return said

    assert asyncio.run(lived()) == ["judged", "reloaded"]


@pytest.mark.parametrize("name", ["heartbeats", "samples", "exam_events", "messages", "unreadable"])
def test_a_batch_of_too_many_items_is_refused_before_they_are_read(golive: Served, name: str) -> None:
    answer = golive.call("POST", "/api/ingest", "ingest", json=envelope(**{name: [{}] * 20_001}))
    assert (answer.status_code, body_of(answer)["detail"]) == (413, "a batch may have 20000 items; send it in parts")


@pytest.mark.parametrize("path", ["/api/internal/tokens", "/api/internal/backup", "/login", "/api/nothing"])
def test_nobody_without_a_token_fills_the_memory_by_a_large_body(golive: Served, path: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(64):
            yield b" " * 2**16

    form = {"Content-Type": "application/x-www-form-urlencoded" if path == "/login" else "application/json"}
    answer = golive.call("POST", path, content=b" " * (2**16 + 1), headers=form)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert body_of(answer)["detail"] == "a body may have 64 KiB here"
    if path != "/api/nothing":  # nobody reads what is sent to nowhere
        assert golive.call("POST", path, content=pieces(), headers=form).status_code == 413


def test_an_order_that_an_outsider_saw_in_a_worklist_meets_its_order_told_by_a_feed_with_a_rule(tmp_path: Path) -> None:
    from app.domain.privacy.identity import exam_token
    from tests.integration.served import SECRETS, TABLES, write_config

    feed = {**TABLES["feeds"][0], "accession": {"strip": "^0+", "upper": True}}
    with serving(tmp_path, file=write_config(tmp_path, feeds=[feed])) as golive:
        golive.ingest(exam_events=[event("00a4714", "ordered", 20), event("00A4714", "listed", 19, feed="worklist-ct")])
        token = exam_token(SECRETS.site_key.get_secret_value(), "A4714")
        assert set(golive.get(f"/api/exams/{token}")["milestones"]) == {"ordered", "listed"}
