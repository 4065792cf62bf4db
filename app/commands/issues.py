"""Report an issue and act on it: a repeat is given the answer of the first time, whoever sends it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.commands import escalation
from app.commands.repeats import as_sent, is_of_the_same, is_the_same
from app.domain.floor.duties import has_duty
from app.domain.floor.issue_life import allowed, changes_since, is_duplicate_of, reported, said_at
from app.domain.floor.issues import Action, Event, Issue, Report, Status, begun, folded, reopened
from app.domain.plans import Plan
from app.domain.privacy.phi import guarded
from app.domain.rollback.decisions import Person
from app.errors import Conflict, Missing
from app.store import codec, duties, issue_context, issues
from app.store.db import Session
from app.store.numbered import Kept
from app.store.sets import plain, rfc3339


def reporting(
    plan: Plan, uuid: str, report: Report, by: Person, now: datetime, context: Callable[[], Mapping[str, Any]] = dict
) -> Callable[[Session], tuple[Kept, bool]]:
    """Give the act that stores a report with what was so then; it says whether that is new.

    `context` gives what stood around it in that minute; planned work and changes of the hour before are added.
    """
    site, asked = plan.site, codec.dumps(report)

    def act(s: Session) -> tuple[Kept, bool]:
        number, sequence = issues.lock(s, site)
        if before := issues.kept_issue(s, site, uuid):
            is_the_same(before, asked, uuid)
            return before, False
        guarded(_texts(report, _REPORTED), report.no_patient, plan.floor.patterns, now.year)
        taken = reported(report, tuple(plan.areas), plan.floor, now)
        made = begun(uuid, number + 1, sequence + 1, taken, by, now)
        beside = {**context(), **issue_context.before(s, plan, now)}
        issues.create(s, site, made, asked, plain(json.dumps(beside, ensure_ascii=False)))
        escalation.timed(s, plan, made, now)
        return Kept(uuid, made.number, made.sequence, now, asked, made.status.value), True

    return act


def acting(
    plan: Plan, uuid: str, wanted: Event, now: datetime, *, seen: int | None = None
) -> Callable[[Session], tuple[Kept, bool]]:
    """Give the act that does something with an issue; `wanted` has no sequence number yet.

    `seen` is the sequence number of the issue as its actor saw it: what others did to it since is told, and nothing is
    done.
    """
    site = plan.site
    asked = as_sent(wanted)

    def act(s: Session) -> tuple[Kept, bool]:
        _, sequence = issues.lock(s, site)
        if before := issues.kept_event(s, site, wanted.uuid):
            is_of_the_same(before, uuid, "issue", wanted.uuid)
            is_the_same(before, asked, wanted.uuid)
            return before, False
        guarded(_texts(wanted, _ACTED), wanted.no_patient, plan.floor.patterns, now.year)
        issue = issues.get(s, site, uuid)
        if issue is None:
            raise Missing(f"no issue has the id {uuid}")
        if seen is not None and issue.last_sequence > seen:
            _nothing_since(s, site, issue, seen)
        event = replace(wanted, sequence=sequence + 1)
        allowed(issue, event, plan.floor, now, on_duty=_has_duty(s, site, issue, wanted, now))
        if event.action is Action.DUPLICATE:
            event = _merged(s, site, issue, event)
        after = folded(issue, event)
        issues.append(s, site, after, event, asked, raised=after.safety and (reopened(event) or not issue.safety))
        escalation.timed(s, plan, after, now)
        if event.duplicate_of:
            _raised(s, plan, after, event, now)
        return Kept(uuid, after.number, event.sequence, now, asked, after.status.value), True

    return act


def _raised(s: Session, plan: Plan, merged: Issue, by_event: Event, now: datetime) -> None:
    """Let an open issue be as grave as what was merged into it: a danger to a patient must not end with a duplicate."""
    root = issues.get(s, plan.site, by_event.duplicate_of)
    if root is None or not root.is_open:
        return
    severity = merged.severity if merged.severity < root.severity else None
    safety = True if merged.safety and not root.safety else None
    if severity is None and safety is None:
        return
    event = Event(
        str(uuid5(NAMESPACE_URL, f"golive/{plan.site}/merged/{by_event.uuid}")), Action.COMMENT, by_event.by, now,
        by_event.sequence + 1, severity=severity, safety=safety,
        text=f"no. {merged.number}, merged into this one, was graver",
    )  # fmt: skip
    after = folded(root, event)
    issues.append(s, plan.site, after, event, codec.dumps(event), raised=safety is not None)
    escalation.timed(s, plan, after, now)


def _has_duty(s: Session, site: str, issue: Issue, wanted: Event, now: datetime) -> bool:
    """Say whether the actor has the duty where the issue is, or had it when they said so; asked where it matters."""
    if wanted.action is not Action.VERIFY:
        return False
    said = said_at(issue, wanted.at, now)
    known = duties.since(s, site, said)
    return any(has_duty(known, issue.report.area, wanted.by, wanted.device, at) for at in (now, said))


# free text that somebody writes of what happened; owner, team and the vendor's ticket are of people who work on it
_REPORTED = ("text", "workaround", "room", "function", "device")
_ACTED = ("text", "resolution", "workaround", "device")


def _texts(told: Report | Event, fields: tuple[str, ...]) -> dict[str, str]:
    return {field: getattr(told, field) for field in fields}


def _merged(s: Session, site: str, issue: Issue, event: Event) -> Event:
    """Name the issue that this one is a duplicate of: as sent, else as the resolution's words name it."""
    if event.duplicate_of:
        other = issues.get(s, site, event.duplicate_of)
        is_duplicate_of(issue, other, event.duplicate_of)
        return event
    other = _named(s, site, event.resolution)
    if other is None or other.uuid == issue.uuid:
        return event
    seen = {other.uuid}
    while other.duplicate_of and other.duplicate_of not in seen:  # who names a duplicate means what it was merged into
        seen.add(other.duplicate_of)
        other = issues.get(s, site, other.duplicate_of) or other
    if other.uuid == issue.uuid:
        raise Conflict(f"no. {issue.number} is what the issue that you name was merged into: reopen that one first")
    return event if other.status is Status.DUPLICATE else replace(event, duplicate_of=other.uuid)


def _named(s: Session, site: str, words: str) -> Issue | None:
    if found := re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", words.lower()):
        return issues.get(s, site, found[0])
    if found := re.search(r"(?:#|\bno\.? ?)([0-9]{1,9})\b", words.lower()):
        return issues.numbered(s, site, int(found[1]))
    return None


def _nothing_since(s: Session, site: str, issue: Issue, seen: int) -> None:
    """Refuse to act on what changed under somebody's eyes, and tell what happened; knowing it they may act again."""
    if since := changes_since(issues.events(s, site, issue.uuid), seen):
        whom = ", ".join(dict.fromkeys(e.by.called for e in since))
        shown = {"since": [_happened(e) for e in since], "last_sequence": issue.last_sequence}
        raise Conflict(f"no. {issue.number} changed since you saw it, by {whom}", shown)


def _happened(event: Event) -> dict[str, Any]:
    told = {field: getattr(event, field) for field in _TOLD if getattr(event, field) not in (None, "")}
    by = {"by": event.by.called, "received_at": rfc3339(event.received_at)}
    return {"action": event.action.value, "sequence": event.sequence, **by, **told}


_TOLD = ("severity", "safety", "owner", "team", "text", "resolution", "workaround", "duplicate_of", "vendor_ticket")
