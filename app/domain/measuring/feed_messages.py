"""What a feed received, whether or not it told a milestone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TIME_AHEAD, TIME_BACK = timedelta(days=1), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message: when it came, its own time, its kind (`key`), what was made of it, and shapes of candidate fields.

    `message_at` is as it was told, however wrong.
    `verdict` is the milestone or "ignored, because …"; a shape such as AA999999 stands for the value that nobody keeps.
    """

    id: str
    feed: str
    at: datetime
    message_at: datetime | None = None
    key: str = ""
    verdict: str = ""
    shapes: Mapping[str, str] = field(default_factory=dict)


def wrong_time(behind: timedelta) -> str:
    """Say why a message's own time, so far before its receipt, is no mistaken zone and no queue's delay; or nothing."""
    if -behind > TIME_AHEAD:
        return "lies more than a day ahead"
    return "lies more than a year back" if behind > TIME_BACK else ""


@dataclass(frozen=True, slots=True)
class Told:
    """How many messages of one kind had one verdict."""

    key: str
    verdict: str
    count: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that could serve: the share of orders and reports that fill it, and its commonest shapes."""

    field: str
    filled_share: float
    shapes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a feed has sent: kinds and verdicts, most frequent first, and the candidate fields."""

    messages: int
    told: tuple[Told, ...]
    candidates: tuple[Candidate, ...]


def explain(messages: Iterable[FeedMessage], most_shapes: int = 5) -> Explained:
    """Give counts by kind and verdict, and fill rate and commonest shapes of each candidate field."""
    count, told, shapes = 0, Counter[tuple[str, str]](), dict[str, Counter[str]]()
    for message in messages:
        count += 1
        told[(message.key, message.verdict)] += 1
        for name, shape in message.shapes.items():
            shapes.setdefault(name, Counter())[shape] += 1
    return Explained(
        count,
        tuple(
            Told(key, verdict, n) for (key, verdict), n in sorted(told.items(), key=lambda item: (-item[1], item[0]))
        ),
        tuple(_candidate(name, seen, most_shapes) for name, seen in sorted(shapes.items())),
    )


def _candidate(name: str, seen: Counter[str], most: int) -> Candidate:
    filled = Counter({shape: n for shape, n in seen.items() if shape})
    return Candidate(name, filled.total() / seen.total(), tuple(filled.most_common(most)))
