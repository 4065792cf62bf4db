"""All attempts at one system from one vantage: its availability, and golive's own load on it."""

from bisect import insort
from collections import deque
from datetime import datetime, timedelta

from app.domain.runs import Spark
from app.domain.standings import Judged, Series
from app.domain.windows import Attempt


class SystemWindow:
    """All attempts at one system from one vantage: how many were answered, and how many golive made itself."""

    def __init__(self, availability: Series, load: Series, window_s: float) -> None:
        self.availability, self.load, self.window_s = availability, load, window_s
        self._attempts: deque[tuple[datetime, bool]] = deque()
        self._answered = 0
        self._spark = Spark()
        self._newest: Attempt | None = None

    def restore(self, judged: Judged) -> None:
        self._spark.restore(judged.spark)
        if judged.known_at and judged.as_of and self._newest is None:
            self._newest = Attempt(judged.known_at, judged.as_of, None)

    def add(self, attempt: Attempt, answered: bool) -> None:
        if self._newest is None or attempt.known_at >= self._newest.known_at:
            self._newest = attempt
        if not attempt.counted:
            return
        if self._attempts and attempt.known_at < self._attempts[-1][0]:
            ordered = list(self._attempts)
            insort(ordered, (attempt.known_at, answered))
            self._attempts = deque(ordered)
        else:
            self._attempts.append((attempt.known_at, answered))
        self._answered += answered
        self._spark.add(attempt.known_at, float(answered))

    def expire(self, now: datetime) -> bool:
        oldest, changed = now - timedelta(seconds=self.window_s), False
        while self._attempts and self._attempts[0][0] <= oldest:
            self._answered -= self._attempts.popleft()[1]
            changed = True
        return changed

    def judged(self) -> list[Judged]:
        """Give the system's availability and golive's own load on it."""
        n, newest = len(self._attempts), self._newest
        as_of, known_at = (newest.at, newest.known_at) if newest else (None, None)
        share = self._answered / n if n else None
        observed_s = (self._attempts[-1][0] - self._attempts[0][0]).total_seconds() if n > 1 else 0.0
        per_hour = (n - 1) / observed_s * 3600 if observed_s else None
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
                down=n >= 2 and not self._answered,
                spark=self._spark.points(),
            ),
            Judged(
                self.load, "per h", self.window_s, n=n, value=per_hour, last=per_hour, as_of=as_of, known_at=known_at
            ),
        ]
