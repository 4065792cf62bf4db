"""The smaller nouns: standings, quarantine, feed messages, tokens, sessions, configurations, go-lives, marks."""

from datetime import timedelta

import pytest

from app.domain.access import Bearer, Role
from app.domain.measuring.feed_messages import FeedMessage, Told
from app.domain.measuring.standings import Judged, Series
from app.domain.quarantine import Unreadable
from app.domain.rollback.golive import GoLive
from app.store import (
    configurations,
    feed_messages,
    golives,
    journal,
    marks,
    quarantine,
    retention,
    sessions,
    standings,
    tokens,
)
from app.store.db import Database
from tests.integration.store.making import NOON

SITE = "north"
SECOND = timedelta(seconds=1)


def test_standings_come_back_as_they_were_judged(database: Database) -> None:
    full = Judged(
        Series("report.turnaround", "ris", "ct", (("modality", "CT"), ("patient_class", "E")), "south"),
        "s",
        86400.0,
        n=31,
        p50=2520.5,
        as_of=NOON,
        known_at=NOON + SECOND,
        newest_ok=(True, False),
        window="day",
        spark=((1, 2.5), (2, None)),
        note="ü",
    )
    bare = Judged(Series("echo.response"), "s", 900.0)
    database.write_now(lambda s: standings.save(s, SITE, [full, bare], NOON))
    assert database.read_now(lambda s: standings.all(s, SITE)) == [bare, full]


def test_a_standing_is_replaced_and_forgotten(database: Database) -> None:
    kept, gone = Series("echo.response", "pacs"), Series("echo.response", "ris")
    for n in (1, 2):
        rows = [Judged(kept, "s", 900.0, n=n), Judged(gone, "s", 900.0, n=n)]
        database.write_now(lambda s, rows=rows: standings.save(s, SITE, rows, NOON))
    database.write_now(lambda s: standings.keep_only(s, SITE, [kept.key]))
    assert database.read_now(lambda s: standings.all(s, SITE)) == [Judged(kept, "s", 900.0, n=2)]


def test_quarantine_is_listed_newest_first_and_counted(database: Database) -> None:
    rows = [Unreadable(f"id-{n:08d}", "ris-hl7", NOON + n * SECOND, "no MSH", "PID(9)", length=2**40) for n in range(5)]
    database.write_now(lambda s: quarantine.append(s, SITE, rows))
    assert database.write_now(lambda s: quarantine.append(s, SITE, rows)).repeated == 5
    assert database.read_now(lambda s: quarantine.newest(s, SITE, 2)) == [rows[4], rows[3]]
    assert database.read_now(lambda s: quarantine.count(s, SITE, NOON + 2 * SECOND)) == 3


def message(n: int, feed: str = "ris-hl7", **more: object) -> FeedMessage:
    values = {"message_at": NOON + n * SECOND - 2 * SECOND, "key": "ORU^R01", "verdict": "final"}
    return FeedMessage(f"{feed}-{n:08d}", feed, NOON + n * SECOND, **{**values, **more})  # type: ignore[arg-type]


def test_feed_messages_tell_age_rate_and_offset(database: Database) -> None:
    rows = [message(n) for n in range(5)] + [message(9, "other", message_at=None)]
    database.write_now(lambda s: feed_messages.append(s, SITE, rows))
    assert database.read_now(lambda s: feed_messages.newest_received(s, SITE)) == {
        "ris-hl7": NOON + 4 * SECOND,
        "other": NOON + 9 * SECOND,
    }
    assert database.read_now(lambda s: feed_messages.counts(s, SITE, "ris-hl7", NOON + 3 * SECOND)) == 2
    assert database.read_now(lambda s: feed_messages.newest_offsets(s, SITE, "ris-hl7", 3)) == [2.0, 2.0, 2.0]
    assert database.read_now(lambda s: feed_messages.newest_offsets(s, SITE, "other")) == []


def test_feed_explain_counts_kinds_and_shapes(database: Database) -> None:
    rows = [message(n, shapes={"OBR-18": "AA999999", "OBR-3": ""}) for n in range(3)]
    rows.append(message(3, verdict="ignored, because OBR-25 is R", shapes={"OBR-18": "999"}))
    database.write_now(lambda s: feed_messages.append(s, SITE, rows))
    told = database.read_now(lambda s: feed_messages.table(s, SITE, "ris-hl7"))
    assert told.messages == 4
    assert told.told == (Told("ORU^R01", "final", 3), Told("ORU^R01", "ignored, because OBR-25 is R", 1))
    assert [(c.field, c.filled_share, c.shapes) for c in told.candidates] == [
        ("OBR-18", 1.0, (("AA999999", 3), ("999", 1))),
        ("OBR-3", 0.0, ()),
    ]


def test_old_messages_and_quarantine_go_but_each_feeds_newest_message_stays(database: Database) -> None:
    old = Unreadable("old-00000001", "ris-hl7", NOON - timedelta(days=91), "no MSH")
    database.write_now(lambda s: feed_messages.append(s, SITE, [message(0), message(1)]))
    database.write_now(lambda s: quarantine.append(s, SITE, [old]))
    assert database.write_now(lambda s: retention.drop_old(s, SITE, NOON + timedelta(days=8))) == 0
    assert database.read_now(lambda s: feed_messages.newest(s, SITE, "ris-hl7", 9)) == [message(1)]
    assert database.read_now(lambda s: quarantine.count(s, SITE, NOON - timedelta(days=999))) == 0


def test_a_token_is_known_by_its_text_until_it_is_revoked(database: Database) -> None:
    id_, clear = database.write_now(lambda s: tokens.create(s, SITE, Role.DESK, "Ann", NOON))
    assert database.read_now(lambda s: tokens.find(s, SITE, clear)) == Bearer(id_, Role.DESK, "Ann")
    assert database.read_now(lambda s: tokens.find(s, SITE, clear + "x")) is None
    assert database.read_now(lambda s: tokens.find(s, "south", clear)) is None
    stored = database.read_now(lambda s: str(s.connection().exec_driver_sql("select * from token").all()))
    assert clear not in stored
    assert database.write_now(lambda s: tokens.revoke(s, SITE, id_, NOON)) is True
    assert database.write_now(lambda s: tokens.revoke(s, SITE, id_, NOON)) is False
    assert database.read_now(lambda s: tokens.find(s, SITE, clear)) is None
    [listed] = database.read_now(lambda s: tokens.list(s, SITE))
    assert (listed.id, listed.revoked_at) == (id_, NOON)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_can_have_a_token(database: Database, role: Role) -> None:
    _, clear = database.write_now(lambda s: tokens.create(s, SITE, role, "", NOON))
    found = database.read_now(lambda s: tokens.find(s, SITE, clear))
    assert found is not None
    assert found.role is role


def test_a_session_ends_by_time_by_logout_and_with_its_token(database: Database) -> None:
    id_, _ = database.write_now(lambda s: tokens.create(s, SITE, Role.DESK, "Ann", NOON))

    def opened() -> str:
        return database.write_now(lambda s: sessions.open(s, SITE, id_, Role.DESK, "Ann", NOON, 12))

    def found(clear: str, at_h: float = 1.0) -> Bearer | None:
        return database.read_now(lambda s: sessions.find(s, SITE, clear, NOON + timedelta(hours=at_h)))

    one, other = opened(), opened()
    assert found(one) == Bearer(id_, Role.DESK, "Ann")
    assert (found(one, 12.0), found("nobody")) == (None, None)
    database.write_now(lambda s: sessions.close(s, SITE, one))
    assert (found(one), found(other) is not None) == (None, True)
    database.write_now(lambda s: tokens.revoke(s, SITE, id_, NOON))
    assert found(other) is None


def test_a_configuration_is_journalled_when_it_is_another_one(database: Database) -> None:
    steps = [
        database.write_now(lambda s, v=v: configurations.effective(s, SITE, v, f'{{"v":"{v}"}}', NOON))
        for v in ("aa", "aa", "bb", "aa")
    ]
    assert steps == [True, False, True, True]
    entries = database.read_now(lambda s: journal.after(s, SITE, 0, 10))
    assert [(e.subject, e.body["before"]) for e in entries] == [("aa", None), ("bb", "aa"), ("aa", "bb")]
    assert database.read_now(lambda s: configurations.get(s, SITE, "bb")) == '{"v":"bb"}'


def test_the_newest_declaration_counts(database: Database) -> None:
    assert database.read_now(lambda s: golives.current(s, SITE)) is None
    database.write_now(lambda s: golives.declare(s, SITE, NOON, NOON + SECOND, "Ann"))
    database.write_now(lambda s: golives.declare(s, SITE, NOON - SECOND, NOON + 2 * SECOND, "Bob"))
    assert database.read_now(lambda s: golives.current(s, SITE)) == GoLive(NOON - SECOND, NOON + 2 * SECOND, "Bob")
    assert database.read_now(lambda s: journal.verify(s, SITE)).entries == 2


def test_marks_are_set_and_replaced(database: Database) -> None:
    assert database.read_now(lambda s: marks.get(s, SITE, marks.SIMULATION)) is None
    for value in ("no", "yes"):
        database.write_now(lambda s, value=value: marks.set(s, SITE, marks.SIMULATION, value))
    assert database.read_now(lambda s: marks.get(s, SITE, marks.SIMULATION)) == "yes"


def test_the_size_of_the_database_is_known(database: Database) -> None:
    assert database.read_now(retention.size_bytes) > 50_000
