"""Who was recognised is still known while the database cannot say it, and never once it can."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.commands.access import Recognised
from app.domain.access import Bearer, Role
from app.errors import Unavailable

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANNA = Bearer("1", Role.ENGINEER, "Anna")


async def says(found: Bearer | None) -> Bearer | None:
    return found


async def gone() -> Bearer | None:
    raise Unavailable("the database does not answer")


def test_a_bearer_is_known_while_the_database_is_gone_and_for_no_longer_than_a_session() -> None:
    known = Recognised()
    assert asyncio.run(known.of("a", says(ANNA), NOON)) is ANNA
    assert asyncio.run(known.of("a", gone(), NOON + timedelta(hours=11))) is ANNA
    with pytest.raises(Unavailable):
        asyncio.run(known.of("a", gone(), NOON + timedelta(hours=12)))
    with pytest.raises(Unavailable):
        asyncio.run(known.of("b", gone(), NOON))


def test_whoever_was_sent_away_is_not_known() -> None:
    known = Recognised()
    asyncio.run(known.of("a", says(ANNA), NOON))
    assert asyncio.run(known.of("a", says(None), NOON)) is None
    with pytest.raises(Unavailable):
        asyncio.run(known.of("a", gone(), NOON))
    asyncio.run(known.of("a", says(ANNA), NOON))
    known.forget()
    with pytest.raises(Unavailable):
        asyncio.run(known.of("a", gone(), NOON))


def test_only_so_many_are_remembered() -> None:
    known = Recognised(most=2)
    for clear in ("a", "b", "c"):
        asyncio.run(known.of(clear, says(ANNA), NOON))
    assert asyncio.run(known.of("c", gone(), NOON)) is ANNA
    with pytest.raises(Unavailable):
        asyncio.run(known.of("a", gone(), NOON))
