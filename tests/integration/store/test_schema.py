"""Migrations: from nothing, repeatable, equal to the tables, and never against a newer database."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from app.assets import folder
from app.errors import Unavailable
from app.store import marks, schema
from app.store.db import Database
from app.store.tables import metadata

SITE = "north"


def raw(url: str, tmp_path: Path) -> Engine:
    return create_engine(url.replace("sqlite:///", f"sqlite:///{tmp_path}/"), poolclass=NullPool)


@contextmanager
def connected(url: str, tmp_path: Path) -> Iterator[Connection]:
    engine = raw(url, tmp_path)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def opened(url: str, tmp_path: Path) -> Database:
    database = Database(url, SITE, tmp_path)
    database.open()
    return database


def test_opening_again_changes_nothing(empty_url: str, tmp_path: Path) -> None:
    for n in range(3):
        database = opened(empty_url, tmp_path)
        assert database.read_now(lambda s: marks.get(s, SITE, "kept")) == (None if n == 0 else "x")
        database.write_now(lambda s: marks.set(s, SITE, "kept", "x"))
        database.close()


def test_the_migrations_make_exactly_the_tables(empty_url: str, tmp_path: Path) -> None:
    opened(empty_url, tmp_path).close()
    with connected(empty_url, tmp_path) as connection:
        options = {
            "compare_type": True,
            "include_name": lambda n, k, _p: not (k == "table" and n.startswith("sample_")),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        inspector = inspect(connection)
        for name, table in metadata.tables.items():
            wanted = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
            assert {c["name"] for c in inspector.get_check_constraints(name)} == wanted, name


def test_the_migrations_know_every_value_that_the_domain_knows() -> None:
    written = re.sub(r'"\s*\n\s*"', "", "".join(p.read_text() for p in folder("migrations").glob("versions/*.py")))
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                assert str(constraint.sqltext) in written, f"{table.name}: {constraint.name}"


def test_the_name_of_the_newest_migration_is_its_revision_and_the_head() -> None:
    scripts = ScriptDirectory(folder("migrations"))
    assert schema.newest() == scripts.get_current_head()


def test_tokens_and_sessions_survive_the_migration_that_gives_them_another_role(empty_url: str, tmp_path: Path) -> None:
    tokens = (
        "insert into token (site, id, role, name, hash, created_at) values ('north', 'a', 'desk', 'Ann', 'h', '{at}')"
    )
    logins = (
        "insert into session (site, hash, token_id, role, name, opened_at, until) "
        "values ('north', 's', 'a', 'desk', 'Ann', '{at}', '{at}')"
    )
    with connected(empty_url, tmp_path) as connection:
        stepped(connection, "0008")
        for statement in (tokens, logins):
            connection.execute(text(statement.format(at="2026-11-21 12:00:00")))
        stepped(connection, "head")
        rows = [connection.execute(text(f"select role, name from {t}")).all() for t in ("token", "session")]
        assert rows == [[("desk", "Ann")]] * 2
        connection.execute(text("update token set role = 'support'"))
        stepped(connection, "0008", up=False)
        assert connection.execute(text("select count(*) from token")).scalar_one() == 0
        assert [i["name"] for i in inspect(connection).get_indexes("token")] == ["token_by_hash"]


def stepped(connection: Connection, to: str, *, up: bool = True) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.attributes["connection"] = connection
    (command.upgrade if up else command.downgrade)(config, to)


def test_a_database_that_is_up_to_date_is_opened_without_alembic(empty_url: str, tmp_path: Path) -> None:
    opened(empty_url, tmp_path).close()
    words = (
        "import pathlib, sys; from app.store.db import Database; "
        f"d = Database({empty_url!r}, {SITE!r}, pathlib.Path({str(tmp_path)!r})); d.open(); d.close(); "
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_a_newer_database_is_refused_and_left_alone(empty_url: str, tmp_path: Path) -> None:
    opened(empty_url, tmp_path).close()
    with connected(empty_url, tmp_path) as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(
        Unavailable, match=rf"written by a newer golive \(its schema is 9999, .* knows up to {schema.newest()}\)"
    ):
        opened(empty_url, tmp_path)
    with connected(empty_url, tmp_path) as connection:
        assert connection.execute(text("select version_num from alembic_version")).scalar_one() == "9999"


def test_somebody_elses_database_is_refused(empty_url: str, tmp_path: Path) -> None:
    with connected(empty_url, tmp_path) as connection:
        connection.execute(text("create table sample (theirs integer)"))
    with pytest.raises(Unavailable, match="holds a table 'sample' that golive did not make"):
        opened(empty_url, tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "golive.db").write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(Unavailable, match="not an SQLite database"):
        opened("sqlite:///golive.db", tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="missing of the database does not exist"):
        Database("sqlite:///missing/golive.db", SITE, tmp_path)


def test_the_database_file_is_for_its_owner_only(tmp_path: Path) -> None:
    opened("sqlite:///golive.db", tmp_path).close()
    assert (tmp_path / "golive.db").stat().st_mode & 0o077 == 0


def test_sqlite_runs_durably(tmp_path: Path) -> None:
    database = opened("sqlite:///golive.db", tmp_path)
    pragmas = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "wal_autocheckpoint": 1000,
    }
    found = database.write_now(
        lambda s: {name: s.connection().exec_driver_sql(f"pragma {name}").scalar_one() for name in pragmas}
    )
    readers = database.read_now(lambda s: s.connection().exec_driver_sql("pragma wal_autocheckpoint").scalar_one())
    database.close()
    assert (found, readers) == (pragmas, 0)
