"""The numbers that were judged, the newest of each series; a database that is gone keeps them waiting."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from app.clock import SteadyClock
from app.domain.measuring.standings import Judged
from app.store import standings
from app.store.db import Database

WRITE_LIMIT_S = 3.0
Key = tuple[str, str]  # a series and its window


class Numbers:
    """Stores what is judged; `changed` is called after each commit, `newest` is what was judged last of each."""

    def __init__(self, db: Database, clock: SteadyClock, changed: Callable[[], None]) -> None:
        self._db, self._clock, self._changed = db, clock, changed
        self.newest: dict[Key, Judged] = {}
        self._unsaved: dict[Key, Judged] = {}

    def begin(self, rows: Iterable[Judged]) -> None:
        """Begin with what the store holds."""
        self.newest = _by_key(rows)

    async def save(self, site: str, rows: Sequence[Judged]) -> None:
        """Store numbers, newest of each series, with those that an outage kept waiting; then tell the screens."""
        self._unsaved |= _by_key(rows)
        if not self._unsaved:
            return
        saving, self._unsaved = self._unsaved, {}
        self.newest |= saving
        now = self._clock.now()
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._db.write(lambda s: standings.save(s, site, list(saving.values()), now))
        except BaseException:
            self._unsaved = saving | self._unsaved
            raise
        self._changed()


def _by_key(rows: Iterable[Judged]) -> dict[Key, Judged]:
    return {(row.series.key, row.window): row for row in rows}
