"""What a feed hands to the sender in one piece: all that one message or one look told."""

from dataclasses import dataclass

from app.wire import ExamEventIn, FeedMessageIn, UnreadableIn


@dataclass(frozen=True, slots=True)
class FeedItems:
    """The events, the messages they came in, and what could not be read."""

    events: tuple[ExamEventIn, ...] = ()
    messages: tuple[FeedMessageIn, ...] = ()
    unreadable: tuple[UnreadableIn, ...] = ()

    def __add__(self, other: "FeedItems") -> "FeedItems":
        return FeedItems(self.events + other.events, self.messages + other.messages, self.unreadable + other.unreadable)

    def __len__(self) -> int:
        return len(self.events) + len(self.messages) + len(self.unreadable)
