"""The dead man's switch: an address outside is pinged while the whole path lives, so that golive's own end is noticed.

That the path lives is proven by a sentinel: a new word that is stored, passed on by the judge, and shown by what the
screens are made from. Where it does not arrive nobody is pinged, and who waits for the ping outside raises the alarm.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from app.clock import SteadyClock
from app.domain.measuring.overall import Ground
from app.errors import GoLiveError, Unavailable
from app.running.clients import outside_client
from app.settings.notices import DeadMan as Settings
from app.store import marks
from app.store.db import Database

if TYPE_CHECKING:
    import httpx

log = logging.getLogger("golive.dead_man")

ARRIVES_WITHIN_S = 10.0
AGAIN_AFTER_S = 15.0
OFF_EACH_S = 1.0
OK, FAILED, WITHHELD = "ok", "failed", "withheld"


class Sentinel:
    """A word that goes the way of every number.

    `eyes` says why nobody measures, "" while somebody does; `shown` waits until the screens are made from it.
    """

    def __init__(
        self,
        db: Database,
        site: str,
        ask_judge: Callable[[], None],
        shown: Callable[[str], Awaitable[None]],
        eyes: Callable[[], str] = lambda: "",
        within_s: float = ARRIVES_WITHIN_S,
    ) -> None:
        self._db, self._site, self._ask_judge, self._shown, self._eyes = db, site, ask_judge, shown, eyes
        self._within_s = within_s

    async def stuck(self) -> str:
        """Send a new one on its way; give where it got stuck, "" when it arrived."""
        if why := self._eyes():
            return why
        word = uuid.uuid4().hex
        try:
            async with asyncio.timeout(self._within_s):
                await self._db.write(lambda s: marks.set(s, self._site, marks.SENTINEL, word))
                self._ask_judge()
                await self._shown(word)
        except TimeoutError:
            return await self._where(word)
        except GoLiveError as error:
            return f"the database did not take the sentinel: {error.detail}"
        return ""

    async def _where(self, word: str) -> str:
        try:
            async with asyncio.timeout(self._within_s):
                stored = await self._db.read(lambda s: marks.get(s, self._site, marks.SENTINEL))
                judged = await self._db.read(lambda s: marks.get(s, self._site, marks.SENTINEL_JUDGED))
        except (TimeoutError, GoLiveError):
            return "the database does not answer"
        if stored != word:
            return "the database did not take the sentinel in time"
        return "the screens do not show the sentinel" if judged == word else "the judge did not pass the sentinel on"


class DeadMan:
    """Pings while the sentinel arrives; `settings` gives the table of golive.toml, None while there is none."""

    def __init__(
        self,
        settings: Callable[[], Settings | None],
        address: Callable[[Settings], str],
        sentinel: Sentinel,
        clock: SteadyClock,
        count: Callable[[str], None] = lambda result: None,
    ) -> None:
        self._settings, self._address, self._sentinel, self._clock = settings, address, sentinel, clock
        self._count = count
        self._began_at = clock.now()
        self.trouble = ""
        self.pinged_at: datetime | None = None

    async def run(self) -> None:
        """Ping until cancelled."""
        client: httpx.AsyncClient | None = None
        async with AsyncExitStack() as stack:
            while True:
                settings = self._settings()
                if settings is None:
                    self.trouble = ""
                    await asyncio.sleep(OFF_EACH_S)
                    continue
                if client is None:
                    client = await stack.enter_async_context(await outside_client())
                why = await self._once(client, settings)
                if why and why != self.trouble:
                    log.warning("the dead man's address is not pinged: %s", why)
                self.trouble = why
                await asyncio.sleep(min(settings.every, AGAIN_AFTER_S) if why else settings.every)

    def grounds(self) -> Iterator[Ground]:
        """Give why nobody outside hears that golive lives."""
        if self.trouble and self._settings() is not None:
            yield Ground("watch", "dead man", f"not pinged: {self.trouble}", self.pinged_at or self._began_at)

    async def _once(self, client: "httpx.AsyncClient", settings: Settings) -> str:
        if why := await self._sentinel.stuck():
            self._count(WITHHELD)
            return why
        why = await self._ping(client, settings)
        self._count(FAILED if why else OK)
        if not why:
            self.pinged_at = self._clock.now()
        return why

    async def _ping(self, client: "httpx.AsyncClient", settings: Settings) -> str:
        """Ping once; what was wrong is said without the address, which is a secret."""
        import httpx  # loaded with the client

        try:
            address = await asyncio.to_thread(self._address, settings)
            async with asyncio.timeout(settings.timeout):
                answer = await client.get(address, timeout=settings.timeout)
        except Unavailable as error:
            return error.detail
        except (TimeoutError, httpx.TimeoutException):
            return "its address did not answer in time"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"its address cannot be reached ({type(error).__name__})"
        return "" if answer.is_success else f"its address answered {answer.status_code}"
