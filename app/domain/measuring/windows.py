"""Rolling windows of attempts, kept in order so that each new one costs a bisection and no sorting."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.measuring.percentiles import NAMES, P50, P90, P95, enough, ranked_from_failures, ranked_value
from app.domain.measuring.runs import Run, Spark
from app.domain.measuring.standings import Judged, Series

ENOUGH_FOR_P90 = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as a window keeps it; `value` is None where it failed.

    One that does not count (planned work, hours not expected, collector cut off) shows that somebody looks, no more.
    """

    known_at: datetime
    at: datetime
    value: float | None
    counted: bool = True
    outcome: str = "ok"
    detail: str = ""


class Window:
    """The attempts of one series within its window, and everything judged from them."""

    def __init__(
        self, series: Series, unit: str, window_s: float, timeout_s: float, *, higher_is_worse: bool = True
    ) -> None:
        self.series, self.unit, self.window_s, self.timeout_s = series, unit, window_s, timeout_s
        self._higher_is_worse = higher_is_worse
        self._attempts: list[Attempt] = []
        self._replay = False  # a late attempt came: what its successors said is to be worked out again
        self._ranked: list[float] = []
        self._failed = 0
        self._run, self._spark = Run(), Spark()
        self._newest: Attempt | None = None
        self._last: float | None = None
        self._outside_since: datetime | None = None

    def restore(self, judged: Judged) -> None:
        """Take over what the window's samples, taken before, cannot tell: the hour's picture and what was newest."""
        self._spark.restore(judged.spark)
        self._outside_since = judged.outside_since
        if self._last is None:
            self._last = judged.last
        if judged.known_at and judged.as_of and self._newest is None:
            self._newest = Attempt(judged.known_at, judged.as_of, None, False, judged.last_outcome, judged.last_detail)
            self._run.restore(judged)

    def add(self, attempt: Attempt) -> None:
        """Take an attempt; a late one finds its place."""
        late = self._newest is not None and attempt.known_at < self._newest.known_at
        if not late:
            self._newest = attempt
        if not attempt.counted:
            return
        if late:
            insort(self._attempts, attempt, key=_known_at)
            self._replay = True
        else:
            self._attempts.append(attempt)
            self._step(attempt)
        if attempt.value is None:
            self._failed += 1
        else:
            insort(self._ranked, attempt.value)
        worst = self.timeout_s if self._higher_is_worse else 0.0
        self._spark.add(attempt.known_at, worst if attempt.value is None else attempt.value)

    def expire(self, now: datetime) -> bool:
        """Let go of what has left the window; say whether anything did."""
        left = bisect_right(self._attempts, now - timedelta(seconds=self.window_s), key=_known_at)
        for gone in self._attempts[:left]:
            if gone.value is None:
                self._failed -= 1
            else:
                del self._ranked[bisect_left(self._ranked, gone.value)]
        del self._attempts[:left]
        return left > 0

    def judged(self, upper: float | None = None, lower: float | None = None) -> Judged:
        """Give the series' numbers; `upper` and `lower` are the range its judged value should lie in."""
        if self._replay:
            self._run, self._replay = Run(), False
            for attempt in self._attempts:
                self._step(attempt)
        n, newest, run = len(self._attempts), self._newest, self._run
        shown = {q: self._percentile(q) if enough(q, n) else None for q in (P50, P90, P95)}
        share = P90 if n >= ENOUGH_FOR_P90 and self._higher_is_worse else P50
        beyond = any(enough(q, n) and shown[q] is None for q in shown)
        value = shown[share]
        self._note_outside(value, enough(share, n), upper, lower)
        return Judged(
            series=self.series,
            unit=self.unit,
            window_s=self.window_s,
            n=n,
            failed=self._failed,
            p50=shown[P50],
            p90=shown[P90],
            p95=shown[P95],
            beyond_s=self.timeout_s if beyond else None,
            last=self._last,
            value=value,
            headline=NAMES[share] if enough(share, n) else "",
            as_of=newest.at if newest else None,
            known_at=newest.known_at if newest else None,
            newest_ok=run.newest,
            down=run.down,
            failing_since=run.failing_since,
            failing_run=run.failing_run,
            run_since=run.run_since,
            last_outcome=newest.outcome if newest else "",
            last_detail=newest.detail if newest else "",
            outside_since=self._outside_since,
            spark=self._spark.points(),
        )

    def _percentile(self, q: int) -> float | None:
        if self._higher_is_worse:
            return ranked_value(self._ranked, q, self._failed)
        return ranked_from_failures(self._ranked, q, self._failed)

    def _note_outside(self, value: float | None, judged: bool, upper: float | None, lower: float | None) -> None:
        above = judged and upper is not None and (value is None or value > upper)
        below = judged and lower is not None and value is not None and value < lower
        if not (above or below):
            self._outside_since = None
        elif self._outside_since is None and self._newest is not None:
            self._outside_since = self._newest.known_at

    def _step(self, attempt: Attempt) -> None:
        self._run.step(attempt.value is not None, attempt.known_at)
        if attempt.value is not None:
            self._last = attempt.value


def _known_at(attempt: Attempt) -> datetime:
    return attempt.known_at
