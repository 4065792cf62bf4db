"""What a feed or an outsider sent that could not be read: its shape and the reason, never its body."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One thing put aside; `shape` holds segment names and field lengths, the hashes are of control id and bytes."""

    id: str
    feed: str
    at: datetime
    reason: str
    shape: str = ""
    control_hash: str = ""
    bytes_hash: str = ""
    message_type: str = ""
    length: int = 0
