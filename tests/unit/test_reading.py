"""A reading stop, by the pause between two final reports."""

from dataclasses import replace

import pytest

from app.domain.exams.reading import stopped_words
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Judged, Pulse, Series, State
from tests.unit.made import FEEDS, T, at, feed, plan

RATE = Judged(Series("report.rate"), "per h", 3600.0, n=90, value=40.0, open=74, as_of=T, known_at=T, note="40 reports")


def words(waiting: int, pause_min: float, heard_min: float | None = None) -> str:
    heard = {"ris-hl7": at(60 * (pause_min if heard_min is None else heard_min))}
    return stopped_words(replace(RATE, open=waiting), FEEDS[:1], heard, at(60 * pause_min))


@pytest.mark.parametrize(
    ("waiting", "pause_min", "stopped"),
    [(30, 27.9, False), (30, 28, True), (29, 300, False), (0, 300, False)],
)
def test_reading_has_stopped_when_no_report_comes_for_long_while_many_wait(
    waiting: int, pause_min: float, stopped: bool
) -> None:
    assert bool(words(waiting, pause_min)) is stopped


def test_a_reading_stop_is_said_in_words() -> None:
    assert words(74, 28) == "no report for 28 min while 74 exams wait"


def test_a_feed_that_says_nothing_at_all_says_nothing_about_reading() -> None:
    assert words(74, 55, heard_min=20) == ""
    assert stopped_words(RATE, FEEDS[:1], {}, at(6000)) == ""


def test_a_feed_of_reports_alone_is_silent_when_reading_stops() -> None:
    reports = [feed("reports", gives=frozenset({"preliminary", "final"}))]
    assert stopped_words(RATE, reports, {"reports": T}, at(1680)) == "no report for 28 min while 74 exams wait"


def state(now_min: float, heard_min: float) -> tuple[State, str]:
    now, segment = at(60 * now_min), (("feed", "ris-hl7"),)
    heard = Judged(Series("feed.age", None, None, segment), "s", 86400.0, n=90, known_at=at(60 * heard_min))
    pulses = {("main", f.id): Pulse("connected", "", now) for f in FEEDS}
    found = standings_now([RATE, heard], plan(feeds=FEEDS), pulses, now)
    return next((s.state, s.reason) for s in found if s.series.key == "report.rate")


def test_a_reading_stop_makes_reports_degraded_and_a_quiet_feed_makes_them_stale_or_blind() -> None:
    assert state(20, 20) == (State.OK, "40 reports")
    assert state(28, 28) == (State.DEGRADED, "no report for 28 min while 74 exams wait")
    assert state(95, 30)[0] is State.STALE
    assert state(900, 30)[0] is State.BLIND
