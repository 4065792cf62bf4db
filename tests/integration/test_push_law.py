"""The law of pushing over a thousand random histories; a few of them are lived among the pure tests too."""

from hypothesis import HealthCheck, given, settings

from tests.unit.test_desk_push_law import desk_histories, desk_law_holds
from tests.unit.test_push_law import histories, law_holds


@settings(max_examples=1000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_after_any_history_the_page_and_what_was_pushed_are_a_fresh_page(history: list[tuple[str, object]]) -> None:
    law_holds(history)


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(desk_histories)
def test_after_any_history_a_desk_and_what_was_pushed_to_it_are_a_fresh_page(history: list[tuple[str, object]]) -> None:
    desk_law_holds(history)
