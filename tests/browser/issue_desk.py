"""A site whose floor has reported a morning's worth of issues: its golive.toml, and what the desk did with them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.integration.served import TABLES, Served, sample, wait_for

AREAS = [
    {"id": "ct", "name": "CT", "rooms": ["CT 1", "CT 2"]},
    {"id": "mr", "name": "MR", "rooms": ["MR 1", "MR 2"]},
    {"id": "ed", "name": "ED reading", "rooms": ["ED 1", "ED 2"]},
    {"id": "main", "name": "Main reading", "rooms": ["Room 1", "Room 2", "Room 3", "Room 4"]},
    {"id": "xr", "name": "X-ray", "rooms": ["X-ray 2"]},
]
TEAMS = [
    {"id": "ris", "name": "RIS team", "tier": "it", "categories": ["worklist"]},
    {"id": "pacs", "name": "PACS team", "tier": "it"},
    {"id": "interface", "name": "Interface", "tier": "it"},
    {"id": "maker", "name": "PACS vendor", "tier": "vendor"},
]
CONTACTS = [
    {"name": "R.K.", "about": "command lead", "phone": "4711"},
    {"name": "M.S.", "about": "chief radiologist", "phone": "4801", "tier": "it"},
    {"name": "Vendor hotline", "about": "contract 8842", "phone": "+49 30 5550", "tier": "vendor"},
]
RULES = [
    {
        "id": "worklist-unusable", "title": "Modality worklist unusable", "measure": "worklist.response", "per": "area",
        "slower_than": "5s", "share": 0.2, "window": "5m", "at_least": 20, "breach_after": "0s", "armed": "always",
    },
    {
        "id": "sev1", "title": "SEV 1 issues", "kind": "count", "what": "issues", "severity": 1, "limit": 3,
        "armed": "always",
    },
    {
        "id": "images", "title": "Images not loading", "measure": "image.first", "slower_than": "10s", "share": 0.5,
        "window": "5m", "at_least": 20, "armed": "always",
    },
]  # fmt: skip
PROBES = [
    *TABLES["probes"],
    {**TABLES["probes"][0], "id": "worklist-mr", "area": "mr", "match": {"Modality": "MR"}},
]
SITE = {"areas": AREAS, "teams": TEAMS, "contacts": CONTACTS, "triggers": RULES, "probes": PROBES}
EXTRA = """
[measures."worklist.response"]
expected_below = "1s"
[floor]
bridge = "https://meet.example/bridge"
patterns = ["^MRN[0-9]{8}$"]
"""

# area, room, category, severity, minutes ago, text, and what was done with it
STORY: Sequence[tuple[str, str, str, int, float, str, Sequence[Mapping[str, Any]]]] = (
    ("main", "Room 1", "how-to", 4, 64, "How do I send a key image", ({"action": "assign", "owner": "A.L."},)),
    ("mr", "MR 2", "priors", 3, 61, "Priors take half a minute", ({"action": "triage", "team": "pacs"},)),
    ("main", "Room 4", "hanging-protocol", 3, 52, "Hanging is left for right", ({"action": "triage", "team": "pacs"},)),
    (
        "ct", "CT 1", "worklist", 2, 48, "List is not current, the newest order is missing",
        ({"action": "assign", "team": "maker", "vendor_ticket": "8842"}, {"action": "start"}),
    ),
    ("ed", "ED 1", "report", 3, 39, "Report does not go out", ({"action": "triage", "team": "interface"},)),
    ("mr", "MR 2", "worklist", 2, 31, "Reload of the list is slow", ({"action": "triage", "team": "interface"},)),
    (
        "ct", "", "worklist", 2, 19, "The list is slow in all rooms",
        (
            {"action": "triage", "team": "ris"},
            {"action": "known", "workaround": "open the patient by accession number"},
        ),
    ),
    ("xr", "X-ray 2", "images-slow", 3, 22, "Scrolling stutters", ({"action": "triage", "team": "pacs"},)),
    ("ed", "ED 2", "priors", 2, 26, "Priors do not open", ({"action": "triage", "team": "pacs"},)),
    ("mr", "MR 1", "images-slow", 3, 11, "First image takes ten seconds", ({"action": "triage", "team": "pacs"},)),
    ("main", "Room 2", "hanging-protocol", 3, 9, "Comparison is empty", ()),
    (
        "main", "Room 3", "login", 3, 50, "Single sign-on asks again and again",
        ({"action": "assign", "team": "pacs", "owner": "K.B."}, {"action": "fix", "resolution": "certificate renewed"}),
    ),
    (
        "xr", "X-ray 2", "printing", 4, 70, "The printer is not in the list",
        ({"action": "close", "resolution": "added to the list"},),
    ),
)  # fmt: skip
CHOSEN = (
    "ct", "CT 2", "worklist", 1, 7, "List empty since ten past seven, reload does not help. Two scans wait.",
    (
        {"action": "triage", "severity": 1, "team": "ris"},
        {"action": "comment", "text": "RIS team is on it, do not reboot the scanner"},
        {"action": "start", "owner": "K.B.", "text": "worklist service restarts at 07:25"},
    ),
)  # fmt: skip


def report(served: Served, role: str = "floor", minutes_ago: float = 0.0, **more: Any) -> str:
    """Report an issue that was logged so long ago; give its id."""
    uuid, at = str(uuid4()), (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat()
    body = {"area": "ct", "category": "worklist", "severity": 3, "clock_offset_s": 0.0, "observed_at": at, **more}
    answer = served.call("PUT", f"/api/issues/{uuid}", role, json=body)
    assert answer.status_code == 201, answer.text
    return uuid


def act(served: Served, uuid: str, role: str = "desk", **what: Any) -> dict[str, Any]:
    """Do something with an issue by the documented call."""
    answer = served.call("POST", f"/api/issues/{uuid}/events/{uuid4()}", role, json=what)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def morning(served: Served) -> str:
    """Let the morning happen; give the id of the gravest issue."""
    slow = {"first_s": 6.1, "total_s": 6.2}
    served.ingest(samples=[sample(float(n), **(slow if n % 3 == 0 else {})) for n in range(60, 0, -1)])
    mr = {"probe": "worklist-mr", "area": "mr"}
    served.ingest(samples=[sample(float(n), **mr) for n in range(30, 0, -1)])
    wait_for(lambda: served.get("/api/triggers/worklist-unusable:ct")["state"] == "breached")
    chosen = ""
    for area, room, category, severity, minutes, text, done in (*STORY, CHOSEN):
        told = {"area": area, "room": room, "category": category, "severity": severity, "text": text}
        chosen = report(served, minutes_ago=minutes, device=f"tablet {room or area}", **told)
        for what in done:
            act(served, chosen, **what)
    for device in ("tablet CT 1", "tablet CT 3"):
        act(served, chosen, "floor", action="me_too", device=device)
    return chosen
