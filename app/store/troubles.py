"""What an error of the database means: whose fault it is, and one sentence for people, without any data in it."""

import sqlite3

from sqlalchemy.exc import DBAPIError

_SQLITE = {
    sqlite3.SQLITE_BUSY: "another process holds the database locked",
    sqlite3.SQLITE_LOCKED: "another process holds the database locked",
    sqlite3.SQLITE_FULL: "the disk of the database is full",
    sqlite3.SQLITE_IOERR: "the disk of the database cannot be written or read",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged",
    sqlite3.SQLITE_NOTADB: "the database file is not an SQLite database",
    sqlite3.SQLITE_PERM: "the database file may not be used by this user",
}
# A statement that waited too long, or lost against another one, says nothing about the database as a whole.
_OF_ONE_ACT = {"57014": "took too long", "55P03": "waited too long for a lock", "40P01": "met a deadlock"}
# By the names of PEP 249, so that psycopg is loaded only where it is used: a restart is to be short.
_OF_THE_DATABASE = {"OperationalError", "InternalError", "InterfaceError"}
_DRIVERS = ("sqlite3", "psycopg")


def of_the_database(error: Exception) -> bool:
    """Say whether it came from the database at all, rather than from golive's own code or values."""
    orig = _orig(error)
    if isinstance(orig, sqlite3.Error) and _code(orig) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return True
    return any(c.__name__ in _OF_THE_DATABASE and c.__module__.split(".")[0] in _DRIVERS for c in type(orig).__mro__)


def of_one_act(error: Exception) -> bool:
    """Say whether only the act that raised it is concerned, not the database."""
    if not of_the_database(error):
        return True
    orig = _orig(error)
    if isinstance(orig, sqlite3.Error):
        return _code(orig) == sqlite3.SQLITE_ERROR
    return getattr(orig, "sqlstate", None) in _OF_ONE_ACT


def sentence(error: Exception) -> str:
    """Give what happened in words; never a statement or its values."""
    orig = _orig(error)
    if isinstance(orig, sqlite3.Error):
        return _SQLITE.get(_code(orig), f"the database refused: {_first_line(orig)}")
    state = getattr(orig, "sqlstate", None)
    if state in _OF_ONE_ACT:
        return f"a statement {_OF_ONE_ACT[state]} in the database"
    if state == "53100":
        return "the disk of the database is full"
    return f"the database does not answer: {_first_line(orig)}"


def _orig(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _code(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
