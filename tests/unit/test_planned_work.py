"""Planned work: who may plan what, what it takes out of verdicts and triggers, and what it never does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.measuring.board import Board
from app.domain.measuring.overall import of_planned_work
from app.domain.measuring.series import rolled_up
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse, Standing
from app.domain.plans import Counts, Plan, Rule
from app.domain.rollback.backtest import Backtest
from app.domain.rollback.planned_work import (
    LONGEST,
    Action,
    PlannedWork,
    Stage,
    acted,
    at_work,
    by_system,
    current,
    planned,
    stage_of,
)
from app.domain.rollback.triggers import Cause, Sight, State
from app.errors import Conflict, GoLiveError, Invalid
from app.push import words
from app.push.desk import words as desk_words
from app.push.wall.triggers import triggers
from app.settings import maintenance_checks
from tests.unit.made import FEEDS, IMAGE, WORKLIST, at, exam, feed, plan, sample
from tests.unit.test_trigger_board import RULE, House
from tests.unit.walls import named

WORK = PlannedWork("w1", "ris", at(600), at(1200), "Ada", "RIS update")
SAID = "planned work until 12:20; RIS update, by Ada"
SYSTEMS = ("ris", "pacs")


def refused(kind: type[GoLiveError], words: str, work: PlannedWork = WORK, now: float = 0) -> None:
    with pytest.raises(kind, match=words):
        planned(work, SYSTEMS, at(now))


def test_work_is_planned_for_a_known_system_ahead_and_with_an_end() -> None:
    assert planned(WORK, SYSTEMS, at(0)) == WORK
    refused(Invalid, "no id of", replace(WORK, system="riss"))
    refused(Invalid, "the record says why", replace(WORK, why=" "))
    refused(Invalid, "does not lie after", replace(WORK, until=at(600)))
    refused(Invalid, "more than 7 d", replace(WORK, until=at(600) + LONGEST + timedelta(seconds=1)))


def test_what_was_measured_before_somebody_said_so_is_not_taken_back() -> None:
    refused(Invalid, "lies in the past", WORK, 700)
    assert planned(WORK, SYSTEMS, at(630)).from_at == at(630)  # a desk's clock that lies behind


def test_the_file_and_the_desk_allow_work_of_the_same_length() -> None:
    assert maintenance_checks.LONGEST == LONGEST


def test_work_is_extended_and_ended_while_it_lasts_and_withdrawn_before() -> None:
    longer = acted(WORK, Action.EXTEND, at(1800), "the disk is slow", "Bo", at(900))
    assert (longer.until, longer.by) == (at(1800), "Ada")
    ended = acted(longer, Action.END, None, "done", "Bo", at(1000))
    assert (ended.until, stage_of(ended, at(1000)), ended.ended_by) == (at(1000), Stage.ENDED, "Bo")
    off = acted(WORK, Action.WITHDRAW, None, "next week", "Bo", at(10))
    assert (stage_of(off, at(700)), off.holds(at(700))) == (Stage.WITHDRAWN, False)
    for work, action, until, now, said in (
        (WORK, Action.END, None, 10, "withdraw it"),
        (WORK, Action.WITHDRAW, None, 700, "end it"),
        (WORK, Action.EXTEND, at(1800), 1300, "ended by itself"),
        (ended, Action.EXTEND, at(1800), 1010, "was ended by Bo"),
        (off, Action.END, None, 700, "was withdrawn by Bo"),
    ):
        with pytest.raises(Conflict, match=said):
            acted(work, action, until, "why", "Cy", at(now))
    for action, until, said in (
        (Action.EXTEND, None, "is missing"),
        (Action.EXTEND, at(1200), "does not lie after"),
        (Action.EXTEND, at(900) + LONGEST + timedelta(days=1), "more than 7 d"),
        (Action.END, at(1300), "belongs to extend"),
    ):
        with pytest.raises(Invalid, match=said):
            acted(WORK, action, until, "why", "Cy", at(900))


def test_it_holds_from_its_beginning_up_to_its_end() -> None:
    assert [WORK.holds(at(s)) for s in (599, 600, 1199, 1200)] == [False, True, True, False]
    assert [stage_of(WORK, at(s)) for s in (599, 600, 1200)] == [Stage.PLANNED, Stage.UNDER_WAY, Stage.OVER]
    longer = replace(WORK, id="w2", until=at(1500))
    assert at_work([longer, WORK], at(700)) == {"ris": longer}


def test_what_people_did_outranks_golive_toml_as_long_as_that_plans_the_same() -> None:
    of_file = replace(WORK, of_file=True)
    ended = replace(of_file, until=at(700), ended_by="Bo", ended_at=at(700))
    assert current([of_file], [ended]) == [ended]
    moved = replace(of_file, id="other", until=at(1300))
    assert current([moved], [ended]) == [moved]
    assert current([], [WORK]) == [WORK]


def seen(works: list[PlannedWork], now: float, of: Plan, board: Board) -> dict[str, Standing]:
    pulses = {("main", name): Pulse("idle", "", at(now)) for name in (*of.probes, *of.feeds)}
    rows = board.judged(at(now))
    return {s.series.key: s for s in standings_now(rows, of, pulses, at(now), works=works)}


def test_series_of_the_system_and_its_feeds_are_in_maintenance_with_who_until_when_and_why() -> None:
    of = plan(WORKLIST, IMAGE, feeds=(feed("list", "pacs-studies", frozenset({"available"}), system="ris"),))
    board = Board(of)
    for second in range(600, 700, 10):
        board.take(sample(WORKLIST, second, "refused", planned=True))
        board.take(sample(IMAGE, second, "refused"))
    found = seen([WORK], 700, of, board)
    key = "worklist.response/ris/ct"
    assert (found[key].state, found[key].reason, found[key].judged.n) == ("maintenance", SAID, 0)
    assert found["feed.age/ris/-/feed=list"].state == "maintenance"
    assert found["image.study/pacs/ct"].state == "down"
    assert seen([], 700, of, board)  # the board gave its rows once
    board.take(sample(WORKLIST, 1201))
    assert seen([WORK], 1201, of, board)[key].state == "insufficient"


def test_nobody_looking_is_graver_than_planned_work() -> None:
    of = plan(WORKLIST)
    assert seen([WORK], 700, of, Board(of))["worklist.response/ris/ct"].state == "blind"


def test_samples_of_planned_work_belong_to_no_hour() -> None:
    assert rolled_up(sample(WORKLIST, 0), plan(WORKLIST)) != []
    assert rolled_up(sample(WORKLIST, 0, planned=True, total_s=0.1), plan(WORKLIST)) == []


class AtWork(House):
    """A house whose RIS is worked on; what it measures meanwhile is marked as it is at the door."""

    def __init__(self, *rules: Rule, work: PlannedWork = WORK) -> None:
        super().__init__(*rules, of=plan(WORKLIST))
        self.works = [work]

    def take(self, seconds: float, took_s: float | None, **more: object) -> None:
        super().take(seconds, took_s, planned=self.works[0].holds(at(seconds)), **more)


def test_planned_work_is_no_breach_and_calls_nobody_and_the_allowance_begins_after_it() -> None:
    house = AtWork().live(300, 600, 0.1).live(600, 1200, None)
    assert (house.one.latch.state, house.one.latch.sight) == (State.WATCHING, Sight.INSUFFICIENT)
    assert (house.one.share.reason, house.one.share.planned) == (SAID, True)
    assert house.told == [Cause.PLANNED_WORK]
    house.live(1200, 1480, 0.1, every=30)
    assert (house.one.latch.sight, house.told) == (Sight.INSUFFICIENT, [Cause.PLANNED_WORK, Cause.WORK_OVER])
    house.live(1480, 1510, 0.1, every=30)
    assert house.told[-1] is Cause.UNSEEN


def test_a_pending_clock_stands_still_and_a_breach_stays_through_planned_work() -> None:
    house = AtWork(replace(RULE, breach_after_s=60.0)).live(480, 600, 6.0)
    assert house.one.latch.state is State.PENDING
    waited_s = house.one.latch.pending_s
    house.live(600, 1200, 0.1)
    assert (house.one.latch.state, house.one.latch.pending_s) == (State.PENDING, waited_s)
    house = AtWork(replace(RULE, recover_below=0.15)).live(300, 600, 6.0)
    assert house.one.latch.state is State.BREACHED
    house.live(600, 1200, 0.1)
    assert (house.one.latch.state, Cause.RECOVERY in house.told) == (State.BREACHED, False)
    house.live(1200, 1500, 0.1)
    assert house.one.latch.state is State.RECOVERING


def test_work_on_another_system_takes_nothing_and_of_two_systems_only_its_part() -> None:
    other = AtWork(work=replace(WORK, system="pacs")).live(300, 700, 0.1)
    assert (other.one.latch.sight, other.told) == (Sight.OK, [])


def test_silence_of_a_feed_in_planned_work_means_nothing_and_listening_begins_anew() -> None:
    quiet = Rule("quiet", "Quiet", kind=Counts.SILENCE, feed="list", quiet_for_s=300.0, breach_after_s=0.0, version="v")
    of = plan(WORKLIST, feeds=(feed("list", "pacs-studies", frozenset({"available"}), system="ris"),))
    house = House(quiet, of=of)
    pulses = {("main", "list"): Pulse("listening", "", at(0))}

    def look(seconds: float) -> str:
        told = {k: replace(p, known_at=at(seconds)) for k, p in pulses.items()}
        standings = {s.series.key: s for s in standings_now([], of, told, at(seconds), works=[WORK])}
        planned = {"ris": SAID} if WORK.holds(at(seconds)) else {}
        for found in house.triggers.evaluated(at(seconds), at(-1), standings, None, planned):
            house.stored[found.trigger.id] = found.trigger
            house.triggers.take_over([found.trigger])
        return house.one.latch.state

    assert {look(s) for s in range(400, 600, 10)} == {"watching"}
    assert {look(s) for s in range(600, 1500, 10)} == {"watching"}
    assert look(1510) == "breached"


def test_exams_that_came_to_count_during_the_work_stay_out_of_the_window_after_it() -> None:
    late = Rule(
        "late", "Late", "exam.end_to_available", slower_than_s=300.0, share=0.2, recover_below=0.1, at_least=3,
        window_s=3600.0, breach_after_s=0.0, version="v",
    )  # fmt: skip
    of = plan(WORKLIST, feeds=(feed("list", "pacs-studies", frozenset({"available"}), system="pacs"), FEEDS[0]))
    work = replace(WORK, system="pacs")

    def seen_at(seconds: float, *works: PlannedWork) -> tuple[str, int, int]:
        house = House(late, of=of)
        # four come to count as too late at 700 to 880 s, while the PACS is worked on, and one at 1260 s
        house.triggers.put_exams({f"x{i}": exam(f"x{i}", ended_at=m) for i, m in enumerate((400 / 60, 8, 9, 9.6, 16))})
        told = {("main", name): Pulse("listening", "", at(seconds)) for name in of.feeds}
        standings = {s.series.key: s for s in standings_now([], of, told, at(seconds), works=works)}
        planned = by_system(works, of.zone, at(seconds))
        (found,) = house.triggers.evaluated(at(seconds), at(-1), standings, None, planned, works)
        return found.trigger.latch.sight.value, found.trigger.share.n, found.trigger.share.beyond

    assert seen_at(900, work)[0] == "insufficient"
    assert seen_at(1300) == ("ok", 5, 5)
    assert seen_at(1300, work) == ("insufficient", 1, 1)
    assert seen_at(1300, replace(work, system="ris")) == ("ok", 5, 5)
    assert seen_at(1300, acted(work, Action.END, None, "done", "Bo", at(750))) == ("ok", 4, 4)


def overran(now: float, *outcomes: tuple[float, str]) -> list[str]:
    of = plan(WORKLIST)
    board = Board(of)
    for second, outcome in outcomes:
        board.take(sample(WORKLIST, second, outcome, **({"planned": True} if WORK.holds(at(second)) else {})))
    return [g.text for g in of_planned_work([WORK], seen([WORK], now, of, board).values(), of, at(now))]


def test_work_overruns_when_no_good_answer_comes_after_its_end() -> None:
    said = "overrun: over at 12:20, 35 s ago, and no good answer since; RIS update, by Ada"
    assert overran(1235, (1190, "refused"), (1205, "refused"), (1215, "refused")) == [said]
    assert overran(1199, (1190, "refused")) == []
    assert overran(1235, (1190, "refused"), (1205, "ok"), (1215, "ok")) == []
    # what fails later is an outage of its own
    later = [(1205 + 10 * i, "ok") for i in range(30)] + [(1505, "refused"), (1515, "refused")]
    assert overran(1520, *later) == []


def test_work_that_somebody_ended_does_not_overrun() -> None:
    ended = acted(WORK, Action.END, None, "done", "Bo", at(1100))
    of = plan(WORKLIST)
    board = Board(of)
    board.take(sample(WORKLIST, 1110, "refused"))
    board.take(sample(WORKLIST, 1120, "refused"))
    assert not list(of_planned_work([ended], seen([ended], 1121, of, board).values(), of, at(1121)))


def test_a_past_that_is_lived_again_honours_what_was_planned_in_it() -> None:
    def breaches(*works: PlannedWork) -> int:
        past = Backtest(replace(plan(WORKLIST), rules=(RULE,)), at(0), works=works)
        answers = [(s, 6.0 if WORK.holds(at(s)) else 0.1) for s in range(0, 1800, 5)]
        past.live(at(1800), [sample(WORKLIST, second, total_s=took) for second, took in answers], [], None)
        (found,) = past.pasts()
        return len(found.breaches)

    assert (breaches(), breaches(WORK), breaches(replace(WORK, system="pacs"))) == (1, 0, 1)


def test_the_strip_says_planned_work_in_its_own_shape() -> None:
    house = AtWork().live(550, 610, 0.1)
    (line,) = triggers(named("calm", triggers=(house.one,))).lines
    assert (line.state, line.shape, line.said) == ("planned", "‖", SAID)


def test_the_desk_has_words_for_every_state_and_every_cause() -> None:
    assert set(desk_words.MEANS) == set(desk_words.TO_DO) == set(words.TRIGGER_STATES) == set(words.TRIGGER_SHAPES)
    assert set(desk_words.CAUSES) == {cause.value for cause in Cause}
