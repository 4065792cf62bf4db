"""A collector: the door to the app, the feeds' listeners, and then the probes."""

import asyncio
import contextlib
import signal
import ssl

import structlog

from app.clock import SteadyClock
from app.settings import Config, Secrets
from collectors.feeds import feed_task
from collectors.runner import Runner
from collectors.sender import Sender

_LOG = structlog.get_logger()

OPEN_WITHIN_S = 2.0  # a port that is still busy then is tried on, but probes wait no longer
FLUSH_WITHIN_S = 0.8
STOP_WITHIN_S = 1.0


async def collect(config: Config, secrets: Secrets, source: str = "main", url: str | None = None) -> None:
    """Collect until SIGTERM or SIGINT; what was seen by then is handed over, for at most a second."""
    clock, stopping = SteadyClock(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    app, token = url or config.settings.server.local_url, secrets.ingest_token.get_secret_value()
    sender = Sender(app, token, source, clock, verify=_verify(config, url))
    sending = asyncio.create_task(sender.run())
    working = asyncio.create_task(_work(config, secrets, source, sender, clock))
    stop = asyncio.create_task(stopping.wait())
    _LOG.info("collecting", source=source, configuration=config.version)
    try:
        await asyncio.wait({stop, working, sending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, sending):
            if task.done():  # neither ends by itself: its exception is the reason
                task.result()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        stop.cancel()
        await _end(working)
        if not sending.done():
            await sender.flushed(FLUSH_WITHIN_S)
        await _end(sending)
        _LOG.info("stopped", source=source, sent=sender.sent, unsent_s=round(sender.lag_s, 1), dropped=sender.dropped)


def _verify(config: Config, url: str | None) -> ssl.SSLContext | bool:
    """An own certificate is trusted by its file, for it may be signed by nobody else, and whatever name it carries."""
    cert = config.settings.server.tls_cert
    if cert is None or url is not None:
        return True
    context = ssl.create_default_context(cafile=str(config.folder / cert))
    context.check_hostname = False
    return context


async def _work(config: Config, secrets: Secrets, source: str, sender: Sender, clock: SteadyClock) -> None:
    """Run feeds and probes; listeners are open before the first probe goes out."""
    settings = config.settings
    first = settings.collectors[0].id
    mine = [f for f in settings.feeds if source in (f.from_ or [first])]
    opened = [asyncio.Event() for _ in mine]
    async with asyncio.TaskGroup() as group:
        for feed, event in zip(mine, opened, strict=True):
            group.create_task(feed_task(feed, config, secrets, sender, clock, event))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OPEN_WITHIN_S):
                for event in opened:
                    await event.wait()
        group.create_task(Runner(config, source, sender, secrets, clock).run())
        await asyncio.Event().wait()  # also with nothing to do: being there is what the app hears


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait({task}, timeout=STOP_WITHIN_S)
