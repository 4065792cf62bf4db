"""What people on the floor report: an issue is what its append-only list of events folds to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.rollback.decisions import Person

SEVERITIES = {
    1: "patient care stopped or unsafe",
    2: "an area cannot work, no workaround",
    3: "slower, a workaround exists",
    4: "question or how-to",
}
IF_UNSURE = "If unsure, the higher one."
TIERS = ("floor", "desk", "it", "vendor")


GOLIVE = Person("golive", "golive", "golive")  # who escalates when a deadline has passed


class Status(StrEnum):
    """Where an issue is in its life."""

    NEW = "new"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    FIXED = "fixed"
    VERIFIED = "verified"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    KNOWN = "known"
    TRAINING = "training"
    NOT_AN_ISSUE = "not_an_issue"


OPEN = frozenset({Status.NEW, Status.TRIAGED, Status.IN_PROGRESS, Status.KNOWN})


class Action(StrEnum):
    """What can be done with an issue."""

    TRIAGE = "triage"
    ASSIGN = "assign"
    COMMENT = "comment"
    ESCALATE = "escalate"
    START = "start"
    FIX = "fix"
    VERIFY = "verify"
    REOPEN = "reopen"
    CLOSE = "close"
    DUPLICATE = "duplicate"
    KNOWN = "known"
    TRAINING = "training"
    NOT_AN_ISSUE = "not_an_issue"
    ACKNOWLEDGE = "acknowledge"
    PHONED = "phoned"
    ME_TOO = "me_too"


@dataclass(frozen=True, slots=True)
class Report:
    """What a tablet sends once; `clock_offset_s` is how far its clock lay ahead, `no_patient` was confirmed by hand."""

    area: str
    category: str
    severity: int
    room: str = ""
    text: str = ""
    workaround: str = ""
    function: str = ""
    safety: bool = False
    occurred_at: datetime | None = None
    observed_at: datetime | None = None
    device: str = ""
    clock_offset_s: float | None = None
    no_patient: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One act on an issue; `sequence` is its place in the site's order of all of them, `at` the device's moment.

    None and "" leave what was before; `device` tells two people of one token apart.
    """

    uuid: str
    action: Action
    by: Person
    received_at: datetime
    sequence: int
    at: datetime | None = None
    severity: int | None = None
    safety: bool | None = None
    owner: str = ""
    team: str = ""
    text: str = ""
    resolution: str = ""
    workaround: str = ""
    duplicate_of: str = ""
    vendor_ticket: str = ""
    device: str = ""
    no_patient: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it is now; `report` is as it was sent, `last_sequence` and `last_at` are of the newest event."""

    uuid: str
    number: int
    sequence: int
    received_at: datetime
    reporter: Person
    report: Report
    severity: int
    safety: bool
    workaround: str
    last_sequence: int
    last_at: datetime
    status: Status = Status.NEW
    tier: int = 0
    owner: str = ""
    team: str = ""
    resolution: str = ""
    vendor_ticket: str = ""
    duplicate_of: str = ""
    me_too: tuple[str, ...] = ()
    first_response_at: datetime | None = None
    acknowledged_at: datetime | None = None
    fixed_at: datetime | None = None
    verified_at: datetime | None = None
    verified_by: str = ""
    ended_at: datetime | None = None
    reopened: int = 0
    phoned_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something about it."""
        return self.status in OPEN


def begun(uuid: str, number: int, sequence: int, report: Report, by: Person, received_at: datetime) -> Issue:
    """Give the issue of a report that was just received."""
    return Issue(
        uuid, number, sequence, received_at, by, report, report.severity, report.safety, report.workaround,
        last_sequence=sequence, last_at=received_at,
    )  # fmt: skip


_BECOMES = {
    Action.START: Status.IN_PROGRESS,
    Action.FIX: Status.FIXED,
    Action.VERIFY: Status.VERIFIED,
    Action.REOPEN: Status.TRIAGED,
    Action.CLOSE: Status.CLOSED,
    Action.DUPLICATE: Status.DUPLICATE,
    Action.KNOWN: Status.KNOWN,
    Action.TRAINING: Status.TRAINING,
    Action.NOT_AN_ISSUE: Status.NOT_AN_ISSUE,
}


def _answers(issue: Issue, by: Person) -> bool:
    """Say whether somebody's word is an answer: of the floor only the owner's is, others add to the report."""
    return by not in (issue.reporter, GOLIVE) and (by.role != "floor" or by.called == issue.owner)


def person_at(by: Person, device: str) -> str:
    """Name somebody among those who have an issue: by the tablet too, for many may share a token, else by the token."""
    return f"{by.token}/{device}"


_NO_RESPONSE = frozenset({Action.ME_TOO, Action.PHONED, Action.REOPEN, Action.VERIFY})


def status_after(status: Status, action: Action) -> Status:
    """Give where an action leads from where an issue is."""
    if action is Action.TRIAGE:
        return Status.TRIAGED if status in (Status.NEW, Status.KNOWN) else status
    return _BECOMES.get(action, status)


def _waits_at(issue: Issue) -> int:
    """Give where an issue waits anew: where it stood, but before the vendor, from whom it would go on to nobody."""
    return min(issue.tier, len(TIERS) - 2)


def folded(issue: Issue, event: Event) -> Issue:
    """Give the issue after an event that was allowed."""
    at, action = event.received_at, event.action
    after = replace(
        issue,
        last_sequence=event.sequence,
        last_at=at,
        status=status_after(issue.status, action),
        severity=event.severity or issue.severity,
        safety=issue.safety if event.safety is None else event.safety,
        owner=event.owner or issue.owner,
        team=event.team or issue.team,
        resolution=event.resolution or issue.resolution,
        workaround=event.workaround or issue.workaround,
        vendor_ticket=event.vendor_ticket or issue.vendor_ticket,
    )
    if issue.first_response_at is None and action not in _NO_RESPONSE and _answers(issue, event.by):
        after = replace(after, first_response_at=at)
    if action is Action.ESCALATE:
        return replace(after, tier=min(issue.tier + 1, len(TIERS) - 1), acknowledged_at=None)
    if action is Action.ACKNOWLEDGE:
        return replace(after, acknowledged_at=at)
    if action is Action.COMMENT and (event.severity is not None or event.safety):  # merging alone comments so
        return replace(after, acknowledged_at=None, tier=_waits_at(issue))
    if action is Action.PHONED:
        return replace(after, phoned_at=issue.phoned_at or at)
    if action is Action.ME_TOO:
        who = person_at(event.by, event.device)
        return after if who in issue.me_too else replace(after, me_too=(*issue.me_too, who))
    if action is Action.VERIFY:
        return replace(after, verified_at=at, verified_by=event.by.called, ended_at=issue.ended_at or at)
    if action is Action.FIX:
        return replace(after, fixed_at=at)
    if action is Action.REOPEN:
        return replace(
            after, reopened=issue.reopened + 1, fixed_at=None, verified_at=None, verified_by="", ended_at=None,
            acknowledged_at=None, duplicate_of="", tier=_waits_at(issue),
        )  # fmt: skip
    if action is Action.DUPLICATE:
        after = replace(after, duplicate_of=event.duplicate_of)
    if after.status not in OPEN and after.status is not issue.status:
        return replace(after, ended_at=issue.ended_at or at)
    return after


def reopened(event: Event) -> bool:
    """Say whether an event opens an issue again."""
    return event.action is Action.REOPEN


def fold(first: Issue, events: Iterable[Event]) -> Issue:
    """Give what a list of events makes of an issue, in the order of their sequence numbers."""
    for event in sorted(events, key=lambda e: e.sequence):
        first = folded(first, event)
    return first
