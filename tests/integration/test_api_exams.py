"""What the API says of exams agrees with the standings made of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.privacy.identity import exam_token
from tests.integration.served import SECRETS, Served, event, prepared, running, wait_for


def token(accession: str) -> str:
    return exam_token(SECRETS.site_key.get_secret_value(), accession)


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Five ended exams; A1 and A2 share a study, which the PACS files under A1 alone, and A5 has no images."""
    config, tokens = prepared(tmp_path_factory.mktemp("exams"), ["engineer"])
    shared = {"study": f"k1.{'5' * 64}"}
    with running(config, tokens) as served:
        told = [event(f"A{i}", m, at) for i in range(1, 6) for m, at in (("ordered", 50), ("ended", 40))]
        told += [event(f"A{i}", "available", 35) for i in (3, 4)]
        told += [event("A1", "available", 30, **shared), event("A2", "begun", 45, **shared)]
        served.ingest(exam_events=told)
        yield served


def test_images_of_a_shared_study_count_for_all_its_exams_as_in_the_standings(golive: Served) -> None:
    def matched() -> dict[str, Any]:
        found = golive.standing("exam.matched")
        assert found["n"] == 5
        return found

    assert wait_for(matched)["value"] == 0.8
    available = golive.standing("exam.end_to_available")
    summary = golive.get("/api/exams/summary")
    assert summary["milestones"]["available"] == 4 == available["n"]
    assert [s["milestones"]["available"] for s in summary["segments"]] == [4]


def test_an_exam_whose_images_came_under_another_accession_says_so(golive: Served) -> None:
    own, other = golive.get(f"/api/exams/{token('A1')}"), golive.get(f"/api/exams/{token('A2')}")
    assert own["milestones"]["available"] == other["milestones"]["available"]
    assert [e["milestone"] for e in other["events"]] == ["ordered", "begun", "ended"]  # nobody told it of this one
    assert other["flags"] == ["its images came under another accession of the same study"]
    assert own["flags"] == []
    without = golive.get(f"/api/exams/{token('A5')}")
    assert ("available" in without["milestones"], without["flags"]) == (False, [])
