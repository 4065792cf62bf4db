"""What golive tells outside: notices by their channels, and the dead man's ping."""

import os
from collections.abc import Callable, Iterator
from itertools import chain

from app.clock import SteadyClock
from app.domain.floor.tickets import CHANNEL as TICKETS
from app.domain.measuring.overall import Ground
from app.domain.plans import Plan
from app.errors import Unavailable
from app.running.carrier import Carrier
from app.running.dead_man import DeadMan, Sentinel
from app.running.loops import Run
from app.running.notices import Notices
from app.running.webhook import Webhook
from app.settings import Config, channel_address, dead_man_address, tickets_address, tickets_key
from app.store.db import Database


class Outside:
    """Both of them; addresses are read anew each time from the `config` that is in effect then."""

    def __init__(
        self,
        config: Callable[[], Config],
        plan: Callable[[], Plan],
        db: Database,
        clock: SteadyClock,
        sentinel: Sentinel,
        count_notice: Callable[[str, str], None],
        count_ping: Callable[[str], None],
        count_bug: Callable[[], None],
    ) -> None:
        self._config, self._clock = config, clock
        webhook = Webhook(self._tickets_key)
        self._notices = Notices(plan, db, clock, self._address, Carrier(), webhook, count_notice, count_bug)
        self._dead_man = DeadMan(
            lambda: config().settings.dead_man,
            lambda dead_man: dead_man_address(dead_man, config().folder, os.environ).get_secret_value(),
            sentinel,
            clock,
            count_ping,
        )

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Give the loops of it by name."""
        yield "notices", self._notices.run
        yield "dead man", self._dead_man.run

    def poke(self) -> None:
        """Say that something was committed."""
        self._notices.poke()

    def grounds(self) -> Iterator[Ground]:
        """Give what of it people are to look at."""
        return chain(self._notices.grounds(), self._dead_man.grounds())

    def _address(self, channel: str) -> str:
        config = self._config()
        if channel == TICKETS and config.settings.tickets is not None:
            tickets_key(config.settings.tickets, config.folder, os.environ)  # nothing goes without a signature
            return tickets_address(config.settings.tickets, config.folder, os.environ).get_secret_value()
        found = next((c for c in config.settings.channels if c.id == channel), None)
        if found is None:  # a new file took it away since somebody began to use it
            raise Unavailable(f"golive.toml has the channel {channel} no longer")
        return channel_address(found, config.folder, os.environ).get_secret_value()

    def _tickets_key(self) -> str:
        config = self._config()
        if config.settings.tickets is None:
            raise Unavailable("golive.toml has no [tickets] any longer")
        return tickets_key(config.settings.tickets, config.folder, os.environ).get_secret_value()
