"""Numbers of issues: how fast somebody answers and solves, and what becomes of what was called solved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.issues import Issue, Status


@dataclass(frozen=True, slots=True)
class Span:
    """How long an issue has waited, and whether the wait is over: open ones count too."""

    seconds: float
    over: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of `n`; `share` is None where there is nothing to take part of."""

    n: int
    of_them: int

    @property
    def share(self) -> float | None:
        """Give the part as a share."""
        return self.of_them / self.n if self.n else None


_NO_WORK = frozenset({Status.DUPLICATE, Status.TRAINING, Status.NOT_AN_ISSUE})


def first_responses(issues: Iterable[Issue], now: datetime) -> list[Span]:
    """Give from receipt to the first act of somebody else; who still waits is in it with the wait so far."""
    return [_span(i, i.first_response_at, now) for i in issues]


def times_to_solve(issues: Iterable[Issue], now: datetime) -> list[Span]:
    """Give from receipt to the fix, or to the end where nothing was fixed; without duplicates and no issues."""
    return [_span(i, i.fixed_at or i.ended_at, now) for i in issues if i.status not in _NO_WORK]


def reopened_share(issues: Iterable[Issue]) -> Portion:
    """Give how many of those that were ever called solved were opened again."""
    called = [i for i in issues if i.reopened or i.ended_at is not None]
    return Portion(len(called), sum(i.reopened > 0 for i in called))


def unverified_share(issues: Iterable[Issue]) -> Portion:
    """Give how many of the closed ones nobody on the floor has called solved."""
    closed = [i for i in issues if i.status is Status.CLOSED]
    return Portion(len(closed), sum(i.verified_at is None for i in closed))


def per_100_exams(issues: Iterable[Issue], exams: int) -> float | None:
    """Give issues for each hundred exams, duplicates merged; None without an exam."""
    n = sum(i.status is not Status.DUPLICATE for i in issues)
    return 100.0 * n / exams if exams else None


def _span(issue: Issue, until: datetime | None, now: datetime) -> Span:
    return Span(((until or now) - issue.received_at).total_seconds(), until is not None)
