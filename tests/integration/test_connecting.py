"""From a host's name to a connection: whatever swallows our packets on the way takes no more than its share."""

import asyncio
import os
import resource
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.measuring.samples import Outcome
from app.settings import HttpEndpoint, System, TlsClient
from collectors.dicom.tls import tls_context
from collectors.dicom.wire import NEXT_ADDRESS_S, Wire
from collectors.probes import ProbeContext, attempt
from collectors.probes.http import HttpClients
from tests.integration.probing import dicom_system, probe_of, try_once, web_system
from tests.peers.certificates import Authority
from tests.peers.hostile import Hostile, says
from tests.peers.ports import free_port

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


@pytest.fixture
def black_hole() -> Iterator[int]:
    """Give a port whose handshakes are never answered: nobody takes who waits there."""
    with ExitStack() as held:
        full = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = int(full.getsockname()[1])
        for _ in range(4):
            caller = held.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield port


async def connected(*ports: int) -> tuple[int, float]:
    """Give the port that took us, and how long its handshake was."""
    wire = Wire(10.0)
    try:
        async with asyncio.timeout(10):
            await wire.connect([(socket.AF_INET, ("127.0.0.1", port)) for port in ports])
        return int(wire.sock.getpeername()[1]), wire.connect_s or 0.0
    finally:
        wire.close()


def test_an_address_that_swallows_everything_leaves_the_others_their_turn(black_hole: int) -> None:
    with Hostile(says()) as peer:
        port, connect_s = asyncio.run(connected(black_hole, peer.port))
    assert port == peer.port
    assert connect_s < NEXT_ADDRESS_S


def test_an_address_that_refuses_is_followed_at_once_and_the_last_ones_word_counts(black_hole: int) -> None:
    with Hostile(says()) as peer:
        assert asyncio.run(connected(free_port(), free_port(), peer.port))[0] == peer.port
        assert asyncio.run(connected(peer.port, black_hole))[0] == peer.port
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(connected(free_port(), free_port()))


@pytest.mark.parametrize("kind", ["echo", "web"])
def test_a_dead_name_server_is_not_taken_for_a_dead_peer(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])
    system = dicom_system(104) if kind == "echo" else web_system("http://pacs.example/dicom-web")
    if system.dicom:
        system = system.model_copy(update={"dicom": system.dicom.model_copy(update={"host": "pacs.example"})})
    try:
        sample = try_once(probe_of(kind, timeout="200ms"), system)
    finally:
        over.set()
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in name look-up")


def test_a_renewed_certificate_file_is_read_again(tmp_path: Path) -> None:
    authority, endpoint = Authority(tmp_path), TlsClient(ca="ca.pem")
    before = tls_context(endpoint, tmp_path)
    assert tls_context(endpoint, tmp_path) is before
    clients, web = HttpClients(tmp_path), HttpEndpoint(url="https://pacs.example", ca_bundle="ca.pem")
    door = clients.of(web)
    assert clients.of(web) is door
    os.utime(authority.pem, ns=(1, 1))
    assert tls_context(endpoint, tmp_path) is not before
    assert clients.of(web) is not door
    asyncio.run(clients.close())


def test_a_kept_connection_is_used_again_however_many_descriptors_are_open() -> None:
    async def twice(system: System) -> list[Outcome]:
        clients = HttpClients(Path())
        context = ProbeContext(UTC, lambda: datetime.now(UTC), 1, Path(), clients)
        try:
            return [(await attempt(probe_of("query"), system, context)).outcome for _ in range(2)]
        finally:
            await clients.close()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with Hostile(says(PAGE, PAGE)) as peer, ExitStack() as held:
        for _ in range(1100):
            held.enter_context(Path(shutil.__file__).open("rb"))
        try:
            outcomes = asyncio.run(twice(web_system(f"http://127.0.0.1:{peer.port}")))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert outcomes == [Outcome.OK, Outcome.OK]
