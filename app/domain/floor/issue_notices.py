"""What of an issue is told outside, and to whom beside the routes: numbers and names of golive.toml, no typed word."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.floor.issues import SEVERITIES, Issue
from app.domain.journal import Entry
from app.domain.plans import Plan
from app.domain.telling.notice_plans import Occasion
from app.domain.telling.notice_words import CRITICAL, INFO, WARNING, Said, local, titled

_TIERS = {"floor": "the floor", "desk": "the desk", "it": "IT", "vendor": "the vendor"}
CENTER_CLOSED = frozenset({"stabilisation", "handed_over"})


def told(entry: Entry, plan: Plan, phases: frozenset[str]) -> Iterator[tuple[Occasion, Said, list[str]]]:
    """Give each occasion of an entry about an issue, its words, and the channels that get it whatever routes say."""
    body, what = entry.body, entry.act.partition(".")[2]
    if body.get("safety_raised"):
        yield Occasion.SAFETY, _said(entry, plan, "patient safety"), _desk(plan, str(body["category"]))
    if what == "create":
        closed = phases & CENTER_CLOSED and not phases - CENTER_CLOSED
        service_desk = [plan.floor.service_desk] if closed and plan.floor.service_desk else []
        yield Occasion.ISSUE, _said(entry, plan, "new issue"), service_desk
    if what == "escalate":
        channels = _teams(plan, str(body["tier"]), str(body["category"]))
        yield Occasion.ESCALATION, _said(entry, plan, f"escalated to {_TIERS[str(body['tier'])]}"), channels


def closing(issue: Issue, plan: Plan, closed_at: datetime) -> Said:
    """Say of an issue that the command center closed over it, and how it stands."""
    report = issue.report
    category = plan.floor.categories.get(report.category, report.category)
    area = plan.areas.get(report.area, report.area)
    team = plan.floor.teams.get(issue.team)
    grave = issue.severity == 1 or issue.safety
    lines = [
        f"SEV{issue.severity}, {SEVERITIES[issue.severity]}." + (" Patient safety." if issue.safety else ""),
        f"The command center closed at {local(plan, closed_at)}; this is still {issue.status.value.replace('_', ' ')}.",
        f"Received {local(plan, issue.received_at)}; {f'with {team.name}' if team else 'with no team'}.",
    ]
    title = titled(plan, f"handed over: no. {issue.number}, {category}, {area}")
    return Said(CRITICAL if grave else WARNING, title, "\n".join(lines))


def _desk(plan: Plan, category: str) -> list[str]:
    """Give whom patient safety is told: the desk's teams, and where those have no channel every channel there is."""
    return _teams(plan, "desk", category) or [channel.id for channel in plan.notices.channels]


def _teams(plan: Plan, tier: str, category: str) -> list[str]:
    takes = (team for team in plan.floor.teams.values() if team.takes(tier, category))
    return [team.channel for team in takes if team.channel is not None]


def _said(entry: Entry, plan: Plan, word: str) -> Said:
    body, severity = entry.body, int(entry.body["severity"])
    category = plan.floor.categories.get(str(body["category"]), str(body["category"]))
    area = plan.areas.get(str(body["area"]), str(body["area"]))
    grave = severity == 1 or bool(body["safety"])
    colour = CRITICAL if grave else INFO if word == "new issue" else WARNING
    at: datetime = entry.at
    lines = [
        f"SEV{severity}, {SEVERITIES[severity]}." + (" Patient safety." if body["safety"] else ""),
        f"{word[:1].upper()}{word[1:]} at {local(plan, at)}; {body['status'].replace('_', ' ')}.",
    ]
    return Said(colour, titled(plan, f"{word}: no. {body['number']}, {category}, {area}"), "\n".join(lines))
