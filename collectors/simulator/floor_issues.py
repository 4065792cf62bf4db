"""Issues of the simulated floor: who logs what, what the desk makes of it, and who says that it is solved."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from collectors.simulator.chance import poisson, stream
from collectors.simulator.complaints import COMPLAINTS, STILL, TAKEN_UP, TRIAGED, WITH_VENDOR, Complaint, End
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act, Story, identity, soon, written
from collectors.simulator.floor_people import Shift, shift_at

SLOT = timedelta(hours=4)  # what is known is known for the rest of one; then it is news again
_BLOCK = timedelta(minutes=10)
ROOMS: Mapping[str, tuple[str, ...]] = {
    "ct": ("CT 1", "CT 2", "CT 3"),
    "mr": ("MR 1", "MR 2"),
    "xr": ("X-ray 1", "X-ray 2", "X-ray 3", "X-ray 4"),
    "us": ("Ultrasound 1", "Ultrasound 2", "Ultrasound 3"),
    "mg": ("Mammography 1",),
    "reading": ("Reading 1", "Reading 2", "Reading 3", "Reading 4"),
    "ed-reading": ("ED reading 1", "ED reading 2"),
}
_BUSY = {"ct": 2.4, "mr": 1.0, "xr": 1.8, "us": 0.9, "mg": 0.5, "reading": 1.2, "ed-reading": 1.0}
_FIXED_AFTER_MIN = {1: 15.0, 2: 45.0, 3: 100.0, 4: 60.0}
_SEEN_AFTER_MIN = {1: 0.7, 2: 2.0, 3: 6.0, 4: 12.0}
_ANNOUNCED_FOR = timedelta(hours=4)


def rate_per_hour(hospital: Hospital, at: datetime) -> float:
    """Give how many complaints an hour brings: many at first, a few in the second week, fewer by night."""
    since_h = (at - hospital.t0).total_seconds() / 3600
    if since_h < 0:
        return 0.0
    many = 18.0 * math.exp(-since_h / 7) + 4.0 * math.exp(-since_h / (24 * 6)) + 0.9
    return many * by_hour(hospital, at) * hospital.learning(at, 0.5)


def by_hour(hospital: Hospital, at: datetime) -> float:
    """Give how much of that the hour of the day leaves: on the first day all are there, whatever the hour is."""
    if 7 <= at.astimezone(hospital.zone).hour < 18:
        return 1.0
    return 0.8 if at < hospital.t0 + timedelta(days=1) else 0.5


def issues(hospital: Hospital, slot: int) -> tuple[Story, ...]:
    """Give the issues that begin in a slot of time since T0, and what becomes of each; trouble's own are apart."""
    return _of_slot(hospital, slot)


@lru_cache(maxsize=64)
def _of_slot(hospital: Hospital, slot: int) -> tuple[Story, ...]:
    start = hospital.t0 + slot * SLOT
    stories: list[Story] = []
    known: dict[tuple[str, str], int] = {}
    for n in range(int(SLOT / _BLOCK)):
        block = start + n * _BLOCK
        chance = stream(hospital.seed, "floor", block.isoformat())
        for i in range(poisson(chance, rate_per_hour(hospital, block) * (_BLOCK / timedelta(hours=1)))):
            name = f"{block.isoformat()}/{i}"
            logged = _logged(hospital, name, block)
            if logged is None:
                continue
            complaint, area, at = logged
            first = known.get((complaint.name, area))
            if first is not None and complaint.end is End.KNOWN:
                stories[first] = _same_here(hospital, name, stories[first], area, at)
                continue
            known[(complaint.name, area)] = len(stories)
            stories.append(_story(hospital, name, complaint, area, at))
    return tuple(stories)


def _logged(hospital: Hospital, name: str, block: datetime) -> tuple[Complaint, str, datetime] | None:
    """Give what is noticed where and when, None where nobody is there to log it."""
    chance = stream(hospital.seed, "complaint", name)
    at = block + timedelta(seconds=int(chance.random() * _BLOCK.total_seconds()))
    complaint = chance.choices(COMPLAINTS, [c.often for c in COMPLAINTS])[0]
    area = chance.choices(complaint.areas, [_BUSY[area] for area in complaint.areas])[0]
    return (complaint, area, at) if shift_at(at, hospital.zone).super_user(area) else None


class Course:
    """One issue while it is being written down: its acts in their order, each some time after the one before."""

    def __init__(self, hospital: Hospital, name: str, at: datetime) -> None:
        self.hospital, self.name, self.at = hospital, name, at
        self.chance: Random = stream(hospital.seed, "course", name)
        self.uuid = identity(hospital, "issue", name)
        self.acts: list[Act] = []

    def report(self, who: str, area: str, room: str, **told: Any) -> None:
        """Log it; a tablet that finds no network holds it for a while."""
        device = self.shift.tablet(area)
        noticed, ahead_s = self.at, round(self.chance.uniform(-2, 2), 1)
        moments = {"occurred_at": written(noticed), "observed_at": written(noticed), "clock_offset_s": ahead_s}
        body = {"area": area, "room": room, "device": device, **moments, **told}
        held = soon(self.chance, 4) if self.chance.random() < 0.08 else timedelta(seconds=self.chance.randint(5, 40))
        self.at += held
        self.acts.append(Act(self.at, who, "issues", self.uuid, body))

    def then(self, minutes: float, who: str, action: str, **what: Any) -> None:
        """Do something with it about so many minutes later."""
        self.at += soon(self.chance, minutes)
        event = identity(self.hospital, "event", self.name, len(self.acts))
        self.acts.append(Act(self.at, who, "issues", self.uuid, {"action": action, **what}, event))

    def beside(self, at: datetime, act: Act) -> None:
        """Do something that belongs to it and is no act on it."""
        self.acts.append(replace(act, at=at))

    def story(self) -> Story:
        """Give it as it was written down."""
        return Story(tuple(sorted(self.acts, key=lambda act: act.at)))

    @property
    def shift(self) -> Shift:
        """Give the shift that is there at the moment that was reached."""
        return shift_at(self.at, self.hospital.zone)

    @property
    def desk(self) -> str:
        """Give who sorts then what comes in."""
        return self.shift.triage


def _story(hospital: Hospital, name: str, complaint: Complaint, area: str, at: datetime) -> Story:
    course = Course(hospital, name, at)
    chance = course.chance
    severity = chance.choices(list(complaint.severities), list(complaint.severities.values()))[0]
    reporter = shift_at(at, hospital.zone).super_user(area)
    course.report(
        reporter, area, chance.choice(ROOMS[area]), category=complaint.category, severity=severity,
        function=complaint.function, text=chance.choice(complaint.texts) if chance.random() < 0.8 else "",
        safety=complaint.safety,
    )  # fmt: skip
    seen_at_desk(course, severity, complaint.team, milder=chance.random() < 0.5)
    if complaint.end is End.TRAINING:
        course.then(9, course.desk, "training", text=complaint.resolution)
    elif complaint.end is End.NO_ISSUE:
        course.then(6, course.desk, "not_an_issue", text=complaint.resolution)
    elif complaint.end is End.KNOWN:
        course.then(5, course.desk, "known", **_way_round(complaint, severity))
        announced(course, complaint.announced, (area,))
        course.then(60 * (9 + 12 * chance.random()), course.desk, "fix", resolution=complaint.resolution)
        _answered(course, reporter, complaint.resolution)
    else:
        _worked_on(course, complaint, severity)
        _answered(course, reporter, complaint.resolution)
    return course.story()


def seen_at_desk(course: Course, severity: int, team: str, *, milder: bool = False) -> None:
    """Let the desk look at it: what is grave is taken up at once by a person, the rest goes to a team.

    People were told "if unsure, the higher one", so some of the grave turn out to be `milder`.
    """
    minutes, chance = _SEEN_AFTER_MIN[severity], course.chance
    if severity <= 2:
        course.then(minutes, course.desk, "acknowledge", text=chance.choice(TAKEN_UP))
        lower = {"severity": severity + 1} if milder else {}
        course.then(1, course.desk, "triage", team=team, owner=course.shift.lead, **lower)
    elif chance.random() < 0.4:
        course.then(minutes, course.desk, "triage", team=team, text=chance.choice(TRIAGED))
    else:
        course.then(minutes, course.desk, "triage", team=team)


def _worked_on(course: Course, complaint: Complaint, severity: int) -> None:
    course.then(0.15 * _FIXED_AFTER_MIN[severity], course.desk, "start", **_way_round(complaint, severity))
    minutes = 0.7 * _FIXED_AFTER_MIN[severity]
    if complaint.end is End.VENDOR:
        ticket = f"V-{course.chance.randint(8200, 8900)}"
        course.then(10, course.desk, "assign", team="pacs-vendor", vendor_ticket=ticket)
        course.then(2, course.desk, "acknowledge", text=WITH_VENDOR)
        minutes *= 4
    course.then(minutes, course.desk, "fix", resolution=complaint.resolution)


def _way_round(complaint: Complaint, severity: int) -> dict[str, Any]:
    """Give the workaround that the desk found; with one an issue is no longer SEV2."""
    lower = {"severity": 3} if severity == 2 and complaint.workaround else {}
    return {"workaround": complaint.workaround, **lower}


def _answered(course: Course, reporter: str, resolution: str) -> None:
    """Let who reported it say whether it is solved; some never do."""
    lot = course.chance.random()
    if lot < 0.12:
        course.then(14, reporter, "reopen", text=course.chance.choice(STILL))
        course.then(30, course.desk, "fix", resolution=resolution)
        course.then(12, reporter, "verify")
    elif lot < 0.9:
        course.then(12, reporter, "verify")


def announced(course: Course, text: str, areas: tuple[str, ...]) -> None:
    """Let the desk tell the floor what is known there, for some hours."""
    if not text:
        return
    at = course.at + timedelta(minutes=1)
    body = {"text": text, "areas": list(areas), "until_at": written(at + _ANNOUNCED_FOR)}
    uuid = identity(course.hospital, "announcement", course.name)
    course.beside(at, Act(at, course.desk, "announcements", uuid, body))


def _same_here(hospital: Hospital, name: str, story: Story, area: str, at: datetime) -> Story:
    """Give the story of a known issue with one more who has it; before it is known and after its end nobody taps."""
    first = story.acts[0]
    until = next((a.at for a in story.acts if a.body.get("action") == "fix"), story.over_at)
    taps = stream(hospital.seed, "same", name)
    at = max(at, first.at + timedelta(seconds=30))
    if at >= until:
        return story
    body = {"action": "me_too", "device": f"{first.body['device']}-{taps.randint(2, 9)}"}
    who = shift_at(at, hospital.zone).super_user(area) or first.who
    tap = Act(at, who, "issues", first.uuid, body, identity(hospital, "same", name))
    return Story(tuple(sorted((*story.acts, tap), key=lambda act: act.at)))
