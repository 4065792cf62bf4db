"""Hours that are due: marked with what changes their exams, on both databases, and kept until they are made anew."""

from datetime import datetime, timedelta

from app.domain.exams.closed import HOUR_S, Closed, Step
from app.domain.exams.exams import ExamEvent, Milestone
from app.store import closed, exams
from app.store.db import Database
from tests.integration.store.making import NOON, event

SITE, ORDER = "north", {"ris": 0, "pacs": 1}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = NOON + timedelta(days=3)


def tell(database: Database, *events: ExamEvent) -> None:
    database.write_now(lambda s: exams.append(s, SITE, events, ORDER))


def due(database: Database, now: datetime = LATER) -> dict[datetime, str]:
    return database.read_now(lambda s: closed.due(s, SITE, now))


def done(database: Database, marks: dict[datetime, str], rows: tuple[Closed, ...] = (), **again: datetime) -> None:
    steps = [Step(hour, hour + HOUR, HOUR_S) for hour in marks]
    database.write_now(lambda s: closed.keep(s, SITE, steps, rows, marks, again))


def hours(*after_noon: int) -> list[datetime]:
    return [NOON + n * HOUR for n in after_noon]


def test_an_event_marks_the_hours_of_its_exam_once_they_are_over(database: Database) -> None:
    tell(database, event(Milestone.ORDERED, NOON - 90 * MINUTE), event(Milestone.ENDED, NOON + 10 * MINUTE))
    assert list(due(database)) == hours(-2, 0)
    assert list(due(database, NOON + 30 * MINUTE)) == hours(-2)


def test_a_correction_marks_the_hour_that_the_exam_leaves_as_well(database: Database) -> None:
    tell(database, event(Milestone.ENDED, NOON + 10 * MINUTE, message_at=NOON))
    done(database, due(database))
    tell(database, event(Milestone.ENDED, NOON + 130 * MINUTE, message_at=NOON + MINUTE))
    assert list(due(database)) == hours(0, 2)


def test_images_of_a_shared_study_mark_the_hours_of_all_its_exams(database: Database) -> None:
    tell(database, event(Milestone.ENDED, NOON, "k1.one", study="k1.s"))
    tell(database, event(Milestone.ENDED, NOON + 2 * HOUR, "k1.two", study="k1.s"))
    done(database, due(database))
    tell(database, event(Milestone.AVAILABLE, NOON + 3 * HOUR, "k1.two", feed="pacs", study="k1.s"))
    assert list(due(database)) == hours(0, 2)
    found = database.read_now(lambda s: exams.begun_within(s, SITE, NOON, NOON + HOUR))
    assert [x.exam for x in found] == ["k1.one", "k1.two"]


def test_an_hour_marked_again_while_its_numbers_were_made_stays_due(database: Database) -> None:
    tell(database, event(Milestone.ENDED, NOON))
    marks = due(database)
    tell(database, event(Milestone.FINAL, NOON + 5 * MINUTE))
    done(database, marks)
    assert list(due(database)) == hours(0)
    assert due(database) != marks


def test_an_hour_that_still_moves_is_due_later(database: Database) -> None:
    tell(database, event(Milestone.ENDED, NOON))
    marks, later = due(database), LATER + HOUR
    database.write_now(lambda s: closed.keep(s, SITE, [], [], marks, {NOON: later}))
    assert due(database) == {}
    assert due(database, later) == marks


def test_another_t0_marks_its_hour_and_that_of_the_one_before(database: Database) -> None:
    for t0, wanted in ((None, []), (NOON, hours(0)), (NOON, hours(0)), (NOON + 150 * MINUTE, hours(0, 2))):
        database.write_now(lambda s, t0=t0: closed.divide(s, SITE, t0))
        assert list(due(database)) == wanted


def test_ready_percentiles_are_replaced_step_by_step(database: Database) -> None:
    first = Closed("report.turnaround", NOON, 3600, "s", 12, 3, 2400.0, None, None)
    gone = Closed("report.turnaround/-/ct", NOON, 3600, "s", 2, 0, None, None, None)
    day = Closed("report.turnaround", NOON, 86400, "s", 90, 8, 2450.0, 4100.0, 5000.0)
    second = Closed("report.turnaround", NOON, 3600, "s", 14, 1, 2500.0, 4000.0, None)
    hour_step, day_step = Step(NOON, NOON + HOUR, 3600), Step(NOON, NOON + 24 * HOUR, 86400)
    for steps, rows in (([hour_step, day_step], [first, gone, day]), ([hour_step], [second])):
        database.write_now(lambda s, steps=steps, rows=rows: closed.keep(s, SITE, steps, rows, {}, {}))

    def kept(key: str, step_s: int) -> list[Closed]:
        return database.read_now(lambda s: closed.quantiles(s, SITE, key, step_s, NOON, NOON + HOUR))

    assert (kept(first.key, 3600), kept(first.key, 86400), kept(gone.key, 3600)) == ([second], [day], [])
