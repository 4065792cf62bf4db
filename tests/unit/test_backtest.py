"""A past that is lived again: the same breaches as in life, in virtual time, and what other limits would have done."""

from dataclasses import replace

from app.domain.exams.exams import ExamEvent, Milestone
from app.domain.measuring.samples import Sample
from app.domain.plans import Counts, Rule
from app.domain.rollback.backtest import Backtest, Past
from app.domain.rollback.triggers import State
from tests.unit.made import FEEDS, WORKLIST, at, plan, sample
from tests.unit.test_trigger_board import RULE as SLOW
from tests.unit.test_trigger_board import House

RULE = replace(SLOW, recover_below=0.1)  # none beyond of 60 may still be 6 %
PLAN = replace(plan(WORKLIST, feeds=FEEDS), rules=(RULE,))


def past_of(answers: list[Sample], end: float, *rules: Rule, events: list[ExamEvent] | None = None) -> dict[str, Past]:
    past = Backtest(replace(PLAN, rules=rules or (RULE,)), at(0))
    for begin in range(0, int(end), 600):  # as the store is read, piece by piece
        taken = [s for s in answers if at(begin) <= s.at < at(begin + 600)]
        told = [e for e in events or [] if at(begin) <= e.received_at < at(begin + 600)]
        past.live(at(min(begin + 600, end)), taken, told, None)
    return {p.id: p for p in past.pasts()}


def answered(start: int, end: int, took_s: float) -> list[Sample]:
    return [sample(WORKLIST, second, total_s=took_s) for second in range(start, end, 5)]


def test_a_past_breaches_as_life_does_and_each_time_anew() -> None:
    times = [*answered(0, 600, 0.1), *answered(600, 1200, 6.0), *answered(1200, 3000, 0.1), *answered(3000, 3600, 6.0)]
    past = past_of(times, 3600)["slow"]
    assert (past.pending, len(past.breaches), past.title) == (2, 2, "Worklist slow")
    assert past.breaches[0].at == at(750)  # beyond from the 19th slow one of 60 on, for a minute
    assert past.breaches[0].reason.startswith("31 of 60 slower than 5.0 s in 5 min: 52 %")
    assert (past.watched_s, past.per_week) == (3600.0, 2 * 7 * 24)
    assert past.otherwise == {0.5: 2, 2.0: 0}
    house = House(replace(RULE, longest_step_s=10.0), of=plan(WORKLIST))
    for second in range(10, 1200, 10):
        for s in (s for s in times if at(second - 10) < s.at <= at(second)):
            for series, attempt in house.board.take(s):
                house.triggers.hear(series, attempt, s.id)
        house.look(second)
    assert house.one.latch.state is State.BREACHED
    assert house.one.latch.since == past.breaches[0].at


def test_a_past_without_samples_is_blind_and_one_with_few_is_insufficient() -> None:
    past = past_of([], 1200)["slow"]
    assert (past.blind_s, past.insufficient_s, past.n) == (1200.0, 0.0, None)
    past = past_of(answered(600, 1200, 0.1), 1200)["slow"]
    assert 600 <= past.blind_s <= 640
    assert 60 <= past.insufficient_s <= 110
    assert past.n == (21, 60, 60)


def test_what_came_to_be_known_after_a_piece_waits_for_the_next() -> None:
    late = [replace(s, known_at=at(700)) for s in answered(0, 600, 0.1)]
    past = past_of(late, 1200)["slow"]
    assert past.n is not None
    assert past.n[2] == 120


def test_a_past_holds_exams_and_silences() -> None:
    def told(token: str, milestone: str, seconds: float) -> ExamEvent:
        when = at(seconds)
        return ExamEvent(f"{token}{milestone}", "ris-hl7", token, Milestone(milestone), when, "OBR-22", when)

    jam = Rule("jam", "Jam", kind=Counts.BACKLOG, older_than_s=1200.0, limit=2, recover_limit=1, breach_after_s=0.0)
    quiet = Rule("quiet", "Quiet", kind=Counts.SILENCE, feed="ris-hl7", quiet_for_s=900.0, breach_after_s=0.0)
    both = Rule("both", "Both", kind=Counts.ALL, of=("jam", "quiet"), breach_after_s=0.0)
    events = [told(f"x{i}", m, 10 * i + add) for i in range(3) for m, add in (("ordered", 0), ("ended", 5))]
    events += [told(f"x{i}", "final", 2400 + i) for i in range(2)]
    pasts = past_of(answered(0, 3000, 0.1), 3000, jam, quiet, both, events=events)
    assert {name: [b.at for b in p.breaches] for name, p in pasts.items()} == {
        "jam": [at(1230)],
        "quiet": [at(930)],
        "both": [at(1230)],
    }
    assert pasts["jam"].otherwise == {0.5: 1, 2.0: 0}
    assert pasts["both"].otherwise == {}
    assert pasts["jam"].breached_s == 1180.0
