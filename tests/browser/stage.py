"""A small stage: the real gate, routes, hub and follow, fed with values instead of a store and a judge.

`python -m tests.browser.stage --scene calm` serves it until it is ended. A line on its stdin names another scene and
is answered once that is published, with a moment in ms that the ticks after it have reached.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from app.assets import folder
from app.clock import SteadyClock, utc_now
from app.commands.access import Recognised
from app.domain.access import Bearer, Role
from app.domain.floor.floor_sight import FloorSight
from app.domain.floor.issue_board import IssueBoard, of_issues
from app.domain.measuring.overall import of_decisions, of_triggers, overall
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.measuring.standings import Judged, Pulse, Standing
from app.domain.plans import Plan
from app.domain.rollback.decisions import Choice, Decision
from app.domain.rollback.golive import GoLive
from app.domain.rollback.stored_triggers import Trigger
from app.push.beside import Beside
from app.push.follow import Follow, Seen
from app.push.hub import Hub
from app.push.scene import Scene
from app.push.views import GO_LIVE
from app.settings import Server
from app.web import desk_triggers, home, live, login, series, wall
from app.web.gate import Gate
from app.web.house import House
from app.web.metrics import Metrics
from app.web.problems import install
from tests.browser.desk_scenes import AUTHORITIES, DESKS, RULES, Scenery, acts
from tests.browser.issue_scenes import BOARDS, SIGHTS
from tests.browser.scenes import SCENES, plan
from tests.browser.trigger_scenes import TRIGGERS, Held

SINCE_T0 = timedelta(hours=1, minutes=23, seconds=41)


class Doorman(Recognised):
    """Knows everybody by their cookie, which is their role and name: "desk.Ann"."""

    async def of(self, clear: str, asked: Awaitable[Bearer | None], now: datetime) -> Bearer | None:
        cast(Any, asked).close()
        role, _, name = clear.partition(".")
        return Bearer(f"token-{name}", Role(role), name) if name else None


@dataclass
class Stage:
    """What a test sets: the scene, and troubles of golive itself."""

    plan: Plan = field(default_factory=plan)
    scene: Callable[[datetime], Sequence[Standing]] = SCENES["calm"]
    since_t0: timedelta = SINCE_T0
    triggers: Callable[[datetime], Held] = TRIGGERS["none"]
    issues: Callable[[datetime], IssueBoard] = BOARDS["none"]
    floor: Callable[[datetime], FloorSight] = SIGHTS["unset"]
    desk: Callable[[datetime], Scenery] | None = None
    undeclared: bool = False
    unreadable: int = 0
    reading: str = ""
    told: int = 0  # lines of our standard input
    samples: tuple[Sample, ...] = ()
    clock: SteadyClock = field(default_factory=SteadyClock)
    hub: Hub = field(default_factory=Hub)

    def __post_init__(self) -> None:
        began = self.clock.now()
        self.t0, self.desk_at = began - self.since_t0, _whole(began)
        self.follow = Follow(
            self._look,
            self._stand,
            self._whole,
            self.plan,
            self.clock,
            self.hub,
            judge_alive_at=self.clock.now,
            beside_of=self._beside,
        )

    async def _look(self, now: datetime) -> Seen:
        if self.reading:
            raise OSError(self.reading)
        held, said = self._held(now)
        back = [d.end.at for d in said if d.asked.kind is Choice.ROLL_BACK and d.confirmed_by is not None and d.end]
        record = GoLive(rolled_back_at=back[0]) if back else None if self.undeclared else GoLive(self.t0, self.t0)
        return Seen(
            record=record, unreadable=self.unreadable, triggers=tuple(held), decisions=tuple(said),
            issues=self.issues(self.desk_at), floor=self.floor(self.desk_at), sentinel=str(self.told),
        )  # fmt: skip

    def _held(self, now: datetime) -> Held:
        if self.desk is None:
            return self.triggers(_whole(now))
        seen = self.desk(self.desk_at)
        return list(seen.triggers), list(seen.decisions)

    async def _beside(self, view: str, scene: Scene) -> Beside:
        beside = self.desk(self.desk_at).beside if self.desk is not None else Beside()
        return replace(beside, acts=acts(self.desk_at), transitions=()) if view == GO_LIVE else beside

    def _stand(self, judged: Sequence[Judged], now: datetime) -> Sequence[Standing]:
        return self.scene(now.replace(microsecond=0))

    def _whole(
        self, standings: Sequence[Standing], triggers: Sequence[Trigger], decisions: Sequence[Decision], now: datetime
    ) -> tuple[str, Sequence[str]]:
        pulses = {("main", feed): Pulse("listening", "", now) for feed in self.plan.feeds}
        issues = of_issues(self.issues(self.desk_at), self.plan)
        acts = [*of_triggers(triggers), *issues, *of_decisions(decisions, now)]
        whole = overall(standings, self.plan, pulses, now, acts)
        return whole.state, whole.reasons

    def show(self, name: str) -> None:
        """Change the scene, as a commit would."""
        self.scene = SCENES[name]
        self.follow.poke()

    def show_desk(self, name: str) -> None:
        """Change what the desk sees, as a commit would."""
        self.desk = DESKS[name]
        self.follow.poke()

    def show_triggers(self, name: str) -> None:
        """Change the triggers and what was decided of them, as a commit would."""
        self.triggers = TRIGGERS[name]
        self.follow.poke()

    def show_issues(self, name: str) -> None:
        """Change what is reported, as a commit would."""
        self.issues = BOARDS[name]
        self.follow.poke()

    def show_floor(self, name: str) -> None:
        """Change who is on the floor, as a commit would."""
        self.floor = SIGHTS[name]
        self.follow.poke()

    async def read(self, ask: Callable[[Any], Any]) -> Any:
        """Stand in for the database: the series page asks it for samples only."""
        return list(self.samples)

    def app(self, websockets: bool = True) -> FastAPI:
        """Give the app; without websockets as behind a proxy that refuses them."""
        server = Server(listen="127.0.0.1:8000")
        house = House(
            config=cast(
                Any, SimpleNamespace(settings=SimpleNamespace(server=server, site=SimpleNamespace(id="north")))
            ),
            secrets=cast(Any, None),
            plan=self.plan,
            db=cast(Any, self),
            heartbeats=cast(Any, None),
            clock=self.clock,
            hub=self.hub,
            follow=self.follow,
            metrics=Metrics(),
            judge_alive=lambda: True,
            on_stored=lambda *_: None,
            on_acted=lambda: None,
            recognised=Doorman(),
        )

        @asynccontextmanager
        async def life(_: FastAPI) -> Any:
            following = asyncio.create_task(self.follow.run())
            yield
            following.cancel()
            self.hub.close()

        app = FastAPI(lifespan=life)
        app.state.house = house
        install(app)
        for pages in (home, login, wall, series, desk_triggers):
            app.include_router(pages.router)
        if not websockets:
            app.add_api_websocket_route("/live", _refuse)
        app.include_router(live.router)
        app.mount("/static", StaticFiles(directory=folder("static")))
        app.add_middleware(Gate, house=house)
        return app


def _whole(now: datetime) -> datetime:
    return now.replace(microsecond=0)


async def _refuse(websocket: Any) -> None:
    await websocket.close(1008)


def some_samples(now: datetime) -> tuple[Sample, ...]:
    """Give fifty attempts of which some failed."""
    found = []
    for i in range(50):
        failed = i in (7, 8, 31)
        found.append(
            Sample(
                f"stage-{i:04d}",
                "worklist-ct",
                Kind.WORKLIST,
                "ris",
                "ct",
                "main",
                now - timedelta(seconds=10 * i),
                Outcome.TIMEOUT if failed else Outcome.OK,
                "no answer after the request was sent" if failed else "",
                connect_s=0.0003,
                associate_s=0.0014,
                first_s=None if failed else 0.412 + 0.01 * (i % 7),
                total_s=None if failed else 0.71 + 0.02 * (i % 9),
                matches=None if failed else 12,
                known_at=now - timedelta(seconds=10 * i),
            )
        )
    return tuple(found)


async def _serve(arguments: argparse.Namespace) -> None:
    made = plan(simulation=arguments.simulation)
    stage = Stage(
        plan=replace(made, rules=RULES, authorities=AUTHORITIES) if arguments.desk else made,
        scene=SCENES[arguments.scene],
        since_t0=timedelta(seconds=arguments.since),
        triggers=TRIGGERS[arguments.triggers],
        issues=BOARDS[arguments.issues],
        floor=SIGHTS[arguments.floor],
    )
    if arguments.undeclared:  # planned for tomorrow
        stage.undeclared = True
        stage.plan = stage.follow.plan = replace(
            stage.plan, go_live=replace(stage.plan.go_live, at=stage.desk_at + timedelta(days=1))
        )
    stage.desk = DESKS.get(arguments.desk)
    stage.unreadable, stage.samples = arguments.unreadable, some_samples(utc_now())
    config = uvicorn.Config(
        stage.app(websockets=not arguments.no_websockets),
        port=arguments.port,
        log_level="warning",
        ws_per_message_deflate=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)  # noqa: T201  the port, for who started us
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().strip():
        verb, _, rest = line.partition(" ")
        stage.told += 1
        if verb == "reading":
            stage.reading = rest
            stage.follow.poke()
        elif verb == "desk":
            stage.show_desk(rest)
        elif verb == "triggers":
            stage.show_triggers(rest)
        elif verb == "issues":
            stage.show_issues(rest)
        elif verb == "floor":
            stage.show_floor(rest)
        else:
            stage.show(verb)
        if not stage.reading:
            await stage.follow.shows(str(stage.told))
        told_ms = int(utc_now().timestamp() * 1000)
        stage.follow.publish()  # a tick that comes after it
        print(told_ms, flush=True)  # noqa: T201  for who told us
    server.should_exit = True
    await serving


def main() -> None:
    """Serve a scene on a free port, which is printed."""
    parser = argparse.ArgumentParser(prog="tests.browser.stage")
    parser.add_argument("--scene", default="calm", choices=sorted(SCENES))
    parser.add_argument("--triggers", default="none", choices=sorted(TRIGGERS))
    parser.add_argument("--issues", default="none", choices=sorted(BOARDS))
    parser.add_argument("--floor", default="unset", choices=sorted(SIGHTS))
    parser.add_argument("--undeclared", action="store_true")
    parser.add_argument("--desk", default="", choices=["", *sorted(DESKS)])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--since", type=float, default=SINCE_T0.total_seconds())
    parser.add_argument("--unreadable", type=int, default=0)
    parser.add_argument("--simulation", action="store_true")
    parser.add_argument("--no-websockets", action="store_true")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
