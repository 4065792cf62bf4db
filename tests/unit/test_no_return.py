"""The point of no return by cost: what is counted closes the way back, what nobody counts does not."""

from dataclasses import replace

import pytest

from app.domain.measuring.standings import State
from app.domain.plans import CostLimit
from app.domain.rollback.golive import GoLive, moment_of
from app.domain.rollback.no_return import Spent, spent
from app.domain.rollback.way_back import Amount, Cost
from app.push.wall.head import strip
from tests.unit.made import T, at
from tests.unit.test_way_back import PLAN, heard
from tests.unit.walls import named

LIMIT = CostLimit("studies", 500)
BY_COST = replace(PLAN.go_live, no_return_cost=LIMIT)


def cost(studies: int | None, reports: int = 0) -> Cost:
    return Cost(Amount(studies), Amount(reports), Amount(0))


def rollback(found: Spent | None, hours: float = 1) -> str:
    return moment_of(BY_COST, GoLive(T, T), at(hours * 3600), spent=found).rollback


@pytest.mark.parametrize(
    ("studies", "passed", "words"),
    [
        (499, False, "499 studies in the new system alone"),
        (500, True, "500 studies in the new system alone"),
        (1, False, "1 study in the new system alone"),
        (None, False, "studies not counted yet"),
    ],
)
def test_the_way_back_closes_at_the_cost_and_not_before(studies: int | None, passed: bool, words: str) -> None:
    found = spent(LIMIT, cost(studies), PLAN, heard())
    assert found is not None
    assert (found.passed, found.words) == (passed, words)
    assert rollback(found) == ("no_longer_possible" if passed else "possible")
    assert rollback(found, 3) == ("no_longer_possible" if passed else "window_passed")


def test_while_a_feed_is_not_seen_the_way_back_stays_as_it_is_and_says_why() -> None:
    few, many = (spent(LIMIT, cost(n), PLAN, heard(other=State.BLIND)) for n in (480, 501))
    assert few is not None
    assert (rollback(few), few.words) == (
        "possible",
        "at least 480 studies in the new system alone, pacs-list not seen",
    )
    assert rollback(many) == "no_longer_possible"  # it can only be more


def test_reports_are_counted_apart_and_a_time_needs_no_count() -> None:
    found = spent(CostLimit("reports", 7), cost(900, 6), PLAN, heard())
    assert found is not None
    assert (found.passed, found.n) == (False, 6)
    assert spent(None, cost(900), PLAN, heard()) is None
    assert rollback(spent(LIMIT, None, PLAN, heard())) == "possible"


def test_the_wall_shows_the_cost_and_how_far_it_has_come() -> None:
    scene = named("calm")
    moment = replace(scene.moment, spent=Spent(CostLimit("studies", 1500), 480))
    its_plan = replace(scene.plan, go_live=replace(scene.plan.go_live, no_return_cost=CostLimit("studies", 1500)))
    point = strip(replace(scene, plan=its_plan, moment=moment)).points[1]
    assert (point.clock, point.said, point.passed) == ("1,500 studies", "480 so far", False)
