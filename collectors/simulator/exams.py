"""Exams from order to images in the PACS: who needs what, when, and what the technologists make of it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from random import Random
from zoneinfo import ZoneInfo

from collectors.simulator.chance import around, poisson, stream
from collectors.simulator.scenarios import Script


@dataclass(frozen=True, slots=True)
class Modality:
    """A kind of exam: its area and stations, and the usual durations and sizes (seconds, images)."""

    code: str
    area: str
    stations: tuple[str, ...]
    exam_s: float
    sending_s: float
    images: int
    procedures: tuple[str, ...]


MODALITIES = {
    m.code: m
    for m in (
        Modality("CT", "ct", ("CT1", "CT2", "CT3"), 720, 300, 420, ("CT HEAD", "CT CHEST", "CT ABDOMEN")),
        Modality("MR", "mr", ("MR1", "MR2"), 1800, 420, 260, ("MR HEAD", "MR KNEE", "MR SPINE")),
        Modality("DX", "xr", ("XR1", "XR2", "XR3", "XR4"), 300, 75, 2, ("XR CHEST", "XR HAND", "XR PELVIS")),
        Modality("US", "us", ("US1", "US2", "US3"), 1080, 150, 30, ("US ABDOMEN", "US VESSELS")),
        Modality("MG", "mg", ("MG1",), 600, 120, 4, ("MG SCREENING",)),
    )
}

# exams a working day by patient class and modality
_PER_DAY = {
    "O": {"DX": 190.0, "CT": 80.0, "MR": 75.0, "US": 85.0, "MG": 50.0},
    "E": {"DX": 160.0, "CT": 105.0, "US": 30.0, "MR": 5.0},
    "I": {"DX": 170.0, "CT": 60.0, "MR": 22.0, "US": 38.0},
}
_WEEKEND = {"O": 0.06, "E": 1.05, "I": 0.55}
# how a day's exams spread over its 24 local hours
_HOURS = {
    "O": (0, 0, 0, 0, 0, 0, 0, 5, 11, 13, 13, 12, 8, 9, 11, 9, 6, 3, 0, 0, 0, 0, 0, 0),
    "E": (3, 2, 2, 1.5, 1.5, 1.5, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5.5, 5, 4.5, 4),
    "I": (1, 1, 1, 1, 2, 4, 6, 6, 8, 10, 10, 9, 7, 7, 7, 6, 5, 3, 2, 2, 1.5, 1.5, 1, 1),
}
LATEST_ORDER = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Acquired:
    """An exam as far as the technologists bring it; None is what has not happened and will not.

    `due` is the moment for which it is planned or needed: it tells to which part of a life the exam belongs.
    `legacy` means that its images went to the old PACS.
    """

    accession: str
    study: str
    modality: str
    area: str
    station: str
    procedure: str
    patient_class: str
    priority: str
    images: int
    due: datetime
    ordered: datetime
    scheduled: datetime
    arrived: datetime | None = None
    begun: datetime | None = None
    ended: datetime | None = None
    available: datetime | None = None
    cancelled: datetime | None = None
    no_show: datetime | None = None
    legacy: bool = False


@dataclass(frozen=True, slots=True)
class Hospital:
    """What stays the same through a life: its seed, its zone, its T0 and the script of its troubles."""

    seed: int
    zone: ZoneInfo
    t0: datetime
    script: Script

    def learning(self, at: datetime, steepness: float) -> float:
        """Give by what factor people are slower at a moment because the system is new to them."""
        if at < self.t0 or not self.script.at(at).learning:
            return 1.0
        return 1.0 + steepness * math.exp(-(at - self.t0) / timedelta(days=4))


def demand(hospital: Hospital, at: datetime) -> float:
    """Give how busy the hour of a moment is: 1 is the busiest of a working day."""
    return _busy(hospital.zone, at.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=2000)
def _busy(zone: ZoneInfo, hour: datetime) -> float:
    return _expected(hour.astimezone(zone)) / _BUSIEST


def _expected(local: datetime) -> float:
    return sum(_rate(patient_class, modality, local) for patient_class, per in _PER_DAY.items() for modality in per)


def _rate(patient_class: str, modality: str, local: datetime) -> float:
    weekend = _WEEKEND[patient_class] if local.weekday() >= 5 else 1.0
    hours = _HOURS[patient_class]
    return _PER_DAY[patient_class][modality] * weekend * hours[local.hour] / sum(hours)


_BUSIEST = max(_expected(datetime(2026, 11, 16, hour, tzinfo=ZoneInfo("UTC"))) for hour in range(24))


def acquired(hospital: Hospital, hour: datetime) -> Iterator[Acquired]:
    """Give the exams due in the hour that begins at `hour`, whole."""
    chance, local, index = stream(hospital.seed, "arrivals", hour.isoformat()), hour.astimezone(hospital.zone), 0
    for patient_class, per_day in _PER_DAY.items():
        for modality in per_day:
            for _ in range(poisson(chance, _rate(patient_class, modality, local))):
                name = f"{hour:%y%m%d%H}{index:03d}"
                yield _one(hospital, name, MODALITIES[modality], patient_class, hour)
                index += 1


def _one(hospital: Hospital, name: str, modality: Modality, patient_class: str, hour: datetime) -> Acquired:
    chance = stream(hospital.seed, "exam", name)
    due, ordered, scheduled = _plan(chance, patient_class, hour)
    uid = int.from_bytes(sha256(f"{hospital.seed}/study/{name}".encode()).digest()[:14], "big")
    exam = Acquired(
        accession=f"S{name}",
        study=f"2.25.{uid}",
        modality=modality.code,
        area=modality.area,
        station=chance.choice(modality.stations),
        procedure=chance.choice(modality.procedures),
        patient_class=patient_class,
        priority="S" if chance.random() < {"E": 0.9, "I": 0.3, "O": 0.02}[patient_class] else "R",
        images=max(1, round(around(chance, modality.images, 0.3))),
        due=due,
        ordered=ordered,
        scheduled=scheduled,
    )
    return _perform(hospital, chance, exam, modality)


def _plan(chance: Random, patient_class: str, hour: datetime) -> tuple[datetime, datetime, datetime]:
    """Give when an exam is due, ordered and put on the schedule."""
    within = chance.random() * 3600
    if patient_class == "O":
        due = hour + timedelta(seconds=within // 300 * 300)
        ordered = due - min(LATEST_ORDER, _seconds(around(chance, 26 * 3600, 0.9)))
        return due, ordered, ordered + _seconds(30 + chance.random() * 1200)
    due = hour + _seconds(within)
    lead_s = around(chance, 4 * 3600, 0.8) if patient_class == "I" else around(chance, 600, 0.5)
    ordered = due - min(LATEST_ORDER, _seconds(lead_s))
    return due, ordered, ordered + _seconds(5 + chance.random() * 60)


def _perform(hospital: Hospital, chance: Random, exam: Acquired, modality: Modality) -> Acquired:
    lot, moment = chance.random(), chance.random()
    early, wait = around(chance, 900, 0.5), around(chance, 600 if exam.patient_class != "I" else 900, 0.7)
    late, duration, sending = around(chance, 1.0, 0.5), around(chance, modality.exam_s, 0.35), around(chance, 1.0, 0.5)
    if lot < 0.03:
        at = exam.scheduled + _seconds((exam.due - exam.scheduled).total_seconds() * moment)
        return _with(exam, cancelled=max(at, exam.scheduled + timedelta(seconds=5)))
    if lot < 0.07 and exam.patient_class == "O":
        return _with(exam, no_show=exam.due + timedelta(minutes=30))
    arrived = max(exam.due - _seconds(early), exam.scheduled + timedelta(seconds=10))
    ready = max(arrived, exam.due)
    slow_s = hospital.script.at(ready).begin_late_s * late
    begun = ready + _seconds(wait * hospital.learning(ready, 0.35) + slow_s)
    ended = begun + _seconds(duration * hospital.learning(begun, 0.25))
    available, legacy = _sent(hospital, exam.station, ended, modality.sending_s * sending)
    return _with(exam, arrived=arrived, begun=begun, ended=ended, available=available, legacy=legacy)


def _sent(hospital: Hospital, station: str, ended: datetime, sending_s: float) -> tuple[datetime | None, bool]:
    """Give when the images are in the PACS, and whether they went to the old one first."""
    script, slow = hospital.script, hospital.script.at(ended).images_slow ** 0.5
    legacy = script.at(ended).stray_station == station
    begin = script.first_without(ended, "stray_station") if legacy else ended
    begin = begin and script.first_without(begin, "frozen")
    if begin is None:
        return None, legacy
    whole = begin + _seconds(sending_s * slow)
    if script.at(whole).frozen:  # it froze while the images were on their way: they are sent again
        thawed = script.first_without(whole, "frozen")
        return thawed and thawed + _seconds(sending_s * slow), legacy
    return whole, legacy


def _with(exam: Acquired, **changes: object) -> Acquired:
    fields = {name: getattr(exam, name) for name in Acquired.__slots__}
    return Acquired(**(fields | changes))  # dataclasses.replace is three times slower, and this runs for every exam


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=round(seconds))
