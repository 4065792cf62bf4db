"""Statements over whole sets of rows, the same on SQLite and PostgreSQL: no row is written or asked for alone."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import CursorResult, Executable, Table, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from app.domain.appended import Appended, Refused
from app.store.tables import metadata

T = TypeVar("T")
# One walk down the index for each id. Written as "id in (…)" PostgreSQL reads whole days of a site instead, as long as
# it has no statistics, and a new day's partition has none.
_BY_ID = (
    "select wanted.id, found.at from unnest(cast(:ids as text[])) as wanted (id) "
    "cross join lateral (select at from {table} where site = :site and id = wanted.id limit 1) as found"
)
_AT_ONCE = 2000  # bound parameters of one statement stay far below either database's limit


def table(name: str) -> Table:
    """Give a table by its name."""
    return metadata.tables[name]


def run(session: Session, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> CursorResult[Any]:
    """Carry out a statement, once or for every one of `rows`."""
    return session.connection().execute(statement, rows)


def rows_of(session: Session, statement: Executable) -> Sequence[Any]:
    """Give all rows of a query."""
    return run(session, statement).fetchall()


def pieces(items: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces that one statement can hold."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def put(session: Session, into: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Insert rows; one whose key is there already replaces it, or is left out."""
    if rows:
        run(session, _upsert(session.connection().dialect.name, into.name, tuple(rows[0]), replace), rows)


@lru_cache(maxsize=64)
def _upsert(dialect: str, into: str, names: tuple[str, ...], replace: bool) -> Executable:
    """Give the statement of `put`, made once: making it costs as much as carrying it out."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table(into))
    key = [column.name for column in table(into).primary_key]
    others = {name: insert.excluded[name] for name in names if name not in key}
    statement: Executable = insert.on_conflict_do_nothing(index_elements=key)
    if replace and others:
        statement = insert.on_conflict_do_update(index_elements=key, set_=others)
    return statement


def plain(words: str) -> str:
    """Give a text without what no database takes: NUL and lone surrogates."""
    if "\x00" in words:
        words = words.replace("\x00", "\ufffd")
    return words if words.isascii() else words.encode("utf-8", "replace").decode()


class Shape(Generic[T]):
    """A domain dataclass whose fields are columns of the same names in one table.

    `written` and `read` turn single fields that no column holds as they are (a mapping as JSON text) there and back.
    """

    def __init__(
        self,
        of: type[T],
        name: str,
        written: Mapping[str, Callable[[Any], Any]] | None = None,
        read: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        self.table = table(name)
        self._of = of
        self.names = [field.name for field in dataclasses.fields(of)]  # type: ignore[arg-type]  # T is a dataclass
        self.columns = [self.table.c[name] for name in self.names]
        self._fields = attrgetter(*self.names)
        hints = get_type_hints(of)
        enums = {n: hints[n] for n in self.names if isinstance(hints[n], type) and issubclass(hints[n], Enum)}
        texts = [n for n in self.names if hints[n] in (str, str | None)]
        self._read = [(self.names.index(n), convert) for n, convert in {**enums, **(read or {})}.items()]
        to_text: dict[str, Callable[[Any], Any]] = {
            **dict.fromkeys(enums, attrgetter("value")),
            **dict.fromkeys(texts, _plain_if_any),
            **(written or {}),
        }
        self._written = [(self.names.index(n), convert) for n, convert in to_text.items()]

    def values(self, item: T) -> list[Any]:
        """Give an item's values in the order of `columns`."""
        values = list(self._fields(item))
        for place, convert in self._written:
            values[place] = convert(values[place])
        return values

    def row(self, site: str, item: T) -> dict[str, Any]:
        """Give the row of an item."""
        return {"site": site, **dict(zip(self.names, self.values(item), strict=True))}

    def item(self, row: Sequence[Any]) -> T:
        """Give the item of a row of `columns`."""
        values = list(row)
        for place, convert in self._read:
            values[place] = convert(values[place])
        return self._of(*values)

    def items(self, session: Session, statement: Executable) -> list[T]:
        """Give the items of a query for `columns`."""
        return [self.item(row) for row in rows_of(session, statement)]

    def insert(self, session: Session, site: str, items: Sequence[T]) -> None:
        """Insert items in bulk, by the fastest way that the database has."""
        connection = session.connection()
        names, rows = ["site", *self.names], ([site, *self.values(item)] for item in items)
        if connection.dialect.name == "sqlite":
            statement = f"insert into {self.table.name} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
            moments = [n for n, name in enumerate(names) if isinstance(self.table.c[name].type, UTCDateTime)]
            connection.exec_driver_sql(statement, [_with_text_moments(row, moments) for row in rows])
            return
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("a session in use has a connection")
        with driver.cursor() as cursor, cursor.copy(f"copy {self.table.name} ({', '.join(names)}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)


def _plain_if_any(words: str | None) -> str | None:
    return words if words is None else plain(words)


def _with_text_moments(row: list[Any], places: Sequence[int]) -> tuple[Any, ...]:
    """Write moments as SQLAlchemy does on SQLite: UTC, without offset, always with microseconds."""
    for place in places:
        if row[place] is not None:
            row[place] = row[place].astimezone(UTC).isoformat(" ", "microseconds")[:26]
    return tuple(row)


def append_new(session: Session, site: str, shape: Shape[Any], items: Sequence[T], known: Sequence[T]) -> Appended[T]:
    """Insert the items whose id nobody sent yet; `known` are the same as `items`, ready to be stored.

    The same id with the same `at` is a repeat; with another `at` it is refused. Both also within one batch.
    """
    result: Appended[T] = Appended()
    seen = _seen(session, site, shape.table, [item.id for item in items])  # type: ignore[attr-defined]
    for item, ready in zip(items, known, strict=True):
        id_, at = item.id, item.at.astimezone(UTC)  # type: ignore[attr-defined]
        before = seen.get(id_)
        if before is None:
            seen[id_] = at
            result.stored.append(ready)
        elif before == at:
            result.repeated += 1
        else:
            result.refused.append(Refused(id_, "at", f"this id came before with at = {rfc3339(before)}"))
    if result.stored:
        shape.insert(session, site, result.stored)
    return result


def _seen(session: Session, site: str, where: Table, ids: Sequence[str]) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    one_by_one = session.connection().dialect.name == "postgresql"
    ask: Executable
    for piece in pieces(ids):
        if one_by_one:
            ask = text(_BY_ID.format(table=where.name)).bindparams(site=site, ids=list(piece))
        else:
            ask = select(where.c.id, where.c.at).where(where.c.site == site, where.c.id.in_(piece))
        seen.update((row.id, row.at) for row in rows_of(session, ask))
    return seen


def rfc3339(at: datetime) -> str:
    """Give a moment as people and programs read it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
