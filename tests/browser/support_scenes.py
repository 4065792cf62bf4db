"""Six weeks of support in a real golive: a curve like a published one, and a queue of now."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.clock import utc_now
from app.commands import supports as commands
from app.commands.access import creating_a_token
from app.commands.golive import acting as declaring
from app.domain.floor.supports import Action, Ask, Event
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import Act
from app.plan import go_live_of, plan_of
from app.settings import load
from app.store.db import Database, Session
from tests.integration.served import Served, running, write_config

LOBBY = "https://meet.example/lobby?pwd=x7"
AREAS = [{"id": "ct", "name": "CT"}, {"id": "ed", "name": "ED reading"}, {"id": "main", "name": "Main reading"}]
WHY = ("worklist", "priors", "hanging-protocol", "report", "how-to", "login", "")
HOURS = (0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 3, 6, 6, 5, 4, 3, 4, 4, 3, 2, 1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2)
KEY, ANN = Person("PACS toolbar", "support", "k"), Person("A.L.", "desk", "a")
ROLES = ("engineer", "desk", "floor", "support")


def table(lobby: str = LOBBY) -> str:
    areas = "".join(f'[[areas]]\nid = "{a["id"]}"\nname = "{a["name"]}"\n' for a in AREAS[1:])
    return f"""
{areas}
[support]
lobby = "{lobby}"
breakouts = [{{ name = "Room 1", link = "https://meet.example/room-1" }}, {{ name = "Room 2" }}]
supporters = ["Ann Lee", "Ben Roy", "Cleo Maas"]
users = 312
workstations = {{ "CT-*" = "ct", "ED-*" = "ed", "RR*" = "main" }}

[measures."support.wait"]
expected_below = "5m"
"""


class Pour:
    """Asks for support at moments that are over."""

    def __init__(self, session: Session, plan: object, seed: int = 7) -> None:
        self.session, self.plan, self.chance = session, plan, random.Random(seed)

    def ask(self, at: datetime, workstation: str, about: str = "", device: str = "") -> str:
        uuid = str(uuid4())
        ask = Ask(workstation=workstation, about=about, device=device)
        commands.asking(self.plan, uuid, ask, KEY, at)(self.session)  # type: ignore[arg-type]  # a plan
        return uuid

    def act(self, uuid: str, action: Action, at: datetime, **more: object) -> None:
        event = Event(str(uuid4()), action, ANN, at, 0, **more)  # type: ignore[arg-type]  # fields by name
        commands.acting(self.plan, uuid, event, at)(self.session)  # type: ignore[arg-type]  # a plan

    def through(self, at: datetime, workstation: str, why: str) -> None:
        """Lead a request to its end."""
        uuid, wait = self.ask(at, workstation), timedelta(seconds=self.chance.lognormvariate(5.1, 0.6))
        self.act(uuid, Action.ASSIGN, at + wait, supporter=self.chance.choice(("Ann Lee", "Ben Roy")), admit=True)
        helped = wait + timedelta(minutes=self.chance.uniform(3, 15))
        self.act(
            uuid, Action.END, at + helped, reason=why, training=True if why and self.chance.random() < 0.1 else None
        )


def weeks(pour: Pour, t0: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Pour working days of some 34, later 28 requests, and quiet weekends."""
    day, number = t0.astimezone(zone).replace(hour=0, minute=0), 0
    while day < now - timedelta(hours=3):
        mean = (33.7 if number < 21 else 27.9) * (1 if day.weekday() < 5 else 0.25)
        moments = []
        for _ in range(max(0, round(pour.chance.gauss(mean, mean**0.5)))):
            hour = pour.chance.choices(range(24), HOURS)[0]
            moments.append(day + timedelta(hours=hour, minutes=pour.chance.uniform(0, 60)))
        for i, at in enumerate(sorted(moments)):
            if at < now - timedelta(hours=3):
                place = pour.chance.choice(("CT", "ED", "RR"))
                pour.through(at, f"{place}-{number}-{i}", pour.chance.choices(WHY, (8, 7, 5, 4, 4, 2, 3))[0])
        day, number = day + timedelta(days=1), number + 1


def queue(pour: Pour, now: datetime) -> list[str]:
    """Pour what waits now: one beyond the aim, one with two clicks, one assigned, one helped, some never ended."""
    ago = lambda minutes: now - timedelta(minutes=minutes)  # noqa: E731  read beside each line
    left = pour.ask(ago(420), "RR-9", "report")
    pour.act(left, Action.ASSIGN, ago(417), supporter="Ben Roy", breakout="Room 2", admit=True)
    pour.ask(ago(300), "ED-8")
    helped = pour.ask(ago(22), "RR-4", "priors")
    pour.act(helped, Action.ASSIGN, ago(19), supporter="Ann Lee", breakout="Room 1", admit=True)
    assigned = pour.ask(ago(9), "RR-3", "hanging-protocol")
    pour.act(assigned, Action.ASSIGN, ago(3), supporter="Cleo Maas")
    late = pour.ask(ago(7.2), "CT-1", "worklist")
    waits = pour.ask(ago(4), "ED-2", "priors")
    pour.ask(ago(1), "ED-2", "priors")
    pour.ask(ago(0.6), "RR-12")
    return [late, waits, assigned, helped]


@contextmanager
def support(
    folder: Path, *, six_weeks: bool = True, lobby: str = LOBBY, now: datetime | None = None
) -> Iterator[tuple[Served, list[str]]]:
    """Serve a golive in its sixth week after T0, with a queue."""
    now = now or utc_now()
    config = load(write_config(folder, table(lobby)), {})
    plan, site = plan_of(config), config.settings.site.id
    database = Database(config.settings.server.database, site, config.folder)
    database.open()
    t0 = now - timedelta(days=38, hours=1)
    made: list[str] = []

    def act(s: Session) -> None:
        declaring(site, go_live_of(config), str(uuid4()), Act.DECLARE, t0, "", ANN, now)(s)
        pour = Pour(s, plan)
        if six_weeks:
            weeks(pour, t0, now, ZoneInfo(config.settings.site.timezone))
        made.extend(queue(pour, now))

    try:
        tokens = {r: database.write_now(creating_a_token(site, r, f"the {r}", now, "test"))["token"] for r in ROLES}
        database.write_now(act)
    finally:
        database.close()
    with running(config, tokens) as served:
        yield served, made
