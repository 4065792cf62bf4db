"""HTTP as the probes need it: one kept client per endpoint, each request timed, no failure raised but `Failure`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore
import httpx

from app.clock import monotonic_s
from app.domain.measuring.samples import Outcome
from app.settings import HttpEndpoint
from collectors.dicom.wire import Wire
from collectors.outcomes import Failure, of_error, of_tls_files, within
from collectors.probes.http_access import auth_of, file_stamps, proxy_auth_of, tls_files, tls_of
from collectors.probes.http_stream import ON_PHASE, Transport

MOST_KEPT = 16 << 20
_KNOWN = (
    httpx.HTTPError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
)
_UNUSED = (httpx.RemoteProtocolError, httpcore.RemoteProtocolError, ConnectionError)


@dataclass(slots=True)
class Answer:
    """One answered request; `first_s` and `total_s` count from the request's sending to its head and its last byte."""

    status: int = 0
    content_type: str = ""
    body: bytes = b""
    size: int = 0
    connect_s: float | None = None
    tls_s: float | None = None
    first_s: float = 0.0
    total_s: float = 0.0
    kernel: bool = False

    def need_success(self) -> None:
        """Raise the failure that a status other than 2xx is."""
        if self.status in (401, 403):
            raise Failure(Outcome.AUTH, f"HTTP {self.status}")
        if not 200 <= self.status < 300:
            raise Failure(Outcome.BAD_STATUS, f"http status {self.status}")


@dataclass(slots=True)
class Progress:
    """Where an attempt is, so that a timeout can say in which phase it came, and the bytes of bodies it fetched."""

    phase: str = "connect"
    fetched: int = 0

    def at(self, phase: str) -> None:
        """Take note of the phase."""
        self.phase = phase


@dataclass(slots=True)
class _Trace:
    progress: Progress
    phase: str
    sent_s: float = 0.0
    reused: bool = True

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.reused, self.progress.phase = False, "connect"
        elif event == "connection.start_tls.started":
            self.progress.phase = "tls"
        elif event.endswith("send_request_headers.started"):
            self.sent_s, self.progress.phase = monotonic_s(), self.phase


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; the body goes to `sink` (with its content type) or, up to `keep` bytes, is kept."""

    phase: str
    accept: str = "*/*"
    params: Mapping[str, str] | None = None
    keep: int = MOST_KEPT
    sink: Callable[[bytes, str], None] | None = None


class Door:
    """The kept client of one endpoint."""

    def __init__(self, endpoint: HttpEndpoint, folder: Path) -> None:
        self.url = endpoint.url.rstrip("/")
        self._files = endpoint, folder
        proxy_auth = proxy_auth_of(endpoint, folder)
        try:
            self._stamps, context = file_stamps(endpoint, folder), tls_of(endpoint, folder)
        except OSError as error:
            raise of_tls_files(error, folder, *tls_files(endpoint)) from error
        self._client = httpx.AsyncClient(
            transport=Transport(context, endpoint.proxy, proxy_auth),
            auth=auth_of(endpoint.auth, folder),
            headers={"Accept-Encoding": "identity", "User-Agent": "golive"},
            timeout=None,
            trust_env=False,
        )

    @property
    def renewed(self) -> bool:
        """Say whether a file that it has read changed since it was made."""
        try:
            return file_stamps(*self._files) != self._stamps
        except OSError:
            return True

    async def get(self, path: str, progress: Progress, request: Request) -> Answer:
        """Give the answer to one GET.

        A kept connection that the peer closed meanwhile is no answer of the peer's: the request is sent once more.
        """
        for again in (False, True):
            trace, answer = _Trace(progress, request.phase), Answer()
            ON_PHASE.set(progress.at)
            try:
                await self._get(path, request, trace, answer)
                break
            except _KNOWN as error:
                if again or answer.status or not trace.reused or not isinstance(error, _UNUSED):
                    raise _failure(error, progress.phase) from error
        return answer

    async def _get(self, path: str, request: Request, trace: _Trace, answer: Answer) -> None:
        try:
            asked = self._client.build_request(
                "GET",
                self.url + path,
                headers={"Accept": request.accept},
                params=request.params,
                extensions={"trace": trace},
            )
        except (httpx.InvalidURL, ValueError) as error:  # such as a path that makes no address
            raise Failure(Outcome.UNREACHABLE, f"cannot be asked: {_words(error)}") from error
        response = await self._client.send(asked, stream=True)
        try:
            wire = _wire(response)
            answer.first_s = _arrived(wire) - trace.sent_s
            answer.status, answer.content_type = response.status_code, response.headers.get("content-type", "")
            if wire and not trace.reused:
                answer.connect_s, answer.tls_s = wire.connect_s, wire.tls_s
            kept = bytearray()
            async for part in response.aiter_raw():
                answer.size += len(part)
                trace.progress.fetched += len(part)
                if request.sink:
                    request.sink(part, answer.content_type)
                elif len(kept) < request.keep:
                    kept += part[: request.keep - len(kept)]
            answer.total_s = max(answer.first_s, _arrived(wire) - trace.sent_s)
            answer.kernel = wire is not None and wire.kernel
            answer.body = bytes(kept)
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()


def _wire(response: httpx.Response) -> Wire | None:
    stream = response.extensions.get("network_stream")
    wire = stream.get_extra_info("wire") if stream is not None else None
    return wire if isinstance(wire, Wire) else None


def _arrived(wire: Wire | None) -> float:
    return wire.arrived_s if wire is not None else monotonic_s()


def _failure(error: Exception, phase: str) -> Failure:
    if isinstance(error, OSError):
        return of_error(error, phase)
    if isinstance(error, httpcore.ProxyError | httpx.ProxyError):
        return Failure(Outcome.UNREACHABLE, f"proxy refused the way: {_words(error)}")
    if isinstance(error, httpx.UnsupportedProtocol | httpcore.UnsupportedProtocol | httpx.LocalProtocolError):
        return Failure(Outcome.UNREACHABLE, f"cannot be asked: {_words(error)}")
    if "disconnected" in str(error) or "closed" in str(error):
        return Failure(Outcome.ABORTED, f"peer closed the connection in {phase}")
    return Failure(Outcome.ABORTED, f"no HTTP answer in {phase}: {_words(error)}")


def _words(error: Exception) -> str:
    return "".join(c for c in str(error) if c.isprintable())[:80] or type(error).__name__


class HttpClients:
    """The kept clients of a collector, one per endpoint; `folder` is where relative paths start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._doors: dict[str, Door] = {}
        self._former: list[Door] = []  # somebody may still be asking through them

    def of(self, endpoint: HttpEndpoint | None) -> Door:
        """Give the client of an endpoint."""
        if endpoint is None:
            raise Failure(Outcome.UNREACHABLE, "the system has no address for this kind of probe")
        key = endpoint.model_dump_json()
        door = self._doors.get(key)
        if door is None or door.renewed:
            self._doors[key] = Door(endpoint, self._folder)
            self._former += [door] if door else []
        return self._doors[key]

    async def close(self) -> None:
        """Close them all."""
        for door in [*self._doors.values(), *self._former]:
            await door.close()
        self._doors.clear()
        self._former.clear()


@asynccontextmanager
async def within_timeout(progress: Progress, timeout_s: float) -> AsyncIterator[None]:
    """Bound an attempt of several requests; the failure names the phase in which the time ran out."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise Failure(Outcome.TIMEOUT, within(progress.phase)) from error
