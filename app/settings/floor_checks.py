"""Whether the floor's tables fit together: rooms, categories, teams and whom they are told by."""

from app.settings.floor import shipped_categories
from app.settings.rows import Mistaken, Row, Tables
from app.settings.words import Loc, nearest, quoted


def check_floor(tables: Tables, mistaken: Mistaken) -> None:
    """Report what no single field of an area, category, team or contact can know."""
    _once_each([named for row in tables.many("areas") for named in row.texts("rooms")], "is a room of", mistaken)
    for name in ("categories", "teams"):
        ids = [((*row.loc, "id"), row.text("id")) for row in tables.many(name) if row.text("id")]
        _once_each(ids, "is taken already by", mistaken)
    if tables.data.get("categories") == []:
        mistaken(("categories",), "is empty: leave it out, and those of a PACS are there")
    channels = tables.ids("channels")
    for team in tables.many("teams"):
        _channel(team, channels, mistaken)
        _categories(team, tables, mistaken)
    desk = Row(tables.one("floor").table("service_desk"), ("floor", "service_desk"), tables.wrong)
    _channel(desk, channels, mistaken)
    for row in (*tables.many("contacts"), *([desk] if "service_desk" in tables.one("floor").raw else [])):
        if not any(key in row.raw for key in ("phone", "mail", "channel")):
            mistaken(row.loc, "has neither phone nor mail: nobody could reach it")


def channels_of_floor(tables: Tables) -> set[str]:
    """Give the channels on which teams and the service desk are told."""
    desk = Row(tables.one("floor").table("service_desk"), ("floor", "service_desk"), tables.wrong)
    return {row.text("channel") for row in (*tables.many("teams"), desk)}


def _once_each(named: list[tuple[Loc, str]], said: str, mistaken: Mistaken) -> None:
    first: dict[str, Loc] = {}
    for loc, value in named:
        if value in first:
            mistaken(loc, f"{quoted(value)} {said} {first[value][0]}[{first[value][1]}]")
        first.setdefault(value, loc)


def _channel(row: Row, channels: list[str], mistaken: Mistaken) -> None:
    named = row.text("channel")
    if named and named not in channels:
        there = nearest(named, channels) or (f" (there are {', '.join(channels)})" if channels else " (there are none)")
        mistaken((*row.loc, "channel"), f"{quoted(named)} is no id of [[channels]]{there}")


def _categories(team: Row, tables: Tables, mistaken: Mistaken) -> None:
    known = tables.ids("categories") if "categories" in tables.data else [c.id for c in shipped_categories()]
    for loc, value in team.texts("categories"):
        if value not in known:
            there = nearest(value, known) or f" (there are {', '.join(known)})"
            mistaken(loc, f"{quoted(value)} is no id of [[categories]]{there}")
