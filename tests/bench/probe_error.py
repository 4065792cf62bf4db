"""What a probe says beside what a packet capture says of the same worklist query, at 1 and at 200 queries at once."""

import asyncio
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from collectors.dicom.association import Exchange, Peer
from collectors.dicom.identifiers import worklist_query
from collectors.dicom.operations import WORKLIST, find
from collectors.dicom.wire import Address
from tests.bench.table import Row
from tests.peers.golive import wait_for
from tests.peers.wlmscpfs import Wlmscpfs


def query() -> bytes:
    """Encode a worklist query for CT, Implicit VR Little Endian."""
    return worklist_query({"Modality": "CT"}, "", None)


async def at_once(port: int, called: str, count: int) -> list[Exchange]:
    peer, asked = Peer(Address("127.0.0.1", port, None, Path()), called, "BENCH"), query()
    return await asyncio.gather(*(find(peer, WORKLIST, asked, 30) for _ in range(count)))


class Capture:
    """A tshark on one loopback port; `stop` gives each connection's true interval by the client's port."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.file = port, folder / "bench.pcap"
        command = ["tshark", "-i", "lo", "-f", f"tcp port {port}", "-B", "64", "-s", "2048", "-w", str(self.file)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr
        while line := self.process.stderr.readline():
            if "Capturing on" in line:
                break
        self.until_it_grows()

    def until_it_grows(self) -> None:
        """Knock at the port until packets have reached the file: the program says that it captures before it does."""
        before = self.file.stat().st_size if self.file.exists() else 1000

        def grown() -> bool:
            with socket.create_connection(("127.0.0.1", self.port), 5):
                return self.file.exists() and self.file.stat().st_size > before

        wait_for("packets reach the capture file", grown, 20, 0.2)

    def stop(self) -> dict[int, float]:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        fields = ["tcp.srcport", "tcp.dstport", "frame.time_epoch", "tcp.len"]
        wanted = "tcp.len>0 and !tcp.analysis.retransmission"
        command = [
            "tshark",
            "-r",
            str(self.file),
            "-Y",
            wanted,
            "-T",
            "fields",
            *(x for f in fields for x in ("-e", f)),
        ]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return truth(self.port, [tuple(line.split("\t")) for line in lines])


def truth(port: int, rows: list[tuple[str, ...]]) -> dict[int, float]:
    """Give seconds from the query to the last answer, by client port: the query is the client's second payload."""
    asked: dict[int, list[float]] = {}
    answered: dict[int, list[float]] = {}
    for source, target, at, size in rows:
        if int(target) == port:
            asked.setdefault(int(source), []).append(float(at))
        elif len(asked.get(int(target), [])) >= 2 and len(asked[int(target)]) < 3 and int(size) > 0:
            answered.setdefault(int(target), []).append(float(at))
    return {p: answered[p][-1] - times[1] for p, times in asked.items() if p in answered}


def errors_ms(count: int) -> list[float]:
    """Give the sorted errors of `count` queries at once."""
    with Wlmscpfs() as ris, tempfile.TemporaryDirectory() as folder:
        capture = Capture(ris.port, Path(folder))
        seen = asyncio.run(at_once(ris.port, ris.aet, count))
        capture.until_it_grows()
        true_s = capture.stop()
    pairs = [(e.total_s, true_s[e.local_port]) for e in seen if e.total_s and e.local_port in true_s]
    assert len(pairs) > count * 0.9, f"only {len(pairs)} of {count} queries are in the capture"
    return sorted(abs(a - b) * 1000 for a, b in pairs)


def measure() -> list[Row]:
    """Give the probe's error in ms."""
    rows = []
    for count in (1, 200):
        got = errors_ms(count)
        p50, p95 = got[len(got) // 2], got[int(len(got) * 0.95) - 1 if len(got) > 1 else 0]
        figure = f"{p50:.3f} / {p95:.3f} / {got[-1]:.3f}"
        rows.append(
            Row(f"probe error at {count} at once, ms p50 / p95 / max", figure, "0", None, "packet capture (tshark)")
        )
    return rows
