"""A life's past written down instead of played: the samples and exam events that collectors would have sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from app.domain.exams.exams import ExamEvent, Milestone
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.privacy.identity import exam_token, study_token
from app.settings import Probe, Settings
from collectors.simulator.chance import stream
from collectors.simulator.exams import LATEST_ORDER, Acquired
from collectors.simulator.images import references
from collectors.simulator.life import Life, Told, Worklist, listed_until
from collectors.simulator.pacs import MOST_MATCHES, day_of
from collectors.simulator.performance import Question, answer

Batch = tuple[datetime, Sequence[Sample], Sequence[ExamEvent], Sequence[FeedMessage]]

_DAY = timedelta(days=1)
_RAW = timedelta(days=7)
_PACS_LIST, _OLD_LIST = "pacs-studies", "legacy-studies"
_CONNECT_S, _ASSOCIATE_S = 0.0003, 0.002
_LATE_S = 0.03  # from the engine's sending to the receipt


@dataclass(frozen=True, slots=True)
class Pouring:
    """What is poured: a life seen with a site's settings and key, by one collector, at a speed."""

    life: Life
    settings: Settings
    site_key: str
    speed: float = 1.0
    source: str = "main"

    def batches(self, from_: datetime, to: datetime) -> Iterator[Batch]:
        """Give the past [from_, to) day by day, each with the moment at which it would have been stored."""
        start = from_
        while start < to:
            end = min(start + _DAY, to)
            samples = sorted(self._samples(start, end, to), key=lambda s: s.at)
            # orders given before the life began are told with its first day
            told = list(self.life.told(start - LATEST_ORDER * 2 if start == from_ else start, end))
            events = [*map(self._event, told), *self._listed(start, end)]
            events += [*self._availables(start, end), *self._strays(start, end)]
            messages = [self._message(t) for t in told] if to - end < _DAY else []
            yield end, samples, sorted(events, key=lambda e: e.received_at), messages
            start = end

    def _samples(self, from_: datetime, to: datetime, end: datetime) -> Iterator[Sample]:
        for probe in self.settings.probes:
            at = from_ + self._offset(probe)
            while at < to:
                sample = sample_of(self.life, probe, at, self.source)
                if sample.at < end:
                    yield sample
                at += self._cadence(probe, end - at)

    def _cadence(self, probe: Probe, ago: timedelta) -> timedelta:
        """Give the own cadence for the newest past, once a minute for a day, and fewer before."""
        own = timedelta(seconds=probe.every * self.speed)
        if ago <= max(timedelta(minutes=15), 40 * own):
            return own
        return max(own, timedelta(minutes=1 if ago <= _DAY else 2 if ago <= _RAW else 10))

    def _offset(self, probe: Probe) -> timedelta:
        return timedelta(seconds=probe.every * stream(self.life.hospital.seed, "phase", probe.id).random())

    def _event(self, told: Told) -> ExamEvent:
        order = told.exam.order
        without_study = told.milestone in (Milestone.PRELIMINARY, Milestone.FINAL, Milestone.ADDENDUM)
        return ExamEvent(
            id=_id(self.site_key, "ris-hl7", order.accession, told.milestone, told.made),
            feed="ris-hl7",
            exam=exam_token(self.site_key, order.accession),
            milestone=told.milestone,
            at=told.at,
            at_field=told.at_field,
            received_at=told.sent + timedelta(seconds=_LATE_S),
            message_at=told.made,
            modality=order.modality,
            patient_class=order.patient_class,
            priority=order.priority,
            area=order.area,
            study=None if without_study else study_token(self.site_key, order.study),
        )

    def _message(self, told: Told) -> FeedMessage:
        key = f"{told.milestone}"
        ident = _id(self.site_key, "message", told.exam.order.accession, key, told.made)
        return FeedMessage(ident, "ris-hl7", told.sent + timedelta(seconds=_LATE_S), told.made, key, key)

    def _availables(self, from_: datetime, to: datetime) -> Iterator[ExamEvent]:
        """Give what the study list of the PACS tells: an exam's images are there and no more have come."""
        quiet = self._quiet(_PACS_LIST)
        for exam in self.life.exams(from_ - timedelta(days=13), to + _DAY):
            order = exam.order
            if order.available is not None and from_ <= order.available + quiet < to:
                yield self._available(_PACS_LIST, order, order.available, order.available + quiet)

    def _strays(self, from_: datetime, to: datetime) -> Iterator[ExamEvent]:
        """Give what the old PACS's list tells of exams that went there by mistake; of all others nobody asks."""
        quiet = self._quiet(_OLD_LIST)
        for exam in self.life.exams(from_ - _DAY, to + _DAY):
            order = exam.order
            if order.legacy and order.ended is not None and from_ <= order.ended + quiet < to:
                yield self._available(_OLD_LIST, order, order.ended, order.ended + quiet)

    def _quiet(self, feed: str) -> timedelta:
        return timedelta(seconds=next((f.quiet_time for f in self.settings.feeds if f.id == feed), 60.0))

    def _listed(self, from_: datetime, to: datetime) -> Iterator[ExamEvent]:
        """Give what the worklist probes tell: the first answer that holds an order; they ask for the day's."""
        zone, seed = self.life.hospital.zone, self.life.hospital.seed
        probes = {p.match.get("Modality", ""): p for p in self.settings.probes if p.kind == "worklist"}
        for exam in self.life.exams(from_ - _DAY, day_of(to.astimezone(zone))[1]):
            order, probe = exam.order, probes.get(exam.order.modality)
            begin = max(order.scheduled, day_of(order.due.astimezone(zone))[0])
            if probe is None or not from_ - _DAY < begin < to:
                continue
            every_s = probe.every * self.speed
            seen = begin + timedelta(seconds=every_s * stream(seed, "listed", order.accession).random())
            if from_ <= seen < min(to, listed_until(order)):
                yield self._seen(order, probe.id, seen.astimezone(UTC))

    def _seen(self, order: Acquired, probe: str, at: datetime) -> ExamEvent:
        return ExamEvent(
            id=_id(self.site_key, probe, order.accession, Milestone.LISTED),
            feed=probe,
            exam=exam_token(self.site_key, order.accession),
            milestone=Milestone.LISTED,
            at=at,
            at_field="worklist",
            received_at=at,
        )

    def _available(self, feed: str, order: Acquired, at: datetime, seen: datetime) -> ExamEvent:
        return ExamEvent(
            id=_id(self.site_key, feed, order.accession, Milestone.AVAILABLE, at),
            feed=feed,
            exam=exam_token(self.site_key, order.accession),
            milestone=Milestone.AVAILABLE,
            at=at,
            at_field="count stood still",
            received_at=seen,
            message_at=None,
            modality=order.modality,
            area=None,
            study=study_token(self.site_key, order.study),
            instances=order.images,
            station=order.station,
        )


def sample_of(life: Life, probe: Probe, begun: datetime, source: str) -> Sample:
    """Give what a probe would have seen had it begun at a moment."""
    system, modality, kind = probe.system, probe.match.get("Modality", ""), Kind(probe.kind)
    question = {Kind.ECHO: Question.ECHO, Kind.WORKLIST: Question.WORKLIST, Kind.QUERY: Question.STUDIES}.get(kind)
    if question is None:
        return _image_load(life, probe, begun, source)
    if answer(life.hospital, system, Question.ASSOCIATION, "", begun).outcome is Outcome.REJECTED:
        end = begun + timedelta(seconds=_CONNECT_S + _ASSOCIATE_S)
        detail = "association rejected for now: the peer's limit is reached (2/3/2)"
        return _sample(probe, begun, end, source, Outcome.REJECTED, detail, connect_s=_CONNECT_S)
    how = answer(life.hospital, system, question, modality if kind is Kind.WORKLIST else "", begun)
    if how.outcome is Outcome.TIMEOUT or how.total_s > probe.timeout:
        return _timeout(probe, begun, source)
    matches = None
    if kind is Kind.WORKLIST:
        first, last = day_of(begun.astimezone(life.hospital.zone))
        matches = min(MOST_MATCHES, 1 + life.waiting(Worklist(first, last, modality, probe.station_ae or ""), begun))
    end = begun + timedelta(seconds=_CONNECT_S + _ASSOCIATE_S + how.total_s)
    phases = {"connect_s": _CONNECT_S, "associate_s": _ASSOCIATE_S, "first_s": how.first_s, "total_s": how.total_s}
    return _sample(probe, begun, end, source, Outcome.OK, "", matches=matches, stamp="kernel", **phases)


def _image_load(life: Life, probe: Probe, begun: datetime, source: str) -> Sample:
    reference = references()[probe.study or ""]
    asked = (Question.METADATA, Question.FRAME, Question.STUDY)
    answers = [answer(life.hospital, probe.system, q, reference.modality, begun) for q in asked]
    if any(a.outcome is not Outcome.OK for a in answers):
        return _timeout(probe, begun, source)
    metadata_s, first_s, total_s = (a.total_s for a in answers)
    spent_s = _CONNECT_S + metadata_s + first_s
    if spent_s + total_s > probe.timeout:
        seen = {"metadata_s": metadata_s, "first_s": first_s} if spent_s < probe.timeout else {}
        return _timeout(probe, begun, source, **seen)
    return _sample(
        probe,
        begun,
        begun + timedelta(seconds=spent_s + total_s),
        source,
        Outcome.OK,
        "",
        connect_s=_CONNECT_S,
        metadata_s=metadata_s,
        first_s=first_s,
        total_s=total_s,
        bytes=len(reference.whole),
        instances=reference.count,
        instances_announced=reference.count,
    )


def _timeout(probe: Probe, begun: datetime, source: str, **seen: float) -> Sample:
    end = begun + timedelta(seconds=probe.timeout)
    return _sample(probe, begun, end, source, Outcome.TIMEOUT, "no answer in time", connect_s=_CONNECT_S, **seen)


def _sample(
    probe: Probe, begun: datetime, at: datetime, source: str, outcome: Outcome, detail: str, **seen: object
) -> Sample:
    ident = _id("sample", probe.id, begun)
    common = (ident, probe.id, Kind(probe.kind), probe.system, probe.area, source, at, outcome, detail)
    return Sample(*common, known_at=at, **seen)  # type: ignore[arg-type]  # the fields that its callers name


def _id(*names: object) -> str:
    """Give a UUIDv8 made from names: the same thing poured twice is a repeat."""
    number = int.from_bytes(sha256("\0".join(map(str, names)).encode()).digest()[:16], "big")
    number = number & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
