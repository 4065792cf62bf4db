from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Invalid
from collectors.simulator.scenarios import SCENARIOS, Script, scenario

NINE = datetime(2026, 11, 19, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_every_scenario_of_the_issue_has_a_name_and_words() -> None:
    assert list(SCENARIOS) == [
        "calm",
        "learning-curve",
        "slow-worklist",
        "frozen-pacs",
        "full-associations",
        "silent-hl7",
        "images-crawl",
        "reading-jam",
        "stray-modality",
    ]
    assert all(s.words for s in SCENARIOS.values())


def test_an_unknown_scenario_is_refused_with_the_known_names() -> None:
    with pytest.raises(Invalid, match="calm, learning-curve"):
        scenario("fire")
    with pytest.raises(Invalid):
        Script().then(NINE, "fire")


def test_a_script_is_calm_before_its_first_change_and_changes_at_the_moment_itself() -> None:
    script = Script().then(NINE, "frozen-pacs").then(NINE + HOUR, "calm")
    assert [script.at(NINE + h * HOUR).name for h in (-1, 0, 0.5, 1, 2)] == [
        "calm",
        "frozen-pacs",
        "frozen-pacs",
        "calm",
        "calm",
    ]


def test_changes_out_of_order_are_refused() -> None:
    with pytest.raises(Invalid):
        Script().then(NINE, "calm").then(NINE - HOUR, "frozen-pacs")


def test_the_first_moment_without_a_trouble_skips_a_scenario_that_has_it_too() -> None:
    script = Script().then(NINE, "frozen-pacs").then(NINE + HOUR, "frozen-pacs").then(NINE + 2 * HOUR, "silent-hl7")
    assert script.first_without(NINE, "frozen") == NINE + 2 * HOUR
    assert script.first_without(NINE - HOUR, "frozen") == NINE - HOUR
    assert script.first_without(NINE + 3 * HOUR, "silent") is None
