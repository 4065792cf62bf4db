"""`golive demo`: a simulated hospital with its past, played to the same golive that a real one runs."""

import asyncio
import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.clock import Pace, live_at, monotonic_s, utc_now
from app.commands import pour as pouring
from app.demo import drill, floor
from app.demo.folder import begin_anew, opened
from app.demo.player import begin, playing, talk
from app.errors import Unavailable
from app.main import create_app
from app.plan import plan_of
from app.running.serving import serve
from app.settings import Config, Secrets, load, load_secrets
from collectors.simulator.floor_config import floor_toml
from collectors.simulator.helpers import collector_command
from collectors.simulator.life import Life, hospital
from collectors.simulator.part import Part
from collectors.simulator.pour import Batch, Pouring
from collectors.simulator.rollback import DRILL, USUAL, Pacing, rollback_toml
from collectors.simulator.scenarios import SCENARIOS, Script
from collectors.simulator.site import ZONE, Ports, free_ports, golive_toml

log = logging.getLogger("golive.demo")


@dataclass(frozen=True, slots=True)
class Demo:
    """What was asked for; `history_s` is how much of the past is poured before the start, `at` when that is."""

    listen: str = "127.0.0.1:8000"
    history_s: float = 86400.0
    speed: float = 1.0
    scenario: str = "calm"
    folder: Path = Path("golive-demo")
    seed: int = 7
    since_go_live_s: float = 3600.0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    config: Config
    secrets: Secrets
    life: Life
    ports: Ports
    now: datetime


def run_demo(demo: Demo) -> None:
    """Live the demo until Ctrl-C or SIGTERM; what makes it impossible is raised as a GoLiveError."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_live(demo, Console()))


def config_text(demo: Demo) -> str:
    """Give the golive.toml of a demo that began now; nothing is written."""
    return _text(demo, demo.at or utc_now(), free_ports(), demo.listen, _pacings(demo)[0])


async def _live(demo: Demo, console: Console) -> None:
    if demo.at:
        live_at(Pace(demo.at, monotonic_s(), 1.0))
    ready = _prepare(demo)
    async with playing() as player:
        stopped = threading.Event()
        try:
            await asyncio.to_thread(_pour, demo, ready, console, stopped)
        finally:
            stopped.set()
        pace = Pace(utc_now(), monotonic_s(), demo.speed)
        live_at(pace)
        part = Part(ready.life, ready.now, ready.ports, pace)
        await begin(player, part)
        with opened(ready.config.folder) as db:
            people = floor.enrol(db, utc_now())
            deciding = drill.enrol(db, utc_now()) if demo.scenario == drill.NAME else None
        _welcome(demo, ready, people, console)
        url, stays = f"http://{ready.config.settings.server.listen}", ready.life.hospital
        peopled = floor.Floor(url, people, stays, pace, _saying("floor", console))
        tasks = [asyncio.create_task(talk(player, console, peopled.changed))]
        if demo.speed <= floor.FASTEST:
            tasks.append(asyncio.create_task(_lived("floor", peopled.run(), console)))
        if deciding is not None:
            tasks.append(asyncio.create_task(_lived("drill", _drill(url, deciding, pace, player, console), console)))
        try:
            app = create_app(ready.config, ready.secrets, simulation=True, speed=demo.speed)
            await serve(app, ready.config, collect=True, collector=collector_command(ready.config.file, pace))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _lived(what: str, living: Coroutine[Any, Any, None], console: Console) -> None:
    """Let simulated people live while golive runs; where they cannot go on that is said, and golive stays up."""
    said = _saying(what, console)
    try:
        await living
    except (Unavailable, httpx.TransportError) as error:
        said(f"stopped: {error}")
    except Exception:  # nobody awaits this task before golive ends: a mistake of ours would be heard of then only
        log.exception("the %s has a mistake of golive's own", what)
        said("stopped by a mistake of golive's own; see the log")


def _drill(
    url: str, people: drill.People, pace: Pace, player: asyncio.subprocess.Process, console: Console
) -> Coroutine[Any, Any, None]:
    def play(scenario: str) -> None:
        assert player.stdin is not None
        player.stdin.write(scenario.encode() + b"\n")

    return drill.Drill(url, people, pace, play, _saying("drill", console)).run()


def _saying(what: str, console: Console) -> Callable[[str], None]:
    def said(words: str) -> None:
        console.print(f"[bold]{what}[/bold]  {escape(words)}", highlight=False, soft_wrap=True)

    return said


def _prepare(demo: Demo) -> _Ready:
    """Give the demo's folder a golive.toml of its own, and an empty past."""
    now = utc_now()
    since = _t0(demo, now) if demo.scenario == "learning-curve" else now
    script = Script() if demo.scenario in ("calm", drill.NAME) else Script().then(since, demo.scenario)
    ports = free_ports()
    text, *others = (_text(demo, now, ports, _free(demo.listen), pacing) for pacing in _pacings(demo))
    config = load(begin_anew(demo.folder.absolute(), text, others), {})
    stays = hospital(demo.seed, t0=_t0(demo, now), script=script, zone=ZONE)
    life = Life(stays, now - timedelta(seconds=demo.history_s))
    return _Ready(config, load_secrets(config, os.environ, make=True), life, ports, now)


def _pacings(demo: Demo) -> tuple[Pacing, ...]:
    """Give how often this demo asks the worklist, then how others do."""
    return (DRILL, USUAL) if demo.scenario == drill.NAME else (USUAL, DRILL)


def _text(demo: Demo, now: datetime, ports: Ports, listen: str, pacing: Pacing) -> str:
    text = golive_toml(ports, t0=_t0(demo, now), listen=listen, speed=demo.speed, pacing=pacing)
    return text + floor_toml(listen) + rollback_toml(pacing)


def _t0(demo: Demo, now: datetime) -> datetime:
    return (now - timedelta(seconds=demo.since_go_live_s)).replace(microsecond=0)


def _pour(demo: Demo, ready: _Ready, console: Console, stopped: threading.Event) -> None:
    """Store the past; it ends early when the demo is stopped meanwhile."""
    plan = plan_of(ready.config, simulation=True, speed=demo.speed)
    past = Pouring(ready.life, ready.config.settings, ready.secrets.site_key.get_secret_value(), demo.speed)

    def until_stopped() -> Iterator[Batch]:
        for batch in past.batches(ready.life.born, ready.now):
            if stopped.is_set():
                return
            yield batch

    columns = (TextColumn("pouring the past: {task.description}"), BarColumn(), TimeElapsedColumn())
    with opened(ready.config.folder) as db, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=max(demo.history_s, 1.0))

        def told(until: datetime, count: int) -> None:
            done_s = (until - ready.life.born).total_seconds()
            progress.update(task, completed=done_s, description=f"{until:%d %b}, {count:,} items")

        count = pouring.pour(db, plan, until_stopped(), told)
    console.print(f"poured {count:,} samples and events of {timedelta(seconds=demo.history_s)}")


def _welcome(demo: Demo, ready: _Ready, people: floor.People, console: Console) -> None:
    listen = ready.config.settings.server.listen
    console.print(f"[bold]SIMULATION[/bold]  http://{listen}/wall", highlight=False)
    for role, page in (("desk", "/desk"), ("floor", "/floor")):
        console.print(
            f"{role:5}  http://{listen}{page}  log in with {people.visitors[role]}", highlight=False, soft_wrap=True
        )
    if demo.speed > floor.FASTEST:
        console.print(f"nobody walks the floor: people are not simulated beyond {floor.FASTEST:g} times as fast")
    console.print(f"its configuration, fit to be copied: {ready.config.file}", highlight=False, soft_wrap=True)
    if demo.speed != 1:
        console.print(f"time passes {demo.speed:g} times as fast")
    console.print(f"type a scenario and Enter: {', '.join(SCENARIOS)}. Ctrl-C ends it.", highlight=False)


def _free(listen: str) -> str:
    """Give the address, or the same with a free port when that one is busy."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in (int(port), 0):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((host.strip("[]"), number))
                return f"{host}:{probe.getsockname()[1]}"
    raise Unavailable(f"golive cannot listen on {listen}")
