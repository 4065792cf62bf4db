"""Where one probe stands between two runs, and what its heartbeat says of it."""

from dataclasses import dataclass
from datetime import datetime

from app.wire import HeartbeatIn

IDLE, WAITING, UNDER_WAY = "idle", "waiting", "under way"


@dataclass(slots=True)
class Turn:
    """`tick_s` is when the cadence wants the next run, `due_s` when it may start; `since` belongs to `state`."""

    probe: str
    tick_s: float
    due_s: float
    state: str = IDLE
    since: datetime | None = None
    held_by: str = ""
    runs: int = 0
    refusals: int = 0
    bytes_each: float = 0.0
    bugs: int = 0

    def go(self, state: str, now: datetime | None = None, held_by: str = "") -> None:
        """Change state."""
        self.state, self.since, self.held_by = state, now, held_by

    def wait(self, now: datetime, why: str) -> None:
        """Wait for a place: since the tick where only the jitter lay between, for that is the same wait."""
        since = self.since if self.state == WAITING and not self.held_by else now
        self.go(WAITING, since or now, why)

    def heartbeat(self, now: datetime, now_s: float) -> HeartbeatIn:
        """Give the sign of life of this moment: due and held back is waiting, not idling."""
        if self.state == IDLE and self.tick_s < self.due_s and now_s >= self.tick_s:
            self.go(WAITING, now, self.held_by)
        return HeartbeatIn(probe_or_feed=self.probe, at=now, state=self.state, detail=self.held_by, since=self.since)

    def fetched(self, size: int) -> None:
        """Learn how much a run costs: the largest of late, slowly forgotten."""
        self.bytes_each = max(float(size), self.bytes_each * 0.9)
