"""What a tablet shows of the configuration and of issues: one function each, for the document of `web/floor.py`."""

from datetime import timedelta
from typing import Any

from app.domain.floor.duties import is_of
from app.domain.floor.issue_life import DESK
from app.domain.floor.issue_merging import roots
from app.domain.floor.issue_notices import CENTER_CLOSED
from app.domain.floor.issues import Issue, Status
from app.domain.floor.rooms import codes
from app.store import issues
from app.store.db import Session
from app.web import announcements, duties, handovers, questions
from app.web.floor_look import Look
from app.web.issue_shapes import MERGED
from app.web.moments import utc_text

KEPT = timedelta(days=7)  # as long as a tablet keeps its copies
MOST_MINE = 40


def place(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give every area with its rooms, each with the code of its sheet."""
    areas = look.settings.areas
    given = codes(look.settings.site.id, [(area.id, room) for area in areas for room in area.rooms])
    return [
        {
            "id": area.id,
            "name": area.name,
            "rooms": [{"name": room, "code": given[(area.id, room)]} for room in area.rooms],
        }
        for area in areas
    ]


def categories(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give what can be wrong, as people call it."""
    return [{"id": c.id, "name": c.name, "functions": c.functions} for c in look.settings.categories]


def contacts(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give the contact card, who answers first."""
    of = look.settings
    return [
        *({"name": c.name, "phone": c.phone, "mail": c.mail, "about": c.about, "tier": c.tier} for c in of.contacts),
        *(
            {"name": t.name, "phone": t.phone, "mail": t.mail, "about": "", "tier": t.tier}
            for t in of.teams
            if t.phone or t.mail
        ),
    ]


def bridge(_: Session, look: Look) -> str | None:
    """Give the link of the standing call, None where there is none."""
    return look.settings.floor.bridge


def facts(_: Session, look: Look) -> list[dict[str, str]]:
    """Give the answers to what everybody asks."""
    return [{"title": fact.title, "text": fact.text} for fact in look.settings.floor.facts]


def photos(_: Session, look: Look) -> bool:
    """Say whether photos may be added."""
    return look.settings.floor.photos


def patterns(_: Session, look: Look) -> list[str]:
    """Give how the site's own patient and accession numbers look, for the guard in the browser."""
    return list(look.settings.floor.patterns)


def language(_: Session, look: Look) -> str:
    """Give the language of the tablets."""
    return look.settings.floor.language


def timezone(_: Session, look: Look) -> str:
    """Give the zone of the site: tablets show moments in it, whatever they are set to."""
    return look.settings.site.timezone


def phase(_: Session, look: Look) -> str:
    """Give the phase of the go-live."""
    return look.scene.moment.phase


def answers(_: Session, look: Look) -> dict[str, Any]:
    """Give who answers now: the command center, and after it closed the service desk."""
    desk = look.settings.floor.service_desk
    if look.scene.moment.phase in CENTER_CLOSED and desk is not None:
        return {"who": "service_desk", "name": desk.name, "phone": desk.phone, "mail": desk.mail}
    first = next((c for c in look.settings.contacts if c.tier == "desk"), None)
    if first is None:
        return {"who": "command_center", "name": None, "phone": None, "mail": None}
    return {"who": "command_center", "name": first.name, "phone": first.phone, "mail": first.mail}


def me(_: Session, look: Look) -> dict[str, str]:
    """Give who this tablet's session is of."""
    return {"name": look.actor.called, "role": look.actor.role}


def known(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give the known open issues, those that most people have first."""
    found = [_known(issue, look) for issue in look.issues if issue.status is Status.KNOWN]
    return sorted(found, key=lambda k: (k["severity"], -k["me_too"], k["number"]))


def _known(issue: Issue, look: Look) -> dict[str, Any]:
    return {
        **_named(issue),
        "workaround": issue.workaround,
        "team": _team(issue, look),
        "me_too": look.merged.get(issue.uuid, MERGED)[0],
    }


def announced(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give what the desk announces, each with the areas that it is for."""
    return announcements.section(look.shift, look.now)


def asked(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give what the floor is asked, each with the areas that have not answered."""
    return questions.section(look.scene.plan, look.shift, look.now)


def duty(_: Session, look: Look) -> dict[str, Any]:
    """Give who leads and who is on duty where."""
    return duties.section(look.scene.plan, look.shift, look.actor, look.now)


def handed_over(_: Session, look: Look) -> list[dict[str, Any]]:
    """Give the last hand-over of each area, for who comes."""
    return [handovers.told(made) for made in look.shift.handovers]


def mine(s: Session, look: Look) -> list[dict[str, Any]]:
    """Give what this person reported or was handed, and what is fixed where they have the duty, with the last answer.

    `solved` asks who reported it, or has the duty there, whether what is called fixed is so.
    """
    token, name = look.actor.token, look.actor.name.strip()
    since, there = look.now - KEPT, _on_duty(look)
    own = [
        i
        for i in look.issues
        if (
            i.reporter.token == token
            or (name and i.owner == name)
            or (i.status is Status.FIXED and i.report.area in there)
        )
        and (i.is_open or i.status is Status.FIXED or i.last_at > since)
    ]
    own = sorted(own, key=lambda i: (i.status is not Status.FIXED, -i.last_sequence))[:MOST_MINE]
    into = _merged_into(own, look)
    named = [*(i.uuid for i in own), *(i.uuid for i in into.values())]
    said = issues.last_answers(s, look.settings.site.id, named, DESK)
    told = []
    for issue in own:
        root = into.get(issue.uuid)
        answers = [a for a in (said.get(i.uuid) for i in (issue, root) if i is not None) if a is not None]
        told.append(_mine(issue, look, max(answers, key=lambda a: a.at, default=None), root))
    return told


def _merged_into(own: list[Issue], look: Look) -> dict[str, Issue]:
    """Give for each duplicate the issue as which it goes on: its reporter is told what becomes of that one."""
    if not any(i.duplicate_of for i in own):
        return {}
    ends, known = roots(look.issues), {i.uuid: i for i in look.issues}
    return {i.uuid: known[ends[i.uuid]] for i in own if ends.get(i.uuid) in known}


def _mine(issue: Issue, look: Look, said: issues.Answer | None, root: Issue | None) -> dict[str, Any]:
    reported = issue.reporter.token == look.actor.token
    return {
        **_named(issue),
        "status": issue.status.value,
        "text": issue.report.text,
        "resolution": issue.resolution,
        "workaround": issue.workaround,
        "owner": issue.owner,
        "team": _team(issue, look),
        "handed": not reported and issue.owner == look.actor.name.strip(),
        "solved": issue.status is Status.FIXED and (reported or issue.report.area in _on_duty(look)),
        "merged_into": root and {"number": root.number, "status": root.status.value},
        "answer": said and {"text": said.text, "by": said.by, "at": utc_text(said.at)},
    }


def _on_duty(look: Look) -> frozenset[str]:
    """Give the areas in which this person has the duty now."""
    return frozenset(d.area for d in look.shift.of_areas if d.is_on(look.now) and is_of(d, look.actor))


def _named(issue: Issue) -> dict[str, Any]:
    return {
        "uuid": issue.uuid,
        "number": issue.number,
        "area": issue.report.area,
        "room": issue.report.room,
        "category": issue.report.category,
        "severity": issue.severity,
        "received_at": utc_text(issue.received_at),
    }


def _team(issue: Issue, look: Look) -> str:
    """Give who has it, as people call it; a team that the file names no more by its id."""
    teams = {team.id: team.name for team in look.settings.teams}
    return teams.get(issue.team, issue.team)
