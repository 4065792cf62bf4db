"""Whether anybody measures: collectors that speak, and samples that come as often as probes can make them."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.measuring.eyes import nobody_measures
from tests.unit.made import FEEDS, IMAGE, WORKLIST, at, plan

NOW = at(1000)


@pytest.mark.parametrize(
    ("heard", "sampled_at", "words"),
    [
        ({"main": at(995)}, at(990), ""),
        ({"main": at(990)}, at(990), "collector main has been silent for 10 s"),
        ({"main": None}, at(990), "collector main was never heard"),
        ({}, at(990), "collector main was never heard"),
        ({"main": at(995), "room-b": None}, at(990), ""),
        ({"main": at(995)}, at(937), ""),
        ({"main": at(995)}, at(930), "no sample has come for 70 s"),
    ],
)
def test_who_is_needed_must_speak_and_samples_must_come(
    heard: dict[str, datetime | None], sampled_at: datetime, words: str
) -> None:
    assert nobody_measures(plan(WORKLIST, IMAGE), heard, sampled_at, NOW) == words


def test_where_nothing_is_to_be_measured_nobody_is_missed() -> None:
    assert nobody_measures(plan(), {}, at(0), NOW) == ""


def test_feeds_alone_need_their_collector_and_no_samples() -> None:
    assert nobody_measures(plan(feeds=FEEDS), {"main": NOW}, at(0), NOW) == ""
    assert "main was never heard" in nobody_measures(plan(feeds=FEEDS), {}, at(0), NOW)


def test_a_probe_of_another_vantage_needs_that_one_too() -> None:
    far = replace(WORKLIST, vantages=("main", "room-b"))
    assert nobody_measures(plan(far), {"main": NOW}, NOW, NOW) == "collector room-b was never heard"


def test_a_faster_hospital_counts_in_its_own_seconds() -> None:
    fast = replace(plan(replace(WORKLIST, every_s=600.0)), speed=60.0)
    assert nobody_measures(fast, {"main": at(500)}, at(0), NOW) == ""
