"""What a vendor is given of a stretch of time: only what golive measured and what its configuration names.

Nothing that a peer or a person wrote goes in: of a peer's words the codes alone, for they may hold a patient.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from app.domain.evidence_charts import Course
from app.domain.evidence_redaction import id_told
from app.domain.evidence_words import readme, utc
from app.domain.floor.issues import Issue
from app.domain.measuring.samples import Outcome, Sample
from app.domain.plans import Plan
from app.errors import Invalid

AROUND = timedelta(minutes=60)  # before and after an issue
LONGEST = timedelta(days=7)
MOST_SAMPLES = 200_000
SLICE = timedelta(minutes=30)
MOST_CHARTS, MOST_OFFSETS = 60, 20_000
PHASES = ("connect_s", "tls_s", "associate_s", "metadata_s", "first_s", "total_s")
SAMPLE_COLUMNS = (
    "at_utc", "known_at_utc", "probe", "kind", "system", "area", "vantage", "outcome", "reject_result", "reject_source",
    "reject_reason", "status", *PHASES, "matches", "instances", "bytes", "stamp", "planned", "id",
)  # fmt: skip
OUTCOME_COLUMNS = (
    "system", "probe", "outcome", "reject_result", "reject_source", "reject_reason", "status", "attempts", "first_utc",
    "last_utc",
)  # fmt: skip
RESULTS = {"1": "1 rejected for good", "2": "2 rejected for now"}
SOURCES = {"1": "1 service user", "2": "2 service provider (ACSE)", "3": "3 service provider (presentation)"}
REASONS = {
    ("1", "1"): "1 no reason given", ("1", "2"): "2 application context not supported",
    ("1", "3"): "3 calling AE title not recognised", ("1", "7"): "7 called AE title not recognised",
    ("2", "1"): "1 no reason given", ("2", "2"): "2 protocol version not supported",
    ("3", "1"): "1 temporary congestion", ("3", "2"): "2 local limit exceeded",
}  # fmt: skip
_REJECT = re.compile(r"\(([12])/([123])/([0-9]{1,3})\)")
_STATUS = re.compile(r"\b(0x[0-9A-Fa-f]{4})\b|\b(?:HTTP|answered|status) ([1-5][0-9]{2})\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which stretch of time; `issue` is what it is about, where it is about one."""

    from_at: datetime
    to_at: datetime
    issue: int | None = None


def stretch(issue: Issue | None, from_at: datetime | None, to_at: datetime | None, now: datetime) -> Asked:
    """Give the stretch that is asked for: around an issue, else as named; refused in words where it is none."""
    if issue is not None:
        since = from_at or issue.received_at - AROUND
        until = to_at or min(now, max(issue.received_at, issue.ended_at or issue.received_at) + AROUND)
        if to_at is None and until - since > LONGEST:
            until = since + LONGEST
    elif from_at is None:
        raise Invalid("from", "is missing: evidence is of an issue, or from one moment to another")
    else:
        since, until = from_at, to_at or now
    if until <= since:
        raise Invalid("to", f"{utc(until)} lies before {utc(since)}")
    if until - since > LONGEST:
        raise Invalid("to", f"{utc(until)} is more than 7 d after {utc(since)}: samples are kept for 7 d")
    return Asked(since, until, issue.number if issue is not None else None)


def slices(asked: Asked) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretch in pieces, the oldest first, so that no reader holds the database for long."""
    at = asked.from_at
    while at < asked.to_at:
        yield at, min(at + SLICE, asked.to_at)
        at += SLICE


def codes(sample: Sample) -> tuple[str, str, str, str]:
    """Give result, source and reason of a rejection and the status of an answer: all that is told of a peer's words."""
    if sample.outcome is Outcome.REJECTED and (found := _REJECT.search(sample.detail)):
        result, source, reason = found.groups()
        said = REASONS.get((source, reason), reason)
        return RESULTS[result], SOURCES[source], said, ""
    if sample.outcome in (Outcome.BAD_STATUS, Outcome.AUTH) and (seen := _STATUS.search(sample.detail)):
        return "", "", "", seen[1] or seen[2]
    return "", "", "", ""


@dataclass(slots=True)
class Gathered:
    """What was seen while the samples went by: outcomes, the clocks, and the course of each probe."""

    asked: Asked
    plan: Plan
    n: int = 0
    cut_at: datetime | None = None
    outcomes: Counter[tuple[str, ...]] = field(default_factory=Counter)
    seen: dict[tuple[str, ...], tuple[datetime, datetime]] = field(default_factory=dict)
    offsets: dict[str, list[float]] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)

    def rows(self, samples: Iterable[Sample]) -> Iterator[list[Any]]:
        """Give the line of each sample, and keep what is told of all of them; none beyond the limit."""
        for s in samples:
            if self.n >= MOST_SAMPLES:
                self.cut_at = self.cut_at or s.at
                return
            self.n += 1
            yield self._row(s)

    def _row(self, s: Sample) -> list[Any]:
        found, vantage = codes(s), self.plan.vantage_of(s.source)
        key = (s.system, s.probe, s.outcome.value, *found)
        first, _ = self.seen.get(key, (s.at, s.at))
        self.outcomes[key] += 1
        self.seen[key] = first, s.at
        if s.known_at is not None and len(kept := self.offsets.setdefault(vantage, [])) < MOST_OFFSETS:
            kept.append((s.known_at - s.at).total_seconds())
        self.courses.setdefault(s.probe, Course(self.asked.from_at, self.asked.to_at)).count(s)
        return [
            utc(s.at), utc(s.known_at), s.probe, s.kind.value, s.system, s.area or "", vantage, s.outcome.value,
            *found, *(getattr(s, phase) for phase in PHASES), s.matches, s.instances, s.bytes,
            s.stamp if s.stamp in ("kernel", "user") else "", int(s.planned), id_told(s.id),
        ]  # fmt: skip

    def outcome_rows(self) -> Iterator[list[Any]]:
        """Give how often each probe met what, and from when to when."""
        for key in sorted(self.outcomes):
            first, last = self.seen[key]
            yield [*key, self.outcomes[key], utc(first), utc(last)]

    def clock_rows(self, feeds: Mapping[str, tuple[float, int]]) -> Iterator[list[Any]]:
        """Give by how much each clock differs from golive's own: collectors from samples, feeds as judged now."""
        for vantage, offsets in sorted(self.offsets.items()):
            yield ["collector", vantage, round(median(offsets), 3), len(offsets)]
        for feed, (offset_s, n) in sorted(feeds.items()):
            yield ["feed", feed, round(offset_s, 3), n]

    def charts(self) -> Iterator[tuple[str, str]]:
        """Give a picture of each probe's course, as many as find room."""
        for probe in sorted(self.courses)[:MOST_CHARTS]:
            yield probe, self.courses[probe].drawn(probe)


def told(gathered: Gathered, version: str, configuration: str, now: datetime) -> str:
    """Give the README of an archive."""
    asked, plan = gathered.asked, gathered.plan
    about = f"issue no. {asked.issue}" if asked.issue is not None else "a stretch of time"
    whole = f"each attempt of golive's own probes in this stretch, {gathered.n} in all"
    if gathered.cut_at is not None:
        whole = f"the first {MOST_SAMPLES} attempts; those from {utc(gathered.cut_at)} on found no room"
    span = f"About {about}: {utc(asked.from_at)} to {utc(asked.to_at)}."
    made = f"Made {utc(now)} by golive {version}, configuration {configuration}."
    return readme(f"Evidence of golive, {plan.site_name}", f"{span} {made}", whole, plan.simulation)
