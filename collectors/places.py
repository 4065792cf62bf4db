"""The places of this collector at each system; probes and polled lists wait for them in one line."""

import asyncio

from app.domain.measuring.turns import share
from app.settings import Settings, System
from app.settings.asking import asking, collectors_of

OTHERS = "others of this system are under way"  # why somebody waits for a place


class Limits:
    """What a system bears at once of this collector: `slots` attempts of any kind, and one image load."""

    def __init__(self, system: System, settings: Settings) -> None:
        loads = [p for p in settings.probes if p.system == system.id and p.kind == "image-load"]
        self.slots = asyncio.Semaphore(share(system.in_flight, len(asking(settings, system.id))))
        self.images = asyncio.Lock()
        self.bytes_per_load_probe = system.bytes_per_day / max(1, sum(len(collectors_of(p, settings)) for p in loads))


class Places:
    """Every system's limits, for all that one collector runs."""

    def __init__(self, settings: Settings) -> None:
        self._of = {s.id: Limits(s, settings) for s in settings.systems}

    def of(self, system: str) -> Limits:
        """Give the limits of a system."""
        return self._of[system]
