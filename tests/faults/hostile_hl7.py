"""A hundred thousand mutated HL7 messages: every whole frame is acknowledged, nothing crashes, memory stays."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil

from tests.peers.golive import GoLive
from tests.peers.hl7_mutator import pour
from tests.peers.ports import free_port

COUNT, LINKS = 100_000, 16
ALLOWED_MB = 80


def rss_mb(golive: GoLive) -> float:
    """Give the resident memory of all of golive's processes."""
    top = psutil.Process(golive.processes["run"].pid)
    return sum(p.memory_info().rss for p in [top, *top.children(recursive=True)]) / 2**20


def check() -> str:
    """Pour them over many connections; the first tenth warms up, the rest is measured."""
    port = free_port()
    feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
    with GoLive(feeds=[feed]) as golive:
        golive.start()
        golive.listens(port)
        seen = _poured(port, 1000, COUNT // 10)
        before, began_s = rss_mb(golive), time.monotonic()
        seen += _poured(port, 0, COUNT * 9 // 10)
        grown, took_s = rss_mb(golive) - before, time.monotonic() - began_s
        golive.alive()
        quarantined = len(golive.get("/api/quarantine"))
        said = golive.said()
    whole = {k: n for k, n in seen.items() if not k.startswith("broken")}
    odd = {k for k in whole if k.split()[0] not in ("AA", "CA")}
    assert not odd, f"not acknowledged: {odd}"
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:3000]
    assert grown < ALLOWED_MB, f"memory grew by {grown:.0f} MB"
    sent = f"{sum(whole.values()):,} whole frames all AA or CA, {sum(seen.values()):,} sent"
    return f"{sent}, {COUNT * 0.9 / took_s:.0f}/s; {quarantined} newest in quarantine; +{grown:.0f} MB"


def _poured(port: int, seed: int, count: int) -> Counter[str]:
    """Send so many over all connections at once; give the answers by name of what was thrown."""
    with ThreadPoolExecutor(LINKS) as threads:
        counts = [threads.submit(pour, port, seed + link, count // LINKS) for link in range(LINKS)]
    return sum((each.result() for each in counts), Counter[str]())
