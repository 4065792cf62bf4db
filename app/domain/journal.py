"""The journal's chain: each hash covers its entry and the hash before it, so that no past can be rewritten."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One act of a person or of golive itself; `previous` and `hash` are its place in the chain."""

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str
    body: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the chain holds: how many entries were read, and the first thing wrong with them."""

    ok: bool
    entries: int
    problem: str = ""


def canonical(value: Any) -> str:
    """Give the one JSON text of a value: keys sorted, no spaces, ASCII only, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sealed(
    site: str, seq: int, at: datetime, actor: str, act: str, subject: str, body: Mapping[str, Any], previous: str
) -> Entry:
    """Give the entry with its hash over everything else in it."""
    content = {
        "site": site,
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "act": act,
        "subject": subject,
        "body": body,
        "previous": previous,
    }
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    return Entry(seq, at, actor, act, subject, body, previous, digest)


def verify(site: str, entries: Iterable[Entry], head_seq: int, head_hash: str) -> Verification:
    """Walk the chain from its first entry and compare its end with the head, so that a cut-off tail is seen too."""
    previous, count = GENESIS, 0
    for entry in entries:
        if entry.seq != count + 1:
            return Verification(False, count, f"entry {count + 1} is missing; {entry.seq} follows {count}")
        if entry.previous != previous:
            return Verification(False, count, f"entry {entry.seq} does not continue entry {count}")
        again = sealed(site, entry.seq, entry.at, entry.actor, entry.act, entry.subject, entry.body, previous)
        if again.hash != entry.hash:
            return Verification(False, count, f"entry {entry.seq} was changed after it was written")
        previous, count = entry.hash, entry.seq
    if (count, previous) != (head_seq, head_hash):
        return Verification(False, count, f"the journal ends at entry {count}, its head says {head_seq}")
    return Verification(True, count)
