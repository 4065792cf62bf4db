"""A hospital's life: which exams it has, what its RIS tells of them and what its PACS holds, at any moment.

Pure: the same seed, T0 and script give the same life, whichever part of it is asked for first. An exam belongs
to the part in which it is due. Reading is simulated week by week: what a week leaves unread is read in its own queue.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from zoneinfo import ZoneInfo

from app.domain.exams.exams import Milestone
from collectors.simulator.chance import stream
from collectors.simulator.exams import LATEST_ORDER, MODALITIES, Acquired, Hospital, acquired
from collectors.simulator.readers import Read, read
from collectors.simulator.scenarios import Script

_WEEK = timedelta(days=7)
_READ_WITHIN = timedelta(days=12)
_TOLD_WITHIN = _WEEK + _READ_WITHIN + timedelta(days=3)
_WEEKS_KEPT = 6


@dataclass(frozen=True, slots=True)
class Exam:
    """One exam from order to addenda."""

    order: Acquired
    report: Read | None


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the RIS tells of an exam: written at `made`, sent at `sent` (later when the engine was silent)."""

    sent: datetime
    made: datetime
    milestone: Milestone
    at: datetime
    at_field: str
    exam: Exam


@dataclass(frozen=True, slots=True)
class Worklist:
    """What a modality asks for: exams planned for [first, last), of one modality and one station or of all."""

    first: datetime
    last: datetime
    modality: str = ""
    station: str = ""

    def holds(self, order: Acquired) -> bool:
        """Say whether an exam belongs to it."""
        return (
            self.first <= order.due < self.last
            and self.modality in ("", order.modality)
            and self.station in ("", order.station)
        )


class Life:
    """A life from the moment `born` on: exams due earlier exist for the readers, but are never told."""

    def __init__(self, hospital: Hospital, born: datetime) -> None:
        self.hospital = hospital
        self.born = born
        self._weeks: dict[datetime, _Week] = {}

    def changed(self, at: datetime, scenario: str) -> "Life":
        """Give the life that goes on under another scenario from a moment on; its past is the same."""
        return Life(replace(self.hospital, script=self.hospital.script.then(at, scenario)), self.born)

    def exams(self, from_: datetime, to: datetime) -> list[Exam]:
        """Give the exams due in [from_, to), in order."""
        found = [e for week in self._between(from_, to) for e in week.exams if from_ <= e.order.due < to]
        return sorted(found, key=lambda e: (e.order.due, e.order.accession))

    def told(self, from_: datetime, to: datetime) -> Iterator[Told]:
        """Give what the RIS sends in [from_, to), in the order in which it sends it."""
        weeks = self._between(from_ - _TOLD_WITHIN, to + LATEST_ORDER)
        parts = (w.told[bisect_left(w.sent, from_) : bisect_left(w.sent, to)] for w in weeks)
        return merge(*parts, key=_when)

    def worklist(self, asked: Worklist, at: datetime) -> list[Exam]:
        """Give the exams that wait at a moment."""
        return [e for e in self.exams(asked.first, asked.last) if asked.holds(e.order) and _waits(e.order, at)]

    def waiting(self, asked: Worklist, at: datetime) -> int:
        """Give how many these are, without making the list."""
        return sum(week.waiting(asked, at) for week in self._between(asked.first, asked.last))

    def studies(self, from_: datetime, to: datetime, at: datetime, *, legacy: bool = False) -> list[tuple[Exam, int]]:
        """Give the studies begun in [from_, to) of which a PACS holds images at a moment, and how many images."""
        exams = self.exams(from_ - timedelta(hours=6), to + timedelta(hours=6))
        held = ((e, images_held(e.order, at, legacy=legacy, t0=self.hospital.t0)) for e in exams)
        return [(e, n) for e, n in held if n and e.order.begun and from_ <= e.order.begun < to]

    def _between(self, from_: datetime, to: datetime) -> list["_Week"]:
        start, weeks = _monday(max(from_, self.born)), []
        while start < to:
            weeks.append(self._week(start))
            start += _WEEK
        return weeks

    def _week(self, start: datetime) -> "_Week":
        known = self._weeks.get(start)
        if known is None:  # two threads may make the same week at once: both make the same
            known = self._weeks[start] = _Week(self.hospital, start, self.born)
            for old in sorted(self._weeks)[:-_WEEKS_KEPT]:
                if old != start:
                    self._weeks.pop(old, None)
        return known


class _Week:
    """The exams due in one week."""

    def __init__(self, hospital: Hospital, start: datetime, born: datetime) -> None:
        orders = [o for hour in range(7 * 24) for o in acquired(hospital, start + timedelta(hours=hour))]
        reports = read(hospital, orders, start, start + _WEEK + _READ_WITHIN)
        self.exams = [Exam(o, reports.get(o.accession)) for o in orders if o.due >= born]
        self.told = sorted((t for e in self.exams for t in _tell(hospital, e)), key=_when)
        self.sent = [t.sent for t in self.told]
        self._lists: dict[Worklist, tuple[list[datetime], list[datetime]]] = {}

    def waiting(self, asked: Worklist, at: datetime) -> int:
        if asked not in self._lists:
            orders = [e.order for e in self.exams if asked.holds(e.order)]
            self._lists[asked] = sorted(o.scheduled for o in orders), sorted(listed_until(o) for o in orders)
        came, went = self._lists[asked]
        return bisect_right(came, at) - bisect_right(went, at)


def hospital(seed: int, *, t0: datetime, script: Script | None = None, zone: str = "Europe/Berlin") -> Hospital:
    """Give what stays the same through a life."""
    return Hospital(seed, ZoneInfo(zone), t0, script or Script())


def images_held(order: Acquired, at: datetime, *, legacy: bool, t0: datetime) -> int:
    """Give how many of an exam's images a PACS holds at a moment; until T0 modalities send to the old one too."""
    if order.ended is None or at < order.ended:
        return 0
    sending = timedelta(seconds=MODALITIES[order.modality].sending_s)
    if legacy:
        return order.images if order.legacy or order.ended < t0 else 0
    if order.available is None:
        return 0
    begin = max(order.ended, order.available - sending)
    if at >= order.available or begin >= order.available:
        return order.images if at >= order.available else 0
    return int(order.images * max(0.0, (at - begin) / (order.available - begin)))


def _monday(at: datetime) -> datetime:
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def listed_until(order: Acquired) -> datetime:
    """Give when an exam leaves the worklist."""
    gone = order.begun or order.cancelled or order.no_show
    return gone or order.due


def _waits(order: Acquired, at: datetime) -> bool:
    return order.scheduled <= at < listed_until(order)


def _when(told: Told) -> tuple[datetime, datetime, str]:
    return told.sent, told.made, told.exam.order.accession


def _tell(hospital: Hospital, exam: Exam) -> Iterator[Told]:
    """Give what is told of an exam, each a few seconds after it happened."""
    lag, script = stream(hospital.seed, "telling", exam.order.accession), hospital.script
    for milestone, happened, at, field in _happened(exam):
        made = happened + timedelta(seconds=1 + int(lag.random() * 3))
        sent = script.first_without(made, "silent")
        if sent is not None:
            yield Told(sent, made, milestone, at, field, exam)


def _happened(exam: Exam) -> Iterator[tuple[Milestone, datetime, datetime, str]]:
    """Give milestone, moment, the time told and the field that tells it."""
    order, report = exam.order, exam.report
    yield Milestone.ORDERED, order.ordered, order.ordered, "ORC-9"
    yield Milestone.SCHEDULED, order.scheduled, order.due, "ORC-7.4"
    single = (
        (Milestone.CANCELLED, order.cancelled, "ORC-9"),
        (Milestone.NO_SHOW, order.no_show, "ORC-9"),
        (Milestone.ARRIVED, order.arrived, "ORC-9"),
        (Milestone.BEGUN, order.begun, "OBR-7"),
        (Milestone.ENDED, order.ended, "OBR-8"),
    )
    for milestone, at, field in single:
        if at is not None:
            yield milestone, at, at, field
    if report is None:
        return
    if report.preliminary is not None:
        yield Milestone.PRELIMINARY, report.preliminary, report.preliminary, "OBR-22"
    yield Milestone.FINAL, report.final, report.final, "OBR-22"
    for at in report.addenda:
        yield Milestone.ADDENDUM, at, at, "OBR-22"
