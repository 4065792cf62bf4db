"""What the desk chimes for: a breach or lost sight that nobody has acknowledged yet."""

from dataclasses import dataclass

from app.domain.trigger_alarms import Alarm, alarm
from app.push import desk_words
from app.push.desk_triggers import href, name, state_words
from app.push.scene import Scene, Since, since


@dataclass(frozen=True, slots=True)
class Ringing:
    """One trigger that rings: `kind` is breach or unseen."""

    trigger: str
    kind: str
    name: str
    href: str
    word: str
    since: Since | None


def alarms(scene: Scene) -> tuple[Ringing, ...]:
    """Give what rings, breaches first."""
    found = [(kind, t) for t in scene.triggers if (kind := alarm(t.latch)) is not None]
    return tuple(
        Ringing(
            t.id,
            kind.value,
            name(scene, t),
            href(t.id),
            state_words(scene, t) if kind is Alarm.BREACH else desk_words.SIGHT[t.latch.sight.value],
            since(scene, t.latch.since if kind is Alarm.BREACH else t.latch.unseen_since),
        )
        for kind, t in sorted(found, key=lambda one: one[0] is not Alarm.BREACH)
    )
