"""The catalogue of measures: what each number is, where it starts and ends, and in which unit."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.measuring.samples import Kind


class Source(StrEnum):
    """What a measure is made of."""

    PROBE = "probe"  # a number of each attempt
    EXAM = "exam"  # an interval between two milestones, Kaplan-Meier over open exams
    RATE = "rate"  # a count per hour
    GAUGE = "gauge"  # a state of the moment


@dataclass(frozen=True, slots=True)
class Measure:
    """One defined number; `reads` is the sample's field, `start` and `end` the milestones of an exam measure."""

    id: str
    title: str
    unit: str
    source: Source
    means: str
    kind: Kind | None = None
    reads: str = ""
    start: str = ""
    end: str = ""
    higher_is_worse: bool = True
    built: bool = True


def _probe(
    id: str,
    title: str,
    kind: Kind,
    reads: str,
    means: str,
    unit: str = "s",
    higher_is_worse: bool = True,
) -> Measure:
    return Measure(id, title, unit, Source.PROBE, means, kind=kind, reads=reads, higher_is_worse=higher_is_worse)


def _exam(id: str, title: str, start: str, end: str, means: str) -> Measure:
    return Measure(id, title, "s", Source.EXAM, means, start=start, end=end)


def _other(
    id: str,
    title: str,
    unit: str,
    source: Source,
    means: str,
    higher_is_worse: bool = True,
    built: bool = True,
) -> Measure:
    return Measure(id, title, unit, source, means, higher_is_worse=higher_is_worse, built=built)


CATALOGUE: dict[str, Measure] = {
    m.id: m
    for m in (
        _probe("echo.response", "Echo response", Kind.ECHO, "total_s", "C-ECHO request sent to its answer"),
        _probe(
            "worklist.response",
            "Worklist response",
            Kind.WORKLIST,
            "total_s",
            "modality worklist C-FIND sent to the last answer",
        ),
        _probe("query.response", "Study query response", Kind.QUERY, "total_s", "study query sent to the last answer"),
        _probe("image.first", "First image", Kind.IMAGE_LOAD, "first_s", "first frame requested to its last byte"),
        _probe("image.study", "Whole study", Kind.IMAGE_LOAD, "total_s", "whole study requested to its last byte"),
        _probe(
            "image.rate",
            "Image rate",
            Kind.IMAGE_LOAD,
            "rate_mb_s",
            "body of the whole study divided by its time",
            unit="MB/s",
            higher_is_worse=False,
        ),
        _probe("web.response", "Web response", Kind.WEB, "total_s", "HTTP request sent to the last byte of the answer"),
        _other(
            "availability",
            "Availability",
            "share",
            Source.RATE,
            "share of attempts of all probes of a system that were answered",
            higher_is_worse=False,
        ),
        _other(
            "order.to_worklist",
            "Order to worklist",
            "s",
            Source.EXAM,
            "an order's HL7 message received to the first worklist answer that holds it",
        ),
        _exam("exam.order_to_begin", "Order to begin", "ordered", "begun", "order placed to exam begun"),
        _exam("exam.end_to_available", "Time to PACS", "ended", "available", "exam ended to its images in the PACS"),
        _exam("report.turnaround", "Report turnaround", "ended", "final", "exam ended to the first final report"),
        _exam(
            "report.preliminary",
            "Preliminary report",
            "ended",
            "preliminary",
            "exam ended to the first preliminary report",
        ),
        _exam("report.order_to_final", "Order to report", "ordered", "final", "order placed to the first final report"),
        _exam("report.delivery", "Report delivery", "final", "delivered", "first final report to its delivery"),
        _other(
            "report.rate",
            "Reports",
            "per h",
            Source.RATE,
            "first final reports of the last hour",
            higher_is_worse=False,
        ),
        _other("exam.rate", "Exams", "per h", Source.RATE, "exams ended in the last hour", higher_is_worse=False),
        _other("exam.backlog", "Exams waiting", "exams", Source.GAUGE, "exams ended without a final report"),
        _other(
            "exam.oldest_waiting",
            "Oldest waiting",
            "s",
            Source.GAUGE,
            "age of the oldest exam ended without a final report",
        ),
        _other(
            "exam.matched",
            "Matched exams",
            "share",
            Source.GAUGE,
            "ended exams of the last 24 h that the PACS's list holds too",
            higher_is_worse=False,
        ),
        _other("feed.age", "Feed age", "s", Source.GAUGE, "time since the feed's last event was received"),
        _other(
            "feed.rate",
            "Feed rate",
            "per h",
            Source.RATE,
            "events of the feed received in the last hour",
            higher_is_worse=False,
        ),
        _other(
            "clock.offset",
            "Clock offset",
            "s",
            Source.GAUGE,
            "median of receive time minus message time, newest 100 messages of a feed",
        ),
        _other(
            "legacy.stray",
            "Strays to the old PACS",
            "studies",
            Source.GAUGE,
            "studies the legacy system received in the last 24 h, after T0",
        ),
        _other(
            "own.load", "Own load", "per h", Source.RATE, "golive's own attempts at a system in its window, per hour"
        ),
        _other(
            "support.wait",
            "Wait for support",
            "s",
            Source.GAUGE,
            "support asked for to somebody helping, of the last 24 h",
        ),
        _other(
            "issue.first_response",
            "First answer to an issue",
            "s",
            Source.GAUGE,
            "an issue received to the first act of somebody else, of the last 24 h, those that wait included",
        ),
        _other(
            "issue.solve",
            "Time to solve an issue",
            "s",
            Source.GAUGE,
            "an issue received to its fix or end, of the last 24 h, those that are open included",
        ),
        _other(
            "issue.reopened",
            "Issues opened again",
            "share",
            Source.GAUGE,
            "share opened again of the issues of 7 d that were ever called solved",
        ),
        _other(
            "issue.unverified",
            "Issues closed unverified",
            "share",
            Source.GAUGE,
            "share verified by nobody on the floor of the issues of 7 d that are closed",
        ),
        _other(
            "issue.per_100_exams",
            "Issues per 100 exams",
            "per 100 exams",
            Source.GAUGE,
            "issues of the last 24 h, duplicates merged, for each hundred exams that ended in them",
        ),
        _other("prior.first", "First image of a prior", "s", Source.PROBE, "first frame of a prior study", built=False),
    )
}

HEADLINES = ("report.turnaround", "worklist.response", "image.first", "image.study")
