"""Fifty SIGKILLs of app and collector under HL7 and probe load, with ten million samples stored."""

import json
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psutil

from tests.peers.golive import GoLive, dicom_system, wait_for
from tests.peers.hl7_lives import END, VT, Life
from tests.peers.ports import free_port
from tests.peers.wlmscpfs import Wlmscpfs

KILLS = 50
SAMPLES = 10_000_000
READY_WITHIN_S = 3.0
Count = Callable[[str], int]


class Sender(threading.Thread):
    """Tells new orders one at a time and again until AA; knows what was acknowledged."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.acknowledged, self.resent = port, 0, 0
        self.stopping = threading.Event()

    def run(self) -> None:
        import socket

        link, message, number = None, b"", 0
        while not (self.stopping.is_set() and not message):
            if not message:
                number += 1
                life = Life(f"KILL{number:07d}", "CT", "E", datetime.now(UTC))
                life.order(datetime.now(UTC), "NW")
                message = life.messages[0][1].encode()
            try:
                link = link or socket.create_connection(("127.0.0.1", self.port), 60)
                link.sendall(VT + message + END)
                answer = b""
                while END not in answer:
                    if not (more := link.recv(4096)):
                        raise ConnectionError("closed")
                    answer += more
                assert b"MSA|AA|" in answer
                self.acknowledged, message = self.acknowledged + 1, b""
            except OSError:
                self.resent, link = self.resent + 1, None
                threading.Event().wait(0.05)


def run(database: str, prefill: Callable[[int], None], count: Count, seed: int) -> str:
    """Kill and restart; give the figure, or fail on the first thing lost or doubled."""
    dice, port = random.Random(seed), free_port()
    with Wlmscpfs() as ris:
        often = {"system": "ris", "area": "ct", "every": "1s", "timeout": "2s"}
        probes: list[dict[str, Any]] = [{"id": f"echo-{i}", "kind": "echo", **often} for i in range(8)]
        probes += [{"id": "worklist", "kind": "worklist", "match": {"Modality": "CT"}, **often}]
        feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
        systems = [dicom_system("ris", ris.port, ris.aet)]
        with GoLive(database=database, systems=systems, probes=probes, feeds=[feed]) as golive:
            golive.start("serve", "collect")
            golive.kill()
            prefill(SAMPLES)
            golive.start("serve", "collect", seconds=60)
            sender = Sender(golive.listens(port))
            sender.start()
            ready_s = [_kill_and_restart(golive, dice, sender) for _ in range(KILLS)]
            sender.stopping.set()
            sender.join(60)
            assert not sender.is_alive(), "the last message was never acknowledged"
            told = golive.get("/api/exams/summary")["milestones"]["ordered"]
            assert told == sender.acknowledged, f"{told} orders told, {sender.acknowledged} acknowledged"
            rows = count("select count(*) from exam_event where milestone = 'ordered'")
            assert rows == sender.acknowledged, f"{rows} events for {sender.acknowledged} acknowledged messages"
            verified = golive.cli("journal", "verify", "--json")
            assert verified.returncode == 0, verified.stdout + verified.stderr
            total = count("select count(*) from sample")
    restarts, cpu_s = sorted(s for s, _ in ready_s if s), max(s for _, s in ready_s)
    took = f"ready after {restarts[len(restarts) // 2]:.2f} s (worst {restarts[-1]:.2f}, {cpu_s:.2f} s of it CPU)"
    assert restarts[-1] < READY_WITHIN_S, took
    return (
        f"{KILLS} kills, {sender.acknowledged} messages acknowledged ({sender.resent} sent again): each there once; "
        f"{total:,} samples; {took}; journal {json.loads(verified.stdout)}"
    )


def _kill_and_restart(golive: GoLive, dice: random.Random, sender: Sender) -> tuple[float, float]:
    """Give how long the app took to be ready again, and how much of it on a processor; 0 for a collector."""
    which = dice.choice(["serve", "collect"])
    before = sender.acknowledged
    wait_for("messages flow", lambda: sender.acknowledged > before + 5, 30)
    threading.Event().wait(dice.random() * 0.3)  # the moment of the crash is to be anywhere
    golive.signal(signal.SIGKILL, which)
    golive.processes.pop(which).wait()
    began = time.monotonic()
    golive.start(which, ready=False)
    wait_for("ready again", lambda: golive.alive() and golive.status_of("/readyz") == 200, 30, 0.02)
    if which != "serve":
        return 0.0, 0.0
    took_s, used = time.monotonic() - began, psutil.Process(golive.processes[which].pid).cpu_times()
    return took_s, used.user + used.system
