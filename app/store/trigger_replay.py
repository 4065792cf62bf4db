"""Whether triggers are what the record says: the journal's transitions, replayed, against what is stored."""

from collections import defaultdict
from dataclasses import fields

from sqlalchemy import select
from sqlmodel import Session

from app.domain.journal import Entry
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_replay import ACT, Gap, recorded, replayed, transition_of
from app.domain.rollback.triggers import Latch
from app.store import journal, triggers
from app.store.sets import rows_of, table
from app.store.triggers import seal

_TRANSITION = table("trigger_transition")


def disagreement(session: Session, site: str) -> str:
    """Name the first trigger that is not what the journal says, or whose evidence is not what was sealed; else ""."""
    told: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in journal.of_acts(session, site, ACT):
        told[entry.subject, entry.body["rule"]].append(entry)
    for trigger in triggers.all(session, site):
        entries = told.pop((trigger.id, trigger.rule), [])
        if wrong := _differs(trigger, entries) or _unsealed(session, site, trigger, entries):
            return f"trigger {trigger.id} of rule {trigger.rule}: {wrong}"
    for name, _ in told:
        return f"trigger {name} is gone that the journal tells of"
    return ""


def _differs(trigger: Trigger, entries: list[Entry]) -> str:
    stored, made = recorded(trigger.latch), [transition_of(entry) for entry in entries]
    first = Latch(made[0].before if made else stored.state, stored.since)
    try:
        found = replayed(first, made)
    except Gap as gap:
        return str(gap)
    wrong = [f.name for f in fields(Latch) if getattr(found, f.name) != getattr(stored, f.name)]
    return ", ".join(f"{n} is {getattr(stored, n)}, the journal says {getattr(found, n)}" for n in wrong)


def _unsealed(session: Session, site: str, trigger: Trigger, entries: list[Entry]) -> str:
    its = (_TRANSITION.c.site == site) & (_TRANSITION.c.trigger == trigger.id) & (_TRANSITION.c.rule == trigger.rule)
    ask = select(_TRANSITION.c.number, _TRANSITION.c.body).where(its)
    kept = {row.number: seal(row.body) for row in rows_of(session, ask)}
    sealed = {entry.body["number"]: entry.body["evidence"] for entry in entries}
    wrong = sorted(n for n in kept.keys() | sealed.keys() if kept.get(n) != sealed.get(n))
    return f"the evidence of transition {wrong[0]} is not what was recorded" if wrong else ""
