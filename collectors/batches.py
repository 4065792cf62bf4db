"""What is sent in one request, and where it goes back to when the request failed."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from app.wire import ExamEventIn, FeedMessageIn, HeartbeatIn, SampleIn, UnreadableIn

_PARTS = ("samples", "exam_events", "messages", "unreadable")


@dataclass(slots=True)
class Awaited:
    """What one caller waits for: so many items are still to be stored."""

    left: int
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be sent, already written as JSON, so that a retry costs nothing and says the same."""

    part: str
    id: str
    text: bytes
    taken_s: float
    awaited: Awaited | None = None

    @property
    def wanted(self) -> bool:
        """Say whether it is still to be sent: samples always, the rest while somebody waits for it."""
        return self.awaited is None or not self.awaited.done.done()


def item_of(
    part: str,
    model: SampleIn | ExamEventIn | FeedMessageIn | UnreadableIn,
    taken_s: float,
    awaited: Awaited | None = None,
) -> Item:
    """Give what is sent for a model."""
    return Item(part, model.id, model.model_dump_json(exclude_none=True).encode(), taken_s, awaited)


@dataclass(slots=True)
class Batch:
    """One request's content; `dropped` is how many samples were lost before it, told with each heartbeat."""

    items: list[Item]
    heartbeats: dict[str, HeartbeatIn] = field(default_factory=dict)
    dropped: int = 0
    settled: bool = False

    def body(self, batch: str, source: str, sent_at: datetime) -> bytes:
        """Give the request's body."""
        head = json.dumps({"batch": batch, "source": source, "sent_at": sent_at.isoformat()})[:-1].encode()
        parts = {p: b",".join(i.text for i in self.items if i.part == p) for p in _PARTS}
        parts["heartbeats"] = b",".join(self._pulse(h) for h in self.heartbeats.values())
        return head + b"".join(b', "%s": [%s]' % (p.encode(), text) for p, text in parts.items() if text) + b"}"

    def _pulse(self, heartbeat: HeartbeatIn) -> bytes:
        if self.dropped:
            lost = f"{heartbeat.detail}; {self.dropped} samples dropped while the app was away".removeprefix("; ")
            heartbeat = heartbeat.model_copy(update={"detail": lost[:400]})
        return heartbeat.model_dump_json(exclude_none=True).encode()

    def stored(self) -> None:
        """Tell who waits that the app has committed it."""
        self.settled = True
        for item in self.items:
            if item.awaited:
                item.awaited.left -= 1
                if item.awaited.left == 0 and not item.awaited.done.done():
                    item.awaited.done.set_result(None)

    def give_up(self, why: Exception) -> None:
        """Tell who waits that this will never be stored."""
        self.settled = True
        for item in self.items:
            if item.awaited and not item.awaited.done.done():
                item.awaited.done.set_exception(why)

    def return_unsent(self, samples: deque[Item], awaited: deque[Item], heartbeats: dict[str, HeartbeatIn]) -> None:
        """Put what has no answer back to the front, in its order; a newer heartbeat of the same name stays."""
        if self.settled:
            return
        samples.extendleft(i for i in reversed(self.items) if i.part == "samples")
        awaited.extendleft(i for i in reversed(self.items) if i.part != "samples" and i.wanted)
        for name, heartbeat in self.heartbeats.items():
            heartbeats.setdefault(name, heartbeat)
