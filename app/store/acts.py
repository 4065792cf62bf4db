"""Acts that come from outside under ids of their senders: a repeat is given the answer that the first one got."""

import json
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import Session

from app.errors import Conflict
from app.store import codec
from app.store.sets import put, run, table

T = TypeVar("T")
_ACT = table("act")


def answered(session: Session, site: str, uuid: str, subject: str, asked: object, kind: type[T]) -> T | None:
    """Give what this very act was answered before, None where it is new; an id that meant something else is refused."""
    row = run(session, select(_ACT).where(_ACT.c.site == site, _ACT.c.uuid == uuid)).one_or_none()
    if row is None:
        return None
    said = codec.dumps(asked)
    if row.subject != subject or not codec.is_same(row.asked, said):
        shown = {"stored": _sent(row.asked), "sent": _sent(said)} if row.subject == subject else {}
        raise Conflict(f"the id {uuid} came before with other content; something new needs a new id", shown)
    return codec.loads(kind, row.answer)


def keep(session: Session, site: str, uuid: str, subject: str, asked: object, answer: object, at: datetime) -> None:
    """Keep what an act was answered."""
    row = {"site": site, "uuid": uuid, "subject": subject, "at": at}
    put(session, _ACT, [{**row, "asked": codec.dumps(asked), "answer": codec.dumps(answer)}], replace=False)


def _sent(asked: str) -> Any:
    """Give what was sent, without who sent it: the token behind an act is nobody's business."""
    said = json.loads(asked)
    return said.get("sent", said) if isinstance(said, dict) else said
