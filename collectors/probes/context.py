"""What an attempt is given beside its probe and system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path

from app.clock import utc_now
from collectors.dicom.identifiers import Listed
from collectors.probes.destinations import Destinations
from collectors.probes.http import HttpClients

QUICKACK_EVERY = 10


def _nobody(*_: object) -> None:
    return


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """The surroundings of one attempt; `run` counts a probe's attempts from 1.

    `now` is steady, whatever is done to the `wall` clock. `listed` takes the orders of a worklist answer, `spent` the
    bytes that the attempt fetched.
    """

    zone: tzinfo
    now: Callable[[], datetime]
    run: int
    folder: Path
    http: HttpClients
    destinations: Destinations = field(default_factory=Destinations)
    listed: Callable[[Sequence[Listed]], None] = _nobody
    spent: Callable[[int], None] = _nobody
    issuers: bool = False
    wall: Callable[[], datetime] = utc_now

    @property
    def today(self) -> date:
        """Give the day on the site's calendar, by the wall clock: a wrong one may have been set right since."""
        return self.wall().astimezone(self.zone).date()

    @property
    def quickack(self) -> bool:
        """Say whether this attempt acknowledges each segment at once, which unmasks a Nagle stall in the peer."""
        return self.run % QUICKACK_EVERY == 0
