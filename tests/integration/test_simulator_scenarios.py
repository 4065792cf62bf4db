from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import median

from app.domain.exams.exams import Milestone
from collectors.simulator.life import Exam, Life, hospital
from collectors.simulator.scenarios import Script

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NINE = MONDAY + timedelta(hours=9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@cache
def life(*changes: tuple[datetime, str], seed: int = 7) -> Life:
    """Give a life of the week, shared by the tests: it is only asked."""
    return Life(hospital(seed, t0=NINE, script=Script(changes)), MONDAY)


def turnaround_s(exams: list[Exam]) -> float:
    """Give the median of what is read."""
    return median((e.report.final - e.order.ended).total_seconds() for e in exams if e.report and e.order.ended)


def test_a_scenario_leaves_the_past_as_it_was() -> None:
    calm = list(life().told(MONDAY, NINE))
    for name in ("reading-jam", "frozen-pacs", "silent-hl7", "images-crawl", "stray-modality"):
        shown = [(t.made, t.milestone, t.at) for t in life((NINE, name)).told(MONDAY, NINE)]
        assert shown == [(t.made, t.milestone, t.at) for t in calm]


def test_a_reading_jam_comes_out_of_the_queue_and_not_out_of_a_factor() -> None:
    jam = life((NINE, "reading-jam"))
    span = (NINE, NINE + 6 * HOUR)
    read = {
        who: sum(t.milestone is Milestone.FINAL for t in of.told(*span)) for who, of in (("calm", life()), ("jam", jam))
    }
    ended = {
        who: sum(t.milestone is Milestone.ENDED for t in of.told(*span)) for who, of in (("calm", life()), ("jam", jam))
    }
    assert ended["jam"] == ended["calm"]
    assert read["jam"] < 0.6 * read["calm"]
    assert turnaround_s(jam.exams(*span)) > 3 * turnaround_s(life().exams(*span))


def test_nothing_is_available_or_read_while_the_pacs_is_frozen() -> None:
    frozen = life((NINE, "frozen-pacs"), (NINE + 3 * HOUR, "calm"))
    during = (NINE + timedelta(minutes=1), NINE + 3 * HOUR)
    exams = frozen.exams(MONDAY, MONDAY + 5 * DAY)
    assert not [e for e in exams if e.order.available and during[0] <= e.order.available < during[1]]
    begun_before = sum(t.milestone is Milestone.FINAL for t in frozen.told(during[0] + 2 * HOUR, during[1]))
    assert begun_before < 10
    assert all(e.order.available for e in exams if e.order.ended)


def test_a_silent_engine_sends_everything_afterwards_in_its_order() -> None:
    silent = life((NINE, "silent-hl7"), (NINE + HOUR, "calm"))
    assert list(silent.told(NINE, NINE + HOUR)) == []
    late = [t for t in silent.told(NINE + HOUR, NINE + HOUR + timedelta(seconds=1)) if t.made < NINE + HOUR]
    meant = [(t.made, t.milestone) for t in life().told(NINE, NINE + HOUR)]
    assert [(t.made, t.milestone) for t in late] == meant


def test_a_stray_modality_sends_to_the_old_pacs_only() -> None:
    stray = life((NINE, "stray-modality"))
    now = NINE + 6 * HOUR
    old = stray.studies(NINE, now, now, legacy=True)
    new = stray.studies(NINE, now, now)
    assert {e.order.station for e, _ in old} == {"CT2"}
    assert not {e.order.station for e, _ in new if e.order.ended and e.order.ended > NINE} & {"CT2"}
    assert life().studies(NINE + HOUR, now, now, legacy=True) == []
