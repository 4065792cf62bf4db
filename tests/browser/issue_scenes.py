"""Open issues and who is on the floor, as plain values to be shown on a stage."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.floor.floor_plans import FloorPlan, TeamPlan
from app.domain.floor.floor_sight import UNSET, Cover, FloorSight, Lead, Queue, Tablets
from app.domain.floor.issue_board import Deadline, IssueBoard
from app.domain.floor.issues import Issue, Report, Status, begun
from app.domain.rollback.decisions import Person

SUE = Person("Sue Nurse", "floor", "t-sue")
FLOOR = FloorPlan(
    categories={
        "worklist": "Worklist",
        "images-slow": "Images slow",
        "images-missing": "Images missing",
        "hanging-protocol": "Hanging protocol wrong",
        "priors": "Priors do not open",
        "how-to": "How do I",
        "report": "Dictation and report",
    },
    teams={"ris": TeamPlan("ris", "RIS team", "it"), "pacs": TeamPlan("pacs", "PACS team", "it")},
    rooms=frozenset({("ct", "CT 2"), ("ed", "ED reading room, desk 4"), ("mr", "MR 1")}),
)
TYPED = "Frau Mustermann is still waiting"  # what no wall may show


def issue(now: datetime, n: int, severity: int, category: str, area: str, ago_min: float, **more: Any) -> Issue:
    """Give one open issue, logged so long ago."""
    at, room = now - timedelta(minutes=ago_min), str(more.pop("room", ""))
    made = begun(f"i{n}", n, n, Report(area, category, severity, room=room, text=TYPED), SUE, at)
    return replace(made, **more)


def few(now: datetime) -> IssueBoard:
    """Three questions and a slow one: a calm day."""
    found = (
        issue(now, 33, 4, "how-to", "main", 48),
        issue(now, 38, 3, "hanging-protocol", "main", 26, owner="Ann Desk"),
        issue(now, 40, 4, "how-to", "cardio", 9),
        issue(now, 39, 2, "worklist", "ct", 30, status=Status.FIXED, fixed_at=now),
    )
    return IssueBoard(found, {}, 40, "")


def bad(now: datetime) -> IssueBoard:
    """A dozen open, of which the worst is of patient safety, one is late and one lies with the vendor."""
    found = [
        issue(now, 41, 1, "worklist", "ct", 12, room="CT 2", team="ris", me_too=("a", "b")),
        issue(now, 38, 2, "priors", "ed", 26, room="ED reading room, desk 4", team="pacs", tier=3),
        issue(now, 35, 2, "worklist", "mr", 31, room="beside Mrs Mustermann"),
        issue(now, 33, 2, "images-missing", "ct", 48, owner="Ann Desk", status=Status.KNOWN),
        issue(now, 40, 3, "hanging-protocol", "main", 9),
        issue(now, 42, 3, "images-slow", "xray", 4, safety=True, owner="Beatrix Longname-Superuser"),
        *(issue(now, 50 + i, 3 + i % 2, "how-to", area, 20 + i) for i, area in enumerate(("mr", "us", "main", "ed"))),
        *(issue(now, 60 + i, 4, "how-to", "main", 90 + i) for i in range(3)),
        issue(now, 70, 3, "report", "main", 61, status=Status.FIXED, fixed_at=now),
    ]
    late = {"i35": Deadline(passed_at=now - timedelta(minutes=1))}
    return IssueBoard(tuple(sorted(found, key=lambda i: i.number)), late, 70, "")


def staffed(now: datetime) -> FloorSight:
    """Everybody is there and nothing waits."""
    covered = frozenset(("ct", "mr", "xray", "us", "mammo", "ed", "main", "cardio"))
    lead = Lead("Dr. Ada Chief", now - timedelta(hours=1))
    return FloorSight(True, lead, now + timedelta(minutes=36), Cover(covered), Tablets(), Queue())


def trouble(now: datetime) -> FloorSight:
    """Nobody leads, two areas have nobody, tablets hold items and are silent, and people wait for support."""
    covered = frozenset(("ct", "xray", "us", "mammo", "ed", "main"))
    ago = timedelta(minutes=14)
    return FloorSight(
        True,
        None,
        now + timedelta(minutes=36),
        Cover(covered, ("mr", "cardio")),
        Tablets(3, 7, now - ago, 2, now - ago),
        Queue(2, now - timedelta(minutes=3)),
    )


BOARDS: dict[str, Callable[[datetime], IssueBoard]] = {
    "none": lambda now: IssueBoard(blind=""),
    "few": few,
    "bad": bad,
}
SIGHTS: dict[str, Callable[[datetime], FloorSight]] = {
    "unset": lambda now: UNSET,
    "staffed": staffed,
    "trouble": trouble,
}
