"""HTTP over our own measuring sockets: httpx asks, httpcore speaks, `Wire` carries the bytes and stamps them.

httpcore's own streams read 64 KiB at a time through three layers, which doubles the time of a 50 MB study on a fast
network; these read what the kernel holds, with the kernel's moment, and give socket errors as they are.
"""

import asyncio
import math
import select
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from collectors.dicom.host_names import LOOK_UP, resolve
from collectors.dicom.wire import Closed, Wire

# Hears in which phase a connection of the current task is: httpcore's own events know of no look-up.
ON_PHASE: ContextVar[Callable[[str], None]] = ContextVar("on_phase", default=lambda _: None)


class Stream(httpcore.AsyncNetworkStream):
    """One kept connection."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        try:
            return await self.wire.receive()
        except Closed:
            return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        if buffer:
            await self.wire.send(buffer)

    async def aclose(self) -> None:
        self.wire.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        try:
            await self.wire.secure(ssl_context, server_hostname or "")
        except BaseException:
            self.wire.close()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self.wire.tls
        if info == "is_readable":  # a kept connection that can be read while nothing is asked was closed by the peer
            return not self.wire.is_open or _readable(self.wire)
        return self.wire if info == "wire" else None


def _readable(wire: Wire) -> bool:
    poll = select.poll()  # select() takes no descriptor from 1024 on
    poll.register(wire.sock, select.POLLIN)
    return bool(poll.poll(0))


class Network(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        wire = Wire(math.inf)
        try:
            told = ON_PHASE.get()
            told(LOOK_UP)
            addresses = await resolve(host, port)
            told("connect")
            await wire.connect(addresses)
        except BaseException:
            wire.close()
            raise
        return Stream(wire)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class Transport(httpx.AsyncBaseTransport):
    """httpx's way to httpcore with our network underneath; with a `proxy` every request goes through it."""

    def __init__(
        self, context: ssl.SSLContext, proxy: str | None = None, proxy_auth: tuple[bytes, bytes] | None = None
    ) -> None:
        if proxy:
            self._pool: httpcore.AsyncConnectionPool = httpcore.AsyncHTTPProxy(
                proxy,
                proxy_auth=proxy_auth,
                ssl_context=context,
                max_connections=8,
                network_backend=Network(),
            )
        else:
            self._pool = httpcore.AsyncConnectionPool(ssl_context=context, max_connections=8, network_backend=Network())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = await self._pool.handle_async_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
