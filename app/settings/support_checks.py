"""Whether [support] fits the rest of golive.toml: the areas of its workstations, and rooms and names told once."""

from app.settings.rows import Mistaken, Row, Tables
from app.settings.words import Loc, nearest, quoted


def check_support(tables: Tables, mistaken: Mistaken) -> None:
    """Report what no single field of [support] can know."""
    support, areas = tables.one("support"), tables.ids("areas")
    for like, area in support.table("workstations").items():
        if isinstance(area, str) and area not in areas:
            there = nearest(area, areas) or (f" (there are {', '.join(areas)})" if areas else " (there are none)")
            mistaken(("support", "workstations", like), f"{quoted(area)} is no id of [[areas]]{there}")
    rooms = support.get("breakouts")
    rows = [
        Row(raw, ("support", "breakouts", i), tables.wrong)
        for i, raw in enumerate(rooms if isinstance(rooms, list) else ())
        if isinstance(raw, dict)
    ]
    _once([((*row.loc, "name"), row.text("name")) for row in rows], mistaken)
    _once(support.texts("supporters"), mistaken)


def _once(named: list[tuple[Loc, str]], mistaken: Mistaken) -> None:
    seen: set[str] = set()
    for loc, value in named:
        if value and value in seen:
            mistaken(loc, f"{quoted(value)} stands there twice")
        seen.add(value)
