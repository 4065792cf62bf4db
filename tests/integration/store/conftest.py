"""An open database of each kind, empty, for every test of the store."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.store.db import Database
from app.store.tables import metadata
from tests.peers.postgres import Postgres, postgres

SITE = "north"
BOTH = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database without any table."""
    name = f"t{uuid.uuid4().hex[:12]}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a PostgreSQL database that has the schema already, shared by tests one after the other."""
    url = postgres_server.create("shared")
    database = Database(url, SITE, tmp_path_factory.mktemp("shared"))
    database.open()
    database.close()
    return url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of a database of each kind, without any table."""
    return "sqlite:///golive.db" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of each kind, without any row."""
    if request.param == "sqlite":
        yield "sqlite:///golive.db"
        return
    address = str(request.getfixturevalue("migrated_postgres_url"))
    yield address
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'golive'")
        for name in metadata.tables:
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(name)))


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    """An open, empty database of each kind."""
    opened = Database(url, SITE, tmp_path)
    opened.open()
    yield opened
    opened.close()
