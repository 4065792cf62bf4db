"""Names that tell nobody anything: tokens of exams by a feed's rule, and ids made from a message's bytes."""

import hashlib
import hmac
from uuid import UUID

from app.domain.privacy.identity import exam_token, study_token
from app.domain.privacy.identity import normalised as _normalised
from app.settings import AccessionRule

__all__ = ["LONGEST_ACCESSION", "event_id", "exam_token", "hidden", "message_digest", "normalised", "study_token"]

LONGEST_ACCESSION = 128  # DICOM allows 16 characters; whatever is longer than this is no accession number


def _keyed(site_key: str, *parts: str | bytes) -> bytes:
    whole = b"\0".join(p.encode() if isinstance(p, str) else p for p in parts)
    return hmac.digest(site_key.encode(), whole, "sha256")


def hidden(site_key: str, what: str, value: str | bytes) -> str:
    """Give 32 hex digits that stand for a value, to recognise it again without telling it; nothing for nothing."""
    return _keyed(site_key, what, value).hex()[:32] if value else ""


def event_id(site_key: str, *parts: str | bytes) -> str:
    """Give a UUIDv8 made of the parts, so that the same telling has the same id whenever it is sent."""
    raw = bytearray(_keyed(site_key, "event", *parts)[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(raw)))


def message_digest(message: bytes) -> bytes:
    """Give what stands for a message's bytes in the ids of its events; hashed once, however many events it tells."""
    return hashlib.sha256(message).digest()


def normalised(accession: str, rule: AccessionRule) -> str:
    """Give an accession number as this feed's rule writes it."""
    return _normalised(accession, strip=rule.strip, drop_prefix=rule.drop_prefix, upper=rule.upper)
