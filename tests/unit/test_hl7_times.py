"""HL7 times, with zone, without, on the night the clocks change, and impossible ones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from collectors.feeds.hl7_times import Hl7Time, hl7_time

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "at", "zoned"),
    [
        ("20261121060000+0100", datetime(2026, 11, 21, 5, tzinfo=UTC), True),
        ("20261121060000-0530", datetime(2026, 11, 21, 11, 30, tzinfo=UTC), True),
        ("20261121060000.1234+0000", datetime(2026, 11, 21, 6, 0, 0, 123400, tzinfo=UTC), True),
        ("202611210600Z", datetime(2026, 11, 21, 6, tzinfo=UTC), True),
        ("202611210600", datetime(2026, 11, 21, 5, tzinfo=UTC), False),
        ("20260721060000", datetime(2026, 7, 21, 4, tzinfo=UTC), False),
        ("20261025023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), False),  # happens twice: the first
        ("20260329023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), False),  # never happens
    ],
)
def test_a_time_is_read_with_its_own_zone_or_the_feeds(text: str, at: datetime, zoned: bool) -> None:
    assert hl7_time(text, BERLIN) == Hl7Time(at, zoned)


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "202611", "20261121", "2026112106", "20260230060000", "20261321060000", "20261121250000",
        "20261121066000", "20261121060000+9900", "20261121060000+0175", "99999999999999", "00010101000000",
        "00010101000000+1400", "-1", "2026-11-21T06:00", "２０２６１１２１０６００", "20261121060000+01",
    ],
)  # fmt: skip
def test_what_is_no_moment_to_the_minute_is_none(text: str) -> None:
    assert hl7_time(text, BERLIN) is None


def autumn(hour: int, minute: int, day: int = 25) -> datetime:
    """Give a moment in UTC of the night of 2026 in which Berlin's clocks go back at 01:00 UTC."""
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


FIRST, SECOND = autumn(0, 30), autumn(1, 30)  # both are 02:30 in Berlin


@pytest.mark.parametrize(
    ("received_at", "at"),
    [
        (None, FIRST),  # nobody knows when: a file that is read
        (autumn(0, 30), FIRST),
        (autumn(0, 31), FIRST),
        (autumn(0, 59), FIRST),
        (autumn(1, 5), FIRST),  # the second 02:30 is yet to come
        (autumn(1, 27), FIRST),
        (autumn(1, 29), SECOND),  # a sender's clock a minute ahead of ours
        (autumn(1, 31), SECOND),
        (autumn(2, 10), SECOND),  # told after the doubled hour: the nearest
        (autumn(4, 29), SECOND),
        (autumn(4, 31), FIRST),  # replayed hours later: nothing decides
        (autumn(12, 0, 28), FIRST),
        (autumn(9, 0, 20), FIRST),  # an appointment
    ],
)
def test_a_time_that_happens_twice_is_the_one_that_its_receipt_fits(received_at: datetime | None, at: datetime) -> None:
    assert hl7_time("20261025023000", BERLIN, received_at) == Hl7Time(at, False)


@pytest.mark.parametrize(
    ("text", "received_at", "at"),
    [
        ("20261025023000+0200", autumn(1, 31), autumn(0, 30)),  # says itself which it is
        ("20261025015900", autumn(1, 31), autumn(23, 59, 24)),
        ("20261025020000", autumn(1, 0), autumn(1, 0)),  # the first and the last minute that happen twice
        ("20261025025900", autumn(2, 0), autumn(1, 59)),
        ("20261025030000", autumn(2, 0), autumn(2, 0)),
        ("20260329023000", datetime(2026, 3, 29, 1, 31, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20260329020000", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    ],
)
def test_at_the_edges_of_the_night_a_time_is_what_it_says(text: str, received_at: datetime, at: datetime) -> None:
    found = hl7_time(text, BERLIN, received_at)
    assert found is not None
    assert found.at == at


def test_a_zone_that_goes_back_by_half_an_hour_is_read_alike() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")  # 02:00+11:00 becomes 01:30+10:30 on 2026-04-05
    first, second = datetime(2026, 4, 4, 14, 45, tzinfo=UTC), datetime(2026, 4, 4, 15, 15, tzinfo=UTC)
    assert hl7_time("20260405014500", zone, first) == Hl7Time(first, False)
    assert hl7_time("20260405014500", zone, second) == Hl7Time(second, False)
