"""Brings a database to this golive's schema; safe to repeat, and never touches one that a newer golive wrote."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from app.assets import folder
from app.errors import Unavailable
from app.store.tables import metadata

_MIGRATION_LOCK = 0x676F6C69  # sites that share a PostgreSQL database migrate it one after the other


def migrate(connection: Connection) -> None:
    """Apply what is missing, all of it or nothing."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})")
        if _behind(connection, ScriptDirectory.from_config(config)):
            command.upgrade(config, "head")


def _behind(connection: Connection, scripts: ScriptDirectory) -> bool:
    there, head = MigrationContext.configure(connection).get_current_revision(), scripts.get_current_head()
    if there == head:
        return False
    if there is None:
        if foreign := sorted(set(inspect(connection).get_table_names()) & set(metadata.tables)):
            raise Unavailable(f"the database holds a table {foreign[0]!r} that golive did not make")
        return True
    if there not in {script.revision for script in scripts.walk_revisions()}:
        raise Unavailable(
            f"the database was written by a newer golive (its schema is {there}, this golive knows up to {head}): "
            "install that version, or restore a backup made before"
        )
    return True
