"""The life played: PACS and RIS listen on loopback, the engine sends, and a line of input changes the scenario."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

import uvicorn

from app.clock import utc_now
from app.errors import Invalid
from collectors.simulator.dicomweb import web
from collectors.simulator.hl7_out import Engine, message
from collectors.simulator.life import Life, Told
from collectors.simulator.now import Playing
from collectors.simulator.pacs import Station
from collectors.simulator.part import Part
from collectors.simulator.scenarios import SCENARIOS
from collectors.simulator.site import Ports

_AT_ONCE = timedelta(minutes=10)
_LOOK_S = 0.1
_FAST_CONNECTIONS = 8
READY, _NOW = "ready", "now: "


async def play(part: Part, said: Callable[[str], None]) -> None:
    """Play until the input ends; `said` hears what the player has to say to a person."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    playing = Playing(part.life, utc_now)
    async with _systems(playing, part.ports):
        await asyncio.to_thread(_due, part.life, part.since, utc_now())  # makes the weeks before anybody waits for them
        said(READY)
        engine = asyncio.create_task(tell(playing, part))
        try:
            await _listen(playing, said)
        finally:
            engine.cancel()
            with suppress(asyncio.CancelledError):
                await engine


@asynccontextmanager
async def _systems(playing: Playing, ports: Ports) -> AsyncIterator[None]:
    """Let all systems listen, and close them at the end without waiting for anybody."""
    stations = [
        (Station("pacs", playing), ports.pacs),
        (Station("ris", playing), ports.ris),
        (Station("legacy", playing), ports.legacy),
    ]
    servers = [_server(playing, "pacs"), _server(playing, "legacy")]
    sockets = [socket.create_server(("127.0.0.1", port)) for port in (ports.web, ports.legacy_web)]
    tasks = [asyncio.create_task(s.serve(sockets=[taken])) for s, taken in zip(servers, sockets, strict=True)]
    try:
        for station, port in stations:
            station.open(port)
        yield
    finally:
        playing.stopped.set()
        for server in servers:
            server.should_exit = server.force_exit = True
        await asyncio.gather(*(asyncio.to_thread(station.close) for station, _ in stations))
        await asyncio.gather(*tasks, return_exceptions=True)


class _Server(uvicorn.Server):
    """A server that leaves the signals to the player."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(playing: Playing, system: str) -> uvicorn.Server:
    app = web(system, playing)
    return _Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))


async def tell(playing: Playing, part: Part) -> None:
    """Send what the RIS tells, each when its moment has come; never two of one exam at once.

    A life that is lived faster has more than one connection: one commit after the other would fall behind its clock.
    """
    count = 1 if part.pace.rate <= 1 else _FAST_CONNECTIONS
    engines = [Engine("127.0.0.1", part.ports.hl7) for _ in range(count)]
    sent_until, zone = part.since, part.life.hospital.zone
    try:
        while True:
            life, certain_until = playing.certain
            until = min(certain_until, sent_until + _AT_ONCE)
            due = await asyncio.to_thread(_due, life, sent_until, until)
            await asyncio.gather(*(_send(e, _share(due, n, count), zone) for n, e in enumerate(engines)))
            sent_until = until
            await asyncio.sleep(_LOOK_S if until + _AT_ONCE / 2 > playing.certain[1] else 0)
    finally:
        for engine in engines:
            await engine.close()


async def _send(engine: Engine, several: list[Told], zone: ZoneInfo) -> None:
    for told in several:
        await engine.send(message(told, zone))
    with suppress(OSError):
        await engine.connect()


def _share(due: list[Told], number: int, count: int) -> list[Told]:
    """Give what one of several connections sends: all of an exam goes over the same."""
    return [t for t in due if crc32(t.exam.order.accession.encode()) % count == number]


def _due(life: Life, from_: datetime, to: datetime) -> list[Told]:
    return list(life.told(from_, to))


async def _listen(playing: Playing, said: Callable[[str], None]) -> None:
    """Take scenario names, one a line, until the input ends: whoever started us is gone."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name = line.decode(errors="replace").strip()
        try:
            await asyncio.to_thread(playing.change, name)
        except Invalid as error:
            said(str(error))
        else:
            said(f"{_NOW}{name}, {SCENARIOS[name].words}")


def scenario_said(line: str) -> str:
    """Give the scenario that a line of the player says to hold now, "" where it says something else."""
    return line.removeprefix(_NOW).partition(",")[0] if line.startswith(_NOW) else ""
