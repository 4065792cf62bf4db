"""A collector: the door to the app, the feeds' listeners, and then the probes."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog

from app.clock import SteadyClock
from app.settings import Config, Secrets
from collectors.feeds import feed_task
from collectors.places import Places
from collectors.reload import ChangedFile
from collectors.runner import Runner
from collectors.sender import Sender
from collectors.trust import Trust, of_own_app, of_system

_LOG = structlog.get_logger()

OPEN_WITHIN_S = 2.0  # a port that is still busy then is tried on, but probes wait no longer
FLUSH_WITHIN_S = 0.8
STOP_WITHIN_S = 1.0


async def collect(
    config: Config,
    secrets: Secrets,
    source: str = "main",
    url: str | None = None,
    changed: ChangedFile | None = None,
    ca: Path | None = None,
) -> None:
    """Collect until SIGTERM or SIGINT; what was seen by then is handed over, for at most a second.

    An app at another `url` is trusted by this machine's authorities and those of `ca`. With `changed`, a changed file
    that can be used takes effect, also at once on SIGHUP. The signals stay taken: a second one must not cut a stop
    short.
    """
    clock, stopping = SteadyClock(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, changed.asked.set if changed else _ignore)
    app, token = url or config.settings.server.local_url, secrets.ingest_token.get_secret_value()
    sender = Sender(app, token, source, clock, trust=_trust(config, url, ca))
    sending, stop = asyncio.create_task(sender.run()), asyncio.create_task(stopping.wait())
    try:
        while not stopping.is_set():
            _LOG.info("collecting", source=source, configuration=config.version)
            await _until(changed, stop, sending, _work(config, secrets, source, sender, clock))
            if changed:
                config, secrets = changed.config, changed.secrets
    finally:
        stop.cancel()
        if not sending.done():
            await sender.flushed(FLUSH_WITHIN_S)
        await _end(sending)
        _LOG.info("stopped", source=source, sent=sender.sent, unsent_s=round(sender.lag_s, 1), dropped=sender.dropped)


async def _until(
    changed: ChangedFile | None,
    stop: asyncio.Task[bool],
    sending: asyncio.Task[None],
    work: Coroutine[None, None, None],
) -> None:
    """Work until the file has changed or the collector is to stop; raises what ended work or sender instead."""
    working = asyncio.create_task(work)
    waiting: set[asyncio.Task[Any]] = {stop, sending, working}
    change = asyncio.create_task(changed.next()) if changed else None
    if change:
        waiting.add(change)
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, sending, change):
            if task and task.done():  # work and sender never end by themselves: the exception is the reason
                task.result()
    finally:
        if change:
            change.cancel()
        await _end(working)


def _ignore() -> None:
    return


def _trust(config: Config, url: str | None, ca: Path | None) -> Trust:
    cert = config.settings.server.tls_cert
    if cert is None or url is not None:
        return of_system(ca)
    return of_own_app(config.folder / cert)


async def _work(config: Config, secrets: Secrets, source: str, sender: Sender, clock: SteadyClock) -> None:
    """Run feeds and probes; listeners are open before the first probe goes out."""
    settings = config.settings
    first = settings.collectors[0].id
    mine = [f for f in settings.feeds if source in (f.from_ or [first])]
    opened, places = [asyncio.Event() for _ in mine], Places(settings)
    async with asyncio.TaskGroup() as group:
        for feed, event in zip(mine, opened, strict=True):
            group.create_task(feed_task(feed, config, secrets, sender, clock, places, event))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OPEN_WITHIN_S):
                for event in opened:
                    await event.wait()
        group.create_task(Runner(config, source, sender, secrets, clock, places).run())
        await asyncio.Event().wait()  # also with nothing to do: being there is what the app hears


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait({task}, timeout=STOP_WITHIN_S)
