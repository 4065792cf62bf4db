"""A hundred SIGKILLs around triggers and notices with PostgreSQL."""

from tests.faults.kills_triggers import run
from tests.peers.postgres import postgres


def check() -> str:
    """Run the case on a server of its own."""
    with postgres() as server:
        return run(server.create("kills"), 2)
