"""A hundred SIGKILLs around triggers and notices with SQLite."""

from tests.faults.kills_triggers import run


def check() -> str:
    """Run the case on a database file of its own."""
    return run("sqlite:///golive.db", 1)
