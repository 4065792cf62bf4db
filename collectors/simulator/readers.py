"""The reading room as a queue: readers on duty take the most urgent exam that they may read, one at a time.

Nothing here is told how long an exam waits: a jam is what comes out when there are fewer readers than exams.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from heapq import heappop, heappush

from collectors.simulator.chance import around, stream
from collectors.simulator.exams import Acquired, Hospital

_READING_S = {"CT": 660.0, "MR": 840.0, "DX": 130.0, "US": 330.0, "MG": 270.0}
_URGENCY = {"E": 0, "I": 1, "O": 2}
_CROSS, _PLAIN, _ALL = frozenset({"CT", "MR"}), frozenset({"DX", "US", "MG"}), frozenset(_READING_S)


@dataclass(frozen=True, slots=True)
class Duty:
    """One reader's duty of each working day or weekend day, in local hours; `urgent` reads no outpatients."""

    reads: frozenset[str]
    start_hour: int
    hours: int
    weekend: bool = False
    urgent: bool = False


ROSTER: tuple[Duty, ...] = (
    *[Duty(_CROSS, 8, 9)] * 6,
    *[Duty(_PLAIN, 8, 9)] * 4,
    *[Duty(_CROSS, 9, 9)] * 2,
    Duty(_PLAIN, 7, 9),
    *[Duty(_ALL, 13, 9)] * 2,
    *[Duty(_ALL, 22, 10, urgent=True)] * 2,
    *[Duty(_ALL, 8, 10, weekend=True)] * 3,
    *[Duty(_ALL, 14, 8, weekend=True)] * 2,
    *[Duty(_ALL, 22, 10, weekend=True, urgent=True)] * 2,
)


@dataclass(frozen=True, slots=True)
class Read:
    """What the readers made of one exam; None is what has not happened."""

    preliminary: datetime | None
    final: datetime
    addenda: tuple[datetime, ...]


@dataclass(slots=True)
class _Reader:
    duty: Duty
    share: float  # a reading jam leaves those whose share lies below its readers_share
    until: datetime


def read(hospital: Hospital, exams: Iterable[Acquired], from_: datetime, to: datetime) -> dict[str, Read]:
    """Give by accession how the exams available from `from_` on are read; readers come on duty until `to`."""
    room = _Room(hospital)
    for exam in exams:
        if exam.available is not None:
            room.plan(exam.available, exam)
    for reader, start in _duties(hospital, from_, to):
        room.plan(start, reader)
    for moment in hospital.script.moments:
        if moment >= from_:
            room.plan(moment, None)
    return room.live()


def _duties(hospital: Hospital, from_: datetime, to: datetime) -> Iterable[tuple[_Reader, datetime]]:
    day = from_.astimezone(hospital.zone).date() - timedelta(days=1)
    while day <= to.astimezone(hospital.zone).date():
        for n, duty in enumerate(ROSTER):
            if duty.weekend == (day.weekday() >= 5):
                start = datetime.combine(day, time(duty.start_hour), hospital.zone).astimezone(from_.tzinfo)
                end = start + timedelta(hours=duty.hours)
                if end > from_:
                    yield _Reader(duty, (n * 3 % 8) / 8, end), max(start, from_)
        day += timedelta(days=1)


class _Room:
    """The queue's moments in order; `None` is a moment at which idle readers look again."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self._moments: list[tuple[datetime, int, Acquired | _Reader | None]] = []
        self._waiting: dict[str, list[tuple[int, datetime, str, Acquired]]] = {m: [] for m in _READING_S}
        self._idle: list[_Reader] = []
        self._read: dict[str, Read] = {}
        self._planned = 0  # makes the order of what falls on one second certain

    def plan(self, at: datetime, what: "Acquired | _Reader | None") -> None:
        self._planned += 1
        heappush(self._moments, (at, self._planned, what))

    def live(self) -> dict[str, Read]:
        while self._moments:
            now, _, what = heappop(self._moments)
            if isinstance(what, Acquired):
                heappush(
                    self._waiting[what.modality],
                    (_URGENCY[what.patient_class], what.available or now, what.accession, what),
                )
                self._look(now, what.modality)
            else:
                if what is not None:
                    self._idle.append(what)
                self._look(now, None)
        return self._read

    def _look(self, now: datetime, modality: str | None) -> None:
        """Let idle readers take what they may; the one longest idle looks first."""
        trouble = self._hospital.script.at(now)
        still: list[_Reader] = []
        for reader in self._idle:
            if reader.until <= now:
                continue  # gone home
            away = trouble.frozen or reader.share >= trouble.readers_share
            if away or (modality and modality not in reader.duty.reads) or not self._take(now, reader):
                still.append(reader)
        self._idle = still

    def _take(self, now: datetime, reader: _Reader) -> bool:
        heads = [self._waiting[m][0] for m in sorted(reader.duty.reads) if self._waiting[m]]
        heads = [h for h in heads if h[0] < _URGENCY["O"] or not reader.duty.urgent]
        if not heads:
            return False
        exam = heappop(self._waiting[min(heads)[3].modality])[3]
        free, told = _reading(self._hospital, exam, now)
        self._read[exam.accession] = told
        self.plan(free, reader)
        return True


def _reading(hospital: Hospital, exam: Acquired, now: datetime) -> tuple[datetime, Read]:
    """Give when the reader is free again, and the report's moments."""
    chance = stream(hospital.seed, "reading", exam.accession)
    slow = hospital.learning(now, 0.35)
    lasts_s = around(chance, _READING_S[exam.modality], 0.45) * slow + hospital.script.at(now).reading_late_s
    done = now + timedelta(seconds=round(lasts_s))
    resident = chance.random() < (0.55 if exam.patient_class == "E" else 0.15)
    signing_s = around(chance, 1800, 0.8) if resident else around(chance, 25, 0.5)
    final = done + timedelta(seconds=round(signing_s * slow))
    amended = chance.random() < 0.025
    later = timedelta(seconds=round(min(around(chance, 6 * 3600, 0.8), 48 * 3600)))
    return done, Read(done if resident else None, final, (final + later,) if amended else ())
