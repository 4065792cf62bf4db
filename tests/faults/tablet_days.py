"""What people with tablets do in a day, made by seed: each act is allowed whatever the others do meanwhile."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.peers.tablets import Record

AREAS, CATEGORIES = ("ct", "ed", "mr"), ("worklist", "images-slow", "priors", "report", "hardware")
DESK_EACH = 10  # every so-manieth tablet is one of the desk, which alone fixes and closes
_WORDS = (
    "stays empty",
    "takes ten minutes",
    "bleibt leer, seit heute früh",
    "wrong hanging protocol",
    "does not print",
)

_FIX = ("fix", "fixed")
_NEXT = {
    "new": (("triage", "triaged"), ("start", "in_progress"), _FIX),
    "triaged": (("start", "in_progress"), _FIX),
    "in_progress": (_FIX,),
}


def is_desk(tablet: int) -> bool:
    """Say whether a tablet is one of the desk's."""
    return tablet % DESK_EACH == 0


@dataclass(eq=False)
class Reported:
    """An issue as it will be: `lived` ones are led through their life, the others stay open so that all may join."""

    put: Record
    lived: bool
    status: str
    last: Record  # the newest act that moved it, which the next one must have seen


class Days:
    """All that so many tablets do, so much each; `records` is in an order in which it may all have happened."""

    def __init__(self, tablets: int, each: int, dice: random.Random) -> None:
        self.dice, self.records, self.issues = dice, list[Record](), list[Reported]()
        self._own: dict[int, list[Reported]] = {number: [] for number in range(tablets)}
        self.joined: dict[str, set[int]] = {}
        for turn in range(each):
            for tablet in dice.sample(range(tablets), tablets):
                self._act(tablet, first=turn == 0)

    def _act(self, tablet: int, *, first: bool) -> None:
        chance = self.dice.random()
        if first or chance < 0.15:
            self._report(tablet)
        elif is_desk(tablet):
            self._lead(tablet) if chance < 0.8 else self._say(tablet, self.dice.choice(self.issues))
        elif fixed := [i for i in self._own[tablet] if i.status == "fixed"]:
            self._move(tablet, fixed[0], *self.dice.choice((("verify", "verified"), ("reopen", "triaged"))))
        elif chance < 0.5:
            self._say(tablet, self.dice.choice(self._own[tablet]))
        elif chance < 0.6:
            self._event(tablet, self.dice.choice(self._own[tablet]), "phoned")
        elif chance < 0.8:
            self._join(tablet)
        else:
            self._say(tablet, self.dice.choice(self.issues))

    def _report(self, tablet: int) -> None:
        uuid, at = self._uuid(), datetime.now(UTC)
        ahead_s = self.dice.choice((0.0, 0.0, 0.4, -7200.0, 3600.0))  # some clocks are wrong by hours
        shown = (at + timedelta(seconds=ahead_s)).isoformat()
        body = {
            "area": self.dice.choice(AREAS), "room": f"Room {self.dice.randint(1, 9)}",
            "category": self.dice.choice(CATEGORIES), "severity": self.dice.randint(1, 4),
            "text": self.dice.choice(_WORDS), "safety": self.dice.random() < 0.02,
            "occurred_at": shown, "observed_at": shown, "clock_offset_s": ahead_s, "device": f"tablet-{tablet}",
        }  # fmt: skip
        record = Record(tablet, uuid, uuid, "PUT", f"/api/issues/{uuid}", body)
        self.records.append(record)
        made = Reported(record, self.dice.random() < 0.5, "new", record)
        self.issues.append(made)
        self._own[tablet].append(made)

    def _lead(self, tablet: int) -> None:
        """Do what the desk does with some issue."""
        lived = [i for i in self.dice.sample(self.issues, min(40, len(self.issues))) if i.lived]
        for issue in lived:
            if issue.status in _NEXT:
                return self._move(tablet, issue, *self.dice.choice(_NEXT[issue.status]))
            if issue.status == "verified":
                return self._move(tablet, issue, "close", "closed")
        still = self.dice.choice([i for i in self.issues if not i.lived] or self.issues)
        return self._event(tablet, still, "comment", text="is looked into")

    def _move(self, tablet: int, issue: Reported, action: str, status: str) -> None:
        more = {"resolution": "the service was started anew"} if action in ("fix", "close") else {}
        self._event(tablet, issue, action, **more)
        issue.status, issue.last = status, self.records[-1]

    def _say(self, tablet: int, issue: Reported) -> None:
        self._event(tablet, issue, "comment", text=self.dice.choice(_WORDS))

    def _join(self, tablet: int) -> None:
        issue = self.dice.choice([i for i in self.issues if not i.lived] or self.issues)
        if issue.lived:
            return self._say(tablet, issue)
        self.joined.setdefault(issue.put.uuid, set()).add(tablet)
        return self._event(tablet, issue, "me_too")

    def _event(self, tablet: int, issue: Reported, action: str, **more: Any) -> None:
        uuid, order = self._uuid(), issue.put.uuid
        at = datetime.now(UTC).isoformat()
        body = {"action": action, "at": at, "device": f"tablet-{tablet}", **more}
        moves = action not in ("comment", "phoned", "me_too")
        after = issue.last if moves else issue.put
        path = f"/api/issues/{order}/events/{uuid}"
        self.records.append(Record(tablet, uuid, order, "POST", path, body, after))

    def _uuid(self) -> str:
        return str(UUID(int=self.dice.getrandbits(128), version=4))
