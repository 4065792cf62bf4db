"""The sheet of a huddle, one page of A4: the worst, the new, the fixed, the decided since the last; and what next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.handovers import Handover
from app.domain.floor.issue_board import gravity, logged_at
from app.domain.floor.issues import Issue, Status
from app.domain.rollback.decisions import Decision, standing
from app.domain.rollback.planned_work import PlannedWork, Stage, stage_of
from app.domain.words import span
from app.push import words
from app.push.desk import shift_words as sh
from app.push.desk import words as desk_words
from app.push.desk.shift import areas, clock, coverage_of, duty_card, floor_says
from app.push.desk.triggers import decision_words, name
from app.push.scene import Scene

WORST, MOST, DECIDED, NOTE_CHARACTERS, SAID_CHARACTERS = 7, 5, 4, 165, 90  # what one page of A4 holds
_ENDED_WELL = (Status.FIXED, Status.VERIFIED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One issue on the sheet, by category and place, never by what somebody wrote about it."""

    number: str
    severity: str
    what: str
    where: str
    who: str
    said: str


@dataclass(frozen=True, slots=True)
class HuddleSheet:
    """All of the page; what it has no room for is counted."""

    title: str
    span: str
    counts: str
    worst: tuple[Line, ...]
    worst_more: int
    new: tuple[Line, ...]
    new_more: int
    fixed: tuple[Line, ...]
    fixed_more: int
    decided: tuple[tuple[str, str], ...]
    decided_more: int
    next: tuple[tuple[str, str], ...]
    note: tuple[tuple[str, str], ...]
    handed: str


def huddle_sheet(
    scene: Scene,
    since: datetime,
    huddle_at: datetime | None,
    issues: Iterable[Issue],
    decisions: Iterable[Decision],
    handovers: Sequence[Handover],
    works: Iterable[PlannedWork],
) -> HuddleSheet:
    """Give the sheet for a huddle, or for now where none is planned, of what happened since the one before."""
    issues = tuple(issues)
    open_ones = sorted((i for i in issues if i.is_open), key=gravity)
    new = sorted((i for i in issues if i.received_at >= since), key=gravity)
    above = {i.uuid for i in open_ones[:WORST]}
    below = [i for i in new if i.uuid not in above and i.is_open]
    fixed = [i for i in issues if i.status in _ENDED_WELL and (_solved_at(i) or since) > since]
    fixed.sort(key=lambda i: _solved_at(i) or since, reverse=True)
    decided = list(_decided(scene, since, decisions))
    lately = [h for h in handovers if h.at > since]
    made = next((h for h in lately if not h.asked.area), next(iter(lately), None))  # the center's before an area's
    return HuddleSheet(
        sh.SHEET_OF.format(clock=clock(scene, huddle_at)) if huddle_at is not None else sh.SHEET_NOW,
        sh.SHEET_SINCE.format(clock=clock(scene, since)),
        _counted(open_ones, new, fixed),
        tuple(_line(scene, i, _who(scene, i), _age(scene, i, since)) for i in open_ones[:WORST]),
        max(0, len(open_ones) - WORST),
        tuple(_line(scene, i, _who(scene, i), clock(scene, i.received_at)) for i in below[:MOST]),
        max(0, len(below) - MOST),
        tuple(_line(scene, i, _fixed_state(i), i.resolution[:90]) for i in fixed[:MOST]),
        max(0, len(fixed) - MOST),
        tuple(decided[:DECIDED]),
        max(0, len(decided) - DECIDED),
        tuple(_next(scene, works)),
        tuple((t, _short(getattr(made.asked, field))) for field, t in sh.NOTE.items()) if made is not None else (),
        sh.HANDED_SAID.format(leaves=made.leaves, takes_over=made.takes_over, at=clock(scene, made.at)) if made else "",
    )


def _solved_at(issue: Issue) -> datetime | None:
    return issue.fixed_at or issue.ended_at


def _counted(open_ones: Sequence[Issue], new: Sequence[Issue], fixed: Sequence[Issue]) -> str:
    by = [f"{n} SEV {s}" for s in (1, 2, 3, 4) if (n := sum(i.severity == s for i in open_ones))]
    unverified = sum(i.status is Status.FIXED for i in fixed)
    return sh.COUNTS.format(
        open=len(open_ones), by=", ".join(by) or "0", new=len(new), fixed=len(fixed), unverified=unverified
    )


def _line(scene: Scene, issue: Issue, who: str, said: str) -> Line:
    plan, report = scene.plan, issue.report
    place = " · ".join(filter(None, (plan.areas.get(report.area, report.area), report.room)))
    what = plan.floor.categories.get(report.category, report.category)
    if issue.safety:
        what = f"{what}, {sh.SAFETY}"
    return Line(f"#{issue.number}", f"SEV {issue.severity}", what, place, who, said)


def _who(scene: Scene, issue: Issue) -> str:
    team = scene.plan.floor.teams.get(issue.team)
    return ", ".join(filter(None, (issue.owner, team.name if team else issue.team))) or sh.NOBODY_HAS


def _age(scene: Scene, issue: Issue, since: datetime) -> str:
    age = span((scene.now - logged_at(issue)).total_seconds())
    return sh.IS_NEW.format(age=age) if issue.received_at >= since else age


def _fixed_state(issue: Issue) -> str:
    return sh.FIXED_STATES[issue.status.value].format(by=issue.verified_by)


def _decided(scene: Scene, since: datetime, decisions: Iterable[Decision]) -> Iterable[tuple[str, str]]:
    names = {t.id: name(scene, t) for t in scene.triggers}
    for trigger in standing(scene.triggers):
        yield sh.BREACHED_NOW, name(scene, trigger)
    for one in decisions:
        at = one.end.at if one.end is not None else one.at
        if at > since:
            about = names.get(one.asked.trigger or "", one.asked.trigger or desk_words.GO_LIVE)
            yield clock(scene, at), f"{about}: {decision_words(one, scene.now)}"


def _next(scene: Scene, works: Iterable[PlannedWork]) -> Iterable[tuple[str, str]]:
    card, rows = duty_card(scene), coverage_of(scene).rows
    yield sh.NEXT_HUDDLE, card.huddle or sh.NO_HUDDLES
    yield sh.ATTEND, " ".join(filter(None, (card.leads or sh.NOBODY_LEADS, card.until)))
    gaps = [f"{row.area} {', '.join(row.gaps[:2])}" for row in rows if row.gaps]
    yield sh.GAP, _some(gaps, "; ") or sh.NO_GAPS_AHEAD
    coming = sorted((w for w in works if stage_of(w, scene.now) in (Stage.PLANNED, Stage.UNDER_WAY)), key=_begins)
    named = [f"{scene.plan.systems.get(w.system, w.system)} from {clock(scene, w.from_at)}" for w in coming]
    yield sh.WORK, _some(named, "; ") or sh.NOTHING_PLANNED
    said = [f"{row.area} {row.word}" for row in floor_says(scene) if row.state != "unanswered"]
    yield sh.SAYS, _some(said, ", ") or sh.NOT_ASKED
    told = [f"{areas(scene, a.areas)}: {a.text}" for a in scene.shift.announcements if a.is_live(scene.now)]
    yield sh.SAID_TO, _some([_short(t, SAID_CHARACTERS) for t in told], "; ", 2) or sh.NOTHING_PLANNED


def _begins(work: PlannedWork) -> datetime:
    return work.from_at


def _some(said: Sequence[str], between: str, most: int = 6) -> str:
    left = [words.more(len(said) - most)] if len(said) > most else []
    return between.join([*said[:most], *left])


def _short(text: str, most: int = NOTE_CHARACTERS) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"
