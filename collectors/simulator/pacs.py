"""The DICOM side of the simulated systems: C-ECHO, worklist and study C-FIND, as slow as the life says."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from pydicom import Dataset
from pynetdicom import AE, _config, evt
from pynetdicom.transport import ThreadedAssociationServer

from app.clock import monotonic_s
from app.domain.measuring.samples import Outcome
from collectors.simulator.life import Exam, Worklist
from collectors.simulator.now import Playing
from collectors.simulator.performance import Answer, Question

_LOG = structlog.get_logger()
_VERIFICATION, _WORKLIST, _STUDIES = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.31", "1.2.840.10008.5.1.4.1.2.2.1"
_PENDING, _SUCCESS, _CANCELLED = 0xFF00, 0x0000, 0xFE00
_LIMIT_REACHED = (0x02, 0x03, 0x02)  # transient, presentation, local limit exceeded
MOST_MATCHES = 400
_FROZEN_LOOK_S = 0.5
_TALKING = "Sta6"  # of DICOM's upper layer: ready for data transfer


class Station:
    """One system's DICOM listener; `system` is "pacs", "ris" or "legacy"."""

    def __init__(self, system: str, playing: Playing) -> None:
        self._system, self._playing = system, playing
        self._server: ThreadedAssociationServer | None = None

    def open(self, port: int, host: str = "127.0.0.1") -> None:
        """Listen; every association has its own thread."""
        _config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
        ae = AE(ae_title=self._system.upper())
        ae.maximum_associations = 200
        ae.add_supported_context(_VERIFICATION)
        ae.add_supported_context(_WORKLIST if self._system == "ris" else _STUDIES)
        handlers: list[Any] = [
            (evt.EVT_REQUESTED, self._associate),
            (evt.EVT_C_ECHO, self._echo),
            (evt.EVT_C_FIND, self._find),
        ]
        server = ae.start_server((host, port), block=False, evt_handlers=handlers)
        assert isinstance(server, ThreadedAssociationServer)
        self._server = server

    def close(self) -> None:
        """Stop listening and drop what is under way."""
        if self._server is not None:
            self._server.shutdown()

    def _associate(self, event: evt.Event) -> None:
        if self._playing.answer(self._system, Question.ASSOCIATION).outcome is Outcome.REJECTED:
            event.assoc.acse.send_reject(*_LIMIT_REACHED)
            event.assoc.kill()  # waits until it is sent and the peer has hung up

    def _echo(self, event: evt.Event) -> int:
        since_s = monotonic_s()
        how = self._thawed(event, self._playing.answer(self._system, Question.ECHO))
        self._wait(how.total_s, since_s)
        return _SUCCESS

    def _find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        since_s, asked = monotonic_s(), event.identifier
        if self._system == "ris":
            steps = asked.get("ScheduledProcedureStepSequence") or [Dataset()]
            subject, found = str(steps[0].get("Modality") or ""), self._worklist(steps[0])
            question = Question.WORKLIST
        else:
            subject, found = "", self._studies(asked)
            question = Question.SLICE if asked.get("StudyTime") else Question.STUDIES
        how = self._thawed(event, self._playing.answer(self._system, question, subject))
        self._wait(how.first_s, since_s)
        for dataset in found:
            if event.is_cancelled:
                yield _CANCELLED, None
                return
            yield _PENDING, dataset
        self._wait(how.total_s, since_s)
        yield _SUCCESS, None

    def _wait(self, seconds: float, since_s: float) -> None:
        self._playing.stopped.wait(max(0.0, since_s + seconds - monotonic_s()))

    def _thawed(self, event: evt.Event, how: Answer) -> Answer:
        """Hold the answer back while the system is frozen, for as long as the peer stays on the line."""
        while how.outcome is Outcome.TIMEOUT and event.assoc.dul.state_machine.current_state == _TALKING:
            if self._playing.stopped.wait(_FROZEN_LOOK_S):
                break
            how = self._playing.answer(self._system, Question.ECHO)
        return how

    def _worklist(self, step: Dataset) -> list[Dataset]:
        now = self._playing.local_now
        first, last = span_of(str(step.get("ScheduledProcedureStepStartDate") or ""), "", now)
        modality, station = str(step.get("Modality") or ""), str(step.get("ScheduledStationAETitle") or "")
        found = self._playing.life.worklist(Worklist(first, last, modality, station), self._playing.now())
        standing = [_entry(f"SENTINEL{modality}", modality, station, now)] if modality else []
        return standing + [_scheduled(e, now) for e in found[: MOST_MATCHES - 1]]

    def _studies(self, asked: Dataset) -> list[Dataset]:
        now = self._playing.local_now
        first, last = span_of(str(asked.get("StudyDate") or ""), str(asked.get("StudyTime") or ""), now)
        modality = str(asked.get("ModalitiesInStudy") or "")
        legacy = self._system == "legacy"
        held = self._playing.life.studies(first, last, self._playing.now(), legacy=legacy)
        wanted = [(e, n) for e, n in held if not modality or e.order.modality == modality]
        return [_study(e, n, now) for e, n in wanted]


def day_of(local: datetime) -> tuple[datetime, datetime]:
    """Give the day of a local moment."""
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, datetime.combine(start.date() + timedelta(days=1), time(0), local.tzinfo)


def span_of(dates: str, times: str, now: datetime) -> tuple[datetime, datetime]:
    """Give the span of DICOM date and time matches: values, ranges with "-", or nothing (a day around now)."""
    if not dates:
        return now - timedelta(days=1), now + timedelta(days=1)
    first, last = _range(dates)
    begin = _day(first, now) if first else now - timedelta(days=7)
    end_day = (_day(last, now) if last else now).date()
    if times and first == last:
        earliest, latest = _range(times)
        moments = [datetime.combine(begin.date(), _second(t), now.tzinfo) for t in (earliest, latest or "235959")]
        return moments[0], moments[1] + timedelta(seconds=1)
    return begin, datetime.combine(end_day + timedelta(days=1), time(0), now.tzinfo)


def _range(asked: str) -> tuple[str, str]:
    first, dash, last = asked.partition("-")
    return first, last if dash else first


def _day(text: str, now: datetime) -> datetime:
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=now.tzinfo)


def _second(text: str) -> time:
    digits = (text.partition(".")[0] or "0").ljust(6, "0")
    return time(int(digits[:2]), int(digits[2:4]), int(digits[4:6]))


def _scheduled(exam: Exam, now: datetime) -> Dataset:
    order = exam.order
    return _entry(
        order.accession, order.modality, order.station, order.due.astimezone(now.tzinfo), order.procedure, order.study
    )


def _entry(accession: str, modality: str, station: str, at: datetime, procedure: str = "", study: str = "") -> Dataset:
    step = Dataset()
    step.Modality, step.ScheduledStationAETitle = modality, station or f"{modality}1"
    step.ScheduledProcedureStepStartDate, step.ScheduledProcedureStepStartTime = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    step.ScheduledProcedureStepDescription, step.ScheduledProcedureStepID = procedure, f"P{accession}"
    entry = Dataset()
    entry.PatientName, entry.PatientID = "SIMULATION^PATIENT", "SIM0001"
    entry.AccessionNumber, entry.RequestedProcedureID = accession, f"R{accession}"
    entry.StudyInstanceUID = study
    entry.ScheduledProcedureStepSequence = [step]
    return entry


def _study(exam: Exam, images: int, now: datetime) -> Dataset:
    order, found = exam.order, Dataset()
    begun = (order.begun or order.due).astimezone(now.tzinfo)
    found.QueryRetrieveLevel = "STUDY"
    found.StudyInstanceUID, found.AccessionNumber = order.study, order.accession
    found.StudyDate, found.StudyTime = f"{begun:%Y%m%d}", f"{begun:%H%M%S}"
    found.ModalitiesInStudy, found.StudyDescription = order.modality, order.procedure
    found.PatientName, found.PatientID = "SIMULATION^PATIENT", "SIM0001"
    found.NumberOfStudyRelatedInstances = images
    found.StationName = order.station
    return found
