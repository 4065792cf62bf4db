"""Wrong tokens make their address wait, for a while and no longer."""

from datetime import UTC, datetime, timedelta

from app.commands.access import Attempts

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


def test_the_tenth_failure_makes_an_address_wait_until_the_first_is_forgotten() -> None:
    attempts = Attempts(most=10, within=timedelta(minutes=5))
    for i in range(10):
        assert attempts.wait_s("10.0.0.1", NOW + timedelta(seconds=i)) == 0
        attempts.failed("10.0.0.1", NOW + timedelta(seconds=i))
    assert attempts.wait_s("10.0.0.1", NOW + timedelta(seconds=10)) == 290
    assert attempts.wait_s("10.0.0.2", NOW + timedelta(seconds=10)) == 0
    assert attempts.wait_s("10.0.0.1", NOW + timedelta(seconds=300)) == 0


def test_a_flood_of_addresses_is_bounded() -> None:
    attempts = Attempts(addresses=100)
    for i in range(1000):
        attempts.failed(f"address {i}", NOW)
    assert len(attempts._failed) == 100
