"""What a series remembers of its past beside its window: the hour's picture, and the newest attempts in a row."""

from datetime import datetime

from app.domain.measuring.percentiles import nearest_rank
from app.domain.measuring.standings import Judged

SPARK_MINUTES = 60


class Spark:
    """One number per minute of the last hour, None where nobody measured."""

    def __init__(self) -> None:
        self._closed: dict[int, float | None] = {}
        self._minute = 0
        self._values: list[float] = []

    def add(self, known_at: datetime, value: float) -> None:
        """Take a value into its minute; one that comes too late for its minute is left to the roll-ups."""
        minute = int(known_at.timestamp()) // 60
        if minute > self._minute:
            self._close()
            self._minute, self._values = minute, []
        if minute == self._minute:
            self._values.append(value)

    def restore(self, points: tuple[tuple[int, float | None], ...]) -> None:
        """Take over what was judged before a restart."""
        before: dict[int, float | None] = {second // 60: value for second, value in points if value is not None}
        self._closed = before | self._closed

    def points(self) -> tuple[tuple[int, float | None], ...]:
        """Give (minute as unix s, value), gaps as None, ending with the newest minute."""
        if not self._minute:
            return tuple((minute * 60, value) for minute, value in sorted(self._closed.items()))
        minutes = range(self._minute - SPARK_MINUTES + 1, self._minute)
        past = tuple((m * 60, self._closed.get(m)) for m in minutes)
        return (*past, (self._minute * 60, nearest_rank(self._values, 0.5)))

    def _close(self) -> None:
        if self._values:
            self._closed[self._minute] = nearest_rank(self._values, 0.5)
        oldest = self._minute - SPARK_MINUTES
        if len(self._closed) > 2 * SPARK_MINUTES:
            self._closed = {m: v for m, v in self._closed.items() if m >= oldest}


class Run:
    """The newest attempts in a row: whether the series is down, and since when it fails.

    Two failures in a row begin a down, two good ones end it: `failing_since` outlasts a single good one, `run_since`
    does not.
    """

    def __init__(self) -> None:
        self.newest: tuple[bool, ...] = ()
        self.down = False
        self.failing_since: datetime | None = None
        self.run_since: datetime | None = None
        self.failing_run = 0

    def restore(self, judged: Judged) -> None:
        """Take over what was judged before a restart."""
        self.newest, self.down = judged.newest_ok, judged.down
        self.failing_since, self.failing_run = judged.failing_since, judged.failing_run
        self.run_since = judged.run_since

    def step(self, good: bool, known_at: datetime) -> None:
        """Take the next attempt."""
        self.newest = (good, *self.newest[:2])
        if not good:
            self.failing_run += 1
            self.failing_since, self.run_since = self.failing_since or known_at, self.run_since or known_at
            self.down = self.down or self.failing_run >= 2
            return
        self.failing_run, self.run_since = 0, None
        if not self.down or self.newest[:2] == (True, True):
            self.down, self.failing_since = False, None
