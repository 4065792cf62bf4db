"""What came before under an id: the same again is answered as it was, anything else is refused and both are shown."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from app.domain.floor import issues, supports
from app.domain.rollback.decisions import Person
from app.errors import Conflict
from app.store import codec
from app.store.numbered import Kept

_NOT_SENT = ("by", "received_at", "sequence")  # what golive itself adds to what somebody sent
_NOBODY, _NEVER = Person("", "", ""), datetime.fromisoformat("1970-01-01T00:00:00+00:00")
Event = TypeVar("Event", issues.Event, supports.Event)


def as_sent(event: Event) -> str:
    """Give the body of an event as its sender sent it: the same from whom and whenever it comes."""
    return codec.dumps(replace(event, by=_NOBODY, received_at=_NEVER, sequence=0))


def is_the_same(before: Kept, asked: str, uuid: str) -> None:
    """Refuse another body under an id that came before, and show both: the sender keeps its own for correction."""
    if not codec.is_same(before.asked, asked):
        shown = {"stored": _shown(before.asked), "sent": _shown(asked)}
        raise Conflict(f"the id {uuid} came before with another body; something new needs a new id", shown)


def is_of_the_same(before: Kept, subject: str, called: str, uuid: str) -> None:
    """Refuse an id that came before for another issue or request, as it is `called`."""
    if before.subject != subject:
        raise Conflict(f"the id {uuid} came before for another {called}; something new needs a new id")


def _shown(asked: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(asked).items() if key not in _NOT_SENT}
