"""golive killed with a notice under way: it is told again under the same id, and none is lost.

`make faults` does it a hundred times on each database (notice_kills).
"""

import contextlib
import os
import signal
from collections.abc import Iterator

from tests.integration.test_notices import ALL, RULE
from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for
from tests.peers.receiver import Receiver


@contextlib.contextmanager
def telling(receiver: Receiver) -> Iterator[GoLive]:
    """Give a golive that tells everything to the receiver."""
    probe = {"id": "w", "kind": "worklist", "system": "ris", "area": "ct", "every": "10s", "timeout": "8s"}
    with GoLive(
        systems=[dicom_system("ris", 1, "RIS")],
        probes=[probe],
        triggers=[RULE],
        channels=[{"id": "desk", "timeout": "5s"}],
        routes=[{"channel": "desk", "on": ALL}],
    ) as golive:
        golive.environ["GOLIVE_CHANNEL_DESK"] = receiver.address()
        yield golive


def breach(golive: GoLive) -> None:
    base = {"probe": "w", "kind": "worklist", "system": "ris", "area": "ct", "outcome": "ok", "total_s": 2.0}
    golive.ingest(samples=[{**base, "id": uuid7(), "at": now_z()} for _ in range(6)])


def test_a_notice_that_was_taken_and_not_marked_comes_again_under_its_id() -> None:
    with Receiver() as receiver, telling(receiver) as golive:
        golive.start("serve")
        wait_for("T0 is told", receiver.taken, 10)
        pid = golive.processes["serve"].pid
        receiver.before = lambda: os.kill(pid, signal.SIGKILL)  # it has the message, and no answer goes out before that
        breach(golive)
        golive.processes.pop("serve").wait(20)
        receiver.before = lambda: None
        told = [m for m in receiver.messages if "breach" in m.title]
        assert len(told) == 1
        golive.start("serve")
        wait_for("it is told again", lambda: len([m for m in receiver.messages if "breach" in m.title]) == 2, 10)
        again = [m for m in receiver.messages if "breach" in m.title]
        assert again[0].id == again[1].id
        assert (again[0].title, again[0].text) == (again[1].title, again[1].text)


def test_a_breach_that_was_committed_and_not_told_is_told_after_the_kill() -> None:
    with Receiver() as receiver, telling(receiver) as golive:
        golive.environ["GOLIVE_CHANNEL_DESK"] = "json://127.0.0.1:1/nobody"
        golive.start("serve")
        breach(golive)
        wait_for("it is breached", lambda: golive.get("/api/triggers/slow")["state"] == "breached", 10)
        golive.kill("serve")
        golive.environ["GOLIVE_CHANNEL_DESK"] = receiver.address()
        golive.start("serve")
        wait_for("both are told", lambda: len(receiver.taken()) == 2, 10)
        assert sorted(m.title.rpartition("Campus: ")[2] for m in receiver.taken()) == [
            "breach: Worklist unusable",
            "go-live declared",
        ]
