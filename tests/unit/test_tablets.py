"""Tablets: what they hold as told, and which are silent; the two are never one number."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.floor.tablets import COPIES_KEPT, SHIFT, Tablet, by_server, tablets_now
from app.push.floor.tablet_words import silent, unsent
from tests.unit.made import at

NOW = at(0)
QUIET = Tablet("a", NOW, on_duty=True)


def ago(seconds: float, **more: object) -> Tablet:
    return replace(QUIET, at=at(-seconds), **more)  # type: ignore[arg-type]  # of a test's own words


@pytest.mark.parametrize(
    ("tablet", "is_silent"),
    [
        (ago(120), False),
        (ago(121), True),
        (ago(121, on_duty=False), False),
        (ago(SHIFT.total_seconds()), True),
        (ago(SHIFT.total_seconds() + 1), False),
    ],
)
def test_a_tablet_on_duty_is_silent_after_two_minutes_until_its_shift_must_be_over(
    tablet: Tablet, is_silent: bool
) -> None:
    assert (tablets_now([tablet], NOW).silent == 1) is is_silent


def test_what_tablets_hold_and_which_are_silent_are_two_sentences() -> None:
    tablets = [
        QUIET,
        replace(QUIET, held=4, oldest_at=at(-840)),
        replace(QUIET, held=2, oldest_at=at(-60), on_duty=False),
        ago(300, held=1, oldest_at=at(-400)),
        ago(840),
        ago(COPIES_KEPT.total_seconds() + 1, held=9, oldest_at=at(-900)),
    ]
    now = tablets_now(tablets, NOW)
    assert unsent(now) == "3 tablets hold 7 unsent items, oldest 14 min"
    assert silent(now) == "2 tablets silent, longest 14 min"
    assert (unsent(tablets_now([QUIET], NOW)), silent(tablets_now([], NOW))) == ("", "")
    one = tablets_now([replace(QUIET, held=1, oldest_at=NOW)], NOW)
    assert unsent(one) == "1 tablet holds 1 unsent item, oldest 0 s"


@pytest.mark.parametrize("wrong_s", [0, -10_000, 86_400])
def test_the_age_of_what_is_held_does_not_depend_on_the_tablets_clock(wrong_s: float) -> None:
    assert by_server(at(wrong_s - 90), at(wrong_s), NOW) == NOW - timedelta(seconds=90)
    assert by_server(at(wrong_s + 90), at(wrong_s), NOW) == NOW
    assert by_server(None, at(wrong_s), NOW) is None
