"""Signs of life of probes and feeds, kept in memory only: they are true for seconds, not after a restart."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.measuring.attempts import Attempts
from app.domain.measuring.standings import Pulse

MOST_SOURCES = 200  # a source may be any word; beyond so many, the one heard longest ago is forgotten


class Heartbeats:
    """The newest pulse of each probe and feed, from each collector."""

    def __init__(self) -> None:
        self._attempts: dict[str, dict[str, Attempts]] = {}
        self._heard: dict[str, datetime] = {}
        self._refused: dict[tuple[str, str], tuple[str, datetime]] = {}

    def take(self, source: str, name: str, pulse: Pulse) -> None:
        """Keep what a collector told last, and with it what became of the attempts that it told of.

        A collector tells in order; a pulse's own moment may lie before the last one's: a feed stuck since then.
        """
        self.heard(source, pulse.known_at)
        self._of(source, name).pulse(pulse)

    def sampled(self, source: str, probe: str, at: datetime, received_at: datetime) -> None:
        """Note that a sample is stored; `at` is when its outcome was known, by the collector's own clock."""
        self.heard(source, received_at)
        self._of(source, probe).sample(at, received_at)
        self._refused.pop((source, probe), None)

    def refused(self, source: str, probe: str, why: str, received_at: datetime) -> None:
        """Note that a sample was refused; `probe` is "" for one that nobody knows."""
        self.heard(source, received_at)
        self._refused[(source, probe)] = (why, received_at)

    @property
    def refusals(self) -> Mapping[tuple[str, str], tuple[str, datetime]]:
        """Give by (source, probe) why its newest sample was refused and when; one that is taken ends that."""
        return self._refused

    def _of(self, source: str, name: str) -> Attempts:
        return self._attempts.setdefault(source, {}).setdefault(name, Attempts())

    def heard(self, source: str, known_at: datetime) -> None:
        """Note that a collector spoke, be it without any pulse."""
        before = self._heard.get(source)
        if before is None and len(self._heard) >= MOST_SOURCES:
            longest_ago = min(self._heard, key=self._heard.__getitem__)
            del self._heard[longest_ago]
            self._attempts.pop(longest_ago, None)
            self._refused = {key: why for key, why in self._refused.items() if key[0] != longest_ago}
        self._heard[source] = known_at if before is None else max(before, known_at)

    def newest(self, name: str) -> Pulse | None:
        """Give the newest pulse of a probe or feed, from whichever collector."""
        told = [pulse for (_, of), pulse in self.newest_of_all().items() if of == name]
        return max(told, key=lambda pulse: pulse.known_at, default=None)

    def by_source(self, source: str) -> dict[str, Pulse]:
        """Give the newest pulses that one collector told."""
        return {name: pulse for (told_by, name), pulse in self.newest_of_all().items() if told_by == source}

    def newest_of_all(self) -> dict[tuple[str, str], Pulse]:
        """Give every newest pulse by (collector, probe or feed)."""
        return {
            (source, name): kept.newest
            for source, of in self._attempts.items()
            for name, kept in of.items()
            if kept.newest is not None
        }

    def last_heard(self, source: str) -> datetime | None:
        """Give when a collector last spoke, by the app's steady clock; None before it ever did."""
        return self._heard.get(source)
