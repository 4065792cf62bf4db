from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import median

import pytest

from app.domain.exams.exams import Milestone
from app.domain.measuring.samples import Outcome
from collectors.simulator.exams import acquired, demand
from collectors.simulator.hl7_out import message
from collectors.simulator.life import Exam, Life, Worklist, hospital
from collectors.simulator.performance import Question, answer
from collectors.simulator.scenarios import Script

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NINE = MONDAY + timedelta(hours=9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@cache
def life(*changes: tuple[datetime, str]) -> Life:
    """Give a life of the week, shared by the tests: it is only asked."""
    return Life(hospital(7, t0=NINE, script=Script(changes)), MONDAY)


def turnaround_s(exams: list[Exam]) -> float:
    """Give the median of what is read."""
    return median((e.report.final - e.order.ended).total_seconds() for e in exams if e.report and e.order.ended)


def test_the_same_seed_lives_the_same_life_and_another_seed_another() -> None:
    here, there = (list(acquired(hospital(seed, t0=NINE), NINE)) for seed in (7, 8))
    assert {e.accession: e for e in here} == {e.order.accession: e.order for e in life().exams(NINE, NINE + HOUR)}
    assert here != there


def test_a_life_does_not_depend_on_how_it_is_cut() -> None:
    cuts = [MONDAY, MONDAY + 5 * HOUR, NINE, MONDAY + 15 * HOUR, MONDAY + DAY]
    pairs = list(pairwise(cuts))
    whole = Life(hospital(7, t0=NINE), MONDAY)
    assert [e for a, b in pairs for e in whole.exams(a, b)] == life().exams(cuts[0], cuts[-1])
    assert [t for a, b in reversed(pairs) for t in whole.told(a, b)] == [
        t for a, b in reversed(pairs) for t in life().told(a, b)
    ]
    assert [t for a, b in pairs for t in whole.told(a, b)] == list(life().told(cuts[0], cuts[-1]))


def test_about_nine_hundred_exams_a_day_of_all_kinds() -> None:
    exams = life().exams(MONDAY, MONDAY + 7 * DAY)
    assert 850 < len(exams) / 7 < 950
    assert {e.order.modality for e in exams} == {"CT", "MR", "DX", "US", "MG"}
    assert {e.order.patient_class for e in exams} == {"E", "I", "O"}
    assert len({e.order.accession for e in exams}) == len({e.order.study for e in exams}) == len(exams)
    assert 0.02 < sum(e.order.cancelled is not None for e in exams) / len(exams) < 0.04
    assert any(e.order.no_show for e in exams)
    assert any(e.report and e.report.addenda for e in exams)


def test_a_working_morning_is_busier_than_a_night_and_a_weekend() -> None:
    stays = life().hospital
    assert demand(stays, MONDAY + 9 * HOUR) > 0.9
    assert demand(stays, MONDAY + 2 * HOUR) < 0.2
    assert demand(stays, MONDAY + 6 * DAY + 9 * HOUR) < 0.6


def test_milestones_of_an_exam_come_in_their_order() -> None:
    for exam in life().exams(MONDAY, MONDAY + 7 * DAY):
        order, report = exam.order, exam.report
        times = [order.ordered, order.scheduled, order.arrived, order.begun, order.ended, order.available]
        if report:
            times += [report.preliminary, report.final, *report.addenda]
        known = [t for t in times if t is not None]
        assert known == sorted(known)
        assert all(t.microsecond == 0 for t in known)
        assert (order.ended is None) == bool(order.cancelled or order.no_show)
        assert report is None or order.available is not None


def test_urgent_exams_are_read_first() -> None:
    exams = life().exams(MONDAY, MONDAY + 5 * DAY)
    night = [e for e in exams if e.report and e.order.ended and e.order.ended.hour >= 22]
    waits = {c: turnaround_s([e for e in night if e.order.patient_class == c]) for c in "EI"}
    assert max(waits.values()) < 2 * 3600


def test_learning_makes_people_slower_after_t0_and_fades() -> None:
    learning = life((NINE, "learning-curve"))
    factors = [learning.hospital.learning(NINE + d * DAY, 0.35) for d in (-1, 0, 4, 20)]
    assert factors[0] == 1.0
    assert factors[1] == pytest.approx(1.35)
    assert 1.1 < factors[2] < 1.2
    assert factors[3] < 1.01


def test_the_worklist_is_counted_as_it_is_listed() -> None:
    day = (MONDAY + DAY, MONDAY + 2 * DAY)
    for hours in (3, 9, 14, 22):
        at = day[0] + hours * HOUR
        for modality in ("CT", "DX"):
            asked = Worklist(*day, modality, "XR1" if modality == "DX" else "")
            assert life().waiting(asked, at) == len(life().worklist(asked, at))


def test_an_answer_depends_on_nothing_but_seed_question_and_moment() -> None:
    stays = life().hospital
    asked = ("ris", Question.WORKLIST, "CT", NINE)
    assert answer(stays, *asked) == answer(stays, *asked)
    assert answer(stays, *asked) != answer(stays, "ris", Question.WORKLIST, "CT", NINE + timedelta(seconds=1))


def answers(script: str, system: str, question: Question, subject: str = "") -> list[tuple[Outcome, float]]:
    stays = life((NINE, script)).hospital
    moments = (NINE + timedelta(seconds=10 * n) for n in range(300))
    found = [answer(stays, system, question, subject, at) for at in moments]
    return [(a.outcome, a.total_s) for a in found]


def test_each_technical_scenario_is_seen_where_it_belongs() -> None:
    calm = median(s for _, s in answers("calm", "ris", Question.WORKLIST, "CT"))
    slow = median(s for _, s in answers("slow-worklist", "ris", Question.WORKLIST, "CT"))
    assert 0.1 < calm < 0.5
    assert slow == pytest.approx(20 * calm)
    frame = median(s for _, s in answers("calm", "pacs", Question.FRAME, "CT"))
    assert median(s for _, s in answers("images-crawl", "pacs", Question.FRAME, "CT")) == pytest.approx(8 * frame)
    assert {o for o, _ in answers("frozen-pacs", "pacs", Question.STUDY, "MR")} == {Outcome.TIMEOUT}
    assert {o for o, _ in answers("frozen-pacs", "ris", Question.WORKLIST, "MR")} == {Outcome.OK}
    rejected = [o is Outcome.REJECTED for o, _ in answers("full-associations", "pacs", Question.ASSOCIATION)]
    assert 0.65 < sum(rejected) / len(rejected) < 0.85
    assert {o for o, _ in answers("full-associations", "pacs", Question.STUDY, "CT")} == {Outcome.OK}


def test_a_message_says_when_in_the_hospital_s_zone_and_names_nobody() -> None:
    final = next(t for t in life().told(NINE, NINE + HOUR) if t.milestone is Milestone.FINAL)
    zone = life().hospital.zone
    segments = {
        line.split("|")[0]: line.split("|") for line in message(final, zone).decode("ascii").split("\r") if line
    }
    assert segments["MSH"][8] == "ORU^R01"
    assert segments["OBR"][25] == "F"
    assert segments["OBR"][22] == final.at.astimezone(zone).strftime("%Y%m%d%H%M%S+0100")
    assert segments["OBR"][18] == final.exam.order.accession
    assert segments["PID"][5] == "SIMULATION^PATIENT"


def test_full_associations_make_no_answer_instant_and_reject_no_question_but_for_an_association() -> None:
    for question in set(Question) - {Question.ASSOCIATION}:
        seen = answers("full-associations", "pacs", question)
        assert {outcome for outcome, _ in seen} == {Outcome.OK}
        assert min(total_s for _, total_s in seen) > 0


def test_a_list_of_a_part_of_a_day_is_answered_sooner_than_one_of_a_whole_day() -> None:
    part, whole = (median(s for _, s in answers("calm", "pacs", q)) for q in (Question.SLICE, Question.STUDIES))
    assert 0.02 < part < 0.3 * whole
