"""What a vendor is given of a stretch of time: only what golive measured and what its configuration names.

Nothing that a peer or a person wrote goes in: of a peer's words the codes alone, for they may hold a patient.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from app.domain.evidence_words import readme
from app.domain.floor.issues import TIERS, Event, Issue
from app.domain.measuring.samples import Outcome, Sample
from app.domain.plans import Plan
from app.errors import Invalid

AROUND = timedelta(minutes=60)  # before and after an issue
LONGEST = timedelta(days=7)
MOST_SAMPLES = 200_000
SLICE = timedelta(minutes=30)
BINS, MOST_CHARTS, MOST_OFFSETS = 240, 60, 20_000
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
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT = frozenset(
    [
        "site",
        "id",
        "name",
        "timezone",
        "go_live",
        "at",
        "start",
        "decision_window",
        "no_return",
        "command_center",
        "stabilisation",
        "systems",
        "kind",
        "dicom",
        "host",
        "port",
        "ae_title",
        "calling_ae_title",
        "dicomweb",
        "in_flight",
        "collectors",
        "place",
        "probes",
        "system",
        "area",
        "every",
        "timeout",
        "method",
        "depth",
        "expect_at_least",
        "station_ae",
        "hours",
        "from",
        "required",
        "role",
        "quickack",
        "feeds",
        "listen",
        "quiet_after",
        "gives",
        "overlap",
        "measures",
        "expected_below",
        "window",
        "triggers",
        "title",
        "measure",
        "where",
        "per",
        "slower_than",
        "share",
        "at_least",
        "breach_after",
        "recover_below",
        "blind_after",
        "armed",
        "areas",
        "exams",
        "lost_after",
        "severity",
        "limit",
        "what",
        "older_than",
        "down_for",
        "milestone",
        "feed",
        "of",
        "depends_on",
    ]
)
_MATCHED = frozenset({"Modality", "ScheduledStationAETitle", "StationName", "ModalitiesInStudy"})
BACK = "(kept back)"


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
class Bin:
    """What one probe did in one stretch of a chart."""

    n: int = 0
    failed: int = 0
    longest_s: float = 0.0


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
    course: dict[str, dict[int, Bin]] = field(default_factory=dict)

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
        self._draw(s)
        return [
            utc(s.at), utc(s.known_at), s.probe, s.kind.value, s.system, s.area or "", vantage, s.outcome.value,
            *found, *(getattr(s, phase) for phase in PHASES), s.matches, s.instances, s.bytes,
            s.stamp if s.stamp in ("kernel", "user") else "", int(s.planned), _id(s.id),
        ]  # fmt: skip

    def _draw(self, s: Sample) -> None:
        span_s = (self.asked.to_at - self.asked.from_at).total_seconds()
        at = min(BINS - 1, max(0, int(BINS * (s.at - self.asked.from_at).total_seconds() / span_s)))
        one = self.course.setdefault(s.probe, {}).setdefault(at, Bin())
        one.n += 1
        one.failed += s.outcome is not Outcome.OK
        one.longest_s = max(one.longest_s, s.total_s or s.first_s or 0.0)

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
        for probe in sorted(self.course)[:MOST_CHARTS]:
            yield probe, chart(probe, self.course[probe], self.asked)


def chart(probe: str, course: Mapping[int, Bin], asked: Asked) -> str:
    """Draw how long answers took, the longest of each stretch, with failures as marks; a gap stays a gap."""
    width, height, top = 960, 240, max((b.longest_s for b in course.values()), default=0.0) or 1.0
    step = width / BINS
    bars = "".join(
        f'<rect x="{at * step:.1f}" y="{height - height * b.longest_s / top:.1f}" width="{step:.1f}" '
        f'height="{height * b.longest_s / top:.1f}" fill="#55606b"/>'
        for at, b in sorted(course.items())
        if b.longest_s
    )
    marks = "".join(
        f'<rect x="{at * step:.1f}" y="{height + 6}" width="{step:.1f}" height="{6 + 14 * b.failed / b.n:.1f}" '
        'fill="#b8420b"/>'
        for at, b in sorted(course.items())
        if b.failed
    )
    each_s = (asked.to_at - asked.from_at).total_seconds() / BINS
    said = f"{probe}: longest answer of each {each_s:.0f} s, up to {top:.3g} s"
    below = f"{utc(asked.from_at)} to {utc(asked.to_at)}; below: share of attempts that failed"
    box = f"{width + 40} {height + 110}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -40 {box}" font-family="sans-serif">'
        f'<rect x="-20" y="-40" width="{width + 40}" height="{height + 110}" fill="#fff"/>'
        f'<text y="-16" font-size="16">{_escaped(said)}</text>{bars}<path d="M0 {height}H{width}" stroke="#14181c"/>'
        f'{marks}<text y="{height + 52}" font-size="13" fill="#55606b">{below}</text></svg>\n'
    )


def issue_told(issue: Issue, events: Sequence[Event], plan: Plan) -> dict[str, Any]:
    """Give an issue without anything that somebody typed, and without names of people."""
    report = issue.report
    known_room = report.room if (report.area, report.room) in plan.floor.rooms else ""
    return {
        "number": issue.number,
        "uuid": issue.uuid,
        "area": report.area,
        "room": known_room,
        "category": report.category,
        "severity": issue.severity,
        "patient_safety": issue.safety,
        "status": issue.status.value,
        "tier": TIERS[issue.tier],
        "me_too": len(issue.me_too),
        "reopened": issue.reopened,
        **{
            name: utc(getattr(issue, name))
            for name in ("received_at", "first_response_at", "acknowledged_at", "fixed_at", "verified_at", "ended_at")
        },
        "events": [
            {"sequence": e.sequence, "received_at": utc(e.received_at), "action": e.action.value} for e in events
        ],
    }


def redacted(settings: Any, inside: str = "") -> Any:
    """Give settings with what tells of the technique alone: no secret, no person, no number, no identifier."""
    if isinstance(settings, Mapping):
        if inside == "match":
            return {k: v if k in _MATCHED else BACK for k, v in settings.items()}
        free = inside in ("measures", "where")  # their keys are ids
        kept = {k: v for k, v in settings.items() if free or k in _KEPT or k == "match"}
        return {k: redacted(v, k) for k, v in kept.items() if v not in (None, [], {}, "")}
    return [redacted(one, inside) for one in settings] if isinstance(settings, list) else settings


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


def _id(id_: str) -> str:
    """Give a sample's id where it is one of golive's, else a name made of it: a sender chooses its own."""
    return id_ if _ID.fullmatch(id_) else hashlib.sha256(id_.encode()).hexdigest()[:16]


def utc(at: datetime | None) -> str:
    """Give a moment as RFC 3339 UTC, "" for none."""
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
