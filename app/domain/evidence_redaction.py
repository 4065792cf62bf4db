"""What of an issue, of the settings and of a sample's name may leave the house in an archive of evidence."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.evidence_words import utc
from app.domain.floor.issues import TIERS, Event, Issue
from app.domain.plans import Plan

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# names of settings that tell of the technique; what is not here stays here
_KEPT = frozenset(
    (
        "site", "id", "name", "timezone", "go_live", "at", "start", "decision_window", "no_return",
        "command_center", "stabilisation", "systems", "kind", "dicom", "host", "port", "ae_title",
        "calling_ae_title", "dicomweb", "in_flight", "collectors", "place", "probes", "system", "area", "every",
        "timeout", "method", "depth", "expect_at_least", "station_ae", "hours", "from", "required", "role",
        "quickack", "feeds", "listen", "quiet_after", "gives", "overlap", "measures", "expected_below", "window",
        "triggers", "title", "measure", "where", "per", "slower_than", "share", "at_least", "breach_after",
        "recover_below", "blind_after", "armed", "areas", "exams", "lost_after", "severity", "limit", "what",
        "older_than", "down_for", "milestone", "feed", "of", "depends_on",
    )
)  # fmt: skip
_MATCHED = frozenset({"Modality", "ScheduledStationAETitle", "StationName", "ModalitiesInStudy"})
BACK = "(kept back)"


def issue_told(issue: Issue, events: Sequence[Event], plan: Plan) -> dict[str, Any]:
    """Give an issue without anything that somebody typed, and without names of people."""
    report = issue.report
    known_room = report.room if (report.area, report.room) in plan.floor.rooms else ""
    return {
        "number": issue.number,
        "uuid": issue.uuid,
        "area": report.area,
        "room": known_room,
        "category": report.category,
        "severity": issue.severity,
        "patient_safety": issue.safety,
        "status": issue.status.value,
        "tier": TIERS[issue.tier],
        "me_too": len(issue.me_too),
        "reopened": issue.reopened,
        **{
            name: utc(getattr(issue, name))
            for name in ("received_at", "first_response_at", "acknowledged_at", "fixed_at", "verified_at", "ended_at")
        },
        "events": [
            {"sequence": e.sequence, "received_at": utc(e.received_at), "action": e.action.value} for e in events
        ],
    }


def redacted(settings: Any, inside: str = "") -> Any:
    """Give settings with what tells of the technique alone: no secret, no person, no number, no identifier."""
    if isinstance(settings, Mapping):
        if inside == "match":
            return {k: v if k in _MATCHED else BACK for k, v in settings.items()}
        free = inside in ("measures", "where")  # their keys are ids
        kept = {k: v for k, v in settings.items() if free or k in _KEPT or k == "match"}
        return {k: redacted(v, k) for k, v in kept.items() if v not in (None, [], {}, "")}
    return [redacted(one, inside) for one in settings] if isinstance(settings, list) else settings


def id_told(id_: str) -> str:
    """Give a sample's id where it is one of golive's, else a name made of it: a sender chooses its own."""
    return id_ if _ID.fullmatch(id_) else hashlib.sha256(id_.encode()).hexdigest()[:16]
