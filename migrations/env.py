"""Alembic's way in: golive hands over an open connection inside a transaction; there is no alembic.ini."""

from typing import Any

from alembic import context

from app.store.tables import metadata


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write column types as plain SQLAlchemy, so that no migration imports golive or SQLModel."""
    if kind == "type" and hasattr(item, "impl") and type(item).__module__.startswith("sqlmodel"):
        return f"sa.{item.impl!r}"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the partitions of single days, which are made as days come."""
    return not (kind == "table" and name is not None and name.startswith("sample_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_item=render_item,
    include_name=include_name,
)
context.run_migrations()
