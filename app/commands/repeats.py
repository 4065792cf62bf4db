"""What came before under an id: the same again is answered as it was, anything else is refused and both are shown."""

import json
from typing import Any

from app.errors import Conflict

_NOT_SENT = ("by", "received_at", "sequence")  # what golive itself adds to what somebody sent


def is_the_same(before: str, asked: str, uuid: str) -> None:
    """Refuse another body under an id that came before, and show both: the sender keeps its own for correction."""
    if before != asked:
        shown = {"stored": _shown(before), "sent": _shown(asked)}
        raise Conflict(f"the id {uuid} came before with another body; something new needs a new id", shown)


def _shown(asked: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(asked).items() if key not in _NOT_SENT}
