"""The fragments of the desk's page of issues: the queue, the chosen issue with its context, and what stands beside."""

from dataclasses import dataclass, replace

from app.domain.floor.issue_life import changes_since
from app.push.beside import Beside
from app.push.desk.alarms import alarms
from app.push.desk.issue import IssueActs, acts_of, issue_view
from app.push.desk.issue_minute import minute_of
from app.push.desk.issue_timeline import course, last_told
from app.push.desk.pages import desks, duty, says
from app.push.desk.queue import chosen, moment, queue_view
from app.push.desk.support import support_card
from app.push.desk.triggers import TriggerRow, name, rank, row
from app.push.desk.view import Desk
from app.push.fragments import Fragment, fragment
from app.push.rows import Rows
from app.push.scene import Scene, Since
from app.push.wall.head import points, tick
from app.push.wall.rows import systems
from app.push.wall.triggers import QUIET
from app.push.words import TRIGGER_STATES

MOST_QUIET = 8


@dataclass(frozen=True, slots=True)
class Roll:
    """One rollback trigger as the column beside the issue shows it."""

    name: str
    row: TriggerRow


@dataclass(frozen=True, slots=True)
class Rolls:
    """The triggers that are out of the ordinary, the others by name, and how many there are of each.

    `decide` is until when a breach is to be decided.
    """

    loud: tuple[Roll, ...]
    quiet: tuple[Roll, ...]
    more: int
    counted: str
    decide: Since | None


def desk_issues(scene: Scene, desk: Desk, beside: Beside) -> list[Fragment]:
    """Give those of a desk that looks at issues."""
    issue, read = chosen(scene.issues, desk.issue), beside.issue
    view = issue_view(scene, desk, read)
    own = desk.course == "own"
    line = course(scene, issue, read, own, desk.with_course("" if own else "own").href) if issue is not None else None
    minute = minute_of(scene.plan, read.context, moment(scene, issue.received_at)) if issue is not None else None
    stirred = [e.sequence for e in changes_since(read.events, 0)]
    acts = acts_of(scene, desk, last_told(scene, read.events), max(stirred, default=0))
    return [
        fragment("tick", "desk_tick_line", view=tick(scene), desks=desks(scene)),
        fragment("alarms", "desk_alarms", alarms=alarms(scene), trouble=scene.trouble),
        fragment("queue", "issue_queue", view=queue_view(scene, desk)),
        fragment("issue", "issue_chosen", view=view, number=desk.issue),
        fragment("minute", "issue_minute", minute=minute),
        fragment("course", "issue_course", course=line, trouble=beside.trouble),
        fragment("acts", "issue_acts", acts=acts if issue is not None else IssueActs()),
        fragment("rolls", "desk_rolls", rolls=rolls(scene)),
        fragment("systems-now", "desk_systems", systems=_systems(scene)),
        fragment("support-card", "desk_support", card=support_card(scene, beside.support.requests)),
        says(scene),
        duty(scene),
    ]


def _systems(scene: Scene) -> Rows:
    found = systems(scene)
    return replace(found, rows=tuple(r for r in found.rows if not r.quiet), more="", mid_more="")


def rolls(scene: Scene) -> Rolls:
    """Give the rollback triggers, the worst first."""
    ranked = sorted(scene.triggers, key=lambda t: rank(t, scene))
    told = [Roll(name(scene, t), row(scene, t)) for t in ranked]
    loud = tuple(one for one in told if one.row.state not in QUIET)
    quiet = [one for one in told if one.row.state in QUIET]
    states = [one.row.state for one in loud]
    counted = " · ".join(f"{states.count(s)} {TRIGGER_STATES[s]}" for s in dict.fromkeys(states))
    decide = next((p.until for p in points(scene)[:1] if not p.passed), None)
    return Rolls(loud, tuple(quiet[:MOST_QUIET]), len(quiet[MOST_QUIET:]), counted, decide)
