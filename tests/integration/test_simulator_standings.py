"""Each scenario as the wall shows it: a poured life, judged in virtual time."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from app.domain.exams.exam_board import ExamBoard
from app.domain.exams.exams import ExamEvent, Milestone, fold
from app.domain.measuring.board import Board
from app.domain.measuring.overall import Overall, overall
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse, Standing, State
from app.plan import plan_of
from app.settings import Config, Settings
from collectors.simulator.life import Life, hospital
from collectors.simulator.pour import Pouring
from collectors.simulator.scenarios import Script
from collectors.simulator.site import Ports, golive_toml

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
T0 = MONDAY + timedelta(hours=8)
NOON = MONDAY + timedelta(hours=11)  # by the hospital's own clock
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Wall:
    """All standings at one moment, by series and window, and the whole."""

    standings: Mapping[str, Standing]
    whole: Overall

    def state(self, key: str) -> State:
        return self.standings[key].state

    def value(self, key: str) -> float:
        value = self.standings[key].judged.value
        assert value is not None, key
        return value


def configured() -> Config:
    text = golive_toml(Ports(1, 2, 3, 4, 5, 6), t0=T0, listen="127.0.0.1:8000")
    return Config(Settings.model_validate(tomllib.loads(text), by_alias=True), Path("golive.toml"), Path(), "0", "{}")


@cache
def wall(
    name: str, since: datetime = NOON, now: datetime = NOON + 30 * MINUTE, reading_stops: datetime | None = None
) -> Wall:
    """Give the wall of a hospital in which a scenario holds since a moment, and perhaps nobody reads since another."""
    config = configured()
    plan, script = plan_of(config, simulation=True), Script(((since, name),))
    pouring = Pouring(Life(hospital(7, t0=T0, script=script), MONDAY), config.settings, "key")
    board, exam_board, told = Board(plan), ExamBoard(plan, MONDAY), dict[str, list[ExamEvent]]()
    for _, samples, events, _messages in pouring.batches(T0 - HOUR, now):
        for sample in samples:
            board.take(sample)
        for event in (e for e in events if e.received_at <= now and not _missed(e, reading_stops)):
            told.setdefault(event.exam, []).append(event)
            exam_board.heard_before(event, now)
    exam_board.replace(fold(of_one, plan.feed_order) for of_one in told.values())
    board.expire(now)
    rows = board.judged(now) + exam_board.judged(now, T0, exam_board.feeds_judged(now))
    pulses = {("main", name): Pulse("listening", "", now) for name in (*plan.feeds, *plan.probes)}
    standings = standings_now(rows, plan, pulses, now)
    by_key = {s.series.key + (f" {s.judged.window}" if s.judged.window else ""): s for s in standings}
    return Wall(by_key, overall(standings, plan, pulses, now))


def _missed(event: ExamEvent, reading_stops: datetime | None) -> bool:
    read = event.milestone in (Milestone.PRELIMINARY, Milestone.FINAL)
    return read and reading_stops is not None and event.at >= reading_stops


def raised(name: str) -> set[str]:
    """Give the measures of series that a scenario has made anything but ok within 30 minutes."""
    calm, now = wall("calm").standings, wall(name).standings
    return {key.partition("/")[0].partition(" ")[0] for key in calm if calm[key].state != now[key].state}


def test_a_calm_hospital_is_ok_at_noon() -> None:
    assert wall("calm").whole.state == "ok"


def test_nothing_is_called_quiet_in_a_calm_night() -> None:
    night = wall("calm", NOON, NOON + 15 * HOUR)
    assert not [key for key, s in night.standings.items() if "quiet" in s.reason or "silent" in s.reason]
    assert {s.state for key, s in night.standings.items() if key.startswith("feed.age")} <= {
        State.OK,
        State.INSUFFICIENT,
    }


def test_a_calm_week_has_no_pause_in_which_its_hl7_feed_would_be_called_quiet() -> None:
    feed = next(f for f in configured().settings.feeds if f.id == "ris-hl7")
    told = Life(hospital(7, t0=T0), MONDAY - 7 * 24 * HOUR).told(MONDAY, MONDAY + 7 * 24 * HOUR)
    longest = max(later.sent - one.sent for one, later in pairwise(told))
    assert longest.total_seconds() < feed.quiet_after == 600


def test_a_learning_curve_makes_exams_and_reading_slower_from_go_live_on() -> None:
    later = NOON + 3 * HOUR
    calm, learning = wall("calm", T0, later), wall("learning-curve", T0, later)
    assert learning.value("report.turnaround day") > 1.25 * calm.value("report.turnaround day")
    assert learning.value("exam.backlog") > calm.value("exam.backlog")


def test_a_slow_worklist_degrades_the_worklist_and_no_other_answer() -> None:
    assert raised("slow-worklist") == {"worklist.response"}
    assert wall("slow-worklist").state("worklist.response/ris/ct") is State.DEGRADED


def test_a_frozen_pacs_is_down_by_every_probe_and_the_ris_is_not() -> None:
    frozen = wall("frozen-pacs")
    pacs = ("echo.response/pacs", "query.response/pacs/ed-reading", "image.first/pacs/ed-reading")
    assert {frozen.state(key) for key in pacs} == {State.DOWN}
    assert frozen.state("echo.response/ris") is State.OK
    assert frozen.state("worklist.response/ris/ct") is State.OK


def test_full_associations_are_failed_associations_and_leave_answers_as_slow_as_they_are() -> None:
    full, calm = wall("full-associations").standings, wall("calm").standings
    assert full["echo.response/pacs"].state in (State.DEGRADED, State.DOWN)
    judged = full["query.response/pacs/ed-reading"].judged
    assert 0.6 < judged.failed / judged.n < 0.9
    assert full["image.first/pacs/ed-reading"].state is State.OK
    assert full["echo.response/ris"].state is calm["echo.response/ris"].state is State.OK


def test_a_silent_engine_shows_within_a_quarter_of_an_hour() -> None:
    silent = wall("silent-hl7", NOON, NOON + 15 * MINUTE)
    assert silent.state("feed.age/-/-/feed=ris-hl7") is State.DEGRADED
    assert silent.state("report.turnaround now") is State.STALE
    assert "the feed is quiet" in silent.standings["report.turnaround now"].reason
    assert silent.whole.state == "watch"
    assert wall("silent-hl7", NOON, NOON + HOUR).state("report.turnaround now") is State.BLIND


def test_crawling_images_degrade_first_image_and_whole_study_and_no_worklist() -> None:
    assert raised("images-crawl") >= {"image.first", "image.study"}
    assert wall("images-crawl").state("image.first/pacs/ed-reading") is State.DEGRADED
    assert wall("images-crawl").state("worklist.response/ris/ct") is State.OK


def test_a_reading_jam_lets_reports_fall_and_exams_wait_while_exams_go_on() -> None:
    calm, jam = (wall(name, NOON, NOON + HOUR) for name in ("calm", "reading-jam"))
    assert jam.value("report.rate") < 0.6 * calm.value("report.rate")
    assert jam.value("exam.backlog") > 2 * calm.value("exam.backlog")
    assert jam.value("exam.rate") == calm.value("exam.rate")


def test_a_reading_stop_lets_reports_fall_and_doubles_who_waits_within_half_an_hour() -> None:
    for stop in (NOON, T0 + HOUR):
        before, after = (wall("calm", NOON, stop + wait, stop) for wait in (timedelta(), 30 * MINUTE))
        assert after.value("report.rate") < 0.7 * before.value("report.rate")
        assert after.value("exam.backlog") > 2 * before.value("exam.backlog")


def test_a_reading_stop_is_degraded_within_half_an_hour_and_the_whole_says_so() -> None:
    # so soon after go-live that hardly anything waits yet, it takes until enough does
    for stop, wait_min in ((NOON, 30), (T0 + HOUR, 30), (T0 + 15 * MINUTE, 40)):
        now = stop + wait_min * MINUTE
        calm, stopped = (wall("calm", T0, now, stops) for stops in (None, stop))
        assert calm.state("report.rate") is State.OK
        found = stopped.standings["report.rate"]
        assert found.state is State.DEGRADED
        assert found.reason.startswith("no report for ")
        assert found.reason.endswith(f"while {stopped.value('exam.backlog'):.0f} exams wait")
        assert stopped.whole.state == "watch"
        assert any(g.subject == "Reports" and found.reason in g.text for g in stopped.whole.grounds)


def test_a_stray_modality_is_named_within_half_an_hour() -> None:
    found = wall("stray-modality").standings["legacy.stray/legacy"]
    assert found.state is State.DEGRADED
    assert found.reason.endswith(f"went to the old PACS: CT from CT2 {found.judged.value:.0f}")
    assert wall("calm").state("legacy.stray/legacy") is State.OK
