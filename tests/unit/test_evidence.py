"""Evidence of a stretch of time: codes in place of words, a bound on its size, and which stretches there are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain import evidence
from app.domain.evidence import Asked, Gathered, codes, slices, stretch
from app.domain.evidence_redaction import redacted
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.errors import Invalid
from tests.unit.made import WORKLIST, plan
from tests.unit.test_issues import T, issue

HOUR = timedelta(hours=1)
PLAN = plan(WORKLIST)


def sample(n: int, outcome: Outcome = Outcome.OK, detail: str = "") -> Sample:
    at = T + timedelta(seconds=n)
    return Sample(f"s{n}", "p", Kind.WORKLIST, "ris", "ct", "main", at, outcome, detail, total_s=0.1, known_at=at)


@pytest.mark.parametrize(
    ("outcome", "detail", "told"),
    [
        (
            Outcome.REJECTED,
            "x (1/1/3) y",
            ("1 rejected for good", "1 service user", "3 calling AE title not recognised", ""),
        ),
        (Outcome.REJECTED, "x (2/3/9)", ("2 rejected for now", "3 service provider (presentation)", "9", "")),
        (Outcome.REJECTED, "for Mrs Jones", ("", "", "", "")),
        (Outcome.BAD_STATUS, "answered 0xA700 for Jones", ("", "", "", "0xA700")),
        (Outcome.BAD_STATUS, "19540312", ("", "", "", "")),
        (Outcome.TIMEOUT, "(2/3/2)", ("", "", "", "")),
    ],
)
def test_of_a_peer_s_words_only_codes_are_told(outcome: Outcome, detail: str, told: tuple[str, ...]) -> None:
    assert codes(sample(0, outcome, detail)) == told


def test_beyond_its_limit_no_sample_finds_room_and_the_readme_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_SAMPLES", 3)
    gathered = Gathered(Asked(T, T + HOUR), PLAN)
    assert len(list(gathered.rows(sample(n) for n in range(5)))) == 3
    assert gathered.cut_at == T + timedelta(seconds=3)
    assert "the first 3 attempts; those from 2026-11-21T07:00:03.000Z on" in evidence.told(gathered, "1", "v", T)


def test_around_an_issue_lies_an_hour_and_a_long_one_ends_after_seven_days() -> None:
    now = T + 30 * HOUR
    assert stretch(issue(), None, None, now) == Asked(T - HOUR, T + HOUR, 1)
    assert stretch(issue(), None, None, T).to_at == T
    ended = replace(issue(), ended_at=T + 300 * HOUR)
    assert stretch(ended, None, None, T + 400 * HOUR).to_at == T - HOUR + timedelta(days=7)
    with pytest.raises(Invalid, match="7 d"):
        stretch(None, T - timedelta(days=8), T, now)
    with pytest.raises(Invalid, match="missing"):
        stretch(None, None, None, now)


def test_pieces_lie_side_by_side_and_are_short() -> None:
    found = list(slices(Asked(T, T + timedelta(minutes=70))))
    assert [b - a for a, b in found] == [timedelta(minutes=30), timedelta(minutes=30), timedelta(minutes=10)]
    assert all(found[i][1] == found[i + 1][0] for i in range(2))


def test_settings_keep_the_technique_alone() -> None:
    said = redacted(
        {
            "site": {"id": "north", "name": "North"},
            "contacts": [{"name": "Jones", "phone": "1"}],
            "probes": [{"id": "p", "match": {"Modality": "CT", "PatientID": "7"}, "study": "1.2.3", "sentinel": "ACC"}],
            "measures": {"worklist.response": {"expected_below": 2.0}},
            "channels": [{"id": "x", "url_file": "y"}],
        }
    )
    assert said == {
        "site": {"id": "north", "name": "North"},
        "probes": [{"id": "p", "match": {"Modality": "CT", "PatientID": "(kept back)"}}],
        "measures": {"worklist.response": {"expected_below": 2.0}},
    }


def test_a_chart_has_a_bar_for_each_stretch_and_none_for_a_gap() -> None:
    gathered = Gathered(Asked(datetime(2026, 11, 21, 7, tzinfo=UTC), T + HOUR), PLAN)
    list(gathered.rows([sample(0), sample(1, Outcome.TIMEOUT), sample(1800)]))
    ((probe, drawn),) = gathered.charts()
    assert probe == "p"
    assert drawn.count('fill="#55606b"/>') == 2
    assert drawn.count('fill="#b8420b"') == 1
