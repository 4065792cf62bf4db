"""A hundred thousand mutated HL7 messages: every whole frame is acknowledged, nothing crashes, memory stays."""

import threading
from collections import Counter

import psutil

from tests.peers.golive import GoLive, free_port
from tests.peers.hl7_mutator import pour

COUNT, LINKS = 100_000, 4
ALLOWED_MB = 80


def rss_mb(golive: GoLive) -> float:
    """Give the resident memory of all of golive's processes."""
    top = psutil.Process(golive.processes["run"].pid)
    return sum(p.memory_info().rss for p in [top, *top.children(recursive=True)]) / 2**20


def check() -> str:
    """Pour them over four connections; the first tenth warms up, the rest is measured."""
    port = free_port()
    feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
    with GoLive(feeds=[feed]) as golive:
        golive.start()
        golive.listens(port)
        seen = pour(port, 99, COUNT // 10)
        before = rss_mb(golive)
        counts: list[Counter[str]] = []
        threads = [
            threading.Thread(target=lambda i=i: counts.append(pour(port, i, COUNT * 9 // 10 // LINKS)))
            for i in range(LINKS)
        ]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert len(counts) == LINKS, "a connection was not answered"
        grown = rss_mb(golive) - before
        golive.alive()
        quarantined = len(golive.get("/api/quarantine"))
        said = golive.said()
    for one in counts:
        seen += one
    whole = {k: n for k, n in seen.items() if not k.startswith("broken")}
    odd = {k for k in whole if k.split()[0] not in ("AA", "CA")}
    assert not odd, f"not acknowledged: {odd}"
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:3000]
    assert grown < ALLOWED_MB, f"memory grew by {grown:.0f} MB"
    sent = f"{sum(whole.values()):,} whole frames all AA or CA, {sum(seen.values()):,} sent"
    return f"{sent}; {quarantined} newest in quarantine; +{grown:.0f} MB"
