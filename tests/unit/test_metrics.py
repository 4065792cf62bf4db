"""What Prometheus reads: names, units, help and labels as its own linter wants them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.measuring.standings import Judged, Series, Standing, State
from app.web.metrics import _GAUGES, Metrics

AT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
BASE_UNITS = ("seconds", "bytes", "ratio", "total", "bytes_per_second", "per_second")
NO_BASE_UNITS = ("ms", "milliseconds", "minutes", "hours", "percent", "kb", "mb", "kilobytes", "megabytes")
ALLOWED_LABELS = {
    *("route", "status", "loop", "kind", "result", "probe", "system", "area", "source", "outcome"),
    *("measure", "vantage", "percentile", "state", "le", "feed"),
}


def standing(measure: str = "worklist.response", **more: object) -> Standing:
    numbers = {"n": 31, "failed": 1, "p50": 0.0072, "p90": 0.0081, "as_of": AT, "known_at": AT, **more}
    judged = Judged(Series(measure, "ris", "ct"), CATALOGUE[measure].unit, 900.0, **numbers)  # type: ignore[arg-type]  # test data
    return Standing(judged, State.OK, "31 answers", 3.2)


def filled() -> Metrics:
    metrics = Metrics([1.5])
    sample = Sample(
        "1", "worklist-ct", Kind.WORKLIST, "ris", "ct", "a stranger", AT, Outcome.OK, total_s=0.0071, first_s=0.0052
    )
    metrics.count_samples([sample], lambda _: "main")
    metrics.requests.labels("/api/status", "200").inc()
    metrics.answer_s.labels("/api/status").observe(0.01)
    metrics.items.labels("sample", "accepted").inc()
    metrics.crashes.labels("judge").inc()
    return metrics


def page() -> str:
    return filled().page([standing(), standing("image.rate", p50=12.5)], "main").decode()


def families() -> Iterator[Metric]:
    return (f for f in text_string_to_metric_families(page()) if not f.name.startswith(("process_", "python_")))


def test_each_name_is_golives_in_snake_case_and_has_help() -> None:
    for family in families():
        assert re.fullmatch(r"golive_[a-z][a-z0-9_]*", family.name), family.name
        assert family.documentation, family.name
        assert "__" not in family.name


def test_counters_end_in_total_and_nothing_else_does() -> None:
    for family in families():
        for s in family.samples:
            if family.type == "counter":
                assert s.name.endswith("_total"), s.name
            else:
                assert not s.name.endswith("_total"), s.name


def test_units_are_base_units_and_stand_at_the_end() -> None:
    for family in families():
        parts = family.name.split("_")
        assert not set(parts) & set(NO_BASE_UNITS), family.name
        if family.type == "histogram":
            assert family.name.endswith("_seconds"), family.name
    for name, _, _ in _GAUGES.values():
        assert name.endswith(BASE_UNITS) or name.endswith(("exams", "studies")), name


def test_no_label_can_name_an_exam_or_a_person() -> None:
    for family in families():
        for s in family.samples:
            assert set(s.labels) <= ALLOWED_LABELS, s


def test_reserved_labels_and_endings_belong_to_histograms_alone() -> None:
    for family in families():
        for s in family.samples:
            assert "quantile" not in s.labels, s
            if family.type != "histogram":
                assert "le" not in s.labels, s
                assert not s.name.endswith(("_bucket", "_count", "_sum")), s


def test_type_and_help_stand_once_before_their_samples() -> None:
    text = page()
    kinds = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(re.findall(r"^# HELP (\S+)", text, re.M))


def test_buckets_lie_at_the_limits_that_the_site_set() -> None:
    assert 'golive_probe_duration_seconds_bucket{area="ct",le="1.5",probe="worklist-ct",system="ris"} 1.0' in page()


def test_a_standing_is_there_in_base_units_with_its_state() -> None:
    text = page()
    ris = 'system="ris",vantage="main"'
    assert f'golive_standing_seconds{{area="ct",measure="worklist.response",percentile="50",{ris}}} 0.0072' in text
    assert f'golive_standing_observations{{area="ct",measure="worklist.response",{ris}}} 31.0' in text
    assert 'state="ok",system="ris",vantage="main"} 1.0' in text
    assert 'state="down",system="ris",vantage="main"} 0.0' in text
    rate = 'area="ct",measure="image.rate",percentile="50",system="ris",vantage="main"'
    assert f"golive_standing_bytes_per_second{{{rate}}} 1.25e+07" in text


def test_a_percentile_that_is_not_known_is_not_there() -> None:
    assert 'percentile="95"' not in page()


def test_each_unit_of_the_catalogue_has_a_gauge() -> None:
    assert {m.unit for m in CATALOGUE.values()} <= set(_GAUGES)


def test_attempts_are_counted_by_vantage_whatever_word_their_source_is() -> None:
    counted = [line for line in page().splitlines() if line.startswith("golive_probe_attempts_total{")]
    assert counted == [
        'golive_probe_attempts_total{area="ct",outcome="ok",probe="worklist-ct",source="main",system="ris"} 1.0'
    ]


def of_feed(measure: str, value: float) -> Standing:
    series = Series(measure, None, None, (("feed", "ris-hl7"),))
    judged = Judged(series, CATALOGUE[measure].unit, 86400.0, n=50, value=value, as_of=AT, known_at=AT)
    return Standing(judged, State.DEGRADED, "silent", 3.2)


def test_each_feed_has_its_age_its_rate_and_its_clock() -> None:
    told = [of_feed("feed.age", 61.0), of_feed("feed.rate", 7200.0), of_feed("clock.offset", -2.5)]
    text = filled().page(told, "main").decode()
    for line in (
        'golive_feed_age_seconds{feed="ris-hl7"} 61.0',
        'golive_feed_events_per_second{feed="ris-hl7"} 2.0',
        'golive_feed_clock_offset_seconds{feed="ris-hl7"} -2.5',
        'golive_feed_state{feed="ris-hl7",state="degraded"} 1.0',
    ):
        assert line in text
    assert 'measure="feed.age"' not in text
