"""What rollback engines and monitors got wrong elsewhere, each as a case that must not happen here."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.measuring.samples import Kind as Asks
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse
from app.domain.plans import Counts, Rule
from app.domain.rollback.stored_triggers import acted_on
from app.domain.rollback.trigger_acts import armed, decided, overridden, rested
from app.domain.rollback.trigger_sights import by_series
from app.domain.rollback.triggers import Cause, Kind, Latch, Sight, State, evaluate
from tests.unit import test_trigger_kinds as kinds
from tests.unit.made import IMAGE, WORKLIST, at, exam, plan, probe
from tests.unit.test_trigger_board import ER, RULE, House
from tests.unit.test_triggers import ALLOWED, BEYOND, BLIND, FEW, RECOVERED, WITHIN, T, breached
from tests.unit.test_triggers import Life as Lived
from tests.unit.test_triggers import at as lived_at

ONE = plan(WORKLIST)


def put(house: House, latch: Latch) -> None:
    """Let a person's act be what is stored, as the judge takes it over."""
    house.stored[house.one.id] = acted_on(house.one, latch)
    house.triggers.take_changed(house.stored.values())


# --- a verdict that does not stay (argo-rollouts #1411), or stays too long (#2824, #2897)


def test_what_breached_is_not_rewritten_as_a_success_by_any_number_of_good_answers() -> None:
    house = House(replace(RULE, recover_below=0.1), of=ONE).live(0, 170, 6.0).live(170, 3000, 0.1)
    assert (house.one.latch.state, house.told) == (State.RECOVERING, [Cause.BEYOND, Cause.BREACH, Cause.RECOVERY])


def test_the_second_attempt_does_not_breach_on_what_the_first_one_saw() -> None:
    rule = replace(RULE, breach_after_s=0.0)
    house = House(rule, of=ONE).live(0, 170, 6.0)
    put(house, rested(house.one.latch, at(170), "Ada", "rolled back")[0])
    house.t0_s = None
    house.look(170)
    house.t0_s = 171.0
    for second in range(171, 260):
        house.look(second)  # all that it saw until now was slow
    assert (house.one.latch.state, house.one.share.n) == (State.WATCHING, 0)


@pytest.mark.parametrize("breach_after_s", [0.0, 60.0])
def test_what_was_accepted_neither_breaches_nor_pends_again_on_what_was_seen_before(breach_after_s: float) -> None:
    house = House(replace(RULE, breach_after_s=breach_after_s), of=ONE).live(0, 170, 6.0)
    put(house, decided(house.one.latch, at(170), Kind.CONTINUE, "Ada", "by hand", rearm_at=at(200))[0])
    for second in range(170, 300):
        house.look(second)
    assert (house.told[-1], house.one.latch.state) == (Cause.REARM, State.WATCHING)
    assert (house.one.share.n, house.one.share.sight is Sight.OK) == (0, False)


# --- an act that is undone or outlives its reason (argo-rollouts #261; a leftover promote after a retry)


@pytest.mark.parametrize("sight", [BLIND, FEW])
def test_what_a_person_continued_is_not_held_again_because_nothing_conclusive_is_seen(sight: Any) -> None:
    life = breached()
    life.act(decided(life.latch, lived_at(130), Kind.CONTINUE, "Ada", "by hand", rearm_at=lived_at(1000)))
    life.see(sight, 800)
    assert life.state is State.DECIDED
    life.see(sight, 3000)
    assert (life.state, life.causes.count(Cause.REARM), life.causes.count(Cause.UNSEEN)) == (State.WATCHING, 1, 1)


def test_an_override_of_the_first_attempt_is_not_honoured_by_the_second() -> None:
    life = Lived().see(WITHIN)
    life.act(overridden(life.latch, lived_at(2), lived_at(9000), "Ada", "known"))
    life.act(rested(life.latch, lived_at(3), "Ada", "rolled back"))
    life.act(armed(life.latch, lived_at(4), "golive: T0"))
    life.now_s = 4
    life.see(BEYOND, 121)
    assert (life.state, life.latch.until, life.latch.underneath) == (State.BREACHED, None, None)


def test_an_override_over_a_breach_that_was_decided_is_gone_with_the_breach() -> None:
    life = breached()
    life.act(overridden(life.latch, lived_at(130), lived_at(9000), "Ada", "known"))
    life.act(decided(life.latch, lived_at(140), Kind.FALSE_ALARM, "Ada", "a test"))
    assert (life.state, life.latch.until, life.latch.underneath) == (State.WATCHING, None, None)


# --- a breach in a state that does not look for one (flagger #1801, #1432)


@pytest.mark.parametrize("state", list(State))
def test_a_breach_is_recorded_in_whatever_state_it_comes(state: State) -> None:
    underneath = State.WATCHING if state is State.OVERRIDDEN else None
    life = Lived()
    life.latch = Latch(state, T, underneath=underneath)
    life.see(BEYOND, 122)
    if state is State.BREACHED:
        assert life.causes == []  # it is one already
        return
    seen = {Cause.BREACH, Cause.BREACH_AGAIN, Cause.WOULD_BREACH} & set(life.causes)
    assert len(seen) == 1


# --- query errors, NaN and no data, counted as failed (flagger #1035) or as success (kayenta, Prometheus)


@pytest.mark.parametrize("state", [State.WATCHING, State.PENDING, State.SHADOW])
@pytest.mark.parametrize("sight", [BLIND, FEW])
def test_no_data_is_no_failure(state: State, sight: Any) -> None:
    life = Lived(state).see(sight, 4000)
    assert (life.state, set(life.causes)) == (state, {Cause.UNSEEN})


@pytest.mark.parametrize("sight", [BLIND, FEW])
def test_no_data_is_no_success(sight: Any) -> None:
    pending = Lived().see(BEYOND, 60).see(sight, 4000)
    assert (pending.state, pending.latch.pending_s) == (State.PENDING, 59.0)
    assert breached().see(sight, 4000).state is State.BREACHED
    assert breached().see(RECOVERED).see(sight, 4000).state is State.RECOVERING


def test_failures_of_a_collector_that_reaches_nothing_count_neither_as_failed_nor_as_answered() -> None:
    control = probe("control", Asks.ECHO, "own", area=None, control=True)
    house = House(of=plan(control, WORKLIST))
    for second in range(0, 400):
        if second % 5 == 0:
            house.take(second, None, of=control)
            house.take(second, None)
        house.look(second)
    assert (house.one.share.n, house.one.latch.sight, house.told) == (0, Sight.BLIND, [Cause.UNSEEN])


@pytest.mark.parametrize("missing", ["value", "series"])
def test_an_empty_past_passes_nothing(missing: str) -> None:
    house = House(RULE if missing == "value" else replace(RULE, measure="echo.response"), of=ONE)
    for second in range(400):
        house.look(second)
    assert (house.one.share.share, house.one.share.low, house.one.share.over) == (None, None, False)
    assert house.told == [Cause.UNSEEN]


def test_missing_data_is_said_and_never_only_left_out() -> None:
    life = Lived().see(BLIND, 301)
    assert (life.causes, life.latch.sight) == ([Cause.UNSEEN], Sight.BLIND)


def test_a_group_without_data_does_not_lift_the_whole() -> None:
    parts = (RULE, replace(RULE, id="images", measure="image.first", where=(("system", "pacs"),), version="v2"))
    whole = Rule("all", "All", kind=Counts.ALL, of=("slow", "images"), breach_after_s=0.0, version="v3")
    house = House(*parts, whole, of=plan(WORKLIST, IMAGE)).live(0, 170, 6.0)
    assert (house.stored["slow"].latch.state, house.stored["all"].latch.sight) == (State.BREACHED, Sight.BLIND)
    assert house.stored["all"].latch.state is State.WATCHING


# --- too few to tell (kayenta's advice of 50; a guard of 20 below which all "passes")


def test_nineteen_failures_of_nineteen_neither_breach_nor_pass() -> None:
    house = House(of=ONE).live(0, 94, None)
    assert (house.one.share.n, house.one.latch.sight, house.told) == (19, Sight.INSUFFICIENT, [])


def test_one_failure_of_one_breaches_nothing_however_often_it_is_looked_at() -> None:
    house = House(replace(RULE, at_least=1, breach_after_s=0.0, share=0.3), of=ONE)
    house.take(0, None)
    for _ in range(200):
        house.look(1)
    assert (house.one.latch.sight, house.told) == (Sight.OK, [])  # 1 of 1 may well be 21 %


# --- evidence kept only of the last ten (argo-rollouts)


def test_the_evidence_holds_every_attempt_that_was_counted_also_after_they_have_left_the_window() -> None:
    house = House(replace(RULE, at_least=50), of=ONE).live(0, 310, 6.0)
    evidence = dict(house.one.evidence or {})
    assert len(evidence["samples"]) == evidence["n"] >= 50
    house.live(310, 2000, 0.1)
    assert house.one.evidence == evidence


# --- cumulative counts and verdicts of the past (flagger: failedChecks 18 of 5)


def test_beyond_for_a_moment_now_and_then_never_adds_up_to_a_breach() -> None:
    life = Lived()
    for _ in range(200):
        life.see(BEYOND, 60).see(WITHIN)
    assert (life.state, Cause.BREACH in life.causes) == (State.WATCHING, False)


def test_a_clock_set_back_does_not_hold_back_that_nothing_is_seen() -> None:
    life = Lived().see(BLIND, 10)
    life.now_s -= 3600
    life.see(BLIND, 301)
    assert life.causes == [Cause.UNSEEN]


def test_repeating_an_evaluation_repeats_no_record() -> None:
    for latch, reading in (
        (Latch(State.WATCHING, T), BEYOND),
        (breached().latch, RECOVERED),
        (breached().latch, BLIND),
    ):
        for seconds in (500, 900):
            latch, first = evaluate(latch, ALLOWED, reading, lived_at(seconds))
            assert evaluate(latch, ALLOWED, reading, lived_at(seconds)) == (latch, ())
            assert len(first) <= 1


# --- what a rule left behind when it was changed


def left_behind(until_s: float) -> House:
    """Give a house whose rule was changed while an override lay on its breach."""
    old = House(of=ONE).live(0, 170, 6.0).one
    latch, made = overridden(old.latch, at(170), at(until_s), "Ada", "known")
    assert made
    house = House(replace(RULE, version="v2", share=0.9), of=ONE, t0_s=-3600)
    house.triggers.take_over([acted_on(old, latch)])
    return house


def former(house: House, from_: int, to: int) -> list[Cause]:
    found = [e for second in range(from_, to) for e in house.look(second) if e.trigger.rule == "v1"]
    assert all(e.trigger.evidence for e in found)
    return [t.cause for e in found for t in e.transitions]


def test_an_override_on_a_breach_of_a_former_rule_ends_by_itself_too() -> None:
    house = left_behind(300)
    assert former(house, 171, 300) == []
    assert former(house, 300, 310) == [Cause.OVERRIDE_ENDS]
    assert former(house, 310, 400) == []


def test_a_breach_of_a_former_rule_is_undecided_at_the_decision_point_too() -> None:
    house = left_behind(9000)
    house.t0_s = 250 - 7200.0
    assert former(house, 171, 400) == [Cause.UNDECIDED]


def test_a_breach_of_a_former_rule_that_was_decided_is_at_rest() -> None:
    house = left_behind(9000)
    (old,) = house.triggers.former.values()
    latch, _ = decided(old.latch, at(180), Kind.FALSE_ALARM, "Ada", "a test")
    house.triggers.take_changed([acted_on(old, latch)])
    house.t0_s = 250 - 7200.0
    assert former(house, 181, 400) == []


# --- data that stop, whatever a rule counts


class Cut(kinds.House):
    """A house whose collectors can be cut off: then nothing comes, and nobody says that it listens."""

    cut = False

    def look(self, seconds: float) -> "Cut":
        now, pulses = at(seconds), dict[tuple[str, str], Pulse]()
        if not self.cut:
            pulses = {("main", name): Pulse("idle", "", now) for name in (*self.plan.probes, *self.plan.feeds)}
            self.heard = pulses
        self.rows |= {(r.series.key, r.window): r for r in self.board.judged(now)}
        standings = by_series(standings_now(self.rows.values(), self.plan, self.heard, now))
        found = self.triggers.evaluated(now, at(-86400), standings, self.unreadable)
        self.stored |= {e.trigger.id: e.trigger for e in found}
        self.triggers.take_over(e.trigger for e in found)
        return self


def failing(house: Cut, rule: Rule) -> None:
    """Let everything that the rule counts go wrong until it is breached, or pending if it takes an hour to breach."""
    house.unreadable = []
    house.exams(*(exam(f"w{n}", ended_at=-200, available_at=None) for n in range(9)))
    house.tells(-3600.0)
    for second in range(0, 600, 5):
        house.take(second, "refused")
        house.take(second, "refused", of=IMAGE)
        house.unreadable.append(at(second))
        house.tells(second, "ordered")
        house.look(second)


COUNTED = (kinds.BACKLOG, kinds.DOWN, replace(kinds.SILENCE, quiet_for_s=300.0), kinds.UNREADABLE)
IMAGES = replace(RULE, measure="image.first", where=(("system", "pacs"),), breach_after_s=0.0, recover_below=0.15)


@pytest.mark.parametrize("breach_after_s", [0.0, 36000.0], ids=["breached", "pending"])
@pytest.mark.parametrize("rule", [*COUNTED, IMAGES], ids=lambda r: r.id)
def test_data_that_stop_make_nothing_better_whatever_a_rule_counts(rule: Rule, breach_after_s: float) -> None:
    house = Cut(replace(rule, breach_after_s=breach_after_s))
    failing(house, rule)
    state = State.PENDING if breach_after_s else State.BREACHED
    assert house.state() is state
    house.cut = True
    for second in (*range(600, 1500, 15), *range(1500, 30000, 600)):
        house.look(second)
        assert house.state() is state, f"{second} s: {house.stored[rule.id].share}"
    assert house.stored[rule.id].latch.sight is Sight.BLIND


def falls_silent_while_failing(house: House, seconds: int) -> None:
    """Let one area answer well, and another one fail and then be heard of no more."""
    for second in range(seconds):
        if second % 5 == 0:
            house.take(second, 0.1, of=ER)
            if second < 170:
                house.take(second, 6.0)
        house.look(second)


def test_a_breach_does_not_recover_because_the_part_that_failed_is_no_longer_seen() -> None:
    house = House(replace(RULE, recover_below=0.15))
    falls_silent_while_failing(house, 700)
    assert house.one.share.reason.endswith("0 % and 6 %; 20 % allowed; not seen: ris ct")
    assert (house.one.latch.state, house.told[-1]) == (State.BREACHED, Cause.BREACH)
    house.live(700, 1100, 0.1).live(1100, 1101, 0.1, of=ER)
    assert house.told[-1] is Cause.RECOVERY


def test_a_pending_trigger_does_not_come_down_because_the_part_that_failed_is_no_longer_seen() -> None:
    house = House(replace(RULE, breach_after_s=450.0))
    falls_silent_while_failing(house, 900)
    assert (house.one.latch.state, house.told) == (State.PENDING, [Cause.BEYOND])
    house.live(900, 1300, 0.1).live(1300, 1301, 0.1, of=ER)
    assert house.told[-1] is Cause.WITHIN


def test_a_part_that_was_never_measured_or_fell_silent_while_well_holds_back_no_recovery() -> None:
    house = House(replace(RULE, recover_below=0.15))
    house.live(0, 100, 0.1, of=ER).live(100, 300, 6.0)
    assert house.one.latch.state is State.BREACHED
    house.live(300, 900, 0.1)
    assert house.one.share.reason.endswith("not seen: ris er")
    assert house.told[-1] is Cause.RECOVERY
