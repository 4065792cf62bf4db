"""The web server's life: its port, its certificate, its signals, and the collector beside it."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from app.clock import monotonic_s
from app.errors import Unavailable
from app.running import pauses
from app.running.supervisor import Supervisor, collector_command
from app.settings import Config, Server

log = logging.getLogger("golive.serving")

BUSY_PORT_S = 10.0
LOOK_AT_CERTIFICATE_S = 5.0
LOOK_AT_FILE_S = 0.5
GRACEFUL_S = 2


async def serve(app: FastAPI, config: Config, *, collect: bool, collector: Sequence[str] = ()) -> None:
    """Serve the app until SIGTERM or SIGINT; with `collect`, keep the site's first collector running beside it.

    The database comes first, so that a second golive on it is refused at once; then the port, busy for 10 s at most.
    The collector is stopped before the app, which still takes what it hands over last; `collector` is its command line
    where it is not the site's own.
    """
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(_stop_signals())
        await stack.enter_async_context(app.router.lifespan_context(app))
        listener = await _listen(config.settings.server, stopping)
        if listener is None:
            return
        stack.enter_context(contextlib.closing(listener))
        server = _Server(_uvicorn_config(app, config))
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve(sockets=[listener]))
            waiting = tasks.create_task(stopping.wait())

            def said(trouble: str) -> None:
                app.state.house.certificate_trouble = trouble

            helpers = [waiting, tasks.create_task(_keep_certificate(server.config, config, said))]
            helpers.append(tasks.create_task(pauses.keep_rare()))
            supervised = None
            if collect:
                supervisor = Supervisor(collector or collector_command(config.file, config.settings.collectors[0].id))
                supervised = tasks.create_task(supervisor.run())
                helpers.append(tasks.create_task(_follow_file(app, supervisor)))
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
            for helper in helpers:
                helper.cancel()
            if supervised:
                supervisor.stop()
                await supervised
            server.should_exit = True


async def _follow_file(app: FastAPI, supervisor: Supervisor) -> None:
    """Start the collector anew when the app has taken a changed golive.toml."""
    version = app.state.house.config.version
    while True:
        await asyncio.sleep(LOOK_AT_FILE_S)
        if app.state.house.config.version != version:
            version = app.state.house.config.version
            supervisor.restart()


class _Server(uvicorn.Server):
    """uvicorn's server without its own idea of signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield stopping
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _uvicorn_config(app: FastAPI, config: Config) -> uvicorn.Config:
    server = config.settings.server
    served = uvicorn.Config(
        app,
        lifespan="off",  # ours, above: its errors are sentences
        log_config=None,
        access_log=False,
        http="h11",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024,
        proxy_headers=bool(server.proxies),
        # an address within its network (10.0.0.5/24) means that network, where uvicorn would trust nobody
        forwarded_allow_ips=[str(ipaddress.ip_network(p, strict=False)) for p in server.proxies],
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_S,
        ssl_certfile=config.folder / server.tls_cert if server.tls_cert else None,
        ssl_keyfile=config.folder / server.tls_key if server.tls_key else None,
    )
    try:
        served.load()
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(f"tls_cert and tls_key cannot be used: {_why(error)}") from error
    return served


async def _listen(server: Server, stopping: asyncio.Event) -> socket.socket | None:
    """Give the listening socket; None when we are to stop before the port is free."""
    deadline_s = monotonic_s() + BUSY_PORT_S
    said = False
    while not stopping.is_set():
        try:
            return _bound(server)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Unavailable(f"golive cannot listen on {server.listen}: {_why(error)}") from error
            if monotonic_s() > deadline_s:
                raise Unavailable(
                    f"another program listens on {server.listen} and still did after {BUSY_PORT_S:g} s: "
                    "end that one, or set another [server] listen"
                ) from error
        if not said:
            log.warning("another program listens on %s: trying for %g s", server.listen, BUSY_PORT_S)
            said = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 0.2)
    return None


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _bound(server: Server) -> socket.socket:
    found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = sorted(found, key=lambda f: f[0] != socket.AF_INET)[0]
    # asyncio sets TCP_NODELAY only where the protocol is named, and without it every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


async def _keep_certificate(served: uvicorn.Config, config: Config, said: Callable[[str], None]) -> None:
    """Take a renewed certificate into use for new connections, without a restart; one that is unusable is said."""
    server = config.settings.server
    if not server.tls_cert or not server.tls_key:
        return
    cert, key = config.folder / server.tls_cert, config.folder / server.tls_key
    seen = _stamps(cert, key)
    while True:
        await asyncio.sleep(LOOK_AT_CERTIFICATE_S)
        if (now_seen := _stamps(cert, key)) == seen or served.ssl is None:
            continue
        try:
            # tried apart first: a certificate without its key would leave the server with neither
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
            served.ssl.load_cert_chain(cert, key)
        except (OSError, ssl.SSLError) as error:
            trouble = f"the changed certificate cannot be used, the old one stays: {_why(error)}"
            log.warning("%s", trouble)
            said(trouble)
        else:
            said("")
            log.info("the changed certificate is in use")
        seen = now_seen


def _stamps(*files: Path) -> tuple[tuple[int, int] | None, ...]:
    """Tell one state of files from another; a missing one is a state, too."""
    found: list[tuple[int, int] | None] = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_ino, stat.st_mtime_ns))
    return tuple(found)
