"""The simulated RIS's messages, as bytes, and the engine that sends them to golive over MLLP, one after the other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from app.domain.exams.exams import Milestone
from collectors.simulator.life import Told

_LOG = structlog.get_logger()
_START, _END = b"\x0b", b"\x1c\r"
_ANSWER_WITHIN_S = 45.0
_AGAIN_AFTER_S = 1.0

# milestone → message type, ORC-1, ORC-5, OBR-25
_CODES: dict[Milestone, tuple[str, str, str, str]] = {
    Milestone.ORDERED: ("ORM^O01", "NW", "", ""),
    Milestone.SCHEDULED: ("ORM^O01", "SC", "SC", ""),
    Milestone.ARRIVED: ("ORM^O01", "SC", "AR", ""),
    Milestone.BEGUN: ("ORM^O01", "SC", "IP", ""),
    Milestone.ENDED: ("ORM^O01", "SC", "CM", ""),
    Milestone.CANCELLED: ("ORM^O01", "OC", "CA", ""),
    Milestone.NO_SHOW: ("ORM^O01", "SC", "NS", ""),
    Milestone.PRELIMINARY: ("ORU^R01", "RE", "IP", "P"),
    Milestone.FINAL: ("ORU^R01", "RE", "CM", "F"),
    Milestone.ADDENDUM: ("ORU^R01", "RE", "CM", "C"),
}
SITE_STATUSES = {"SC/AR": "arrived", "SC/NS": "no_show"}  # what a feed must be told beyond the standard's own


def message(told: Told, zone: ZoneInfo) -> bytes:
    """Give the HL7 v2 message that tells it; the patient is made up, and the same for everyone."""
    order, report = told.exam.order, told.exam.report
    kind, control, status, result = _CODES[told.milestone]

    def when(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%Y%m%d%H%M%S%z}" if at else ""

    done = told.milestone not in (Milestone.ORDERED, Milestone.SCHEDULED, Milestone.ARRIVED, Milestone.BEGUN)
    begun = "" if told.milestone in (Milestone.ORDERED, Milestone.SCHEDULED, Milestone.ARRIVED) else when(order.begun)
    orc = {1: control, 2: f"P{order.accession}", 3: f"F{order.accession}", 5: status, 9: when(told.at)}
    orc[7] = f"^^^{when(order.due)}^^{order.priority}"
    if told.milestone is Milestone.SCHEDULED:
        orc[9] = when(order.scheduled)
    obr = {
        1: "1",
        2: orc[2],
        3: orc[3],
        4: f"{order.modality}1^{order.procedure}",
        7: begun,
        18: order.accession,
        24: order.modality,
    }
    obr |= {8: when(order.ended) if done else "", 25: result, 27: orc[7]}
    if result and report is not None:
        obr[22] = when(told.at)
    segments = [
        _segment(
            "MSH",
            {1: "^~\\&", 2: "RIS", 3: "SIM", 4: "GOLIVE", 5: "SIM", 6: when(told.made), 8: kind, **_identity(told)},
        ),
        _segment("PID", {1: "1", 3: "SIM0001^^^SIM", 5: "SIMULATION^PATIENT", 8: "O"}),
        _segment("PV1", {1: "1", 2: order.patient_class}),
        _segment("ORC", orc),
        _segment("OBR", obr),
    ]
    if result:
        segments.append(
            _segment("OBX", {1: "1", 2: "TX", 3: "GDT^Report", 5: "Simulated.", 11: result, 14: when(told.at)})
        )
    else:
        segments.append(_segment("ZDS", {1: f"{order.study}^^Application^DICOM"}))
    return ("\r".join(segments) + "\r").encode("ascii")


def _identity(told: Told) -> dict[int, str]:
    """Give MSH-10 to MSH-12; a message's control id is the same whenever it is made again."""
    return {9: f"{told.exam.order.accession}-{told.milestone}-{told.made:%j%H%M%S}", 10: "P", 11: "2.5.1", 17: "ASCII"}


def _segment(name: str, fields: dict[int, str]) -> str:
    return "|".join([name, *(fields.get(i, "") for i in range(1, max(fields) + 1))])


class Engine:
    """An interface engine with one destination: in order, each sent until it is answered."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.sent = 0

    async def send(self, body: bytes, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Send until it is acknowledged, over and over."""
        while True:
            try:
                await asyncio.wait_for(self._once(body), _ANSWER_WITHIN_S)
            except (OSError, EOFError, TimeoutError) as error:
                _LOG.info("engine_waits", reason=type(error).__name__, sent=self.sent)
                await self.close()
                await pause(_AGAIN_AFTER_S)
            else:
                self.sent += 1
                return

    async def connect(self) -> None:
        """Connect although there is nothing to send, as a silent engine does."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)

    async def _once(self, body: bytes) -> None:
        await self.connect()
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(_START + body + _END)
        await writer.drain()
        await reader.readuntil(_END)

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
