"""The simulated floor played: its people log, answer and hand over by the documented calls, with tokens of their own.

Nothing is ever told as if golive had known it earlier: what was done before the start comes then, with the moments of
the tablets, and what was over by then never comes. Who was quicker than they are keeps what they made of it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx

from app.clock import Pace, monotonic_s
from app.commands.access import creating_a_token
from app.domain.access import Role
from app.errors import Unavailable
from app.store.db import Database, Session
from collectors.simulator import floor
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act, written
from collectors.simulator.floor_people import AT_DESK, LEADS, SUPER_USERS, TOOLBAR, shift_at
from collectors.simulator.site import SITE

FASTEST = 120.0  # a hospital that lives faster than this does more than one desk can type
VISITORS = {"desk": "Visitor at the desk", "floor": "Visitor on the floor"}
_LOOK_S, _ASK_S, _CALL_S, _READY_S = 1.0, 5.0, 5.0, 180.0
_TABLET_S, _TABLETS_FASTEST = 60.0, 20.0
_LOGGED_S, _ACTED_S = 0.1, 0.6  # how fast tablets send what they hold, and a desk works through it
_TRIES = 5
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class People:
    """The tokens of the simulated by their names, and those with which a visitor of the demo logs in, by role."""

    tokens: Mapping[str, str]
    visitors: Mapping[str, str]


def enrol(db: Database, now: datetime) -> People:
    """Make them known to the demo's golive."""
    roles = dict.fromkeys(AT_DESK, Role.DESK) | dict.fromkeys((*SUPER_USERS, TOOLBAR), Role.FLOOR)
    roles |= {name: Role(role) for role, name in VISITORS.items()}

    def act(s: Session) -> dict[str, str]:
        made = {name: creating_a_token(SITE, role, name, now, "golive demo")(s) for name, role in roles.items()}
        return {name: token["token"] for name, token in made.items()}

    tokens = db.write_now(act)
    return People(tokens, {role: tokens.pop(name) for role, name in VISITORS.items()})


class Floor:
    """The people of one demo; `said` hears what they cannot do."""

    def __init__(self, url: str, people: People, stays: Hospital, pace: Pace, said: Said) -> None:
        self._people, self._stays, self._pace, self._said = people, stays, pace, said
        self._client = httpx.AsyncClient(base_url=url, timeout=_CALL_S)
        self._left: set[str] = set()  # what somebody else has taken in hand, or golive refused
        self._told: dict[str, str] = {}  # what each tablet told last of its duty: by whose token

    def changed(self, scenario: str) -> None:
        """Let another scenario be what they notice from now on."""
        self._stays = replace(self._stays, script=self._stays.script.then(self._pace.now(), scenario))

    async def run(self) -> None:
        """Live until cancelled; what makes it impossible is raised."""
        async with self._client:
            await self._ready()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._live())
                tasks.create_task(self._answer())
                if self._pace.rate <= _TABLETS_FASTEST:
                    tasks.create_task(self._tell())

    async def _live(self) -> None:
        """Tell what is open from before, then do each thing when its moment has come."""
        until = self._pace.now()
        await self._catch_up(until)
        while True:
            now = self._pace.now()
            for act in floor.acts(self._stays, until, now):
                await self._do(act)
            until = now
            await asyncio.sleep(_LOOK_S)

    async def _catch_up(self, now: datetime) -> None:
        """Let tablets send what they hold, then the desk work through it, the gravest first.

        Who led before has what came before the hand-over, so that it goes over with it.
        """
        things = [acts for acts in floor.unfinished(self._stays, now) if acts]
        begun = [acts[0] for acts in things if acts[0].kind != "handovers"]
        handed_over = [acts[0] for acts in things if acts[0].kind == "handovers"]
        for act in begun:
            await self._do(act)
            await asyncio.sleep(_LOGGED_S)
        handed_at = max((act.at for act in handed_over), default=now)
        rest = [(acts[0].kind == "issues", acts[0].body.get("severity", 0), act) for acts in things for act in acts[1:]]
        rest += [(False, -1, act) for act in handed_over]
        for *_, act in sorted(rest, key=lambda one: (one[2].at >= handed_at, one[0], one[1])):
            await self._do(act)
            await asyncio.sleep(_ACTED_S)

    async def _answer(self) -> None:
        """Answer what the desk, golive's clock or a visitor asks the floor."""
        while True:
            asked = await self._get("/api/questions")
            now = self._pace.now()
            for question in asked:
                if datetime.fromisoformat(question["until_at"]) > now:
                    asked_at = datetime.fromisoformat(question["at"])
                    for area in question["open"]:
                        act = floor.answer(self._stays, question["uuid"], area, asked_at)
                        if act is not None and act.at <= now:
                            await self._do(act)
            await asyncio.sleep(_ASK_S)

    async def _tell(self) -> None:
        """Let each tablet say once a minute what it holds, and at the end of a shift that nobody carries it."""
        while True:
            now = self._pace.now()
            held = floor.held(self._stays, now)
            carried = {
                f"tablet-{areas[0]}": (who, areas[0]) for who, areas in shift_at(now, self._stays.zone).super_users
            }
            for device, who in {**self._told}.items():
                if device not in carried:
                    await self._manifest(device, who, {"held": [], "on_duty": False, "sent_at": written(now)})
                    del self._told[device]
            for device, (who, area) in carried.items():
                mine = held.get(device, {})
                body: dict[str, Any] = {"held": list(mine), "on_duty": True, "area": area, "sent_at": written(now)}
                await self._manifest(device, who, body | ({"oldest_at": min(mine.values())} if mine else {}))
                self._told[device] = who
            await asyncio.sleep(_TABLET_S / self._pace.rate)

    async def _manifest(self, device: str, who: str, body: Mapping[str, Any]) -> None:
        await self._call("POST", f"/api/tablets/{device}", who, {"version": "simulated", **body})

    async def _do(self, act: Act) -> None:
        """Do one thing; where somebody was quicker, or it cannot be done, nothing more is done with its thing."""
        if act.uuid in self._left:
            return
        path = f"/api/{act.kind}/{act.uuid}"
        if act.kind == "questions" and act.event:
            answer = await self._call("PUT", f"{path}/answers/{act.event}", act.who, act.body)
        elif act.event:
            answer = await self._call("POST", f"{path}/events/{act.event}", act.who, act.body)
        else:
            answer = await self._call("PUT", path, act.who, act.body)
        # a further click of a place that waits belongs to the request that waits: this one never came to be
        joined = answer is not None and not act.event and act.kind == "supports"
        if answer is None or answer.is_error or (joined and answer.json()["uuid"] != act.uuid):
            self._left.add(act.uuid)

    async def _get(self, path: str) -> list[Any]:
        answer = await self._call("GET", path, LEADS[0])
        return [] if answer is None or answer.is_error else list(answer.json())

    async def _call(self, method: str, path: str, who: str, body: Any = None) -> httpx.Response | None:
        """Give golive's answer, None where it gave none after some tries; what is wrong with either is told."""
        headers, problem = {"Authorization": f"Bearer {self._people.tokens[who]}"}, ""
        for attempt in range(_TRIES):
            try:
                answer = await self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                problem = f"no answer ({type(error).__name__})"
            else:
                if answer.status_code < 500:
                    if answer.is_error and answer.status_code != 409:
                        self._said(f"{who}: {method} {path}: {answer.status_code}, {answer.text[:300]}")
                    return answer
                problem = f"{answer.status_code}, {answer.text[:300]}"
            await asyncio.sleep(_LOOK_S * 2**attempt)
        self._said(f"{who}: {method} {path}: {problem}")
        return None

    async def _ready(self) -> None:
        deadline_s = monotonic_s() + _READY_S
        while monotonic_s() < deadline_s:
            try:
                if (await self._client.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:  # golive is not up yet: the deadline minds it
                pass
            await asyncio.sleep(_LOOK_S)
        raise Unavailable(f"golive was not ready within {_READY_S:g} s")
