"""When a probe is due: no drift, no starvation, no harm."""

from itertools import pairwise

import pytest

from app.domain.measuring.turns import next_tick
from collectors.schedule import back_off_gap, budget_gap, first_due, next_due, spread


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_first_run_comes_within_a_second_of_the_start(share: float) -> None:
    assert 100.0 <= first_due(100.0, 30.0, share) < 101.0


@pytest.mark.parametrize("chance", [0.0, 0.37, 0.999])
def test_probes_of_one_cadence_never_meet_at_each_tick(chance: float) -> None:
    dues = sorted(first_due(0.0, 1.0, share) for share in spread(15, chance))
    assert min(later - sooner for sooner, later in pairwise(dues)) > 0.9 / 15 * 0.99
    assert spread(0, chance) == []


def test_a_thousand_jittered_runs_do_not_drift() -> None:
    due_s = 5.0
    for run in range(1, 1001):
        due_s = next_due(5.0, 10.0, due_s, due_s + 0.3, chance=(run * 37 % 100) / 100)
    assert 5.0 + 10_000.0 <= due_s <= 5.0 + 10_001.0


def test_jitter_is_at_most_a_tenth_of_the_cadence() -> None:
    assert next_due(0.0, 10.0, 0.0, 0.2, chance=1.0) == pytest.approx(11.0)


def test_a_run_longer_than_its_cadence_is_followed_by_the_next_tick() -> None:
    assert next_due(0.0, 1.0, 0.0, 8.2) == pytest.approx(9.0)


def test_a_run_that_ends_on_a_tick_waits_for_the_next_one() -> None:
    assert next_tick(0.0, 1.0, 3.0) == pytest.approx(4.0)


def test_a_refusing_peer_stretches_a_cadence_below_five_seconds_to_five_at_most() -> None:
    assert [back_off_gap(1.0, n) for n in (0, 1, 2, 3, 9)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert back_off_gap(3.0, 1) == 5.0
    assert next_due(0.0, 3.0, 10.0, 10.1, 0.9, gap_s=5.0) == pytest.approx(15.0)


def test_a_cadence_of_five_seconds_or_more_is_never_changed_by_refusals() -> None:
    assert back_off_gap(5.0, 7) == 5.0
    assert back_off_gap(30.0, 1) == 30.0


def test_the_byte_budget_stretches_a_cadence_beforehand() -> None:
    assert budget_gap(50e6, 50e9) == pytest.approx(86.4)
    assert next_due(0.0, 30.0, 0.0, 2.0, 0.5, gap_s=86.4) == pytest.approx(86.4)
