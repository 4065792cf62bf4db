"""The HL7 listener over real sockets: what is answered, when, and what it takes to hurt it."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from app.clock import SteadyClock
from app.settings import Settings
from collectors.feeds.hl7_mllp import Hl7Feed, Patience
from collectors.sender import Sender
from tests.peers.app_door import TOKEN, AppDoor
from tests.peers.hl7_mutator import CR, FS, VT, Caller, framed, order, pour, report

FreePort = Callable[[], int]
Call = Callable[..., Caller]


class Listener(threading.Thread):
    """A feed with its own sender, on a loop of its own."""

    def __init__(self, door: AppDoor, port: int, patience: Patience | None = None, **feed: object) -> None:
        super().__init__(daemon=True)
        settings = {
            "site": {"id": "north", "name": "North"},
            "go_live": {"at": "2026-11-21T06:00:00+01:00"},
            "feeds": [{"id": "ris", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}", **feed}],
        }
        self.settings = Settings.model_validate(settings)
        self._door, self._patience = door, patience
        self.ready = threading.Event()
        self.feed: Hl7Feed | None = None
        self._ask_to_stop: Callable[[], None] = lambda: None

    def run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        loop, stop, clock = asyncio.get_running_loop(), asyncio.Event(), SteadyClock()
        self._ask_to_stop = lambda: loop.call_soon_threadsafe(stop.set)
        sender = Sender(self._door.url, TOKEN, "main", clock)
        self.feed = Hl7Feed(self.settings.feeds[0], self.settings, "site-key", sender, clock, self._patience)
        tasks = [asyncio.create_task(sender.run()), asyncio.create_task(self.feed.run())]
        self.ready.set()
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        self._ask_to_stop()
        self.join(5)
        assert not self.is_alive()


@contextmanager
def listening(door: AppDoor, port: int, patience: Patience | None = None, **feed: object) -> Iterator[Listener]:
    listener = Listener(door, port, patience, **feed)
    listener.start()
    assert listener.ready.wait(5)
    assert listener.feed is not None
    until(lambda: listener.feed is not None and listener.feed.opened.is_set())
    try:
        yield listener
    finally:
        listener.stop()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        threading.Event().wait(0.01)


@pytest.fixture
def door() -> Iterator[AppDoor]:
    with AppDoor() as one:
        yield one


@pytest.fixture
def call() -> Iterator[Call]:
    """Connections that are closed when the test is over."""
    open_: list[Caller] = []

    def begin(port: int, timeout_s: float = 20) -> Caller:
        open_.append(Caller(port, timeout_s))
        return open_[-1]

    yield begin
    for caller in open_:
        caller.close()


def test_an_acknowledged_message_is_stored_and_the_answer_names_it(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port):
        caller = call(port)
        for n in range(30):
            assert caller.ask(framed(order(n))) == ("AA", f"C{n}")
            assert len(door.ids("exam_events")) == n + 1
        caller.close()
    assert [m["key"] for m in door.stored if m["part"] == "messages"] == ["ORM^O01 NW/- -"] * 30
    assert "SECRET" not in str(door.stored)


def test_while_the_app_is_away_the_answer_waits_and_then_the_connection_closes(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port, Patience(commit_s=0.5)):
        door.set("500")
        caller = call(port)
        with pytest.raises(OSError, match="closed"):
            caller.ask(framed(order(1)))
        assert door.stored == []
        door.set("ok")
        assert call(port).ask(framed(order(1))) == ("AA", "C1")
        assert len(door.ids("exam_events")) == 1


def test_the_engines_queue_is_said_when_nothing_could_be_answered_for_a_while(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port, Patience(queueing_s=0.2, heartbeat_s=0.1)):
        door.set("no database")
        caller = call(port)
        caller.socket.sendall(framed(order(1)))
        said = "the engine is queueing for us since"
        door.until(lambda: any(h["detail"].startswith(said) for h in door.heartbeats[-1:]))
        told = door.heartbeats[-1]
        assert (told["state"], told["at"]) == ("waiting", told["since"])
        door.set("ok")
        assert caller.answer() == ("AA", "C1")
        door.until(lambda: door.heartbeats[-1]["state"] == "connected")


def test_an_answer_waits_for_the_commit(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    with listening(door, port):
        door.set("hang")
        caller = call(port, timeout_s=0.4)
        with pytest.raises(TimeoutError):
            caller.ask(framed(order(1)))
        door.set("ok")
        caller.socket.settimeout(10)
        assert caller.answer() == ("AA", "C1")


def test_empty_headless_and_hopeless_frames_are_answered_and_put_aside(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port):
        caller = call(port)
        assert caller.ask(framed(b"")) == ("AA", "")
        assert caller.ask(framed(b"no message at all")) == ("AA", "")
        assert caller.ask(framed(order(5).replace(b"ACC000005", b"").replace(b"F5", b""))) == ("AA", "C5")
        reasons = [u["reason"] for u in door.stored if u["part"] == "unreadable"]
    assert reasons == [
        "an empty frame",
        "it does not begin with MSH and a separator",
        "no usable accession number in IPC-1, OBR-18, OBR-3, ORC-3",
    ]
    assert "SECRET" not in str(door.stored)


def test_enhanced_mode_gets_ca(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    with listening(door, port):
        enhanced = order(1).replace(b"2.5.1||||||8859/1", b"2.5.1|||AL|NE||8859/1")
        assert call(port).ask(framed(enhanced)) == ("CA", "C1")


def test_many_frames_in_one_write_and_one_frame_in_many_are_answered_in_order(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port):
        caller = call(port)
        caller.socket.sendall(b"\r\n".join(framed(order(n)) for n in range(20)))
        assert [caller.answer() for _ in range(20)] == [("AA", f"C{n}") for n in range(20)]
        caller.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in framed(report(99)):
            caller.socket.sendall(bytes([byte]))
        assert caller.answer() == ("AA", "C99")


@pytest.mark.parametrize("wire", [b"MSH|^~\\&|" + FS + CR, VT + b"x" * (8 * 1024 * 1024 + 1), VT + b"MSH|" + FS + VT])
def test_broken_framing_and_oversize_close_the_connection(
    door: AppDoor, free_port: FreePort, call: Call, wire: bytes
) -> None:
    port = free_port()
    with listening(door, port):
        caller = call(port)
        with pytest.raises(OSError):  # noqa: PT011  # closed or reset: the kernel decides
            caller.ask(wire)
        assert call(port).ask(framed(order(1))) == ("AA", "C1")


def test_a_frame_of_eight_mebibytes_is_answered(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    with listening(door, port):
        message = order(1) + b"NTE|1||"
        message += b"x" * (8 * 1024 * 1024 - len(message))
        assert call(port).ask(framed(message)) == ("AA", "C1")


def test_an_idle_half_frame_closes_and_an_idle_connection_does_not(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port, Patience(half_frame_s=0.3)):
        idle, half = call(port), call(port)
        half.socket.sendall(VT + b"MSH|^~")
        with pytest.raises(OSError, match="closed"):
            half.answer()
        assert idle.ask(framed(order(1))) == ("AA", "C1")


def test_who_is_not_allowed_is_closed(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    with listening(door, port, allow_from=["10.0.0.5", "10.1.0.0/16"]), pytest.raises(OSError):  # noqa: PT011
        call(port).ask(framed(order(1)))


def test_a_busy_port_is_tried_again_and_said(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    listener = Listener(door, port)
    with socket.create_server(("127.0.0.1", port)):
        listener.start()
        until(lambda: any("cannot be opened" in h["detail"] for h in door.heartbeats))
        assert door.heartbeats[-1]["state"] == "waiting"
    until(lambda: listener.feed is not None and listener.feed.opened.is_set())
    assert call(port).ask(framed(order(1))) == ("AA", "C1")
    listener.stop()


def test_heartbeats_say_who_is_there(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    with listening(door, port):
        until(lambda: any(h["state"] == "listening" for h in door.heartbeats))
        caller = call(port)
        until(lambda: door.heartbeats[-1]["state"] == "connected")
        caller.close()
        until(lambda: door.heartbeats[-1]["state"] == "listening")


def test_more_connections_than_there_is_room_for_hurt_nobody_who_is_in(
    door: AppDoor, free_port: FreePort, call: Call
) -> None:
    port = free_port()
    with listening(door, port) as listener:
        callers = [call(port) for _ in range(200)]
        until(lambda: listener.feed is not None and len(listener.feed._connections) == 200)
        with pytest.raises(OSError):  # noqa: PT011
            call(port).ask(framed(order(1)))
        assert callers[0].ask(framed(order(2))) == ("AA", "C2")
        for caller in callers:
            caller.close()
        until(lambda: listener.feed is not None and not listener.feed._connections)
        assert call(port).ask(framed(order(3))) == ("AA", "C3")


def test_three_thousand_mutated_messages_are_all_answered(door: AppDoor, free_port: FreePort, call: Call) -> None:
    port = free_port()
    with listening(door, port) as listener:
        pour(port, 7, 100)
        with ThreadPoolExecutor(4) as pool:
            counts = sum(pool.map(lambda seed: pour(port, seed, 750), range(1, 5)), Counter[str]())
        caller = call(port)
        assert [caller.ask(framed(order(n))) for n in range(10)] == [("AA", f"C{n}") for n in range(10)]
    answered = sum(n for name, n in counts.items() if name[:3] in ("AA ", "CA "))
    broken = sum(n for name, n in counts.items() if name.startswith("broken"))
    assert (answered + broken, answered > 2400) == (3000, True)
    assert not any("could not read it" in u.get("reason", "") for u in door.stored)
    assert "SECRETNAME" not in str(door.stored)
    assert listener.feed is not None
    assert listener.feed.counts.unanswered == 0
