"""What the probe tests share: one attempt at a peer, as the runner makes it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.settings import Probe, System
from app.wire import SampleIn
from collectors.dicom.identifiers import Listed
from collectors.probes import ProbeContext, attempt
from collectors.probes.destinations import Destinations
from collectors.probes.http import HttpClients


def dicom_system(port: int, ae_title: str = "PACS", **more: Any) -> System:
    dicom = {"host": "127.0.0.1", "port": port, "ae_title": ae_title, **more}
    return System.model_validate({"id": "peer", "name": "Peer", "kind": "pacs", "dicom": dicom})


def web_system(url: str, **more: Any) -> System:
    return System.model_validate({"id": "peer", "name": "Peer", "kind": "pacs", "dicomweb": {"url": url, **more}})


def probe_of(kind: str, **fields: Any) -> Probe:
    return Probe.model_validate(
        {"id": "p", "kind": kind, "system": "peer", "every": "10s", "timeout": "5s", **fields}, by_alias=True
    )


class Seen:
    """What the attempts of one test told beside their samples."""

    def __init__(self) -> None:
        self.orders: list[Listed] = []
        self.bytes = 0

    def listed(self, orders: Sequence[Listed]) -> None:
        self.orders += orders

    def spent(self, size: int) -> None:
        self.bytes += size


async def attempts(probe: Probe, system: System, runs: int, seen: Seen, folder: Path) -> list[SampleIn]:
    http, destinations = HttpClients(folder), Destinations()
    try:
        return [
            await attempt(
                probe,
                system,
                ProbeContext(
                    zone=ZoneInfo("UTC"),
                    now=lambda: datetime.now(UTC),
                    run=run,
                    folder=folder,
                    http=http,
                    destinations=destinations,
                    listed=seen.listed,
                    spent=seen.spent,
                ),
            )
            for run in range(1, runs + 1)
        ]
    finally:
        await http.close()
        await destinations.close()


def try_once(probe: Probe, system: System, seen: Seen | None = None, folder: Path = Path()) -> SampleIn:
    return asyncio.run(attempts(probe, system, 1, seen or Seen(), folder))[0]
