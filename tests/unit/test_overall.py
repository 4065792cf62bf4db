"""The whole at a glance, with every ground, gravest first."""

from dataclasses import replace

import pytest

from app.domain.measuring.board import Board
from app.domain.measuring.overall import Ground, Overall, nearly_full, overall
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse
from app.domain.plans import MeasurePlan, Plan
from tests.unit.made import FEEDS, IMAGE, WORKLIST, at, plan, sample

PULSES = {("main", name): Pulse("listening", "", at(55)) for name in ("ris-hl7", "pacs-list", "worklist-ct")}


def seen(
    of: Plan, outcomes: dict[str, list[str]], pulses: dict[tuple[str, str], Pulse], acts: list[Ground] | None = None
) -> Overall:
    board = Board(of)
    for name, told in outcomes.items():
        for i, outcome in enumerate(told):
            board.take(sample(of.probes[name], 59 - len(told) + i, outcome=outcome))
    standings = standings_now(board.judged(at(60)), of, pulses, at(60))
    return overall(standings, of, pulses, at(60), acts or [])


GOOD = {"worklist-ct": ["ok"] * 6}


def test_all_is_ok_when_every_probe_answers() -> None:
    found = seen(plan(WORKLIST), GOOD, {})
    assert (found.state, found.reasons) == ("ok", [])


def test_a_measure_without_a_source_raises_nothing() -> None:
    assert "report.turnaround" not in str(seen(plan(WORKLIST), GOOD, {}).reasons)


def test_a_system_that_is_down_makes_it_watch_not_blind() -> None:
    found = seen(plan(WORKLIST), {"worklist-ct": ["ok"] * 4 + ["timeout"] * 2}, {})
    assert found.state == "watch"
    assert found.grounds[0].subject == "Worklist response, RIS, CT"
    assert "(2 attempts in a row)" in found.grounds[0].text


def test_a_required_probe_that_nobody_runs_makes_it_blind() -> None:
    found = seen(plan(WORKLIST, IMAGE), GOOD, {})
    assert found.state == "blind"
    assert found.reasons[0] == "First image, New PACS, CT: blind, never measured"


def test_a_probe_that_is_not_required_is_only_watched() -> None:
    assert seen(plan(WORKLIST, replace(IMAGE, required=False)), GOOD, {}).state == "watch"


def test_a_required_feed_without_a_heartbeat_makes_it_blind() -> None:
    assert seen(plan(WORKLIST, feeds=FEEDS), GOOD, PULSES).state == "ok"
    dead = {("main", "ris-hl7"): PULSES[("main", "ris-hl7")]}
    found = seen(plan(WORKLIST, feeds=FEEDS), GOOD, dead)
    assert (found.state, found.reasons[0]) == ("blind", "feed pacs-list: never heard")
    optional = (FEEDS[0], replace(FEEDS[1], required=False))
    assert seen(plan(WORKLIST, feeds=optional), GOOD, dead).state == "watch"


def test_a_house_that_sees_nothing_is_blind() -> None:
    found = seen(plan(), {}, {})
    assert (found.state, found.reasons) == ("blind", ["North Campus: nothing is measured yet, or nothing can be seen"])
    assert seen(plan(WORKLIST), {"worklist-ct": ["ok"] * 3}, {}).state == "blind"


def test_too_few_answers_are_named_and_raise_nothing() -> None:
    found = seen(plan(WORKLIST, IMAGE), GOOD | {"image-ct": ["timeout"]}, {})
    assert found.state == "ok"
    assert any("not enough yet" in r for r in found.reasons)


def test_every_ground_is_listed_gravest_first() -> None:
    house = plan(
        WORKLIST,
        IMAGE,
        replace(WORKLIST, id="worklist-er", area="er"),
        measures={"worklist.response": MeasurePlan(expected_below=0.05)},
    )
    found = seen(house, GOOD | {"worklist-er": ["ok"] * 2}, {}, [Ground("act", "trigger", "breached")])
    ranks = [g.overall for g in found.grounds]
    assert found.state == "act"
    assert ranks == sorted(ranks, key=["act", "blind", "watch", "named"].index)
    assert set(ranks) == {"act", "blind", "watch", "named"}


@pytest.mark.parametrize(
    ("used_gb", "said"),
    [
        (15.9, ""),
        (16, "it holds 16.0 GB of the 20.0 GB that most_bytes allows"),
        (21, "it holds 21.0 GB of the 20.0 GB that most_bytes allows; raw samples are dropped before their seven days"),
    ],
)
def test_a_database_that_is_nearly_full_is_said(used_gb: float, said: str) -> None:
    assert nearly_full(int(used_gb * 1e9), 20_000_000_000) == said


def test_what_is_not_enough_yet_is_named_once_for_each_measure() -> None:
    probes = [replace(WORKLIST, id=f"worklist-{area}", area=area) for area in ("ct", "er")]
    enough = replace(WORKLIST, id="worklist-hall", area=None)
    found = seen(plan(*probes, enough), {p.id: ["ok"] * 2 for p in probes} | {enough.id: ["ok"] * 6}, {})
    assert found.state == "ok"
    assert [r for r in found.reasons if r.startswith("Worklist")] == ["Worklist response: 2 series, not enough yet"]
