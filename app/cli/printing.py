"""What commands show of stored things, as text for people and as JSON for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.domain.access import TokenRecord
from app.domain.exams.exams import ExamEvent


def tokens(found: Sequence[TokenRecord]) -> str:
    """Give the tokens as aligned lines."""
    rows = [("id", "role", "name", "made", "revoked")]
    rows += [(t.id, t.role.value, t.name, _text(t.created_at), _text(t.revoked_at)) for t in found]
    return aligned(rows) if found else "there are no tokens yet: golive token create --role ROLE"


def tokens_json(found: Sequence[TokenRecord]) -> list[dict[str, Any]]:
    """Give the tokens for programs."""
    return [
        {
            "id": t.id,
            "role": t.role.value,
            "name": t.name,
            "created_at": _text(t.created_at),
            "revoked_at": _text(t.revoked_at) or None,
        }
        for t in found
    ]


def exam(token: str, events: Sequence[ExamEvent]) -> str:
    """Give an exam's events as aligned lines, in the order in which they happened."""
    rows = [("milestone", "at", "by field", "told by", "received", "")]
    for e in sorted(events, key=lambda e: (e.at, e.id)):
        note = f"left out: {e.left_out}" if e.left_out else ""
        rows.append((e.milestone.value, _text(e.at), e.at_field, e.feed, _text(e.received_at), note))
    return f"{token}\n\n{aligned(rows)}"


def exam_json(token: str, events: Sequence[ExamEvent]) -> dict[str, Any]:
    """Give an exam's events for programs."""
    return {
        "exam": token,
        "events": [
            {
                "id": e.id,
                "milestone": e.milestone.value,
                "at": _text(e.at),
                "at_field": e.at_field,
                "feed": e.feed,
                "message_at": _text(e.message_at) or None,
                "received_at": _text(e.received_at),
                "left_out": e.left_out,
            }
            for e in events
        ],
    }


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Give rows as lines whose columns stand one below the other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else ""
