"""Requests for support now: readers press the button, three supporters take one after the other, and some wait."""

import math
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import heapify, heapreplace

from collectors.simulator.chance import poisson, stream
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act, Story, identity, soon, written
from collectors.simulator.floor_issues import SLOT, by_hour
from collectors.simulator.floor_people import SUPPORTERS, TOOLBAR, shift_at

_BLOCK = timedelta(minutes=10)
_PLACES = (
    *((f"READ-{n:02d}", "reading") for n in range(1, 13)),
    *((f"ED-{n:02d}", "ed-reading") for n in range(1, 5)),
)
_BREAKOUTS = ("Room 1", "Room 2", "Room 3")
_ABOUT = {"hanging-protocol": 5.0, "report": 4.0, "how-to": 6.0, "priors": 3.0, "login": 2.0, "images-slow": 1.0}


def rate_per_hour(hospital: Hospital, at: datetime) -> float:
    """Give how many readers press the button in an hour: 34 a day once the first rush is over."""
    since_h = (at - hospital.t0).total_seconds() / 3600
    if since_h < 0:
        return 0.0
    return (18.0 * math.exp(-since_h / 3) + 1.9) * by_hour(hospital, at)


@lru_cache(maxsize=64)
def supports(hospital: Hospital, slot: int) -> tuple[Story, ...]:
    """Give the requests of a slot of time since T0, each until it is over."""
    start, stories = hospital.t0 + slot * SLOT, []
    free = [(start, i) for i in range(len(SUPPORTERS))]
    heapify(free)
    busy_until: dict[str, datetime] = {}
    for name, at in _clicks(hospital, start):
        chance = stream(hospital.seed, "support", name)
        workstation, area = chance.choice(_PLACES)
        if busy_until.get(workstation, start) > at:
            continue  # its reader sits in a break-out room, or waits for one
        free_at, i = free[0]
        helped_at = max(at + soon(chance, 4), free_at)
        ended_at = helped_at + soon(chance, 8)
        heapreplace(free, (ended_at + soon(chance, 0.5), i))
        busy_until[workstation] = ended_at + timedelta(minutes=1)
        about = chance.choices(list(_ABOUT), list(_ABOUT.values()))[0]
        uuid, desk = identity(hospital, "support", name), shift_at(at, hospital.zone).triage
        asked = {"area": area, "workstation": workstation, "asked_at": written(at)}
        taken = {"action": "assign", "supporter": SUPPORTERS[i], "breakout": _BREAKOUTS[i], "admit": True}
        over = {"action": "end", "reason": about, "training": about == "how-to" and chance.random() < 0.3}
        stories.append(
            Story(
                (
                    Act(at, TOOLBAR, "supports", uuid, asked),
                    Act(helped_at, desk, "supports", uuid, taken, identity(hospital, "helped", name)),
                    Act(ended_at, desk, "supports", uuid, over, identity(hospital, "ended", name)),
                )
            )
        )
    return tuple(stories)


def _clicks(hospital: Hospital, start: datetime) -> list[tuple[str, datetime]]:
    found: list[tuple[str, datetime]] = []
    for n in range(int(SLOT / _BLOCK)):
        block = start + n * _BLOCK
        chance = stream(hospital.seed, "clicks", block.isoformat())
        for i in range(poisson(chance, rate_per_hour(hospital, block) * (_BLOCK / timedelta(hours=1)))):
            at = block + timedelta(seconds=int(chance.random() * _BLOCK.total_seconds()))
            found.append((f"{block.isoformat()}/{i}", at))
    return sorted(found, key=lambda click: (click[1], click[0]))
