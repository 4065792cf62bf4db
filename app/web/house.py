"""What every route of one running golive shares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import HTTPConnection

from app.clock import SteadyClock
from app.commands.access import Attempts, Recognised
from app.commands.ingest import OnStored, Taking
from app.commands.support_door import Door
from app.domain.measuring.overall import Ground, unwelcome
from app.domain.plans import Plan
from app.push.follow import Follow
from app.push.hub import Hub
from app.settings import Config, Secrets
from app.store.db import Database
from app.store.heartbeats import Heartbeats
from app.web.metrics import Metrics


@dataclass
class House:
    """The parts of one process, as its life puts them together; `config` and `plan` change when the file is reloaded.

    `on_stored` and `on_acted` tell the judge what was just committed. `down` names loops that crashed and are about to
    be started again; `config_trouble` why a new file was not taken, `certificate_trouble` why a changed certificate was
    not.
    """

    config: Config
    secrets: Secrets
    plan: Plan
    db: Database
    heartbeats: Heartbeats
    clock: SteadyClock
    hub: Hub
    follow: Follow
    metrics: Metrics
    judge_alive: Callable[[], bool]
    on_stored: OnStored
    on_acted: Callable[[], None]
    taking: Taking = field(default_factory=Taking)
    attempts: Attempts = field(default_factory=Attempts)
    recognised: Recognised = field(default_factory=Recognised)
    door: Door = field(default_factory=Door)
    down: dict[str, str] = field(default_factory=dict)
    config_trouble: str = ""
    certificate_trouble: str = ""

    def grounds(self, now: datetime) -> Iterator[Ground]:
        """Give what the process knows of itself that people are to look at."""
        if self.config_trouble:
            yield Ground("watch", "configuration", self.config_trouble)
        if self.certificate_trouble:
            yield Ground("watch", "certificate", self.certificate_trouble)
        yield from unwelcome(self.heartbeats.refusals, self.plan, now)

    @property
    def site(self) -> str:
        """Give the id that every key in the database starts with."""
        return self.config.settings.site.id


def house_of(connection: HTTPConnection) -> House:
    """Give the house that a call came to."""
    found = connection.app.state.house
    assert isinstance(found, House)
    return found
