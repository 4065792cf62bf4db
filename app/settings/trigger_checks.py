"""Whether a rollback rule means anything: a measure whose attempts it can count, limits that fit, names that exist."""

from app.settings.names import BUILT_MEASURES, SHARED_MEASURES
from app.settings.rows import Mistaken, Row, Tables
from app.settings.values import duration_s
from app.settings.words import nearest, quoted


def check_triggers(tables: Tables, mistaken: Mistaken) -> None:
    """Report what no single field of a rule can know."""
    taken: dict[str, int] = {}
    for place, row in enumerate(tables.many("triggers")):
        id_ = row.text("id")
        if id_ in taken:
            mistaken((*row.loc, "id"), f"{quoted(id_)} is taken already by triggers[{taken[id_]}]")
        elif id_:
            taken[id_] = place
        _measure(row, mistaken)
        _where(row, tables, mistaken)
        _limits(row, mistaken)


def _measure(row: Row, mistaken: Mistaken) -> None:
    name = row.text("measure")
    if name and name not in BUILT_MEASURES:
        mistaken((*row.loc, "measure"), f"{quoted(name)} is no measure{nearest(name, SHARED_MEASURES)}")
    elif name and name not in SHARED_MEASURES:
        said = f"{quoted(name)} has no attempts to take a share of ({', '.join(SHARED_MEASURES)} have)"
        mistaken((*row.loc, "measure"), said)


def _where(row: Row, tables: Tables, mistaken: Mistaken) -> None:
    places = {"system": "systems", "area": "areas", "vantage": "collectors"}
    for key, value in row.table("where").items():
        table = places.get(key)
        known = tables.ids(table) if table else []
        if key == "vantage" and not known:
            known = ["main"]
        if table and isinstance(value, str) and value not in known:
            mistaken((*row.loc, "where", key), f"{quoted(value)} is none of [[{table}]]{nearest(value, known)}")


def _limits(row: Row, mistaken: Mistaken) -> None:
    share, below = row.get("share"), row.get("recover_below")
    if isinstance(share, float) and isinstance(below, float) and below > share:
        mistaken((*row.loc, "recover_below"), f"{below:g} lies above share {share:g}: it would recover while breaching")
    window, slower = row.text("window"), row.text("slower_than")
    if window and slower and duration_s(window) <= duration_s(slower):
        said = f"{quoted(window)} is no longer than slower_than {quoted(slower)}: no answer that slow fits into it"
        mistaken((*row.loc, "window"), said)
