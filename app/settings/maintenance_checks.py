"""Whether planned work of golive.toml names a system and a span that can be meant."""

from datetime import datetime, timedelta

from app.settings.rows import Mistaken, Row, Tables
from app.settings.words import nearest, quoted

LONGEST = timedelta(days=7)


def check_maintenance(tables: Tables, mistaken: Mistaken) -> None:
    """Report work on no system, work without length or without end, and the same work twice."""
    known, taken = tables.ids("systems"), dict[tuple[object, ...], int]()
    for place, row in enumerate(tables.many("maintenance")):
        system, begin, end = row.text("system"), _moment(row, "from"), _moment(row, "until")
        if system and system not in known:
            mistaken((*row.loc, "system"), f"{quoted(system)} is none of [[systems]]{nearest(system, known)}")
        for key in ("by", "why"):
            if row.get(key) is not None and not row.text(key).strip():
                mistaken((*row.loc, key), "is empty: the record says who and why")
        if begin is None or end is None:
            continue
        if end <= begin:
            mistaken((*row.loc, "until"), "does not lie after from")
        elif end - begin > LONGEST:
            mistaken(
                (*row.loc, "until"),
                f"lies more than {LONGEST.days} days after from: so long nothing of it would be judged",
            )
        first = taken.setdefault((system, begin, end), place)
        if first != place:
            mistaken(row.loc, f"is the same work as maintenance[{first}]")


def _moment(row: Row, key: str) -> datetime | None:
    value = row.get(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None
