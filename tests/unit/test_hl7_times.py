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
