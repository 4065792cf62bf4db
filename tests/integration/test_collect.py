"""A collector as a process: it listens before it measures, stops at once when asked, and dies with its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.peers.app_door import TOKEN, AppDoor
from tests.peers.golive import wait_for
from tests.peers.hl7_mutator import Caller, framed, order

FreePort = Callable[[], int]
FILE = """
[site]
id = "north"
name = "North"
[go_live]
at = 2026-11-21T06:00:00+01:00
"""
FEED = """
[[feeds]]
id = "ris"
kind = "hl7-mllp"
listen = "127.0.0.1:{port}"
"""
SECRETS = {
    "GOLIVE_SITE_KEY": "site-key-of-a-test-0123456789abcdef",
    "GOLIVE_INGEST_TOKEN": TOKEN,
    "GOLIVE_ADMIN_TOKEN": "admin-of-a-test",
}


@pytest.fixture
def door() -> Iterator[AppDoor]:
    with AppDoor() as one:
        yield one


def command(file: Path, door: AppDoor) -> list[str]:
    return [sys.executable, "-m", "collectors", "-c", str(file), "--app-url", door.url]


def start(file: Path, door: AppDoor) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(file, door), env={**os.environ, **SECRETS}, stderr=subprocess.DEVNULL)


def stopped_within(process: subprocess.Popen[bytes], number: int) -> float:
    begun = time.monotonic()
    process.send_signal(number)
    assert process.wait(10) == 0
    return time.monotonic() - begun


@pytest.mark.quiet
def test_a_collector_takes_messages_and_stops_within_two_seconds(
    tmp_path: Path, door: AppDoor, free_port: FreePort
) -> None:
    port, file = free_port(), tmp_path / "golive.toml"
    file.write_text(FILE + FEED.format(port=port))
    process = start(file, door)
    try:
        door.until(lambda: any(h["state"] == "listening" for h in door.heartbeats), 20)
        caller = Caller(port)
        assert caller.ask(framed(order(1))) == ("AA", "C1")
        assert stopped_within(process, signal.SIGTERM) < 2
        caller.close()
    finally:
        process.kill()
        process.wait()
    assert door.sources.keys() == {"main"}


@pytest.mark.quiet
def test_a_collector_whose_app_is_away_stops_within_two_seconds_too(
    tmp_path: Path, door: AppDoor, free_port: FreePort
) -> None:
    port, file = free_port(), tmp_path / "golive.toml"
    file.write_text(FILE + FEED.format(port=port))
    door.set("500")
    process = start(file, door)
    try:
        door.until(lambda: door.requests >= 2, 20)
        assert stopped_within(process, signal.SIGINT) < 2
    finally:
        process.kill()
        process.wait()


def test_a_collector_with_nothing_to_do_stays_and_says_that_it_is_there(tmp_path: Path, door: AppDoor) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(FILE)
    process = start(file, door)
    try:
        door.until(lambda: door.sources["main"] >= 2, 20)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_supervised_collector_dies_with_a_killed_parent(
    tmp_path: Path, door: AppDoor, free_port: FreePort, stopped: bool
) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(FILE + FEED.format(port=free_port()))
    begin = f"import subprocess; print(subprocess.Popen({command(file, door)!r}).pid, flush=True); input()"
    parent = subprocess.Popen(
        [sys.executable, "-c", begin],
        env={**os.environ, **SECRETS, "GOLIVE_SUPERVISED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    try:
        door.until(lambda: bool(door.heartbeats), 20)
        if stopped:
            child.suspend()
            wait_for("it is stopped", lambda: child.status() == psutil.STATUS_STOPPED, 5)
    finally:
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()
    try:
        wait_for("the collector is gone", lambda: gone(child), 2)
    finally:
        if not gone(child):
            child.kill()


def gone(process: psutil.Process) -> bool:
    """Say whether it has ended, also where nobody collects the dead."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_second_request_to_stop_does_not_cut_the_first_one_short(
    tmp_path: Path, door: AppDoor, free_port: FreePort
) -> None:
    port, file = free_port(), tmp_path / "golive.toml"
    file.write_text(FILE + FEED.format(port=port))
    process = start(file, door)
    try:
        door.until(lambda: any(h["state"] == "listening" for h in door.heartbeats), 20)
        door.set("hang")
        caller = Caller(port)
        caller.socket.sendall(framed(order(1)))
        door.until(lambda: any(i["part"] == "exam_events" for i in door.stored))
        process.send_signal(signal.SIGINT)
        assert caller.socket.recv(1) == b""  # it has begun to stop, and now waits for the app
        caller.close()
        process.send_signal(signal.SIGINT)
        assert stopped_within(process, signal.SIGTERM) < 2
    finally:
        process.kill()
        process.wait()


def test_a_lone_collector_takes_a_changed_file_and_keeps_the_old_one_beside_a_bad_one(
    tmp_path: Path, door: AppDoor, free_port: FreePort
) -> None:
    file, first, second = tmp_path / "golive.toml", free_port(), free_port()
    logged = tmp_path / "log"

    def heard(feed: str) -> bool:
        return any(h["probe_or_feed"] == feed and h["state"] == "listening" for h in door.heartbeats)

    file.write_text(FILE + FEED.format(port=first))
    with logged.open("wb") as log:
        process = subprocess.Popen(command(file, door), env={**os.environ, **SECRETS}, stderr=log)
    try:
        door.until(lambda: heard("ris"), 20)
        file.write_text(FILE + FEED.format(port=first).replace("listen", "lisen"))
        deadline = time.monotonic() + 10
        while b"lisen" not in logged.read_bytes():
            assert time.monotonic() < deadline, logged.read_text()
        caller = Caller(first)
        assert caller.ask(framed(order(1))) == ("AA", "C1")
        file.write_text(FILE + FEED.format(port=second).replace('"ris"', '"other"'))
        door.until(lambda: heard("other"), 10)
        assert caller.socket.recv(1) == b""
        caller.close()
        caller = Caller(second)
        assert caller.ask(framed(order(2))) == ("AA", "C2")
        caller.close()
        with pytest.raises(ConnectionRefusedError):
            Caller(first)
        file.write_text(FILE.replace("north", "south") + FEED.format(port=second))
        deadline = time.monotonic() + 10
        while b"site.id changed: that takes a restart" not in logged.read_bytes():
            assert time.monotonic() < deadline, logged.read_text()
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_a_bad_file_is_named_and_nothing_starts(tmp_path: Path, door: AppDoor) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(FILE.replace("North", ""))
    ended = subprocess.run(
        command(file, door), env={**os.environ, **SECRETS}, capture_output=True, timeout=30, check=False
    )
    assert ended.returncode == 2
    assert b"golive.toml:4: site.name:" in ended.stderr
