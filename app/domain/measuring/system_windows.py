"""All attempts at one system from one vantage: its availability, and golive's own load on it."""

from bisect import bisect_right, insort
from datetime import datetime, timedelta

from app.domain.measuring.runs import Run, Spark
from app.domain.measuring.standings import Judged, Series
from app.domain.measuring.windows import Attempt


class SystemWindow:
    """All attempts at one system from one vantage: how many were answered, and how many golive made itself."""

    def __init__(self, availability: Series, load: Series, window_s: float) -> None:
        self.availability, self.load, self.window_s = availability, load, window_s
        self._attempts: list[tuple[datetime, bool]] = []
        self._replay = False  # a late attempt came: the run of attempts is to be worked out again
        self._answered = 0
        self._run, self._spark = Run(), Spark()
        self._newest: Attempt | None = None

    def restore(self, judged: Judged) -> None:
        self._spark.restore(judged.spark)
        if judged.known_at and judged.as_of and self._newest is None:
            self._newest = Attempt(judged.known_at, judged.as_of, None, True, judged.last_outcome, judged.last_detail)
            self._run.restore(judged)

    def add(self, attempt: Attempt, answered: bool) -> None:
        if self._newest is None or attempt.known_at >= self._newest.known_at:
            self._newest = attempt
        if not attempt.counted:
            return
        if self._attempts and attempt.known_at < self._attempts[-1][0]:
            insort(self._attempts, (attempt.known_at, answered))
            self._replay = True
        else:
            self._attempts.append((attempt.known_at, answered))
            self._run.step(answered, attempt.known_at)
        self._answered += answered
        self._spark.add(attempt.known_at, float(answered))

    def expire(self, now: datetime) -> bool:
        oldest = (now - timedelta(seconds=self.window_s), True)
        left = bisect_right(self._attempts, oldest)
        self._answered -= sum(answered for _, answered in self._attempts[:left])
        del self._attempts[:left]
        return left > 0

    def judged(self) -> list[Judged]:
        """Give the system's availability and golive's own load on it."""
        if self._replay:
            self._run, self._replay = Run(), False
            for at, answered in self._attempts:
                self._run.step(answered, at)
        n, newest, run = len(self._attempts), self._newest, self._run
        as_of, known_at = (newest.at, newest.known_at) if newest else (None, None)
        share = self._answered / n if n else None
        per_hour = n / self.window_s * 3600 if newest else None
        return [
            Judged(
                self.availability,
                "share",
                self.window_s,
                n=n,
                failed=n - self._answered,
                value=share,
                last=float(self._attempts[-1][1]) if n else None,
                as_of=as_of,
                known_at=known_at,
                newest_ok=run.newest,
                down=run.down,
                failing_since=run.failing_since,
                failing_run=run.failing_run,
                run_since=run.run_since,
                last_outcome=newest.outcome if newest else "",
                last_detail=newest.detail if newest else "",
                spark=self._spark.points(),
            ),
            Judged(
                self.load, "per h", self.window_s, n=n, value=per_hour, last=per_hour, as_of=as_of, known_at=known_at
            ),
        ]
