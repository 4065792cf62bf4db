"""What the desk chimes for: a breach, a grave issue or lost sight that nobody has acknowledged yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.floor.issue_alarms import ringing
from app.domain.floor.issue_board import logged_at
from app.domain.rollback.trigger_alarms import Alarm, alarm
from app.push.desk import issue_words as desk_issue_words
from app.push.desk import words as desk_words
from app.push.desk.queue import titled
from app.push.desk.triggers import href, name, state_words
from app.push.desk.view import Desk
from app.push.scene import Scene, Since, since


@dataclass(frozen=True, slots=True)
class Ringing:
    """One trigger or issue that rings: `kind` is breach, issue or unseen; of an issue `trigger` is "".

    `title` says what it is where its kind alone does not.
    """

    trigger: str
    kind: str
    name: str
    href: str
    word: str
    since: Since | None
    title: str = ""


ISSUES = 2  # so many ring by name; the others are counted


def alarms(scene: Scene) -> tuple[Ringing, ...]:
    """Give what rings, breaches first, then issues."""
    rings = (*_triggers(scene), *_issues(scene))
    return tuple(sorted(rings, key=lambda ring: ORDER.index(ring.kind)))


ORDER = ("breach", "issue", "unseen")


def _issues(scene: Scene) -> Iterable[Ringing]:
    found = ringing(scene.issues)
    for issue in found[:ISSUES]:
        sev = desk_issue_words.SEV.format(n=issue.severity)
        title = f"{sev}, {desk_issue_words.SAFETY}" if issue.safety else sev
        name = f"#{issue.number} {titled(scene.plan, issue)}"
        href = f"{Desk(issue.number).href}#acknowledge"
        yield Ringing("", "issue", name, href, "", since(scene, logged_at(issue)), title)
    if rest := found[ISSUES:]:
        href = Desk(rest[0].number).href
        yield Ringing("", "issue", desk_issue_words.RING_TOO.format(n=len(rest)), href, "", None)


def _triggers(scene: Scene) -> Iterable[Ringing]:
    found = [(kind, t) for t in scene.triggers if (kind := alarm(t.latch)) is not None]
    return (
        Ringing(
            t.id,
            kind.value,
            name(scene, t),
            href(t.id),
            state_words(scene, t) if kind is Alarm.BREACH else desk_words.SIGHT[t.latch.sight.value],
            since(scene, t.latch.since if kind is Alarm.BREACH else t.latch.unseen_since),
        )
        for kind, t in found
    )
