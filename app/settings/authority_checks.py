"""Whether the rollback authorities of golive.toml can be told apart and reached."""

from app.settings.rows import Mistaken, Row, Tables
from app.settings.words import nearest, quoted


def check_authorities(tables: Tables, mistaken: Mistaken) -> None:
    """Report a name that stands twice, and a deputy for nobody."""
    rows = tables.many("authorities")
    names = {_name(row): place for place, row in reversed(list(enumerate(rows)))}
    for place, row in enumerate(rows):
        if _name(row) and names[_name(row)] != place:
            said = f"{quoted(row.text('name'))} stands in authorities[{names[_name(row)]}] already"
            mistaken((*row.loc, "name"), said)
        of = row.text("deputy_for")
        others = [r.text("name") for r in rows if r is not row]
        if of and of.strip().casefold() not in {other.strip().casefold() for other in others}:
            mistaken((*row.loc, "deputy_for"), f"{quoted(of)} is no other of [[authorities]]{nearest(of, others)}")


def _name(row: Row) -> str:
    return row.text("name").strip().casefold()
