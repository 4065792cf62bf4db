"""The rollback drill: the worklist fails, a trigger breaches, two simulated people decide, the house recovers.

They do what people do, over the documented calls and with tokens of their own; what they see is what golive judges.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from app.clock import Pace, monotonic_s, utc_now
from app.commands.access import creating_a_token
from app.domain.access import Role
from app.errors import Unavailable
from app.store.db import Database
from collectors.ids import uuid7
from collectors.simulator.site import SITE, ZONE

NAME = "rollback-drill"
DESK, AUTHORITY = "Ann Desk (simulated)", "Dr. Ada Chief (simulated)"
RULE = "worklist-unusable:"
LOOK_S, CALL_S = 0.5, 5.0
PAUSE_S = 3.0  # what people need to read and to speak, on the real clock
WITHIN_S = 180.0  # each step; a drill that hangs says where
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class People:
    """The tokens of the two who decide."""

    desk: str
    authority: str


def enrol(db: Database, now: datetime) -> People:
    """Make the two known to the demo's golive."""
    desk = db.write_now(creating_a_token(SITE, Role.DESK, DESK, now, "golive demo"))
    authority = db.write_now(creating_a_token(SITE, Role.AUTHORITY, AUTHORITY, now, "golive demo"))
    return People(desk["token"], authority["token"])


class Drill:
    """One drill against a golive that runs; `play` changes the hospital's scenario."""

    def __init__(self, url: str, people: People, pace: Pace, play: Callable[[str], None], said: Said) -> None:
        self._people, self._pace, self._play, self._said = people, pace, play, said
        self._client = httpx.AsyncClient(base_url=url, timeout=CALL_S)

    async def run(self) -> None:
        """Play the drill to its end, or say at which step it did not go on."""
        async with self._client:
            await self._until("golive is ready", self._is_ready)
            await self._until("every worklist is watched", self._watched)
            self._tell("T0 has passed; every worklist is watched. Now the worklist fails.")
            self._play("slow-worklist")
            breached = await self._until("a worklist trigger breaches", self._breached)
            ids = [t["id"] for t in breached]
            areas = ", ".join(t["area"] for t in breached)
            self._tell(f"breached: {breached[0]['title']}, {areas}")
            await self._pause()
            await self._acknowledge(ids)
            await self._pause()
            proposal = await self._propose(ids[0], areas)
            await self._pause()
            await self._confirm(proposal)
            await self._until("the go-live is rolled back", self._rolled_back)
            await self._pause()
            self._tell("the RIS vendor restarts the worklist")
            self._play("calm")
            await self._until("the worklist answers as expected", self._recovered)
            await self._declare_anew()
            await self._until("every worklist is watched again", self._watched)
            self._tell(f"the drill is over; its record: /desk/decisions/{proposal}")

    async def _acknowledge(self, ids: Sequence[str]) -> None:
        for trigger in ids:
            await self._call("POST", f"/api/triggers/{trigger}/acts/{_id()}", DESK, {"action": "acknowledge"})
        self._tell(f"{DESK} acknowledges the alarm")

    async def _propose(self, trigger: str, areas: str) -> str:
        uuid = _id()
        reason = f"No usable worklist in {areas}: technologists type patients by hand."
        body = {"trigger": trigger, "kind": "roll_back", "reason": reason}
        await self._call("PUT", f"/api/decisions/{uuid}", DESK, body)
        self._tell(f"{DESK} proposes to roll back: {reason}")
        return uuid

    async def _confirm(self, proposal: str) -> None:
        body = {"action": "confirm", "reason": "Agreed. The old PACS takes over until the worklist answers."}
        await self._call("POST", f"/api/decisions/{proposal}/events/{_id()}", AUTHORITY, body)
        self._tell(f"{AUTHORITY} confirms")

    async def _declare_anew(self) -> None:
        body = {"action": "declare", "reason": "The worklist answers again: second attempt."}
        await self._call("POST", f"/api/go-live/acts/{_id()}", DESK, body)
        self._tell(f"{DESK} declares a second T0")

    async def _is_ready(self) -> bool:
        return (await self._client.get("/readyz")).status_code == 200

    async def _worklists(self) -> list[Any]:
        every = await self._call("GET", "/api/triggers", DESK)
        return [t for t in every if t["id"].startswith(RULE)]

    async def _watched(self) -> bool:
        return all((t["state"], t["sight"]) == ("watching", "ok") for t in await self._worklists())

    async def _breached(self) -> list[Any]:
        return [t for t in await self._worklists() if t["state"] == "breached"]

    async def _rolled_back(self) -> bool:
        return bool((await self._call("GET", "/api/status", DESK))["phase"] == "rolled_back")

    async def _recovered(self) -> bool:
        """Say whether even the upper end of what each rule sees is below its limit: that is what they decided by."""
        return all(t["sight"] == "ok" and t["high"] < t["limit_share"] for t in await self._worklists())

    async def _call(self, method: str, path: str, who: str, body: Any = None) -> Any:
        token = self._people.desk if who == DESK else self._people.authority
        answer = await self._client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        if answer.is_error:
            raise Unavailable(f"{who}: golive answered {answer.status_code}, {answer.text[:300]}")
        return answer.json()

    async def _until(self, what: str, holds: Callable[[], Any]) -> Any:
        deadline_s = monotonic_s() + WITHIN_S
        while monotonic_s() < deadline_s:
            try:
                if found := await holds():
                    return found
            except httpx.TransportError:  # golive is not up yet, or busy: the deadline minds it
                pass
            await asyncio.sleep(LOOK_S)
        raise Unavailable(f"the drill waited {WITHIN_S:g} s in vain until {what}")

    async def _pause(self) -> None:
        await asyncio.sleep(PAUSE_S)

    def _tell(self, what: str) -> None:
        self._said(f"{self._pace.now().astimezone(ZoneInfo(ZONE)):%H:%M:%S}  {what}")


def _id() -> str:
    return uuid7(utc_now())
