"""The shapes that programs rely on, as golden files: keys, their order and their kinds, not the numbers of the day."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.domain.privacy.identity import exam_token
from tests.integration.served import SECRETS, Served, event, prepared, running, sample, wait_for


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    config, tokens = prepared(tmp_path_factory.mktemp("shapes"), ["engineer"])
    with running(config, tokens) as served:
        served.ingest(samples=[sample(3 - i / 10) for i in range(6)] + [sample(probe="nobody")])
        told = [event(f"A{i}", m, at) for i in range(6) for m, at in (("ordered", 50), ("ended", 40), ("final", 20))]
        served.ingest(exam_events=[*told, event("A9", "final", 5), event("A8", "cancelled", 4)])
        wait_for(lambda: served.standing("worklist.response")["n"] == 6)
        wait_for(lambda: served.standing("report.turnaround")["n"] == 6)
        yield served


def shape(value: Any) -> Any:
    """Give a value's keys and kinds: "text", "number", "moment" and so on; of a list its first item."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if isinstance(value, str):
        return "moment" if len(value) > 20 and value[10] == "T" and value.endswith("Z") else "text"
    if isinstance(value, bool) or value is None:
        return value
    return "number"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("status", "/api/status"),
        ("standing", "/api/standings?measure=worklist.response"),
        ("standing-exam", "/api/standings?measure=report.turnaround&window=now"),
        ("exams-summary", "/api/exams/summary"),
        ("quarantine", "/api/quarantine"),
        ("journal", "/api/journal"),
        ("exam", ""),
    ],
)
def test_the_shape_is_what_was_promised(
    golive: Served, golden: Callable[[str, str], None], name: str, path: str
) -> None:
    token = exam_token(SECRETS.site_key.get_secret_value(), "A1")
    told = golive.get(path or f"/api/exams/{token}")
    golden(f"api/{name}.json", json.dumps(shape(told), indent=1) + "\n")


def test_unknown_names_have_no_standings_and_an_unknown_window_is_named(golive: Served) -> None:
    assert golive.get("/api/standings?measure=nothing") == []
    assert golive.get("/api/standings?system=nowhere") == []
    assert golive.get("/api/standings?area=nowhere") == []
    wrong = golive.call("GET", "/api/standings?window=year", "engineer")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "window")


def test_lists_are_plain_arrays_and_each_series_stands_once(golive: Served) -> None:
    rows = golive.get("/api/standings")
    keys = [r["series"] for r in rows]
    assert isinstance(rows, list)
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys)
    assert {r["series"] for r in golive.get("/api/standings?area=ct")} <= set(keys)


def test_the_summary_counts_cancelled_exams_and_orphans_apart(golive: Served) -> None:
    summary = golive.get("/api/exams/summary")
    assert (summary["exams"], summary["orphans"], summary["left_out"]) == (7, 1, 0)
    assert summary["milestones"]["final"] == 6
    assert summary["milestones"]["cancelled"] == 1
    assert summary["segments"] == [{"segment": {"modality": "CT"}, "milestones": summary["milestones"]}]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/trends")],
)
def test_a_call_of_a_later_version_is_refused_with_a_sentence(golive: Served, method: str, path: str) -> None:
    answer = golive.call(method, path, "engineer", json={} if method != "GET" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (501, "application/problem+json")
    assert "not built yet" in answer.json()["detail"]
    assert golive.call(method, path).status_code == 401
