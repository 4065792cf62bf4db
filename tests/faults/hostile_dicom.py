"""Ten thousand spoilt answers of real DICOM peers: each attempt ends in time with an outcome and a sentence."""

import asyncio
import gc
import os
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil

from app.domain.measuring.samples import Outcome
from app.wire import SampleIn
from collectors.probes import ProbeContext, attempt
from collectors.probes.destinations import Destinations
from collectors.probes.http import HttpClients
from tests.faults.hostile_hl7 import rss_mb
from tests.integration.probing import dicom_system, probe_of, try_once
from tests.peers.dicom_mutator import spoilt
from tests.peers.golive import GoLive, wait_for
from tests.peers.golive import dicom_system as system_of
from tests.peers.orthanc import Orthanc
from tests.peers.recorded import Recorded, Said, Turns, record
from tests.peers.studies import Study
from tests.peers.wlmscpfs import Wlmscpfs

COUNT, RUNNING = 10_000, 1_000
AT_ONCE = 20
TIMEOUT_S, LATE_S = 0.4, 2.5  # the release, and a busy machine
ALLOWED_MB = 80
STUDY = Study(1, "CT", 3, 32)
KINDS: Mapping[str, Mapping[str, Any]] = {
    "ECHO": {"kind": "echo"},
    "WORKLIST": {"kind": "worklist", "match": {"Modality": "CT"}},
    "QUERY": {"kind": "query", "sentinel": STUDY.accession},
    "GET": {"kind": "image-load", "method": "c-get", "study": STUDY.uid},
}


def recordings() -> dict[str, Turns]:
    """Let real peers answer each kind of probe once, and find that saying it again is taken as well."""
    with Wlmscpfs() as ris, Orthanc(studies=[STUDY]) as pacs:
        found = {}
        for name, probe in KINDS.items():
            asked = ris if name == "WORKLIST" else pacs

            def talk(port: int, probe: Mapping[str, Any] = probe, aet: str = asked.aet) -> None:
                sample = try_once(probe_of(**probe), dicom_system(port, aet))
                assert sample.outcome is Outcome.OK, sample.detail

            found[name] = record(asked.port, talk)
    with Recorded(lambda called, _: Said(found[called])) as peer:
        for name, probe in KINDS.items():
            again = try_once(probe_of(**probe), dicom_system(peer.port, name))
            assert again.outcome is Outcome.OK, f"{name} recorded is not {name}: {again.detail}"
    return found


def check() -> str:
    """Try them within this process, then a portion through a whole golive."""
    recorded = recordings()
    with Recorded(lambda called, calling: spoilt(recorded, called, int(calling))[1]) as peer:
        outcomes, grown = asyncio.run(_attempts(peer.port))
    assert grown < ALLOWED_MB, f"memory grew by {grown:.0f} MB"
    told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common())
    return f"{sum(outcomes.values()):,} answers ({told}); +{grown:.0f} MB; {_running(recorded)}"


async def _attempts(port: int) -> tuple[Counter[str], float]:
    """Give the outcomes, and the growth of memory after the first tenth."""
    faults: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: faults.append(str(about)))
    http, destinations, outcomes = HttpClients(Path()), Destinations(), Counter[str]()
    slots, before = asyncio.Semaphore(AT_ONCE), 0.0

    async def one(number: int) -> None:
        async with slots:
            sample = await _attempt(port, number, http, destinations)
            outcomes[sample.outcome.value] += 1

    for first in range(0, COUNT, COUNT // 10):
        await asyncio.gather(*(one(n) for n in range(first, first + COUNT // 10)))
        before = before or _own_mb()
    await http.close()
    await destinations.close()
    gc.collect()
    assert not faults, faults[0]
    return outcomes, _own_mb() - before


async def _attempt(port: int, number: int, http: HttpClients, destinations: Destinations) -> SampleIn:
    name = sorted(KINDS)[number % len(KINDS)]
    fields: dict[str, Any] = {**KINDS[name], "timeout": f"{TIMEOUT_S:g}s", "calling_ae_title": str(number)}
    context = ProbeContext(
        zone=ZoneInfo("UTC"),
        now=lambda: datetime.now(UTC),
        run=number,
        folder=Path(),
        http=http,
        destinations=destinations,
        listed=lambda _: None,
        spent=lambda _: None,
    )
    began_s = time.monotonic()
    sample = await attempt(probe_of(**fields), dicom_system(port, name), context)
    took_s = time.monotonic() - began_s
    assert took_s < TIMEOUT_S + LATE_S, f"{name} {number}: {took_s:.1f} s, {sample.detail}"
    assert sample.outcome is Outcome.OK or sample.detail.strip(), f"{name} {number}: no sentence"
    return sample


def _own_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 2**20


def _running(recorded: Mapping[str, Turns]) -> str:
    """Let `golive run` meet a thousand of them, and be as well as before."""
    numbers = iter(range(COUNT, 2**31))
    with Recorded(lambda called, _: spoilt(recorded, called, next(numbers))[1]) as peer:
        systems = [system_of(n.lower(), peer.port, n, "pacs") for n in KINDS]
        often = {"every": "1s", "timeout": "1s", "area": "ct"}
        probes = [
            {"id": f"{name.lower()}-{i}", "system": name.lower(), **often, **probe}
            for name, probe in KINDS.items()
            for i in range(6)
        ]
        with GoLive(systems=systems, probes=probes) as golive:
            golive.start()
            wait_for("the first answers", lambda: golive.alive() and peer.played > RUNNING // 10, 120)
            before, children = rss_mb(golive), _children(golive)
            wait_for(f"{RUNNING} answers", lambda: golive.alive() and peer.played >= RUNNING, 300)
            grown, said = rss_mb(golive) - before, golive.said()
            assert _children(golive) == children, "the collector died"
            blind = [s["series"] for s in golive.get("/api/standings") if s["n"] and s["state"] in ("stale", "blind")]
            assert not blind, f"lost sight of {blind}"
    for bad in ("Traceback", "a bug", "never retrieved"):
        assert bad not in said, said[max(0, said.index(bad) - 500) :][:3000]
    assert grown < ALLOWED_MB, f"memory grew by {grown:.0f} MB"
    return f"{peer.played:,} more through `golive run`: +{grown:.0f} MB, nothing stale"


def _children(golive: GoLive) -> set[int]:
    return {p.pid for p in psutil.Process(golive.processes["run"].pid).children(recursive=True)}
