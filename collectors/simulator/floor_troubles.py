"""What the floor makes of the script's troubles: few issues, known soon, and over some minutes after them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act, Story, identity
from collectors.simulator.floor_issues import ROOMS, Course, announced, seen_at_desk
from collectors.simulator.floor_people import shift_at
from collectors.simulator.outbreaks import OUTBREAKS, Outbreak


def troubles(hospital: Hospital) -> Iterator[Story]:
    """Give what the floor makes of each trouble of the script: few issues, known soon, and over when it is over."""
    every = hospital.script.changes
    changes = [c for i, c in enumerate(every) if not i or every[i - 1][1] != c[1]]  # what is typed twice goes on
    for i, (at, name) in enumerate(changes):
        until = changes[i + 1][0] if i + 1 < len(changes) else None
        if name in OUTBREAKS and at >= hospital.t0:
            yield from _outbreak(hospital, name, OUTBREAKS[name], at, until)


def _outbreak(hospital: Hospital, name: str, what: Outbreak, at: datetime, until: datetime | None) -> Iterator[Story]:
    for n, area in enumerate(what.areas):
        noticed = at + timedelta(minutes=1.5 + 1.5 * n)
        who = shift_at(noticed, hospital.zone).super_user(area)
        story = _of_trouble(hospital, f"{name}/{at.isoformat()}/{area}", what, area, n, (noticed, until), who)
        if who and story.acts:
            yield story


def _of_trouble(
    hospital: Hospital, name: str, what: Outbreak, area: str, n: int, span: tuple[datetime, datetime | None], who: str
) -> Story:
    noticed, until = span
    severity = min(what.worst + (1 if n > 1 else 0), 3)
    course = Course(hospital, name, noticed)
    chance, rooms = course.chance, ROOMS[area]
    course.report(
        who, area, chance.choice(rooms), category=what.category, function=what.function, severity=severity,
        text=what.text if n < 2 else "",
    )  # fmt: skip
    seen_at_desk(course, severity, what.team)
    if n == 0:
        announced(course, what.announced, what.areas)
    course.then(2, course.desk, "known", workaround=what.workaround)
    for tap in range(chance.randint(1, 4)):
        course.then(4 + 5 * tap, who, "me_too", device=f"tablet-{area}-{tap + 2}")
    if until is None:
        return course.story()
    course.acts = [a for a in course.acts if a.at < until]  # what was not done by then is not done at all
    if course.acts:
        course.at = max(until, course.acts[-1].at)
        course.then(3 + n, course.desk, "fix", resolution=what.resolution)
        course.then(4, who, "verify")
    if n == 0 and any(a.kind == "announcements" for a in course.acts):
        uuid = identity(hospital, "announcement", name)
        act = Act(until, course.desk, "announcements", uuid, {"action": "withdraw"}, identity(hospital, "over", name))
        course.beside(until + timedelta(minutes=4), act)
    return course.story()
