"""Signs of life of probes and feeds, kept in memory only: they are true for seconds, not after a restart."""

from dataclasses import replace
from datetime import datetime

from app.domain.standings import UNDER_WAY, Pulse

MOST_SOURCES = 200  # a source may be any word; beyond so many, the one heard longest ago is forgotten


class Heartbeats:
    """The newest pulse of each probe and feed, from each collector."""

    def __init__(self) -> None:
        self._pulses: dict[str, dict[str, Pulse]] = {}
        self._heard: dict[str, datetime] = {}

    def take(self, source: str, name: str, pulse: Pulse) -> None:
        """Keep what a collector told last, and with it when the last attempt ended.

        A collector tells in order; a pulse's own moment may lie before the last one's: a feed stuck since then.
        """
        self.heard(source, pulse.known_at)
        pulses = self._pulses.setdefault(source, {})
        before = pulses.get(name)
        if before is None:
            pulses[name] = pulse
        else:
            ended_at = pulse.known_at if before.state == UNDER_WAY != pulse.state else before.busy_until
            pulses[name] = replace(pulse, busy_until=ended_at)

    def heard(self, source: str, known_at: datetime) -> None:
        """Note that a collector spoke, be it without any pulse."""
        before = self._heard.get(source)
        if before is None and len(self._heard) >= MOST_SOURCES:
            longest_ago = min(self._heard, key=self._heard.__getitem__)
            del self._heard[longest_ago]
            self._pulses.pop(longest_ago, None)
        self._heard[source] = known_at if before is None else max(before, known_at)

    def newest(self, name: str) -> Pulse | None:
        """Give the newest pulse of a probe or feed, from whichever collector."""
        told = [pulses[name] for pulses in self._pulses.values() if name in pulses]
        return max(told, key=lambda pulse: pulse.known_at, default=None)

    def by_source(self, source: str) -> dict[str, Pulse]:
        """Give the newest pulses that one collector told."""
        return dict(self._pulses.get(source, {}))

    def newest_of_all(self) -> dict[tuple[str, str], Pulse]:
        """Give every newest pulse by (collector, probe or feed)."""
        return {(source, name): pulse for source, pulses in self._pulses.items() for name, pulse in pulses.items()}

    def last_heard(self, source: str) -> datetime | None:
        """Give when a collector last spoke, by the app's steady clock; None before it ever did."""
        return self._heard.get(source)
