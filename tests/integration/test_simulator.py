"""The played hospital against the poured one, and the scenarios as golive's own probes see them."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.clock import Pace, monotonic_s
from app.domain.exams.exam_board import ExamBoard
from app.domain.exams.exams import ExamEvent, fold
from app.domain.measuring.board import Board
from app.domain.measuring.samples import Outcome, Sample
from app.domain.measuring.standings import Judged
from app.domain.plans import Plan
from app.plan import plan_of
from app.settings import Settings, load, load_secrets
from app.store import exams
from app.store.db import Database
from app.wire import SampleIn
from collectors.probes import ProbeContext, attempt
from collectors.probes.http import HttpClients
from collectors.simulator.helpers import PLAYER
from collectors.simulator.life import Life, hospital
from collectors.simulator.part import Part
from collectors.simulator.play import READY
from collectors.simulator.pour import Pouring, sample_of
from collectors.simulator.site import ZONE, Ports, free_ports, golive_toml
from tests.peers.ports import free_port
from tests.peers.process import die_with_parent

SEED = 7
NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)  # a Wednesday
GOLIVE = [sys.executable, "-m", "app.cli"]
MINUTE = timedelta(minutes=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Player:
    """A playing hospital of the tests: its scenario is typed into it, its probes are golive's own."""

    def __init__(self, process: subprocess.Popen[bytes], settings: Settings, part: Part) -> None:
        self.process, self.settings, self.part = process, settings, part

    def say(self, scenario: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(scenario.encode() + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().decode()

    async def tries(self, probe_id: str, times: int, timeout_s: float | None = None) -> list[SampleIn]:
        probe = next(p for p in self.settings.probes if p.id == probe_id)
        probe = probe.model_copy(update={"timeout": timeout_s or probe.timeout})
        system = next(s for s in self.settings.systems if s.id == probe.system)
        http, zone, now = HttpClients(Path()), self.part.life.hospital.zone, self.part.pace.now
        try:
            contexts = (ProbeContext(zone, now, run, Path(), http, wall=now) for run in range(1, times + 1))
            return [await attempt(probe, system, context) for context in contexts]
        finally:
            await http.close()


def settings_for(ports: Ports, t0: datetime) -> Settings:
    text = golive_toml(ports, t0=t0, listen="127.0.0.1:8000")
    return Settings.model_validate(tomllib.loads(text), by_alias=True)


@pytest.fixture(scope="module")
def shared() -> Iterator[Player]:
    # not the usual ones: a demo beside it would take its engine's messages, of another day
    ports = Ports(**{name: free_port() for name in Ports.__slots__})
    life = Life(hospital(SEED, t0=NOON - timedelta(hours=1), zone=ZONE), NOON - timedelta(hours=2))
    part = Part(life, NOON, ports, Pace(NOON, monotonic_s(), 1.0))
    pipe = subprocess.PIPE
    process = subprocess.Popen(PLAYER, stdin=pipe, stdout=pipe, preexec_fn=die_with_parent)
    try:
        player = Player(process, settings_for(ports, life.hospital.t0), part)
        assert player.say(part.text()).strip() == READY
        yield player
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            assert process.wait(5) == 0
        finally:
            process.kill()
            process.stdout.close()


@pytest.fixture
def player(shared: Player) -> Iterator[Player]:
    """Give the hospital of this module's tests, calm."""
    yield shared
    shared.say("calm")


def test_the_settings_of_the_simulated_hospital_are_valid_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(golive_toml(free_ports(), t0=NOON, listen="127.0.0.1:8000"))
    settings = load(file, {}).settings
    assert {p.kind for p in settings.probes} == {"echo", "worklist", "query", "image-load"}
    assert [f.id for f in settings.feeds] == ["ris-hl7", "pacs-studies", "legacy-studies"]


def probe_standings(plan: Plan, taken: list[Sample], now: datetime) -> dict[str, Judged]:
    """Judge samples as the judge does."""
    board = Board(plan)
    for sample in sorted(taken, key=lambda s: s.at):
        board.take(sample)
    return {row.series.key: row for row in board.judged(now) if row.n}


@pytest.mark.quiet
def test_probes_of_the_played_hospital_stand_as_those_of_the_poured_one(player: Player, tmp_path: Path) -> None:
    async def ask() -> list[SampleIn]:
        wanted = {"worklist-mr": 25, "image-mr": 14, "echo-ris": 25, "query-pacs": 15}
        found = await asyncio.gather(*(player.tries(probe, times) for probe, times in wanted.items()))
        return [sample for samples in found for sample in samples]

    seen = asyncio.run(ask())
    now = player.part.pace.now()
    assert {s.outcome for s in seen} == {Outcome.OK}
    file, life = tmp_path / "golive.toml", player.part.life
    file.write_text(golive_toml(player.part.ports, t0=life.hospital.t0, listen="127.0.0.1:8000"))
    plan, probes = plan_of(load(file, {}), simulation=True), {p.id: p for p in player.settings.probes}
    poured = [sample_of(life, probes[s.probe], s.at, "main") for s in seen]
    other = probe_standings(plan, [replace(s, known_at=s.at) for s in poured], now + MINUTE)
    mine = probe_standings(plan, [as_stored(s) for s in seen], now + MINUTE)
    asked = ("echo.response", "worklist.response", "query.response", "image.first", "image.study")
    compared = [name for name in other if name.startswith(asked)]
    assert len(compared) == 5, compared
    for name in compared:
        assert (mine[name].n, mine[name].failed) == (other[name].n, 0), name
        # each draws its own chance at its own moment: of fourteen draws two medians differ so far once in a thousand
        assert abs((mine[name].p50 or 0) - (other[name].p50 or 0)) < 0.4 * (other[name].p50 or 0) + 0.02, name
    by_probe = {s.probe: (s, p) for s, p in zip(seen, poured, strict=True)}
    one, twin = by_probe["worklist-mr"]
    assert abs((one.matches or 0) - (twin.matches or 0)) <= 1
    one, twin = by_probe["image-mr"]
    assert (one.instances, one.bytes) == (twin.instances, twin.bytes)


def as_stored(s: SampleIn) -> Sample:
    common = (s.id, s.probe, s.kind, s.system, s.area, "main", s.at, s.outcome, s.detail)
    return Sample(*common, s.at, first_s=s.first_s, total_s=s.total_s, bytes=s.bytes)


def test_a_scenario_typed_into_it_holds_at_once_and_calm_ends_it(player: Player) -> None:
    def outcomes(probe: str, times: int, timeout_s: float) -> set[Outcome]:
        return {s.outcome for s in asyncio.run(player.tries(probe, times, timeout_s))}

    assert player.say("frozen-pacs").startswith("now: frozen-pacs")
    assert outcomes("echo-pacs", 1, 0.7) == {Outcome.TIMEOUT}
    assert outcomes("image-ct", 1, 0.7) == {Outcome.TIMEOUT}
    assert outcomes("echo-ris", 1, 3) == {Outcome.OK}
    player.say("full-associations")
    assert Outcome.REJECTED in outcomes("echo-pacs", 8, 3)
    assert "is none of calm" in player.say("fire")
    player.say("calm")
    assert outcomes("echo-pacs", 4, 3) == {Outcome.OK}


def test_a_slow_worklist_is_slow_for_the_worklist_only(player: Player) -> None:
    def total_s(probe: str) -> float:
        (sample,) = asyncio.run(player.tries(probe, 1, 12))
        return sample.total_s or 99.0

    player.say("slow-worklist")
    assert total_s("worklist-mg") > 1.5
    assert total_s("query-pacs") < 1.5


@contextmanager
def demo(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run `golive demo` in a folder until the block ends; give it and its address."""
    command = [*GOLIVE, "demo", "--folder", str(folder), "--listen", f"127.0.0.1:{free_port()}", *more]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GOLIVE_")}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environ, preexec_fn=die_with_parent
    )
    try:
        assert process.stdout is not None
        address = ""
        while not address:
            line = process.stdout.readline().decode()
            assert line, "the demo ended before it began"
            address = line.partition("http://")[2].partition("/wall")[0].strip()
        yield process, f"http://{address}"
        process.send_signal(signal.SIGINT)
        process.wait(10)
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()


def until_ready(url: str, within_s: float) -> None:
    deadline_s = monotonic_s() + within_s
    with httpx.Client(timeout=2) as client:
        while True:
            try:
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                assert monotonic_s() < deadline_s


def events_in(folder: Path) -> list[ExamEvent]:
    """Give all exam events of a demo's database, oldest first."""
    db = Database("sqlite:///golive.db", "simulation", folder)
    db.open()
    try:
        return db.read_now(lambda s: exams.received_since(s, "simulation", NEVER))
    finally:
        db.close()


def newest_told(file: Path) -> datetime | None:
    """Give when the newest message was made; of those made ten minutes before it, all have arrived."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        (found,) = database.execute("select max(message_at) from exam_event where feed = 'ris-hl7'").fetchone()
    database.close()
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def exam_standings(plan: Plan, events: list[ExamEvent], now: datetime) -> dict[str, Judged]:
    """Judge what had been told by a moment, as the judge does."""
    of_exam: dict[str, list[ExamEvent]] = {}
    for event in events:
        if (event.message_at or event.at) <= now:
            of_exam.setdefault(event.exam, []).append(event)
    board = ExamBoard(plan, now)
    board.replace(fold(told, plan.feed_order) for told in of_exam.values())
    return {f"{row.series.key} {row.window}": row for row in board.judged(now, plan.go_live.at)}


def test_an_hour_played_and_the_same_hour_poured_give_the_same_standings(tmp_path: Path) -> None:
    with demo(tmp_path, "--speed", "120", "--history", "2h", "--at", NOON.isoformat()) as (_, url):
        until_ready(url, 40)
        config = load(tmp_path / "golive.toml", {})
        t0 = config.settings.go_live.at.astimezone(UTC)
        assert t0 == NOON - timedelta(hours=1)
        start = NOON  # the pour ended within the next second
        deadline_s = monotonic_s() + 120
        while (newest := newest_told(tmp_path / "golive.db")) is None or newest < start + 76 * MINUTE:
            assert monotonic_s() < deadline_s, "the played hour did not come to its end"
    key = load_secrets(config, {}, make=False).site_key.get_secret_value()
    life = Life(hospital(SEED, t0=t0, zone=ZONE), start - timedelta(hours=2) + timedelta(seconds=1))
    batches = Pouring(life, config.settings, key, 120.0).batches(life.born, start + 75 * MINUTE)
    poured, played = [e for _, _, events, _ in batches for e in events], events_in(tmp_path)

    def told(events: list[ExamEvent]) -> dict[tuple[str, str], tuple[object, ...]]:
        hour = (e for e in events if start + 5 * MINUTE < (e.message_at or start) < start + 65 * MINUTE)
        return {
            (e.exam, e.milestone.value): (e.at, e.modality, e.patient_class, e.priority, e.area)
            for e in hour
            if e.feed == "ris-hl7"
        }

    assert len(told(poured)) > 20
    assert told(played) == told(poured)
    plan, now = plan_of(config, simulation=True, speed=120.0), start + 65 * MINUTE
    mine, other = exam_standings(plan, played, now), exam_standings(plan, poured, now)
    by_hl7 = ("report.turnaround", "report.preliminary", "report.order_to_final", "exam.order_to_begin")
    compared = {name for name in other if name.startswith(by_hl7)}
    assert any(other[name].n >= 20 and other[name].p50 for name in compared)
    for name in compared:
        assert numbers(mine[name]) == numbers(other[name]), name
    # at this speed a round of the study list lasts some simulated minutes: it comes later or sooner than in the pour
    available = "exam.end_to_available day"
    before, after = (exam_standings(plan, poured, now + m * MINUTE)[available] for m in (-30, 5))
    seen, meant = mine[available], other[available]
    assert before.n <= seen.n <= after.n
    assert -5 < (seen.p50 or 0) - (meant.p50 or 0) < 900


def numbers(row: Judged) -> tuple[object, ...]:
    return row.n, row.open, row.p50, row.p90


def test_a_demo_says_simulation_and_its_database_is_never_a_real_site_s(tmp_path: Path) -> None:
    with demo(tmp_path, "--history", "1h") as (_, url):
        until_ready(url, 40)
        made = subprocess.run(
            [*GOLIVE, "token", "create", "-c", str(tmp_path / "golive.toml"), "--role", "engineer", "--json"],
            capture_output=True,
            check=True,
        )
        token = json.loads(made.stdout)["token"]
        status = httpx.get(f"{url}/api/status", headers={"Authorization": f"Bearer {token}"}, timeout=5).json()
        assert status["simulation"] is True
        assert status["phase"] == "decision"
        assert "SIMULATION" in httpx.get(f"{url}/wall", timeout=5).text.upper()
    real = subprocess.run([*GOLIVE, "run", "-c", str(tmp_path / "golive.toml")], capture_output=True, timeout=30)
    assert real.returncode == 2
    assert b"simulation" in real.stderr


def test_a_demo_refuses_the_folder_of_a_real_site(tmp_path: Path) -> None:
    (tmp_path / "golive.toml").write_text('[site]\nid = "north"\n')
    refused = subprocess.run([*GOLIVE, "demo", "--folder", str(tmp_path)], capture_output=True, timeout=30)
    assert refused.returncode == 2
    assert b"not a demo's" in refused.stderr
    assert (tmp_path / "golive.toml").read_text() == '[site]\nid = "north"\n'
