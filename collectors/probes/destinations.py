"""Our own storage SCP, to which a PACS sends images by C-MOVE: it counts them and throws them away."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from app.clock import monotonic_s
from app.domain.samples import Outcome
from collectors.dicom.storage import STORAGE_CLASSES, STORAGE_SYNTAXES
from collectors.outcomes import Failure

IDLE_S = 30.0


@dataclass(slots=True)
class Arrivals:
    """What came since an attempt began; moments of the monotonic clock, taken when an image was whole."""

    instances: int = 0
    size: int = 0
    first_s: float | None = None


@dataclass(slots=True)
class _Listener:
    arrivals: Arrivals = field(default_factory=Arrivals)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    counting: threading.Lock = field(default_factory=threading.Lock)
    server: Any = None

    def stored(self, event: Any) -> int:
        """Count one image; runs in pynetdicom's thread."""
        with self.counting:
            self.arrivals.instances += 1
            self.arrivals.size += event.request.DataSet.getbuffer().nbytes
            if self.arrivals.first_s is None:
                self.arrivals.first_s = monotonic_s()
        return 0


def _prepared(event: Any) -> None:
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    event.assoc.dul.socket.socket.settimeout(IDLE_S)  # a sender that stalls in mid-PDU would hold its thread for ever


class Destinations:
    """The listening ports of a collector, each opened at its first use and kept."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[str, int], _Listener] = {}

    @asynccontextmanager
    async def receiving(self, title: str, port: int) -> AsyncIterator[Arrivals]:
        """Count what arrives at a port while the block runs; one attempt at a time for each port."""
        listener = self._listeners.setdefault((title, port), _Listener())
        async with listener.one_at_a_time:
            if listener.server is None:
                listener.server = await asyncio.to_thread(_listen, title, port, listener)
            with listener.counting:
                listener.arrivals = Arrivals()
            yield listener.arrivals

    async def close(self) -> None:
        """Close all ports."""
        servers = [x.server for x in self._listeners.values() if x.server is not None]
        self._listeners.clear()
        await asyncio.gather(*(asyncio.to_thread(server.shutdown) for server in servers))


def _listen(title: str, port: int, listener: _Listener) -> Any:
    from pynetdicom import AE, evt  # takes 0.2 s and 40 MB: only where a C-MOVE probe is configured

    entity = AE(ae_title=title)
    entity.maximum_pdu_size = 131072
    entity.network_timeout = entity.dimse_timeout = entity.acse_timeout = IDLE_S
    for uid in STORAGE_CLASSES:
        entity.add_supported_context(uid, list(STORAGE_SYNTAXES))
    handlers: list[Any] = [(evt.EVT_C_STORE, listener.stored), (evt.EVT_CONN_OPEN, _prepared)]
    try:
        return entity.start_server(("", port), block=False, evt_handlers=handlers)
    except OSError as error:
        raise Failure(Outcome.UNREACHABLE, f"our own port {port} cannot be opened: {error.strerror}") from error
