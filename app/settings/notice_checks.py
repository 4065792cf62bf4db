"""Whether routes lead to channels that exist, and channels can be told apart."""

from app.settings.floor_checks import channels_of_floor
from app.settings.outside import variable_of
from app.settings.rows import Mistaken, Row, Tables
from app.settings.words import Loc, nearest, quoted

_REMINDED = ("breach", "unseen", "undecided", "proposal")
_OF_TRIGGERS = ("breach", "unseen", "undecided", "recovery")


def check_notices(tables: Tables, mistaken: Mistaken) -> None:
    """Report what no single field of a channel or route can know."""
    channels = tables.ids("channels")
    _apart(tables, mistaken)
    for row in tables.many("channels"):
        if row.text("id") == "tickets":
            mistaken((*row.loc, "id"), '"tickets" is the name of the ticket system of [tickets]: take another one')
    routes = tables.many("routes")
    for row in routes:
        _known((*row.loc, "channel"), row.text("channel"), channels, "channels", mistaken)
        _triggers(row, tables.ids("triggers"), mistaken)
        occasions = [text for _, text in row.texts("on")]
        if "remind_every" in row.raw and occasions and not set(occasions) & set(_REMINDED):
            mistaken((*row.loc, "remind_every"), f"has a meaning only with one of {', '.join(_REMINDED)} in on")
    for row in tables.many("authorities"):
        _known((*row.loc, "channel"), row.text("channel"), channels, "channels", mistaken)
    told = {row.text("channel") for row in (*routes, *tables.many("authorities"))}
    told |= channels_of_floor(tables)
    for row in tables.many("channels"):
        if row.text("id") and row.text("id") not in told:
            mistaken(
                row.loc,
                f"{quoted(row.text('id'))} is told of nothing: name it in [[routes]], [[authorities]] or [[teams]]",
            )


def _apart(tables: Tables, mistaken: Mistaken) -> None:
    taken: dict[str, Row] = {}
    for row in tables.many("channels"):
        name = row.text("id")
        first = taken.setdefault(variable_of(name), row) if name else row
        if first is row:
            continue
        if first.text("id") == name:
            mistaken((*row.loc, "id"), f"{quoted(name)} is taken already by channels[{first.loc[1]}]")
        elif not (row.text("url_file") and first.text("url_file")):
            mistaken((*row.loc, "id"), f"{quoted(name)} has the variable of {quoted(first.text('id'))}: rename one")


def _triggers(row: Row, rules: list[str], mistaken: Mistaken) -> None:
    named = row.texts("triggers")
    for loc, value in named:
        if value != "*":
            _known(loc, value, rules, "triggers", mistaken)
    occasions = [text for _, text in row.texts("on")]
    if any(value != "*" for _, value in named) and occasions and not set(occasions) & set(_OF_TRIGGERS):
        mistaken((*row.loc, "triggers"), f"has a meaning only with one of {', '.join(_OF_TRIGGERS)} in on")
    if row.raw.get("triggers") == []:
        mistaken((*row.loc, "triggers"), 'is empty: leave it out, or give ["*"], for all')


def _known(loc: Loc, value: str, ids: list[str], table: str, mistaken: Mistaken) -> None:
    if value and value not in ids:
        there = nearest(value, ids) or (f" (there are {', '.join(ids)})" if ids else f" (there are no [[{table}]])")
        mistaken(loc, f"{quoted(value)} is no id of [[{table}]]{there}")
