"""Declare, delay or call off the go-live: an act on record, never a change of golive.toml."""

from collections.abc import Callable
from datetime import datetime

from app.domain.plans import GoLivePlan
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import Act, GoLiveAct, acted
from app.errors import Invalid
from app.store import acts, golives
from app.store.db import Session

BY_HAND = (Act.DECLARE, Act.DELAY, Act.CALL_OFF)


def acting(
    site: str, plan: GoLivePlan, uuid: str, act: Act, at: datetime | None, reason: str, by: Person, now: datetime
) -> Callable[[Session], GoLiveAct]:
    """Give the act on the go-live; without `at` T0 is now."""
    sent = {"act": act, "at": at, "reason": reason}
    said = {"by": by.token or by.role, "sent": sent}

    def do(s: Session) -> GoLiveAct:
        before = acts.answered(s, site, uuid, "go-live", said, GoLiveAct)
        if before is not None:
            return before
        if act is Act.DELAY and at is None:
            raise Invalid("at", "is missing: a delay names the new moment")
        if act is Act.CALL_OFF and at is not None:
            raise Invalid("at", "belongs to declare and delay, not to call_off")
        asked = GoLiveAct(act, at or now, now, by.called, reason.strip())
        made = acted(asked, plan, golives.current(s, site), now)
        golives.append(s, site, made)
        acts.keep(s, site, uuid, "go-live", said, made, now)
        return made

    return do
