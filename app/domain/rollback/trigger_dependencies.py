"""What holds back the notice of a trigger: another one that explains it. It holds back no record and no state."""

from collections.abc import Iterable, Mapping

from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_alarms import Alarm, raised
from app.domain.rollback.triggers import Sight, State


def by_id(triggers: Iterable[Trigger]) -> dict[str, Trigger]:
    """Give triggers by their ids; of two versions of one the later one in this order, which is today's."""
    return {trigger.id: trigger for trigger in triggers}


def held_back(trigger: Trigger, by_id: Mapping[str, Trigger]) -> str:
    """Give the id of the trigger that holds back this one's notice now, "" while none does.

    One that it depends on does so while it is itself beyond, or breached and not seen to have recovered. One that is
    blind explains lost sight, and never a breach. What holds back that one holds back this one, too.
    """
    of_breach, seen, waiting = raised(trigger.latch) is Alarm.BREACH, {trigger.id}, [trigger]
    while waiting:
        named = [t for t in _named(waiting.pop(), by_id) if t.id not in seen]
        if named and all(_explains(t, of_breach) for t in named):
            return named[0].id
        seen |= {t.id for t in named}
        waiting += named
    return ""


def _named(trigger: Trigger, by_id: Mapping[str, Trigger]) -> list[Trigger]:
    """Give the triggers of the rule that one depends on: that of its area, or of the whole, else those of all areas."""
    if not trigger.depends_on:
        return []
    of_rule = [t for t in by_id.values() if t.rule_id == trigger.depends_on]
    whole = [t for t in of_rule if t.area is None]
    return whole or [t for t in of_rule if trigger.area in (None, t.area)]


def _explains(named: Trigger, of_breach: bool) -> bool:
    latch = named.latch
    if latch.state is State.BREACHED or (latch.sight is Sight.OK and named.share.over):
        return True
    return latch.sight is Sight.BLIND and not of_breach
