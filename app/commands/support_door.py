"""How much may come by the button "support now", and the clicks that are still being counted."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.commands.access import Attempts


@dataclass
class Door:
    """How much comes by the button: wrong keys of an address, clicks of a place, and clicks of a key."""

    wrong: Attempts = field(default_factory=lambda: Attempts(20, timedelta(minutes=5)))
    places: Attempts = field(default_factory=lambda: Attempts(6, timedelta(minutes=1)))
    keys: Attempts = field(default_factory=lambda: Attempts(600, timedelta(minutes=1)))
    counting: set[asyncio.Task[None]] = field(default_factory=set)

    def wait_s(self, key: str, place: str, now: datetime) -> float:
        """Give for how long no further click of a place or of a key is counted; one that may come now is noted."""
        wait_s = max(self.places.wait_s(place, now), self.keys.wait_s(key, now))
        if wait_s <= 0:
            self.places.failed(place, now)
            self.keys.failed(key, now)
        return wait_s
