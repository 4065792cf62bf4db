"""Percentiles: exact ranks, Kaplan-Meier, and failures above every answer."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.measuring.percentiles import enough, kaplan_meier, nearest_rank, ranked_from_failures

DURATIONS = st.lists(st.integers(0, 30).map(float), max_size=60)
SHARES = st.sampled_from([0.05, 0.1, 0.5, 0.9, 0.95, 0.333])


def by_definition(values: list[float], q: float) -> float | None:
    share = Fraction(str(q))
    return next((v for i, v in enumerate(sorted(values), 1) if Fraction(i, len(values)) >= share), None)


def by_product(closed: list[float], still_open: list[float], q: float) -> float | None:
    survive = Fraction(1)
    for t in sorted(set(closed)):
        at_risk = sum(c >= t for c in closed) + sum(o >= t for o in still_open)
        survive *= 1 - Fraction(closed.count(t), at_risk)
        if 1 - survive >= Fraction(str(q)):
            return t
    return None


@given(DURATIONS, SHARES)
def test_nearest_rank_is_the_smallest_value_that_the_share_does_not_exceed(values: list[float], q: float) -> None:
    assert nearest_rank(values, q) == by_definition(values, q)


@settings(max_examples=80, deadline=None)
@given(DURATIONS, DURATIONS, SHARES)
def test_kaplan_meier_equals_the_product_of_exact_fractions(c: list[float], o: list[float], q: float) -> None:
    assert kaplan_meier(c, o, q) == by_product(c, o, q)


@given(DURATIONS, SHARES)
def test_without_open_exams_kaplan_meier_is_the_nearest_rank(values: list[float], q: float) -> None:
    assert kaplan_meier(values, [], q) == nearest_rank(values, q)


def test_an_exam_open_for_as_long_as_another_took_was_at_risk_then() -> None:
    assert kaplan_meier([10.0], [10.0], 0.5) == 10.0
    assert kaplan_meier([10.0], [9.0], 0.9) == 10.0
    assert kaplan_meier([10.0], [10.0], 0.9) is None


def test_a_jam_never_looks_like_an_improvement() -> None:
    read = [600.0 + 10 * i for i in range(40)]
    calm, jam = kaplan_meier(read, [], 0.5), kaplan_meier(read, [3600.0] * 45, 0.5)
    assert calm == 790.0
    assert jam is None


def test_a_percentile_among_failures_has_no_value() -> None:
    values = [0.1 * i for i in range(1, 19)]
    assert nearest_rank(values, 0.9, failed=2) == values[17]
    assert nearest_rank(values, 0.95, failed=2) is None
    assert nearest_rank([], 0.5, failed=3) is None
    assert nearest_rank([], 0.5) is None


def test_where_more_is_better_failures_are_the_lowest() -> None:
    assert ranked_from_failures([10.0, 20.0, 30.0], 500, failed=1) == 10.0
    assert ranked_from_failures([10.0], 500, failed=3) is None


def test_shares_are_compared_in_whole_numbers() -> None:
    twenty = [float(i) for i in range(1, 21)]
    assert nearest_rank(twenty, 0.95) == 19.0  # 0.95 · 20 is 19.000000000000004 in floats
    assert nearest_rank([float(i) for i in range(1, 101)], 0.9) == 90.0


def test_percentiles_are_shown_from_5_20_and_40_on() -> None:
    shown = {q: [enough(q, n) for n in (4, 5, 19, 20, 39, 40)] for q in (500, 900, 950)}
    assert shown == {
        500: [False, True, True, True, True, True],
        900: [False, False, False, True, True, True],
        950: [False, False, False, False, False, True],
    }


def test_five_thousand_exams_take_no_noticeable_time() -> None:
    closed = [float(i * 7919 % 5003) for i in range(4000)]
    still_open = [float(i * 104729 % 5003) for i in range(1000)]
    assert kaplan_meier(closed, still_open, 0.5) == by_sorted_product(closed, still_open)


def by_sorted_product(closed: list[float], still_open: list[float]) -> float | None:
    survive, at_risk = 1.0, len(closed) + len(still_open)
    for t, is_open in sorted([(c, 0) for c in closed] + [(o, 1) for o in still_open]):
        if not is_open:
            survive *= 1 - 1 / at_risk
            if survive <= 0.5:
                return t
        at_risk -= 1
    return None
