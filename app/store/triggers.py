"""Triggers as they are and their transitions: each written once, by comparing the number that it builds on."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session

from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_replay import BY_GOLIVE, act_of
from app.domain.rollback.triggers import Transition
from app.store import codec, journal
from app.store.sets import put, rfc3339, rows_of, run, table

_TRIGGER, _TRANSITION = table("trigger"), table("trigger_transition")
MOST = 200
_TOLD = (
    *("kind", "n", "beyond", "share", "low", "high", "value", "limit_share", "limit", "slower_than_s", "older_than_s"),
    *("down_for_s", "quiet_for_s", "feed", "milestone", "sender", "window_s", "reason"),
)


def keep(session: Session, site: str, trigger: Trigger, before: int | None, made: Sequence[Transition]) -> bool:
    """Store a trigger in place of the one whose last transition was `before`, with the transitions since, journalled.

    False, and nothing is stored, where another one was faster.
    """
    row = {"number": trigger.latch.number, "body": codec.dumps(trigger)}
    its = (_TRIGGER.c.site == site) & (_TRIGGER.c.id == trigger.id) & (_TRIGGER.c.rule == trigger.rule)
    if before is None:
        if rows_of(session, select(_TRIGGER.c.number).where(its)):
            return False
        put(session, _TRIGGER, [{"site": site, "id": trigger.id, "rule": trigger.rule, **row}], replace=False)
    elif not run(session, update(_TRIGGER).where(its, _TRIGGER.c.number == before).values(**row)).rowcount:
        return False
    for transition in made:
        body = codec.dumps(transition)
        key = {"site": site, "trigger": trigger.id, "rule": trigger.rule, "number": transition.number}
        run(session, _TRANSITION.insert(), [{**key, "at": transition.at, "body": body}])
        told = {
            "rule": trigger.rule,
            "number": transition.number,
            "before": transition.before.value,
            "after": transition.after.value,
            "why": transition.why,
            **({"until": rfc3339(transition.until)} if transition.until else {}),
            **({"decided": transition.decided.value} if transition.decided else {}),
            "evidence": seal(body),
            **{name: transition.facts[name] for name in _TOLD if name in transition.facts},
        }
        journal.append(
            session, site, transition.at, transition.by or BY_GOLIVE, act_of(transition.cause), trigger.id, told
        )
    return True


def seal(body: str) -> str:
    """Give the hash by which the journal knows the text of a transition, its evidence included."""
    return hashlib.sha256(body.encode()).hexdigest()


def all(session: Session, site: str) -> list[Trigger]:
    """Give every trigger as it is stored, by name, those of former rules included."""
    ask = select(_TRIGGER.c.body).where(_TRIGGER.c.site == site).order_by(_TRIGGER.c.id, _TRIGGER.c.rule)
    return [codec.loads(Trigger, row.body) for row in rows_of(session, ask)]


def get(session: Session, site: str, trigger: str) -> list[Trigger]:
    """Give a trigger as it is stored, once for each version of its rule."""
    its = (_TRIGGER.c.site == site) & (_TRIGGER.c.id == trigger)
    return [codec.loads(Trigger, row.body) for row in rows_of(session, select(_TRIGGER.c.body).where(its))]


def transitions(
    session: Session,
    site: str,
    trigger: str,
    limit: int = MOST,
    until: datetime | None = None,
    also: Collection[datetime] = (),
) -> list[Transition]:
    """Give the newest transitions of a trigger up to a moment, and those of the moments `also`, in the order of time.

    A trigger may flap for days, and each transition carries all its evidence.
    """
    c = _TRANSITION.c
    its = (c.site == site) & (c.trigger == trigger)
    newest = its if until is None else its & (c.at <= until)
    rows = rows_of(session, select(_TRANSITION).where(newest).order_by(c.at.desc(), c.number.desc()).limit(limit))
    more = rows_of(session, select(_TRANSITION).where(its, c.at.in_(also))) if also else []
    found = {(row.at, row.number, row.rule): row.body for row in (*rows, *more)}
    return [codec.loads(Transition, found[key]) for key in sorted(found)]
