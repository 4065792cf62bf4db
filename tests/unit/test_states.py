"""States worked out when read: precedence, age, signs of life, and reasons in words."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.domain.measuring.board import Board
from app.domain.measuring.samples import Kind
from app.domain.measuring.sights import standings_now
from app.domain.measuring.signs import blind_feeds
from app.domain.measuring.standings import PRECEDENCE, Judged, Pulse, Series, Sight, Standing, State
from app.domain.measuring.states import apart, stand
from app.domain.measuring.turns import longest_turn_s, share
from app.domain.plans import Hours, MeasurePlan, Plan
from tests.unit.made import FEEDS, WORKLIST, T, at, feed, plan, probe, sample

SERIES = Series("worklist.response", "ris", "ct")
FINE = Judged(
    SERIES,
    "s",
    900.0,
    n=31,
    p50=0.007,
    p90=0.008,
    value=0.008,
    headline="p90",
    as_of=T,
    known_at=T,
    newest_ok=(True, True, True),
)
SIGHT = Sight(cadence_s=10.0, timeout_s=8.0)


def state(judged: Judged, sight: Sight, seconds: float) -> tuple[str, str]:
    found = stand(judged, sight, at(seconds))
    return found.state.value, found.reason


def test_answers_that_are_as_expected_are_ok() -> None:
    assert state(FINE, SIGHT, 3) == ("ok", "31 answers in 15 min, none failed")
    assert state(replace(FINE, failed=2), SIGHT, 3) == ("ok", "31 attempts in 15 min, 2 failed")
    assert stand(FINE, SIGHT, at(3.5)).age_s == 3.5


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (20, "ok"),
        (20.1, "stale"),
        (50, "stale"),
        (50.1, "blind"),
        (90000, "blind"),
    ],
)
def test_age_alone_leads_from_ok_to_stale_to_blind(seconds: float, expected: str) -> None:
    assert state(FINE, SIGHT, seconds)[0] == expected


def test_reasons_of_age_are_words() -> None:
    assert state(FINE, SIGHT, 30)[1] == "last looked 30 s ago, due every 10 s"
    assert state(FINE, SIGHT, 300)[1] == "golive has not looked for 5 min"


def pulse(kind: str, seconds: float, since: float | None = None) -> Pulse:
    began_at = None if since is None else at(since)
    return Pulse(kind, "", at(seconds), began_at, began_at=began_at, awaited=kind in ("under way", "waiting"))


def test_an_attempt_under_way_is_no_silence_until_its_timeout() -> None:
    sight = Sight(1.0, 8.0, pulse("under way", 6, since=0))
    assert state(FINE, sight, 6) == (
        "ok",
        "no answer for 6 s; before that 31 answers in 15 min, none failed",
    )
    late = Sight(1.0, 8.0, pulse("under way", 10, since=0))
    assert state(FINE, late, 10)[0] == "blind"


def test_a_heartbeat_older_than_three_seconds_excuses_nothing() -> None:
    sight = Sight(1.0, 8.0, pulse("under way", 3, since=1))
    assert state(FINE, sight, 6)[0] == "ok"
    assert state(FINE, sight, 6.1)[0] == "blind"


def test_what_an_attempt_just_saw_may_be_on_its_way_for_a_moment() -> None:
    ended = replace(pulse("idle", 8), busy_until=at(8))
    assert state(FINE, Sight(1.0, 8.0, ended), 9)[0] == "ok"
    assert state(FINE, Sight(1.0, 8.0, ended), 10)[0] == "blind"


def test_idle_never_excuses_age() -> None:
    assert state(FINE, Sight(1.0, 8.0, pulse("idle", 6)), 6)[0] == "blind"


def test_an_attempt_that_began_when_the_series_was_blind_already_bridges_nothing() -> None:
    assert state(FINE, Sight(10.0, 8.0, pulse("under way", 52, since=49)), 52)[0] == "ok"
    assert state(FINE, Sight(10.0, 8.0, pulse("under way", 601, since=600)), 601)[0] == "blind"
    late = replace(pulse("idle", 601, since=600), busy_until=at(600.5))
    assert state(FINE, Sight(10.0, 8.0, late), 601)[0] == "blind"


def test_an_attempt_held_back_by_the_budget_is_no_silence() -> None:
    assert state(FINE, Sight(1.0, 8.0, pulse("waiting", 16, since=1)), 16)[0] == "ok"
    assert state(FINE, Sight(1.0, 8.0, pulse("waiting", 90, since=1)), 90)[0] == "blind"


def test_a_cadence_that_the_byte_budget_stretches_is_never_blind() -> None:
    held = replace(pulse("waiting", 9000, since=30), detail="byte budget")
    assert state(FINE, Sight(30.0, 20.0, held), 9000) == (
        "ok",
        "last looked 2 h 30 min ago, stretched by the byte budget; 31 answers in 15 min, none failed",
    )
    assert state(FINE, Sight(30.0, 20.0, held), 9004)[0] == "blind"  # without fresh signs of life


def test_a_probe_of_a_hung_system_may_wait_for_its_turn_as_long_as_turns_can_take() -> None:
    turn_s = longest_turn_s([8.0] * 24, 4)
    assert turn_s == 6 * 8.5
    down = replace(FINE, down=True, failing_run=2, newest_ok=(False, False), last_outcome="timeout")
    held = replace(pulse("waiting", 58, since=9), detail="others of this system are under way")
    assert state(down, Sight(10.0, 8.0, held, turn_s=turn_s), 58)[0] == "down"
    stuck = replace(held, known_at=at(90))
    assert state(down, Sight(10.0, 8.0, stuck, turn_s=turn_s), 90)[0] == "blind"


def test_image_loads_wait_for_one_another_whatever_the_places() -> None:
    assert longest_turn_s([20.0] * 6, 4, in_line=6) == 6 * 2 * 20.5
    assert longest_turn_s([], 4) == 0.0


@pytest.mark.parametrize(("places", "collectors", "each"), [(4, 0, 4), (4, 1, 4), (4, 2, 2), (4, 3, 1), (1, 5, 1)])
def test_the_places_of_a_system_are_shared_by_the_collectors_that_ask_it(
    places: int, collectors: int, each: int
) -> None:
    assert share(places, collectors) == each


NEVER = Judged(SERIES, "s", 900.0)


def test_what_was_never_measured_is_blind() -> None:
    assert state(NEVER, SIGHT, 0) == ("blind", "never measured")
    assert state(NEVER, Sight(10.0, 8.0, pulse("under way", 0, since=0)), 1) == (
        "insufficient",
        "first attempt under way; 0 of 5 answers needed",
    )


def test_a_frozen_pacs_is_down_not_ok() -> None:
    frozen = replace(
        FINE,
        down=True,
        failed=2,
        failing_run=2,
        failing_since=T,
        newest_ok=(False, False, True),
        last_outcome="timeout",
    )
    assert state(frozen, Sight(10.0, 8.0, pulse("under way", 39, 36)), 40) == (
        "down",
        "no answer for 40 s (2 attempts in a row)",
    )


def test_an_outage_names_what_the_peer_does() -> None:
    refused = replace(
        FINE,
        down=True,
        failing_run=3,
        failing_since=T,
        newest_ok=(False,),
        last_outcome="rejected",
        last_detail="called AE title unknown",
    )
    assert state(refused, SIGHT, 10)[1] == (
        "turns the connection away: called AE title unknown; failing for 10 s (3 attempts in a row)"
    )
    mending = replace(refused, newest_ok=(True, False, False), failing_run=0)
    assert state(mending, SIGHT, 10) == ("down", "one good answer after failures; a second one ends the outage")


def test_an_outage_with_a_good_answer_in_it_says_how_long_it_fails_now_and_how_long_it_lasts() -> None:
    house = plan(WORKLIST)
    outcomes = ["ok", *["timeout"] * 3, "ok", "timeout"]
    taken = [sample(WORKLIST, 10 * i, outcome=outcome) for i, outcome in enumerate(outcomes)]
    found = look(house, rows(house, *taken), {}, at(56))["worklist.response/ris/ct"]
    assert (found.state, found.reason) == (
        State.DOWN,
        "no answer for 6 s, out of order for 46 s but for single answers",
    )
    found = look(house, rows(house, *taken, sample(WORKLIST, 60, outcome="refused")), {}, at(61))[found.series.key]
    assert found.reason == (
        "nobody listens there; failing for 11 s (2 attempts in a row), out of order for 51 s but for single answers"
    )


def test_few_answers_are_insufficient_and_never_ok() -> None:
    assert state(replace(FINE, n=3), SIGHT, 1) == ("insufficient", "3 of 5 answers needed")


def test_outside_its_range_is_degraded() -> None:
    slow = replace(FINE, value=3.2)
    assert state(slow, replace(SIGHT, upper=2.0), 1) == ("degraded", "p90 3.2 s, expected below 2.0 s")
    assert state(slow, SIGHT, 1)[0] == "ok"  # without a range nothing is outside it
    beyond = replace(FINE, value=None, beyond_s=8.0)
    assert state(beyond, replace(SIGHT, upper=2.0), 1) == ("degraded", "p90 over 8.0 s, expected below 2.0 s")


def test_one_failed_attempt_is_degraded() -> None:
    failed = replace(FINE, newest_ok=(False, True), last_outcome="refused")
    assert state(failed, SIGHT, 1) == ("degraded", "newest attempt failed: nobody listens there")


EVERYTHING = Sight(
    cadence_s=10.0,
    expected=False,
    cut_off=True,
    quiet_s=4000.0,
    quiet_after_s=3600.0,
    planned="planned work until 12:10; update, by Ada",
    upper=0.001,
)


def test_of_several_states_the_first_in_order_counts() -> None:
    worst = replace(FINE, down=True, n=3, newest_ok=(False, False), failing_since=T, last_outcome="timeout")
    steps: list[tuple[Judged, Sight]] = [(worst, EVERYTHING)]
    sight = replace(EVERYTHING, expected=True)
    steps.append((worst, sight))
    sight = replace(sight, cut_off=False)
    steps.append((worst, sight))
    sight = replace(sight, quiet_s=None)
    steps.append((worst, sight))
    sight = replace(sight, planned="")
    steps.append((worst, sight))
    steps.append((replace(worst, down=False), sight))
    steps.append((replace(worst, down=False, n=31), sight))
    steps.append((FINE, replace(sight, upper=None)))
    assert tuple(stand(judged, s, at(1)).state for judged, s in steps) == PRECEDENCE


def test_what_was_known_before_a_restart_says_so_and_is_never_of_negative_age() -> None:
    found = stand(FINE, replace(SIGHT, restarted_at=at(30)), at(-5))
    said = "31 answers in 15 min, none failed (from before the restart at 12:00)"
    assert (found.age_s, found.reason) == (0.0, said)


def test_a_restart_is_told_by_the_sites_clock() -> None:
    house = replace(plan(WORKLIST), zone=ZoneInfo("Europe/Vienna"))
    judged = rows(house, *[sample(WORKLIST, s) for s in range(6)])
    found = by_key(standings_now(judged, house, {}, at(11), started_at=at(10)))["worklist.response/ris/ct"]
    assert found.reason.endswith("(from before the restart at 13:00)")


# --- all standings of a plan


def rows(of: Plan, *samples: object) -> list[Judged]:
    board = Board(of)
    for s in samples:
        board.take(s)  # type: ignore[arg-type]  # samples of several makes
    return board.judged(T)


def by_key(standings: list[Standing]) -> dict[str, Standing]:
    return {s.series.key + (f" {s.judged.window}" if s.judged.window else ""): s for s in standings}


def look(of: Plan, judged: list[Judged], pulses: dict[tuple[str, str], Pulse], now: datetime) -> dict[str, Standing]:
    return by_key(standings_now(judged, of, pulses, now))


def test_a_series_that_nobody_ever_measured_is_there_and_blind() -> None:
    found = look(plan(replace(WORKLIST, vantages=("main", "room-b"))), [], {}, T)
    assert [(k, found[k].state) for k in ("worklist.response/ris/ct", "worklist.response/ris/ct@room-b")] == [
        ("worklist.response/ris/ct", State.BLIND),
        ("worklist.response/ris/ct@room-b", State.BLIND),
    ]
    assert found["report.turnaround now"].reason == "not measured: no source"


def test_eight_hung_probes_of_one_system_are_down_and_none_is_blind() -> None:
    probes = [probe(f"p{i}", Kind.WORKLIST, "ris", area=None, every_s=1.0, timeout_s=8.0) for i in range(8)]
    probes = [replace(p, area=f"a{i}") for i, p in enumerate(probes)]
    house = plan(*probes)
    judged = rows(house, *[sample(p, s, outcome="timeout") for p in probes for s in (0.0, 16.0)])
    running = {("main", p.id): pulse("under way", 31, since=24) for p in probes[:4]}
    waiting = {("main", p.id): pulse("waiting", 31, since=17) for p in probes[4:]}
    found = look(house, judged, running | waiting, at(31.5))
    assert {s.state for k, s in found.items() if k.startswith("worklist")} == {State.DOWN}


def test_the_vantage_of_a_pulse_is_its_collectors() -> None:
    house = plan(replace(WORKLIST, vantages=("main", "room-b"), every_s=1.0))
    judged = rows(
        house, *[sample(house.probes["worklist-ct"], s, source=v) for s in range(5) for v in ("main", "room-b")]
    )
    found = look(house, judged, {("main", "worklist-ct"): pulse("under way", 10, since=5)}, at(10.5))
    assert found["worklist.response/ris/ct"].state is State.OK
    assert found["worklist.response/ris/ct@room-b"].state is State.BLIND


def test_a_failed_control_probe_blinds_its_collectors_series_and_no_others() -> None:
    control = probe("gateway", Kind.ECHO, "pacs", area=None, control=True)
    both = replace(WORKLIST, vantages=("main", "room-b"))
    house = plan(both, control)
    answers = [sample(both, s, source=v) for s in range(5) for v in ("main", "room-b")]
    judged = rows(house, *answers, sample(control, 5, outcome="unreachable"))
    found = look(house, judged, {}, at(6))
    assert found["worklist.response/ris/ct"].state is State.BLIND
    assert "collector cut off" in found["worklist.response/ris/ct"].reason
    assert found["worklist.response/ris/ct@room-b"].state is State.OK
    assert found["echo.response/pacs"].state is State.INSUFFICIENT


def test_a_control_probe_whose_peer_answers_wrongly_cuts_nobody_off() -> None:
    control = probe("gateway", Kind.WEB, "pacs", area=None, control=True)
    house = plan(WORKLIST, control)
    judged = rows(house, *[sample(WORKLIST, s) for s in range(5)], sample(control, 5, outcome="wrong_answer"))
    assert look(house, judged, {}, at(6))["worklist.response/ris/ct"].state is State.OK


def test_outside_its_hours_a_probe_is_not_expected() -> None:
    night = Hours(((5, time(7), time(12)),), T.tzinfo)  # type: ignore[arg-type]  # T is aware
    house = plan(replace(WORKLIST, hours=night))
    assert look(house, [], {}, at(60))["worklist.response/ris/ct"].state is State.NOT_EXPECTED
    assert look(house, [], {}, at(-60))["worklist.response/ris/ct"].state is State.BLIND


def test_hours_begin_with_a_grace_for_the_first_answer() -> None:
    opening = Hours(((5, time(12), time(18)),), T.tzinfo)  # type: ignore[arg-type]  # T is aware
    house = plan(replace(WORKLIST, hours=opening))
    assert look(house, [], {}, at(20))["worklist.response/ris/ct"].state is State.NOT_EXPECTED
    assert look(house, [], {}, at(30))["worklist.response/ris/ct"].state is State.BLIND


def test_what_the_site_expects_is_the_range() -> None:
    house = plan(WORKLIST, measures={"worklist.response": MeasurePlan(expected_below=0.05)})
    found = look(house, rows(house, *[sample(WORKLIST, s) for s in range(6)]), {}, at(6))
    standing = found["worklist.response/ris/ct"]
    assert (standing.state, standing.upper) == (State.DEGRADED, 0.05)


TURNAROUND = Judged(
    Series("report.turnaround"), "s", 14400.0, n=9, value=1800.0, window="now", open=3, note="12, 9 read"
)


def heard(feed_id: str, seconds: float) -> Judged:
    return Judged(
        Series("feed.age", None if feed_id != "pacs-list" else "pacs", None, (("feed", feed_id),)),
        "s",
        86400.0,
        n=50,
        value=0.0,
        as_of=at(seconds),
        known_at=at(seconds),
    )


def exam_state(now: datetime, beats: dict[str, float], heard_s: float = 0.0) -> tuple[str, str, float | None]:
    pulses = {("main", name): pulse("listening", s) for name, s in beats.items()}
    found = look(plan(feeds=FEEDS), [TURNAROUND, heard("ris-hl7", heard_s)], pulses, now)["report.turnaround now"]
    return found.state.value, found.reason, found.age_s


def test_an_exam_series_is_as_fresh_as_its_feeds_heartbeat() -> None:
    assert exam_state(at(15), {"ris-hl7": 10}) == ("ok", "12, 9 read", 5.0)
    assert exam_state(at(35), {"ris-hl7": 10})[0] == "stale"
    assert exam_state(at(70), {"ris-hl7": 10})[0] == "blind"
    assert exam_state(at(15), {})[:2] == ("blind", "not measured: ris-hl7 has not been heard yet")


def test_a_feed_whose_system_gives_no_answer_makes_its_series_down_and_not_blind() -> None:
    feeds = (feed("ris-hl7"), feed("pacs-studies", "pacs-studies", frozenset({"available"}), 1, system="pacs"))
    why = "New PACS gave no study list: timeout, in connect"
    pulses = {
        ("main", "ris-hl7"): pulse("listening", 3600),
        ("main", "pacs-studies"): Pulse("no answer", why, at(3600), at(3500)),
    }
    house = plan(feeds=feeds)
    found = look(house, [TURNAROUND, heard("ris-hl7", 3590)], pulses, at(3601))
    for key in ("exam.end_to_available now", "exam.matched"):
        assert (found[key].state, found[key].reason) == (State.DOWN, why)
    assert found["report.turnaround now"].state is State.OK
    assert blind_feeds(house, pulses, at(3601)) == {}


def test_a_quiet_feed_makes_its_exam_series_stale_and_then_blind() -> None:
    assert exam_state(at(3500), {"ris-hl7": 3495})[0] == "ok"
    assert exam_state(at(3660), {"ris-hl7": 3655})[:2] == ("stale", "the feed is quiet: nothing received for 61 min")
    assert exam_state(at(18060), {"ris-hl7": 18055})[0] == "blind"


def mute_state(now_s: float, kept: list[Judged], started_s: float | None = 0.0) -> dict[str, Standing]:
    pulses = {("main", f.id): pulse("connected", now_s - 1) for f in FEEDS}
    started_at = None if started_s is None else at(started_s)
    return by_key(standings_now(kept, plan(feeds=FEEDS), pulses, at(now_s), started_at=started_at))


def test_a_connected_hl7_feed_that_never_said_anything_is_stale_after_an_hour_and_then_blind() -> None:
    keys = ("feed.age/-/-/feed=ris-hl7", "report.turnaround now", "exam.backlog")
    assert {mute_state(3500, [TURNAROUND])[key].state for key in keys} <= {State.OK, State.INSUFFICIENT}
    assert {mute_state(3660, [TURNAROUND])[key].state for key in keys} == {State.STALE}
    assert {mute_state(18060, [TURNAROUND])[key].state for key in keys} == {State.BLIND}
    age = mute_state(3660, [])["feed.age/-/-/feed=ris-hl7"]
    assert age.reason == "the feed is quiet: nothing received for 61 min"


def test_a_list_that_is_asked_for_and_empty_is_not_quiet() -> None:
    assert mute_state(90_000, [])["feed.age/pacs/-/feed=pacs-list"].state is State.INSUFFICIENT


def test_a_restart_does_not_begin_the_silence_of_a_mute_feed_anew_and_a_new_feed_begins_its_own() -> None:
    mute = replace(heard("ris-hl7", 0), value=None, n=0, known_at=None)
    assert mute_state(3660, [mute], started_s=3600)["feed.age/-/-/feed=ris-hl7"].state is State.STALE
    new = replace(mute, as_of=at(3600))
    assert mute_state(3660, [new], started_s=-90_000)["feed.age/-/-/feed=ris-hl7"].state is State.INSUFFICIENT


def stray_state(count: int, heard_s: float, now_s: float) -> dict[str, Standing]:
    note = f"{count} of them"
    strays = Judged(Series("legacy.stray", "old"), "studies", 86400.0, n=9 - 5 * count, value=float(count), note=note)
    told = replace(heard("old-list", heard_s), series=Series("feed.age", "old", None, (("feed", "old-list"),)))
    old = feed("old-list", "pacs-studies", frozenset({"available"}), 2, system="old", legacy=True)
    pulses = {("main", "old-list"): pulse("polling", now_s - 5)}
    return look(plan(feeds=(*FEEDS, old)), [strays, told], pulses, at(now_s))


def test_an_old_system_that_receives_nothing_any_more_is_ok_as_long_as_its_list_is_answered() -> None:
    for hours in (1, 3, 24):
        found = stray_state(0, 0, 3600 * hours + 60)
        assert (found["legacy.stray/old"].state, found["legacy.stray/old"].reason) == (State.OK, "0 of them")
        assert found["feed.age/old/-/feed=old-list"].state is State.OK


def test_even_one_stray_is_degraded_and_one_of_few_studies_too() -> None:
    found = stray_state(1, 0, 60)["legacy.stray/old"]
    assert (found.state, found.reason) == (State.DEGRADED, "1 of them")


def test_of_two_feeds_the_staler_counts_and_of_two_for_one_milestone_the_fresher() -> None:
    twins = (*FEEDS, feed("second-hl7", order=2))
    to_pacs = Judged(Series("exam.end_to_available"), "s", 14400.0, n=9, value=600.0, window="now")
    pulses = {
        ("main", "ris-hl7"): pulse("listening", 0),
        ("main", "second-hl7"): pulse("listening", 58),
        ("main", "pacs-list"): pulse("polling", 30),
    }
    found = look(plan(feeds=twins), [to_pacs], pulses, at(60))["exam.end_to_available now"]
    assert (found.state, found.age_s) == (State.STALE, 30.0)


def test_delivery_without_a_feed_that_tells_it_is_not_measured() -> None:
    found = look(plan(feeds=FEEDS), [], {("main", "ris-hl7"): pulse("listening", 0)}, T)
    assert found["report.delivery now"].reason == "not measured: no source"
    giving = (replace(FEEDS[0], gives=FEEDS[0].gives | {"delivered"}),)
    found = look(plan(feeds=giving), [], {("main", "ris-hl7"): pulse("listening", 0)}, T)
    assert found["report.delivery now"].state is State.INSUFFICIENT


def test_the_age_of_a_feed_grows_while_it_is_read() -> None:
    pulses = {("main", "ris-hl7"): pulse("listening", 100)}
    found = look(plan(feeds=FEEDS[:1]), [heard("ris-hl7", 40)], pulses, at(100))
    assert found["feed.age/-/-/feed=ris-hl7"].judged.value == 60.0
    assert found["feed.age/-/-/feed=ris-hl7"].state is State.OK


def test_a_quiet_feed_is_said_to_be_silent() -> None:
    pulses = {("main", "ris-hl7"): pulse("listening", 9300)}
    found = look(plan(feeds=FEEDS[:1]), [heard("ris-hl7", 0)], pulses, at(9300))["feed.age/-/-/feed=ris-hl7"]
    assert (found.state, found.reason) == (State.DEGRADED, "silent for 2 h 35 min, expected below 60 min")


def test_a_feed_that_cannot_look_says_why() -> None:
    pulses = {("main", "ris-hl7"): Pulse("waiting", "the engine is queueing for us since 12:00:00", at(0), at(0))}
    found = look(plan(feeds=FEEDS[:1]), [heard("ris-hl7", 0)], pulses, at(30))["feed.age/-/-/feed=ris-hl7"]
    assert found.state is State.STALE
    assert found.reason == "last looked 30 s ago, due every 10 s: the engine is queueing for us since 12:00:00"


def test_one_probe_under_way_excuses_the_series_that_it_shares_with_an_idle_one() -> None:
    other = replace(WORKLIST, id="worklist-2")
    house = plan(replace(WORKLIST, every_s=1.0), replace(other, every_s=1.0))
    judged = rows(house, *[sample(WORKLIST, s) for s in range(6)])
    pulses = {("main", "worklist-ct"): pulse("under way", 10, since=6), ("main", "worklist-2"): pulse("idle", 11)}
    assert look(house, judged, pulses, at(11))["worklist.response/ris/ct"].state is State.OK


def test_a_first_image_may_have_come_while_its_study_is_still_under_way() -> None:
    first = replace(FINE, series=Series("image.first", "pacs", "ct"))
    assert state(first, Sight(1.0, 25.0, pulse("under way", 6, since=0)), 6) == (
        "ok",
        "an attempt is under way, the one before ended 6 s ago; 31 answers in 15 min, none failed",
    )


def test_one_failed_attempt_has_no_run() -> None:
    once = replace(FINE, down=True, failing_run=1, failing_since=at(-50), newest_ok=(False,), last_outcome="aborted")
    assert state(once, SIGHT, 11)[1] == "breaks the connection off; failing for 61 s"


def test_a_detail_that_says_no_answer_is_not_said_twice() -> None:
    once = replace(FINE, newest_ok=(False, True), last_outcome="timeout", last_detail="no answer to the first frame")
    assert state(once, SIGHT, 1)[1] == "newest attempt failed: no answer to the first frame"


def test_a_detail_that_names_the_request_goes_on_in_the_sentence() -> None:
    once = replace(FINE, newest_ok=(False, True), last_outcome="timeout", last_detail="in study")
    assert state(once, SIGHT, 1)[1] == "newest attempt failed: no answer in study"


def minutes(*values: float | None) -> tuple[tuple[int, float | None], ...]:
    return tuple((60 * i, value) for i, value in enumerate(values))


def test_minutes_that_are_as_expected_again_are_said_while_the_percentile_looks_back() -> None:
    slow = replace(FINE, value=5.7, spark=minutes(6.0, 5.0, 0.4, None, 0.5, 0.3))
    sight = replace(SIGHT, upper=2.0)
    assert state(slow, sight, 1) == (
        "degraded",
        "p90 5.7 s, expected below 2.0 s; medians of the last 3 measured minutes as expected",
    )
    for spark in (minutes(6.0, 5.0, 0.4, 0.5), minutes(0.4, 0.5, 0.3), minutes(0.4, 0.5, 0.3, 6.0)):
        assert state(replace(slow, spark=spark), sight, 1)[1] == "p90 5.7 s, expected below 2.0 s"


@pytest.mark.parametrize(
    ("value", "limit", "unit", "said"),
    [
        (1.04, 1.0, "s", ("1.04 s", "1.00 s")),
        (4510.0, 4500.0, "s", ("75.2 min", "75.0 min")),
        (0.954, 0.951, "share", ("95.4 %", "95.1 %")),
        (2.5, 1.0, "s", ("2.5 s", "1.0 s")),
        (1.0, 1.0, "s", ("1.0 s", "1.0 s")),
    ],
)
def test_a_value_and_its_limit_are_told_apart(value: float, limit: float, unit: str, said: tuple[str, str]) -> None:
    assert apart(value, limit, unit) == said
