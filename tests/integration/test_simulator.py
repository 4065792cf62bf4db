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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx

from app.clock import Pace, monotonic_s
from app.domain.samples import Outcome
from app.settings import Settings, load, load_secrets
from app.wire import SampleIn
from collectors.probes import ProbeContext, attempt
from collectors.probes.http import HttpClients
from collectors.simulator.helpers import PLAYER
from collectors.simulator.life import Life, hospital
from collectors.simulator.part import Part
from collectors.simulator.play import READY
from collectors.simulator.pour import Pouring, sample_of
from collectors.simulator.site import ZONE, Ports, free_ports, golive_toml
from tests.peers.process import die_with_parent

SEED = 7
NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)  # a Wednesday
GOLIVE = [sys.executable, "-m", "app.cli"]
MINUTE = timedelta(minutes=1)


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
        http, zone = HttpClients(Path()), self.part.life.hospital.zone
        try:
            contexts = (ProbeContext(zone, self.part.pace.now, run, Path(), http) for run in range(1, times + 1))
            return [await attempt(probe, system, context) for context in contexts]
        finally:
            await http.close()


def settings_for(ports: Ports, t0: datetime) -> Settings:
    text = golive_toml(ports, t0=t0, listen="127.0.0.1:8000")
    return Settings.model_validate(tomllib.loads(text), by_alias=True)


@contextmanager
def playing() -> Iterator[Player]:
    ports = free_ports()
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


def test_the_settings_of_the_simulated_hospital_are_valid_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(golive_toml(free_ports(), t0=NOON, listen="127.0.0.1:8000"))
    settings = load(file, {}).settings
    assert {p.kind for p in settings.probes} == {"echo", "worklist", "query", "image-load"}
    assert [f.id for f in settings.feeds] == ["ris-hl7", "pacs-studies", "legacy-studies"]


def test_played_answers_are_as_slow_as_poured_ones() -> None:
    async def ask(player: Player) -> dict[str, list[SampleIn]]:
        wanted = {"worklist-mr": 25, "image-mr": 6, "echo-ris": 25, "query-pacs": 15}
        found = await asyncio.gather(*(player.tries(probe, times) for probe, times in wanted.items()))
        return dict(zip(wanted, found, strict=True))

    with playing() as player:
        played = asyncio.run(ask(player))
    life, probes = player.part.life, {p.id: p for p in player.settings.probes}
    for name, seen in played.items():
        assert {s.outcome for s in seen} == {Outcome.OK}
        poured = [sample_of(life, probes[name], NOON + n * timedelta(seconds=1), "main") for n in range(400)]
        expected_s = median(s.total_s or 0.0 for s in poured)
        assert abs(median(s.total_s or 0.0 for s in seen) - expected_s) < 0.3 * expected_s + 0.02, name
    worklist = sample_of(life, probes["worklist-mr"], NOON + timedelta(seconds=2), "main")
    assert abs((played["worklist-mr"][0].matches or 0) - (worklist.matches or 0)) <= 1
    image = sample_of(life, probes["image-mr"], NOON, "main")
    assert (played["image-mr"][0].instances, played["image-mr"][0].bytes) == (image.instances, image.bytes)


def test_a_scenario_typed_into_it_holds_at_once_and_calm_ends_it() -> None:
    async def outcomes(player: Player, probe: str, times: int, timeout_s: float) -> set[Outcome]:
        return {s.outcome for s in await player.tries(probe, times, timeout_s)}

    with playing() as player:
        assert player.say("frozen-pacs").startswith("now: frozen-pacs")
        assert asyncio.run(outcomes(player, "echo-pacs", 1, 0.7)) == {Outcome.TIMEOUT}
        assert asyncio.run(outcomes(player, "image-ct", 1, 0.7)) == {Outcome.TIMEOUT}
        assert asyncio.run(outcomes(player, "echo-ris", 1, 3)) == {Outcome.OK}
        player.say("full-associations")
        assert Outcome.REJECTED in asyncio.run(outcomes(player, "echo-pacs", 8, 3))
        assert "is none of calm" in player.say("fire")
        player.say("calm")
        assert asyncio.run(outcomes(player, "echo-pacs", 4, 3)) == {Outcome.OK}


def test_a_slow_worklist_is_slow_for_the_worklist_only() -> None:
    async def total_s(player: Player, probe: str) -> float:
        return median(s.total_s or 99.0 for s in await player.tries(probe, 3, 12))

    with playing() as player:
        player.say("slow-worklist")
        assert asyncio.run(total_s(player, "worklist-mg")) > 1.5
        assert asyncio.run(total_s(player, "query-pacs")) < 1.5


@contextmanager
def demo(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run `golive demo` in a folder until the block ends; give it and its address."""
    command = [*GOLIVE, "demo", "--folder", str(folder), "--listen", "127.0.0.1:18437", *more]
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
        began_s = monotonic_s()
        process.send_signal(signal.SIGINT)
        process.wait(10)
        assert monotonic_s() - began_s < 5
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


def newest_received(file: Path) -> datetime | None:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        (found,) = database.execute("select max(received_at) from exam_event where feed = 'ris-hl7'").fetchone()
    database.close()
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def test_played_and_poured_tell_the_same_milestones_to_the_second(tmp_path: Path) -> None:
    with demo(tmp_path, "--speed", "120", "--history", "1h") as (_, url):
        until_ready(url, 40)
        config = load(tmp_path / "golive.toml", {})
        t0 = config.settings.go_live.at.astimezone(UTC)
        start = t0 + timedelta(hours=1)  # the pour ended within the next second
        deadline_s = monotonic_s() + 70
        while (newest := newest_received(tmp_path / "golive.db")) is None or newest < start + 75 * MINUTE:
            assert monotonic_s() < deadline_s, "the played hour did not come to its end"
    key = load_secrets(config, {}, make=False).site_key.get_secret_value()
    life = Life(hospital(SEED, t0=t0, zone=ZONE), start - timedelta(hours=1) + timedelta(seconds=1))
    poured = {
        (e.exam, e.milestone.value): (e.at, e.modality, e.patient_class, e.priority, e.area)
        for _, _, events, _ in Pouring(life, config.settings, key).batches(start + 5 * MINUTE, start + 65 * MINUTE)
        for e in events
        if e.feed == "ris-hl7" and start + 5 * MINUTE < (e.message_at or start) < start + 65 * MINUTE
    }
    with sqlite3.connect(tmp_path / "golive.db") as database:
        rows = database.execute(
            "select exam, milestone, at, modality, patient_class, priority, area from exam_event where feed = 'ris-hl7'"
        ).fetchall()
    database.close()
    played = {(r[0], r[1]): (datetime.fromisoformat(r[2]).replace(tzinfo=UTC), *r[3:]) for r in rows}
    assert len(poured) > 20
    assert {k: played.get(k) for k in poured} == poured


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
