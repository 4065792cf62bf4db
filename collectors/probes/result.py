"""What an attempt found, before it becomes a sample."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from app.domain.measuring.samples import Outcome
from app.settings import Probe
from collectors.dicom.association import Exchange
from collectors.outcomes import Failure
from collectors.probes.http import Answer

SENTINEL_MISSING = "sentinel missing"
ROUND_COUNTS = frozenset({100, 200, 250, 500, 1000})


@dataclass(slots=True)
class Result:
    """The fields of a sample that depend on what the peer did."""

    outcome: Outcome = Outcome.OK
    detail: str = ""
    connect_s: float | None = None
    tls_s: float | None = None
    associate_s: float | None = None
    metadata_s: float | None = None
    first_s: float | None = None
    total_s: float | None = None
    matches: int | None = None
    instances: int | None = None
    instances_announced: int | None = None
    bytes: int | None = None
    known_s: float | None = None  # when the outcome was known, by the monotonic clock; None: now
    stamp: Literal["kernel", "user"] | None = None
    quickack: bool = False

    def fail(self, failure: Failure) -> None:
        """Take over how the attempt ended."""
        self.outcome, self.detail = failure.outcome, failure.detail

    def take_phases(self, answer: Answer) -> None:
        """Take over how the connection came about, unless an earlier request of the attempt told that already."""
        if self.connect_s is None:
            self.connect_s, self.tls_s = answer.connect_s, answer.tls_s
        self.stamp = "kernel" if answer.kernel else "user"

    def judge(self, probe: Probe, count: int, accessions: Collection[str]) -> None:
        """Say whether a list holds what it must, and whether its length hints at a silent limit."""
        self.matches = count
        doubt = doubt_of_count(count, probe.limit)
        if probe.sentinel and probe.sentinel.strip() not in accessions:
            self.outcome = Outcome.WRONG_ANSWER
            self.detail = f"{SENTINEL_MISSING}{f'; {doubt}' if doubt else ''}"
        elif short := shortfall(count, probe.expect_at_least):
            self.outcome, self.detail = Outcome.WRONG_ANSWER, short
        else:
            self.detail = doubt


def of_exchange(exchange: Exchange, quickack: bool) -> Result:
    """Give what a DICOM exchange says of itself."""
    return Result(
        outcome=exchange.outcome,
        detail=exchange.detail,
        connect_s=exchange.connect_s,
        tls_s=exchange.tls_s,
        associate_s=exchange.associate_s,
        first_s=exchange.first_s,
        total_s=exchange.total_s,
        known_s=exchange.known_s,
        stamp=exchange.stamp,
        quickack=quickack,
    )


def doubt_of_count(count: int, limit: int | None) -> str:
    """Give the words for a count that a silent limit explains better than chance, or nothing."""
    if limit is not None and count == limit:
        return f"{count} match{'' if count == 1 else 'es'}: the known limit, the list may be cut off"
    return f"{count} matches: a round count, the list may be cut off" if count in ROUND_COUNTS else ""


def shortfall(count: int, at_least: int | None) -> str:
    """Give the words for fewer matches than expected, or nothing."""
    if at_least is None or count >= at_least:
        return ""
    return f"{count} match{'' if count == 1 else 'es'}, at least {at_least} expected"
