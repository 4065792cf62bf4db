"""Take what a tablet tells each minute of what it holds, and say what the server lacks of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from app.domain.floor.tablets import Tablet, by_server
from app.domain.rollback.decisions import Person
from app.store import tablets
from app.store.db import Session


def telling(
    site: str,
    device: str,
    held: Sequence[str],
    oldest_at: datetime | None,
    sent_at: datetime | None,
    by: Person,
    now: datetime,
    *,
    version: str = "",
    on_duty: bool = False,
    area: str = "",
) -> Callable[[Session], list[str]]:
    """Give the act that keeps what a tablet told; it gives those of the held records that are not stored.

    Only those count as unsent: a tablet whose receipt was lost on the way holds nothing that the server lacks.
    """

    def act(s: Session) -> list[str]:
        lacking = tablets.missing(s, site, held)
        oldest = by_server(oldest_at, sent_at, now) if lacking else None
        tablets.keep(s, site, Tablet(device, now, len(lacking), oldest, version, on_duty, area, by.called))
        return lacking

    return act
