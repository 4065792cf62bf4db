"""Brings a database to this golive's schema; safe to repeat, and never touches one that a newer golive wrote."""

from sqlalchemy import Connection, inspect

from app.assets import folder
from app.errors import Unavailable
from app.store.tables import metadata

_MIGRATION_LOCK = 0x676F6C69  # sites that share a PostgreSQL database migrate it one after the other


def migrate(connection: Connection) -> None:
    """Apply what is missing, all of it or nothing."""
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})")
        there = _revision(connection)
        if there != newest() and _behind(connection, there):
            _upgrade(connection)


def newest() -> str:
    """Give the revision that this golive knows last; each file of the migrations begins with its own."""
    return max(file.stem.partition("_")[0] for file in folder("migrations").glob("versions/[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("select version_num from alembic_version").scalar_one_or_none()
    return found


def _behind(connection: Connection, there: str | None) -> bool:
    if there is None:
        if foreign := sorted(set(inspect(connection).get_table_names()) & set(metadata.tables)):
            raise Unavailable(f"the database holds a table {foreign[0]!r} that golive did not make")
        return True
    if there > newest():
        raise Unavailable(
            f"the database was written by a newer golive (its schema is {there}, this golive knows up to {newest()}): "
            "install that version, or restore a backup made before"
        )
    return True


def _upgrade(connection: Connection) -> None:
    # loaded only here: it takes a quarter of a second, which no restart after a crash should wait for
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
