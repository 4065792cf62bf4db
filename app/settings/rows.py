"""The raw tables of golive.toml as rows that can be read although some of their fields are wrong."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.settings.words import Loc

Mistaken = Callable[[Loc, str], None]


@dataclass(frozen=True)
class Row:
    """One raw table: what it holds, where it stands, and which of its fields are wrong already."""

    raw: Mapping[str, Any]
    loc: Loc
    wrong: Collection[Loc]

    def get(self, key: str) -> Any:
        """Give a field's value, or None when it is missing or wrong in itself."""
        return None if (*self.loc, key) in self.wrong else self.raw.get(key)

    def text(self, key: str) -> str:
        """Give a field's text, empty when there is none."""
        value = self.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[tuple[Loc, str]]:
        """Give the items of a list of texts, each with its place."""
        value = self.get(key)
        items = value if isinstance(value, list) else []
        return [((*self.loc, key, i), v) for i, v in enumerate(items) if isinstance(v, str)]

    def table(self, key: str) -> Mapping[str, Any]:
        """Give a field's table, empty when there is none."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else {}


class Tables:
    """The raw file as rows; `wrong` holds the places that pydantic refused."""

    def __init__(self, data: Mapping[str, Any], wrong: Collection[Loc]) -> None:
        self.data, self.wrong = data, wrong

    def one(self, name: str) -> Row:
        """Give a single table."""
        value = self.data.get(name)
        return Row(value if isinstance(value, Mapping) else {}, (name,), self.wrong)

    def many(self, name: str) -> list[Row]:
        """Give the rows of an array of tables."""
        value = self.data.get(name)
        rows = value if isinstance(value, list) else []
        return [Row(r, (name, i), self.wrong) for i, r in enumerate(rows) if isinstance(r, Mapping)]

    def ids(self, name: str) -> list[str]:
        """Give the ids of an array of tables."""
        return list(dict.fromkeys(r.text("id") for r in self.many(name) if r.text("id")))
