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


def test_a_supervised_collector_dies_with_a_killed_parent(tmp_path: Path, door: AppDoor, free_port: FreePort) -> None:
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
    finally:
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()
    assert psutil.wait_procs([child], timeout=5)[1] == []


def test_a_bad_file_is_named_and_nothing_starts(tmp_path: Path, door: AppDoor) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(FILE.replace("North", ""))
    ended = subprocess.run(
        command(file, door), env={**os.environ, **SECRETS}, capture_output=True, timeout=30, check=False
    )
    assert ended.returncode == 2
    assert b"golive.toml:4: site.name:" in ended.stderr
