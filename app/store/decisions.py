"""Decisions: each proposed once and ended once, whoever is faster."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from app.domain.rollback.decisions import ByPhone, Decision
from app.store import codec, journal
from app.store.sets import plain, put, rfc3339, rows_of, run, table

_DECISION = table("decision")


def propose(session: Session, site: str, decision: Decision) -> None:
    """Store a proposal, and journal it with the breaches that it is about."""
    asked = decision.asked
    row = {"site": site, "uuid": asked.uuid, "at": decision.at, "ended": False, "body": codec.dumps(decision)}
    put(session, _DECISION, [row], replace=False)
    body = {
        "kind": asked.kind.value,
        "trigger": asked.trigger,
        "reason": plain(asked.reason),
        "accepted_risk": plain(asked.accepted_risk) or None,
        "rearm_at": rfc3339(asked.rearm_at) if asked.rearm_at is not None else None,
        "expires_at": rfc3339(decision.expires_at),
        "breaches": [{"rule": b.rule, "at": b.at} for b in decision.breaches],
        "role": decision.by.role,
        "token": decision.by.token,
        **_beside(decision.beside),
    }
    journal.append(session, site, decision.at, decision.by.called, "decision.propose", asked.uuid, body)


def end(session: Session, site: str, decision: Decision) -> bool:
    """Store how a proposal ended, and journal it; False, and nothing is stored, where it had ended already."""
    ended = decision.end
    if ended is None:
        raise ValueError("a decision without an end cannot be ended")
    its = (_DECISION.c.site == site) & (_DECISION.c.uuid == decision.asked.uuid) & _DECISION.c.ended.is_(False)
    if not run(session, update(_DECISION).where(its).values(ended=True, body=codec.dumps(decision))).rowcount:
        return False
    body = {
        "kind": decision.asked.kind.value,
        "trigger": decision.asked.trigger,
        "reason": plain(ended.event.reason),
        "event": ended.event.uuid,
        "confirmed_by": decision.confirmed_by,
        "by_phone": _phone(ended.event.by_phone),
        "role": ended.by.role,
        "token": ended.by.token,
        **_beside(ended.beside),
    }
    act = f"decision.{ended.event.action.value}"
    journal.append(session, site, ended.at, ended.by.called, act, decision.asked.uuid, body)
    return True


def _beside(beside: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give what a roll-back would have cost then and whether there was a way back, where that was looked at."""
    return {name: beside[name] for name in ("cost", "way_back") if name in beside} if beside is not None else {}


def _phone(phone: ByPhone | None) -> dict[str, str | bool] | None:
    if phone is None:
        return None
    return {
        "caller": plain(phone.caller),
        "call_back": plain(phone.call_back),
        "witness": plain(phone.witness),
        "listed": phone.listed,
    }


def get(session: Session, site: str, uuid: str) -> Decision | None:
    """Give a decision, None where there is no such one."""
    its = (_DECISION.c.site == site) & (_DECISION.c.uuid == uuid)
    row = run(session, select(_DECISION.c.body).where(its)).one_or_none()
    return codec.loads(Decision, row.body) if row else None


def newest(session: Session, site: str, limit: int) -> list[Decision]:
    """Give the newest decisions, the last one first."""
    ask = select(_DECISION.c.body).where(_DECISION.c.site == site)
    rows = rows_of(session, ask.order_by(_DECISION.c.at.desc(), _DECISION.c.uuid).limit(limit))
    return [codec.loads(Decision, row.body) for row in rows]
