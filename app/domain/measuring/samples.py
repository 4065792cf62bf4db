"""What one probe saw once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a probe does."""

    ECHO = "echo"
    WORKLIST = "worklist"
    QUERY = "query"
    IMAGE_LOAD = "image-load"
    WEB = "web"


class Outcome(StrEnum):
    """How an attempt ended; everything but `ok` is the peer's behaviour, never an exception."""

    OK = "ok"
    REFUSED = "refused"  # nobody listens
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"  # the association was rejected; `detail` keeps source and reason
    AUTH = "auth"
    TIMEOUT = "timeout"
    ABORTED = "aborted"
    BAD_STATUS = "bad_status"
    WRONG_ANSWER = "wrong_answer"  # it answered, but not what the probe must find


@dataclass(frozen=True, slots=True)
class Sample:
    """One attempt of one probe.

    Durations are seconds of a monotonic or kernel clock. `first_s` and `total_s` run from the request's last byte
    handed to the socket to the first and the last answer; for image loads they are the first frame and the whole study.
    `at` is when the outcome was known, by the sender's clock; `known_at` the same moment by the app's clock.
    """

    id: str
    probe: str
    kind: Kind
    system: str
    area: str | None
    source: str
    at: datetime
    outcome: Outcome
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
    stamp: str | None = None  # kernel | user
    quickack: bool = False
    planned: bool = False  # taken during planned work: kept, but out of verdicts
    known_at: datetime | None = None


def not_ahead(ordered: Sequence[Sample], now: datetime) -> list[Sample]:
    """Give samples, oldest first, none of them known after `now`.

    The wall clock may have been set back while golive was stopped: the newest of its moments are then the last moment
    before `now`, and the others keep their distance to it. Else what is long past would count as fresh.
    """
    ahead = (ordered[-1].known_at or ordered[-1].at) - now if ordered else timedelta(0)
    if ahead <= timedelta(0):
        return list(ordered)
    return [replace(s, known_at=(s.known_at or s.at) - ahead) for s in ordered]
