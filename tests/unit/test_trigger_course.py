"""The course of a trigger's share, told again from stored samples."""

from dataclasses import replace
from datetime import timedelta

from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.rollback.trigger_course import course, is_drawn, moments_until, probes_of
from app.domain.rollback.trigger_rules import Instance, instances
from tests.browser.desk_scenes import RULES
from tests.browser.scenes import NOON, plan

SECOND = timedelta(seconds=1)
RULE = replace(RULES[0], where=(("system", "ris"), ("area", "ct")), at_least=5, window_s=300.0)
PLAN = replace(plan(), rules=(RULE,))


def instance() -> Instance:
    return next(iter(instances(PLAN.rules, PLAN)))


def sample(ago_s: float, slow: bool, probe: str = "worklist-ct") -> Sample:
    at = NOON - ago_s * SECOND
    outcome = Outcome.TIMEOUT if slow else Outcome.OK
    taken = None if slow else 0.5
    return Sample(
        f"{probe}-{ago_s}", probe, Kind.WORKLIST, "ris", "ct", "main", at, outcome, first_s=taken, total_s=taken
    )


def test_each_step_holds_the_whole_window_up_to_it() -> None:
    samples = [sample(10.0 * i, slow=i < 12) for i in range(60)]
    steps = course(instance(), PLAN, samples, [NOON - 120 * SECOND, NOON])
    assert [(s.n, s.beyond) for s in steps] == [(30, 0), (30, 12)]
    assert steps[1].share == 0.4
    assert steps[1].low is not None
    assert 0.24 < steps[1].low < 0.4


def test_a_window_with_too_few_attempts_is_a_gap_and_not_zero() -> None:
    steps = course(instance(), PLAN, [sample(10.0 * i, slow=False) for i in range(4)], [NOON])
    assert (steps[0].n, steps[0].share, steps[0].low) == (4, None, None)


def test_what_came_before_a_decision_does_not_count_after_it() -> None:
    samples = [sample(10.0 * i, slow=i > 10) for i in range(30)]
    decided_at = NOON - 100 * SECOND
    steps = course(instance(), PLAN, samples, [decided_at - SECOND, NOON], decided_at)
    assert steps[0].beyond > 0
    assert (steps[1].n, steps[1].beyond) == (10, 0)


def test_only_the_probes_that_the_rule_reads_are_read() -> None:
    assert probes_of(instance(), PLAN) == ["worklist-ct"]
    samples = [sample(10.0 * i, slow=True, probe="worklist-mr") for i in range(30)]
    assert course(instance(), PLAN, samples, [NOON])[0].n == 0


def test_moments_are_spread_evenly_and_end_now() -> None:
    moments = moments_until(NOON, timedelta(hours=1), 5)
    assert [(NOON - m).total_seconds() / 60 for m in moments] == [60, 45, 30, 15, 0]


def test_a_rule_of_exams_has_no_course() -> None:
    rule = replace(RULE, measure="report.turnaround", where=())
    made = replace(PLAN, rules=(rule,))
    assert not any(is_drawn(i) for i in instances(made.rules, made))
