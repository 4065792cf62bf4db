"""The life cycle of an issue: each action at each status by each role is allowed, or refused with a reason."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issues import GOLIVE, OPEN, SEVERITIES, Action, Event, Issue, Report, Status
from app.domain.floor.tablets import COPIES_KEPT
from app.errors import Conflict, Forbidden, Invalid

DESK = frozenset({"desk", "authority", "admin"})
FLOOR = frozenset({"floor", "desk", "authority", "engineer", "admin"})
OLDEST, LATEST = timedelta(days=365), timedelta(days=2)  # what a tablet's clock may be wrong, or a tablet be offline
BY_FLOOR = frozenset({Action.COMMENT, Action.VERIFY, Action.REOPEN, Action.ME_TOO, Action.PHONED})
NEEDS_RESOLUTION = frozenset({Action.CLOSE, Action.FIX, Action.DUPLICATE})
_EVERY = frozenset(Status)
_ENDED = frozenset({Status.CLOSED, Status.DUPLICATE, Status.TRAINING, Status.NOT_AN_ISSUE})
FROM = {
    Action.TRIAGE: OPEN,
    Action.ASSIGN: OPEN | {Status.FIXED},
    Action.COMMENT: _EVERY,
    Action.ESCALATE: OPEN,
    Action.START: frozenset({Status.NEW, Status.TRIAGED, Status.KNOWN}),
    Action.FIX: OPEN,
    Action.VERIFY: frozenset({Status.FIXED}),
    Action.REOPEN: _ENDED | {Status.FIXED, Status.VERIFIED},
    Action.CLOSE: OPEN | {Status.FIXED, Status.VERIFIED},
    Action.DUPLICATE: OPEN | {Status.FIXED},
    Action.KNOWN: OPEN - {Status.KNOWN},
    Action.TRAINING: OPEN,
    Action.NOT_AN_ISSUE: OPEN,
    Action.ACKNOWLEDGE: OPEN,
    Action.PHONED: _EVERY,
    Action.ME_TOO: OPEN | {Status.FIXED, Status.DUPLICATE},
}
_WORDS = {
    Status.NEW: "new",
    Status.TRIAGED: "triaged",
    Status.IN_PROGRESS: "being worked on",
    Status.FIXED: "fixed and waits for its reporter's word",
    Status.VERIFIED: "verified",
    Status.CLOSED: "closed",
    Status.DUPLICATE: "a duplicate",
    Status.KNOWN: "a known issue",
    Status.TRAINING: "a matter of training",
    Status.NOT_AN_ISSUE: "no issue",
}


def refusal_of_role(action: Action, role: str) -> str:
    """Say why a role may not do this to any issue, "" where it may."""
    if action in BY_FLOOR:
        return "" if role in FLOOR else f"the role {role} only reads issues, if at all"
    return "" if role in DESK else f"the role {role} may not {_said(action)}; the desk does"


def refusal_of_status(action: Action, status: Status) -> str:
    """Say why this cannot be done to an issue in such a state, "" where it can."""
    if status in FROM[action]:
        return ""
    is_ = f"it is {_WORDS[status]}"
    if action is Action.REOPEN:
        return f"{is_}: it is open already"
    if action is Action.VERIFY and status in OPEN:
        return f"{is_} and nobody has said yet that it is fixed"
    if status in OPEN or (status in (Status.FIXED, Status.VERIFIED) and action is Action.VERIFY):
        return f"{is_} already"
    return f"{is_}: reopen it first"


def allowed(issue: Issue, event: Event, floor: FloorPlan, now: datetime, *, on_duty: bool = False) -> None:
    """Refuse in words what a person may not do now; `on_duty` says that they have, or had, the duty there."""
    action, by = event.action, event.by
    if why := refusal_of_role(action, by.role):
        raise Forbidden(why)
    _has_what_it_needs(event, floor, now)
    if why := refusal_of_status(action, issue.status):
        raise Conflict(f"no. {issue.number}: {why}")
    if action is Action.VERIFY and not on_duty and by.token != issue.reporter.token:
        raise Forbidden(
            f"whether no. {issue.number} is solved is said by {issue.reporter.called}, who reported it, or by who has "
            "the duty there now, or had it when they said so"
        )


def said_at(issue: Issue, at: datetime | None, now: datetime) -> datetime:
    """Give when somebody said that a fixed issue is solved, by the tablet that may have held it; else it is now.

    A tablet's clock may be wrong: it is never before the fix that it speaks of, nor ahead of now.
    """
    if at is None:
        return now
    said = max(at, issue.fixed_at or issue.received_at)
    return min(said, now) if now - said <= COPIES_KEPT else now


def _has_what_it_needs(event: Event, floor: FloorPlan, now: datetime) -> None:
    action = event.action
    if action in NEEDS_RESOLUTION and not event.resolution.strip():
        raise Invalid("resolution", f"is missing: to {_said(action)} takes what was done, in words")
    if action is Action.ACKNOWLEDGE and not event.text.strip():
        raise Invalid("text", "is missing: who acknowledges says what happens now")
    if action is Action.COMMENT and not event.text.strip():
        raise Invalid("text", "is missing: a comment says something")
    if action is Action.ASSIGN and not (event.owner.strip() or event.team.strip()):
        raise Invalid("owner", "is missing: an assignment names an owner or a team")
    if action in BY_FLOOR:
        for field in ("severity", "safety", "owner", "team", "resolution", "duplicate_of", "vendor_ticket"):
            if getattr(event, field) not in (None, ""):
                raise Invalid(field, f"belongs to what the desk does, not to {action.value}")
    if action in BY_FLOOR and event.workaround and event.by.role not in DESK:
        raise Invalid("workaround", "is given by the desk, for every tablet shows it; write it as a comment")
    if event.duplicate_of and action is not Action.DUPLICATE:
        raise Invalid("duplicate_of", f"belongs to duplicate, not to {action.value}")
    if event.severity is not None:
        _is_severity(event.severity)
    if event.team and floor.teams and event.team not in floor.teams:
        raise Invalid("team", f"{event.team!r} is no id of [[teams]] (there are {', '.join(floor.teams)})")
    _is_of_now("at", event.at, now)


def reported(report: Report, areas: tuple[str, ...], floor: FloorPlan, now: datetime) -> Report:
    """Give a report as it can be taken, or refuse it naming the field and its value."""
    if report.area not in areas:
        raise Invalid("area", f"{report.area!r} is no id of [[areas]] (there are {', '.join(areas) or 'none'})")
    if report.category not in floor.categories:
        known = ", ".join(floor.categories)
        raise Invalid("category", f"{report.category!r} is no id of [[categories]] (there are {known})")
    _is_severity(report.severity)
    _is_of_now("occurred_at", report.occurred_at, now)
    _is_of_now("observed_at", report.observed_at, now)
    return report


def is_duplicate_of(issue: Issue, other: Issue | None, named: str) -> None:
    """Refuse in words a merge with what is not there, with itself, or with what was merged away."""
    if other is None:
        raise Invalid("duplicate_of", f"{named!r} is no uuid of an issue")
    if other.uuid == issue.uuid:
        raise Invalid("duplicate_of", f"no. {issue.number} cannot be a duplicate of itself")
    if other.status is Status.DUPLICATE:
        raise Conflict(f"no. {other.number} is a duplicate itself: name the issue that it was merged into")


def _is_severity(severity: int) -> None:
    if severity not in SEVERITIES:
        raise Invalid("severity", f"{severity} is none of 1, 2, 3, 4")


def _is_of_now(field: str, at: datetime | None, now: datetime) -> None:
    if at is not None and not now - OLDEST <= at <= now + LATEST:
        raise Invalid(field, f"{at.isoformat()} lies too far from now ({now.isoformat(timespec='seconds')})")


def _said(action: Action) -> str:
    return {
        Action.DUPLICATE: "call it a duplicate",
        Action.KNOWN: "call it known",
        Action.TRAINING: "call it a matter of training",
        Action.NOT_AN_ISSUE: "call it no issue",
    }.get(action, action.value)


_STIRS_NOTHING = frozenset({Action.ME_TOO, Action.PHONED})


def changes_since(events: Iterable[Event], seen: int) -> list[Event]:
    """Give what people did to an issue after the sequence number that somebody saw and acts upon.

    One more who has it, and an escalation by the clock, change nothing that an act could overwrite.
    """
    return [e for e in events if e.sequence > seen and e.action not in _STIRS_NOTHING and e.by != GOLIVE]
