"""Tablets of the floor: what they hold unsent as far as they told, and which are silent, so that nobody knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SILENT_AFTER = timedelta(minutes=2)  # of a manifest each minute: one may be lost
SHIFT = timedelta(hours=12)  # as long as a login lasts; a tablet silent for longer is of a shift that is over
COPIES_KEPT = timedelta(days=7)  # a tablet that was not heard of for longer holds nothing that anybody waits for


@dataclass(frozen=True, slots=True)
class Tablet:
    """What a tablet told last: how many records the server lacks, and since when by the server's clock."""

    device: str
    at: datetime
    held: int = 0
    oldest_at: datetime | None = None
    version: str = ""
    on_duty: bool = False
    area: str = ""
    name: str = ""

    def silent_s(self, now: datetime) -> float | None:
        """Give for how long it has been silent while on duty, None where it is not."""
        quiet = now - self.at
        return quiet.total_seconds() if self.on_duty and SILENT_AFTER < quiet <= SHIFT else None


@dataclass(frozen=True, slots=True)
class TabletsNow:
    """All tablets at a moment; what a silent one holds is unknown, so the two are never one number."""

    on_duty: int = 0
    holding: int = 0
    held: int = 0
    oldest_s: float | None = None
    silent: int = 0
    longest_silent_s: float | None = None


def tablets_now(tablets: Iterable[Tablet], now: datetime) -> TabletsNow:
    """Give how many hold how much since when, and how many are silent for how long at most."""
    heard = [t for t in tablets if now - t.at <= COPIES_KEPT]
    holding = [t for t in heard if t.held]
    ages = [(now - t.oldest_at).total_seconds() for t in holding if t.oldest_at is not None]
    silent = [quiet for t in heard if (quiet := t.silent_s(now)) is not None]
    return TabletsNow(
        on_duty=sum(t.on_duty and now - t.at <= SHIFT for t in heard),
        holding=len(holding),
        held=sum(t.held for t in holding),
        oldest_s=max(ages, default=None),
        silent=len(silent),
        longest_silent_s=max(silent, default=None),
    )


def by_server(oldest_at: datetime | None, sent_at: datetime | None, now: datetime) -> datetime | None:
    """Give a tablet's moment by the server's clock: its age when it was told counts, however wrong the tablet's is."""
    if oldest_at is None:
        return None
    told = sent_at or now
    return now - max(timedelta(0), min(told - oldest_at, COPIES_KEPT))
